//! What a plugin left, read: JSON version 1 or Nagios text, told apart by content.

use super::outcome::{End, Faults, Readings};
use crate::model::answer::{Answer, Finding};
use crate::model::families::identifier;
use crate::model::parse::{self, Room};
use crate::model::status::Status;
use crate::model::{json, text};

/// Bytes kept of the first line.
const LONGEST_SUMMARY: usize = 8 * 1024;
/// Bytes kept of the lines below it, and of standard error.
const LONGEST_TEXT: usize = 64 * 1024;
/// Bytes of a check's own name.
const LONGEST_NAME: usize = 100;
/// Families that are the exporter's own: a check of this name would write into them.
const RESERVED_CHECKS: [&str; 3] = ["check", "exporter", "perfdata"];

/// What a run left behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left<'a> {
    pub(super) end: &'a End,
    pub(super) stdout: &'a [u8],
    pub(super) stderr: &'a [u8],
    pub(super) cut: bool,
    pub(super) left_behind: bool,
}

/// What that says.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) status: Status,
    /// The check's own word for what it is, where it has one.
    pub(super) check: Option<String>,
    pub(super) summary: String,
    pub(super) long: Vec<String>,
    pub(super) readings: Readings,
    pub(super) stderr: Vec<String>,
    pub(super) faults: Faults,
}

/// Reads what a run left; `max_series` values are kept at most.
pub(super) fn read(left: &Left<'_>, max_series: usize) -> Said {
    let stdout = String::from_utf8_lossy(left.stdout);
    let stdout = stdout.trim_start_matches('\u{feff}').trim();
    let stderr = lines(String::from_utf8_lossy(left.stderr).lines());
    let faults = Faults { cut: left.cut, left_behind: left.left_behind, ..Faults::default() };
    let (status, trouble) = judge(left.end);
    let mut said =
        Said { status, check: None, summary: String::new(), long: Vec::new(), readings: none(), stderr, faults };
    if stdout.starts_with("{\"vitals\":") {
        match json::read(stdout).and_then(usable) {
            Ok(answer) => take_answer(&mut said, answer, trouble.is_none(), max_series),
            Err(why) => {
                said.faults.unreadable += 1;
                said.summary = format!("its JSON cannot be read: {}", text::clean_str(&why));
            }
        }
    } else {
        take_text(&mut said, stdout, max_series);
    }
    if said.summary.is_empty() {
        let first = said.stderr.first().map(|line| format!(", but on standard error: {line}"));
        said.summary = format!("no output{}", first.unwrap_or_default());
    }
    if let Some(trouble) = trouble {
        said.summary = match left.end {
            End::NotStarted(_) => trouble,
            _ => format!("{trouble}: {}", said.summary),
        };
    }
    said.summary = text::cut(&said.summary, LONGEST_SUMMARY).into_owned();
    said
}

const fn none() -> Readings {
    Readings::Perfdata(Vec::new())
}

/// The state of an end, and what is wrong with it as one. The exit code is the truth.
fn judge(end: &End) -> (Status, Option<String>) {
    let trouble = match end {
        End::Code(code @ 0..=3) => return (Status::from_code(i64::from(*code)), None),
        End::Code(code) => {
            let why = match code {
                126 => ", which a shell gives for a program that it cannot execute",
                127 => ", which a shell gives for a program that it cannot find",
                129..=192 => ", which a shell gives for a program that a signal has ended",
                _ => "",
            };
            format!("exit code {code} is none of a plugin's (0 to 3){why}")
        }
        End::Signal(number) => format!("ended by {}", signal_name(*number)),
        End::TimedOut => "did not end in its time and was ended".to_owned(),
        End::Stuck => "did not end in its time and cannot be ended: it is stuck in the kernel".to_owned(),
        End::NotStarted(why) => text::clean_str(why).into_owned(),
    };
    (Status::Unknown, Some(trouble))
}

/// `signal 11 (SIGSEGV)`.
pub(super) fn signal_name(number: i32) -> String {
    match nix::sys::signal::Signal::try_from(number) {
        Ok(signal) => format!("signal {number} ({})", signal.as_str()),
        Err(_) => format!("signal {number}"),
    }
}

fn usable(answer: Answer) -> Result<Answer, String> {
    let name = identifier(&answer.check);
    let taken =
        |reserved: &&str| name.strip_prefix(reserved).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    if answer.check.is_empty() || answer.check.len() > LONGEST_NAME || RESERVED_CHECKS.iter().any(taken) {
        return Err("its check has no name of its own".to_owned());
    }
    Ok(answer)
}

fn take_answer(said: &mut Said, mut answer: Answer, by_itself: bool, max_series: usize) {
    said.faults.disagreed = by_itself && answer.status != said.status;
    said.summary = text::clean_str(&answer.summary).into_owned();
    if said.faults.disagreed {
        said.summary.push_str(&format!(" (its text says {}, its exit code {})", answer.status, said.status));
    }
    let mut room = max_series;
    said.faults.dropped = trim(&mut answer.findings, &mut room);
    said.check = Some(answer.check.clone());

    said.readings = Readings::Typed(Box::new(answer));
}

/// Keeps as many metrics as there is room for, and says how many it did not keep.
fn trim(findings: &mut [Finding], room: &mut usize) -> usize {
    let mut dropped = 0;
    for finding in findings {
        dropped += finding.metrics.len().saturating_sub(*room);
        finding.metrics.truncate(*room);
        *room -= finding.metrics.len();
        dropped += trim(&mut finding.findings, room);
    }
    dropped
}

fn take_text(said: &mut Said, stdout: &str, max_series: usize) {
    let mut output = parse::parse_within(stdout, Room { long: LONGEST_TEXT, values: max_series });
    // Cut first: escapes are longer than what they stand for.
    said.summary = text::clean_str(&text::cut(&output.summary, LONGEST_SUMMARY)).into_owned();
    said.long = lines(output.long.iter().map(String::as_str));
    said.faults.unreadable = output.broken;
    said.faults.dropped = output.dropped;
    output.perfdata.shrink_to_fit();
    said.readings = Readings::Perfdata(output.perfdata);
}

/// Harmless lines, as many as there is room for.
fn lines<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut room = LONGEST_TEXT;
    let mut kept = Vec::new();
    for line in lines {
        let line = text::cut(line, LONGEST_TEXT);
        let line = text::clean_str(&line);
        if line.len() >= room {
            kept.push(text::cut(&line, room.max(3)).into_owned());
            break;
        }
        room -= line.len() + 1;
        kept.push(line.into_owned());
    }
    while kept.last().is_some_and(|line| line.trim().is_empty()) {
        kept.pop();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::tests::sample_answer;

    fn said(end: End, stdout: &str, stderr: &str) -> Said {
        let left =
            Left { end: &end, stdout: stdout.as_bytes(), stderr: stderr.as_bytes(), cut: false, left_behind: false };
        read(&left, 1000)
    }

    #[test]
    fn text_and_json_are_told_apart_by_content() {
        let text = said(End::Code(1), "LOAD WARNING - 9 | load1=9;8;20\nmore\n", "");
        assert_eq!((text.status, &*text.summary, text.check), (Status::Warning, "LOAD WARNING - 9", None));
        assert!(matches!(&text.readings, Readings::Perfdata(data) if data.len() == 1));
        assert_eq!(text.long, ["more"]);
        let json = said(End::Code(2), &json::write(&sample_answer()), "");
        assert_eq!((json.status, json.check.as_deref()), (Status::Critical, Some("fs")));
        assert!(matches!(json.readings, Readings::Typed(_)) && !json.faults.disagreed);
    }

    #[test]
    fn the_exit_code_is_the_truth() {
        let json = said(End::Code(0), &json::write(&sample_answer()), "");
        assert!(json.status == Status::Ok && json.faults.disagreed);
        assert!(json.summary.ends_with("(its text says CRITICAL, its exit code OK)"), "{}", json.summary);
    }

    #[test]
    fn every_other_end_is_unknown_and_says_why() {
        for (end, out, err, want) in [
            (
                End::Code(137),
                "fine",
                "",
                "exit code 137 is none of a plugin's (0 to 3), which a shell gives for a program that a signal has ended: fine",
            ),
            (
                End::Code(127),
                "",
                "sh: 1: foo: not found",
                "exit code 127 is none of a plugin's (0 to 3), which a shell gives for a program that it cannot find: no output, but on standard error: sh: 1: foo: not found",
            ),
            (End::Signal(11), "half", "", "ended by signal 11 (SIGSEGV): half"),
            (End::TimedOut, "", "", "did not end in its time and was ended: no output"),
            (End::NotStarted("check_x was not found".into()), "", "", "check_x was not found"),
        ] {
            let said = said(end, out, err);
            assert_eq!((said.status, &*said.summary), (Status::Unknown, want));
        }
        let silent = said(End::Code(0), "", "");
        assert_eq!((silent.status, &*silent.summary), (Status::Ok, "no output"));
    }

    #[test]
    fn json_that_cannot_be_read_is_counted() {
        for bad in ["{\"vitals\":1", "{\"vitals\":2}", "{\"vitals\":1,\"check\":\"exporter\"}"] {
            let said = said(End::Code(0), bad, "");
            assert_eq!((said.faults.unreadable, said.status), (1, Status::Ok), "{bad}");
            assert!(said.summary.starts_with("its JSON cannot be read: "), "{}", said.summary);
        }
        for (name, unreadable) in [("check", 1), ("check-status", 1), ("", 1), ("checker", 0)] {
            let whole = json::write(&sample_answer()).replacen("\"fs\"", &format!("\"{name}\""), 1);
            assert_eq!(said(End::Code(2), &whole, "").faults.unreadable, unreadable, "{name}");
        }
    }

    #[test]
    fn what_is_kept_is_bounded_and_harmless() {
        let flood = format!("{}\n{}", "x".repeat(100_000), "line \x1b[31m of it\n".repeat(50_000));
        let flooded = said(End::Code(0), &flood, &"e".repeat(1_000_000));
        let long: usize = flooded.long.iter().map(String::len).sum();
        assert!(flooded.summary.len() <= LONGEST_SUMMARY && long <= LONGEST_TEXT);
        assert!(flooded.stderr.iter().map(String::len).sum::<usize>() <= LONGEST_TEXT);
        assert_eq!(flooded.long[0], "line \\x1b[31m of it");
        let answer = json::write(&sample_answer());
        let left = Left { end: &End::Code(2), stdout: answer.as_bytes(), stderr: b"", cut: false, left_behind: false };
        let trimmed = read(&left, 2);
        let Readings::Typed(kept) = trimmed.readings else { panic!("typed") };
        assert_eq!(kept.walk().map(|f| f.metrics.len()).sum::<usize>(), 2);
        assert!(trimmed.faults.dropped > 0);
    }

    #[test]
    fn binary_output_is_shown_as_escapes() {
        let left =
            Left { end: &End::Code(0), stdout: b"\xff\x00\x01|a=1", stderr: b"", cut: false, left_behind: false };
        let said = read(&left, 10);
        assert_eq!(said.summary, "\u{fffd}\\x00\\x01");
    }
}
