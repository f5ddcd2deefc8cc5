//! A Xymon status message, for `xymon HOST @`.
//!
//! Rule: xymon(1), "status". Xymon shows messages as HTML, so text is escaped for that; a colour at the start of a
//! line is ours alone.

use super::{Options, nagios};
use crate::model::answer::Answer;
use crate::model::status::Status;
use crate::model::text;
use std::borrow::Cow;

/// The longest message that a server takes by default (MAXMSG_STATUS).
const LONGEST: usize = 256 * 1000;

/// The message, whole.
#[must_use]
pub fn render(answer: &Answer, options: &Options) -> String {
    let lifetime = options.lifetime.as_deref().map(|time| format!("+{time}")).unwrap_or_default();
    let host = word(&answer.host).replace('.', ",");
    let test = word(&answer.service).replace('.', "_");
    let (summary, date) = (html(&answer.summary), answer.start.rfc3339());
    let limit = options.whole.min(LONGEST);
    let head = format!("status{lifetime} {host}.{test} {} {date} {summary}", colour(answer.status));
    // Room is left to say what was left out.
    let mut out = text::cut(&head, (limit - limit / 4).min(options.first_line)).into_owned() + "\n";
    let shown = Options { verbosity: options.verbosity.max(1), ..options.clone() };
    let lines: Vec<String> = nagios::body(answer, &shown).iter().map(|line| coloured(line)).collect();
    nagios::append_fitting(&mut out, &lines, "\n", limit);
    out
}

/// `[CRITICAL] text` as `&red text`.
fn coloured(line: &str) -> String {
    let trimmed = line.trim_start();
    let indent = line.len() - trimmed.len();
    for status in Status::ALL {
        if let Some(rest) = trimmed.strip_prefix(&format!("[{}]", status.word())) {
            return format!("&{}{}{}", colour(status), " ".repeat(indent), html(rest));
        }
    }
    html(line).into_owned()
}

/// UNKNOWN is yellow: blue means disabled there, and purple that no message came.
const fn colour(status: Status) -> &'static str {
    match status {
        Status::Ok => "green",
        Status::Warning | Status::Unknown => "yellow",
        Status::Critical => "red",
    }
}

fn html(text: &str) -> Cow<'_, str> {
    if text.contains(['<', '>', '&']) {
        Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
    } else {
        Cow::Borrowed(text)
    }
}

fn word(text: &str) -> String {
    let word: String = text.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
    if word.is_empty() { "_".to_owned() } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::tests::sample_answer;

    #[test]
    fn the_head_and_a_colour_for_each_finding() {
        let options = Options { lifetime: Some("1h".to_owned()), ..Options::default() };
        let mut answer = sample_answer();
        answer.findings[0].text = "<b>&red</b>".to_owned();
        let text = render(&answer, &options);
        assert!(
            text.starts_with("status+1h alpha,example.fs red 2026-11-23T15:59:50Z /a\\x7cb 'c' 97 % used"),
            "{text}"
        );
        assert!(text.contains("\n&green &lt;b&gt;&amp;red&lt;/b&gt;\n"), "{text}");
        assert!(text.contains("\n&yellow /var 93 % used"));
    }

    #[test]
    fn unknown_is_yellow_and_names_are_words() {
        let mut answer = sample_answer();
        answer.status = Status::Unknown;
        answer.service = "a b.c".to_owned();
        assert!(render(&answer, &Options::default()).starts_with("status alpha,example.a_b_c yellow "));
    }
}
