//! A Checkmk local check: `STATE "service" metrics text`, one line.
//!
//! Rule: Checkmk manual, "Local checks". Long output follows as `\n` in letters.

use super::{Options, nagios};
use crate::model::answer::Answer;
use crate::model::metric::{Metric, Value};
use crate::model::range::Range;
use crate::model::text;
use crate::model::unit::decimal;
use std::collections::HashSet;

/// A newline as the agent's line carries it.
const NEWLINE: &str = "\\n";

/// One line for the agent.
#[must_use]
pub fn render(answer: &Answer, options: &Options) -> String {
    let service: String = answer.service.chars().map(|c| if c == '"' || c.is_control() { '_' } else { c }).collect();
    let mut names = HashSet::new();
    let mut metrics = String::new();
    let room = options.first_line.min(options.whole / 2);
    let mut left_out = 0;
    for finding in answer.walk() {
        for metric in &finding.metrics {
            let chosen = options.perfdata.as_ref();
            let wanted = chosen.map_or(metric.perfdata, |globs| globs.iter().any(|glob| glob.matches(&metric.name)));
            let Some(value) = metric.value.filter(|_| wanted) else { continue };
            let name = name(finding.item.as_deref(), metric);
            if names.insert(name.clone()) {
                let entry = format!("{name}={}{}", number(value), limits(metric));
                if metrics.len() + entry.len() < room {
                    metrics.push_str(if metrics.is_empty() { "" } else { "|" });
                    metrics.push_str(&entry);
                } else {
                    left_out += 1;
                }
            }
        }
    }
    if metrics.is_empty() {
        metrics.push('-');
    }
    let head = format!("{} \"{}\" {metrics} ", answer.status.code(), text::cut(&service, options.whole / 8));
    let room = options.whole.saturating_sub(head.len() + 1);
    let mut lines = nagios::body(answer, options);
    if left_out > 0 {
        lines.insert(0, format!("note: {left_out} metrics left out (--max-output)"));
    }
    let mut said = text::cut(&answer.summary, room - room / 4).into_owned() + NEWLINE;
    nagios::append_fitting(&mut said, &lines, NEWLINE, room);
    format!("{head}{}\n", said.strip_suffix(NEWLINE).unwrap_or(&said))
}

/// Names of metrics must be free of white space and of all that separates.
fn name(item: Option<&str>, metric: &Metric) -> String {
    let full = item.map_or_else(|| metric.name.clone(), |item| format!("{item}.{}", metric.name));
    full.chars().map(|c| if c.is_alphanumeric() || "_./-".contains(c) { c } else { '_' }).collect()
}

fn number(value: Value) -> String {
    match value {
        Value::Int(value) => value.to_string(),
        Value::Float(value) => decimal(value),
    }
}

/// Checkmk draws plain upper limits; the state is ours anyway.
fn limits(metric: &Metric) -> String {
    let upper = |range: Option<Range>| {
        range.filter(|r| !r.is_inverted() && r.end().is_finite()).map(|r| decimal(r.end())).unwrap_or_default()
    };
    let bound = |bound: Option<f64>| bound.map(decimal).unwrap_or_default();
    let all = [upper(metric.warn), upper(metric.crit), bound(metric.min), bound(metric.max)].join(";");
    match all.trim_end_matches(';') {
        "" => String::new(),
        some => format!(";{some}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::tests::sample_answer;

    #[test]
    fn one_line_with_the_details_in_letters() {
        let text = render(&sample_answer(), &Options::default());
        assert_eq!(text.lines().count(), 1);
        assert!(text.starts_with("2 \"fs\" /.used=0.5;0.9;0.95;0;1|/var.used=0.93;0.9;0.95;0;1|"), "{text}");
        assert!(text.contains("/a_x7cb__c_.used=0.97"), "{text}");
        assert!(text.contains("\\n[WARNING] /var 93 % used"));
    }

    #[test]
    fn without_metrics_there_is_a_dash() {
        let mut answer = sample_answer();
        answer.findings.clear();
        answer.service = "disk \"x\"".to_owned();
        assert!(render(&answer, &Options::default()).starts_with("2 \"disk _x_\" - /a"));
    }
}
