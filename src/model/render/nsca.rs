//! A record for `send_nsca`: host, service, code and text between tabs, ended by ETB.
//!
//! Measured with send_nsca 2.10: it reads real newlines and escapes them itself; a record ends with a newline and
//! ETB (0x17), so that several checks may share one pipe; of a text, 4095 bytes arrive, counted with the escapes.

use super::{Options, nagios};
use crate::model::answer::Answer;

/// What arrives of a text.
const LONGEST: usize = 4095;

/// The record.
#[must_use]
pub fn render(answer: &Answer, options: &Options) -> String {
    let name = |text: &str| text.replace(|c: char| c.is_control(), "_");
    let (host, service) = (name(&answer.host), name(&answer.service));
    format!("{host}\t{service}\t{}\t{}\n\x17", answer.status.code(), fitting(answer, options))
}

/// The text, rendered smaller until it fits with its escapes.
fn fitting(answer: &Answer, options: &Options) -> String {
    let mut limit = LONGEST;
    loop {
        let limits =
            Options { first_line: options.first_line.min(limit), whole: options.whole.min(limit), ..options.clone() };
        let text = nagios::render(answer, &limits);
        let text = text.trim_end();
        let excess = (text.len() + escapes(text)).saturating_sub(LONGEST);
        if excess == 0 || limit == 0 {
            return text.to_owned();
        }
        limit = limit.saturating_sub(excess.max(16));
    }
}

/// How many bytes the client adds.
fn escapes(text: &str) -> usize {
    text.bytes().filter(|byte| matches!(byte, b'\n' | b'\\')).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::tests::sample_answer;

    #[test]
    fn four_fields_and_a_bounded_text() {
        let mut answer = sample_answer();
        let one = answer.findings.clone();
        answer.findings = (0..100).flat_map(|_| one.clone()).collect();
        let record = render(&answer, &Options::default());
        let fields: Vec<&str> = record.splitn(4, '\t').collect();
        assert_eq!(fields.get(..3), Some(&["alpha.example", "fs", "2"][..]));
        let text = fields.get(3).and_then(|text| text.strip_suffix("\n\x17")).unwrap_or_default();
        assert!(text.starts_with("FS CRITICAL - ") && text.contains("left out"), "{text}");
        assert!(text.len() + escapes(text) <= LONGEST && text.len() > LONGEST / 2, "{}", text.len());
    }

    #[test]
    fn a_text_of_nothing_but_escapes_ends() {
        let mut answer = sample_answer();
        answer.summary = "\\".repeat(9000);
        let record = render(&answer, &Options::default());
        assert!(record.len() < LONGEST + 40);
    }
}
