//! The text of the Monitoring Plugins guidelines: one line that says it, performance data on it, details below.

use super::{Options, perfdata};
use crate::model::answer::{Answer, Finding};
use crate::model::status::Status;
use crate::model::text;

/// What the first line leaves to the others at least, when the whole output is short.
const ROOM_BELOW: usize = 160;

/// `CHECK STATUS - summary | perfdata`, then a line for each finding that matters.
#[must_use]
pub fn render(answer: &Answer, options: &Options) -> String {
    let data = perfdata::all(answer, options);
    // Below the first line there must be room to say that something was cut.
    let limit = options.first_line.min(options.whole.saturating_sub(ROOM_BELOW)).saturating_sub(1);
    // The sentence has the first right to the line, but may not crowd out all numbers.
    let head = format!("{} {} - {}", answer.check.to_uppercase(), answer.status, answer.summary);
    let head = text::cut(&head, if data.is_empty() { limit } else { limit - limit / 4 });
    let (perf, left_out) = perfdata::fitting(&data, limit.saturating_sub(head.len() + 3));
    let first = if perf.is_empty() { head.into_owned() } else { format!("{head} | {perf}") };

    let mut lines = body(answer, options);
    // A single finding has said it all in the first line.
    if options.verbosity == 0
        && lines.first().is_some_and(|line| *line == format!("[{}] {}", answer.status, answer.summary))
    {
        lines.remove(0);
    }
    if left_out > 0 {
        lines.insert(0, format!("note: {left_out} of {} performance values left out (--max-output)", data.len()));
    }
    let mut out = first + "\n";
    append_fitting(&mut out, &lines, "\n", options.whole);
    out
}

/// The lines below the first, without their newlines.
#[must_use]
pub fn body(answer: &Answer, options: &Options) -> Vec<String> {
    let mut lines = Vec::new();
    let mut findings: Vec<&Finding> = answer.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.status));
    for finding in findings {
        tree(finding, 0, options.verbosity, &mut lines);
    }
    lines.extend(answer.notes.iter().map(|note| format!("note: {note}")));
    if options.verbosity >= 1 {
        lines.extend(answer.details.iter().cloned());
    }
    if options.verbosity >= 3 {
        lines.push(format!("started {}, took {:.3} s", answer.start.rfc3339(), answer.duration));
    }
    lines
}

fn tree(finding: &Finding, depth: usize, verbosity: u8, lines: &mut Vec<String>) {
    if finding.status == Status::Ok && verbosity == 0 {
        return;
    }
    let indent = "  ".repeat(depth);
    lines.push(format!("{indent}[{}] {}", finding.status, finding.text));
    if verbosity >= 2 {
        for metric in &finding.metrics {
            let value = metric.value.map_or("unknown".to_owned(), |value| metric.unit.show(value.as_f64()));
            let limit = |name: &str, range: Option<crate::model::range::Range>| {
                range.map(|r| format!(", {name} {}", r.written(|end| metric.unit.exact(end)))).unwrap_or_default()
            };
            let limits = limit("warning", metric.warn) + &limit("critical", metric.crit);
            lines.push(format!("{indent}  {} {value}{limits}", metric.name));
        }
    }
    for part in &finding.findings {
        tree(part, depth + 1, verbosity, lines);
    }
}

/// Appends whole lines, each with a newline of the reader's kind, while they fit, and says how many did not.
pub(super) fn append_fitting(out: &mut String, lines: &[String], newline: &str, whole: usize) {
    const ROOM_TO_SAY_SO: usize = 48;
    let size: usize = lines.iter().map(|line| line.len() + newline.len()).sum();
    let fits = out.len() + size <= whole;
    let limit = if fits { whole } else { whole.saturating_sub(ROOM_TO_SAY_SO) };
    for (written, line) in lines.iter().enumerate() {
        if out.len() + line.len() + newline.len() > limit {
            let said = format!("note: {} lines left out (--max-output){newline}", lines.len() - written);
            if out.len() + said.len() <= whole {
                out.push_str(&said);
            }
            return;
        }
        out.push_str(line);
        out.push_str(newline);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::tests::sample_answer;
    use proptest::prelude::*;

    #[test]
    fn the_first_line_says_it_all() {
        let text = render(&sample_answer(), &Options::default());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "FS CRITICAL - /a\\x7cb 'c' 97 % used (critical: used above 95 %); /var 93 % used (warning: used above \
                 90 %) | '/.used'=50%;90;95;0;100 '/var.used'=93%;90;95;0;100 '/a\\x7cb _c_.used'=97%;90;95;0;100",
                "[CRITICAL] /a\\x7cb 'c' 97 % used (critical: used above 95 %)",
                "[WARNING] /var 93 % used (warning: used above 90 %)",
                "note: history not kept",
            ]
        );
    }

    #[test]
    fn more_with_each_v() {
        let lines = |verbosity| body(&sample_answer(), &Options { verbosity, ..Options::default() });
        assert!(lines(1).contains(&"[OK] / 50 % used".to_owned()));
        assert!(lines(2).contains(&"  used 93 %, warning 90%, critical 95%".to_owned()));
        assert!(lines(3).contains(&"started 2026-11-23T15:59:50Z, took 0.250 s".to_owned()));
    }

    proptest! {
        #[test]
        fn the_limits_hold_and_the_cut_is_said(first_line in 80usize..400, whole in 600usize..2000, n in 1usize..60) {
            let mut answer = sample_answer();
            let one = answer.findings.clone();
            answer.findings = (0..n).flat_map(|_| one.clone()).collect();
            let options = Options { first_line, whole, verbosity: 1, ..Options::default() };
            let text = render(&answer, &options);
            prop_assert!(text.len() <= whole);
            prop_assert!(text.lines().next().is_some_and(|line| line.len() < first_line));
            let complete = render(&answer, &Options { first_line: 1 << 20, whole: 1 << 20, ..options });
            prop_assert!(text == complete || text.contains("left out") || text.contains('…'));
        }
    }
}
