//! Performance data: `'label'=value[UOM];warn;crit;min;max`.
//!
//! Rule: Monitoring Plugins Development Guidelines, "Performance data". Units are only those that Nagios, Icinga,
//! Checkmk and pnp4nagios all read.

use super::Options;
use crate::model::answer::{Answer, Finding};
use crate::model::metric::{Kind, Metric, Value};
use crate::model::range::Range;
use crate::model::unit::{Unit, decimal, round_to};
use std::collections::HashSet;

/// One value, ready to be joined.
#[derive(Debug, PartialEq)]
pub struct Perfdatum {
    /// The whole text of it.
    pub text: String,
    /// Whether its finding is not OK: such are kept first when the line is cut.
    pub urgent: bool,
}

/// The performance data of an answer, in the check's order: the same from run to run.
#[must_use]
pub fn all(answer: &Answer, options: &Options) -> Vec<Perfdatum> {
    let mut labels = HashSet::new();
    let mut out = Vec::new();
    for finding in answer.walk() {
        for metric in finding.metrics.iter().filter(|metric| wanted(metric, options)) {
            let label = unique(label(finding, metric), &mut labels);
            let urgent = finding.status != crate::model::status::Status::Ok;
            out.push(Perfdatum { text: format!("'{label}'={}", fields(metric)), urgent });
        }
    }
    out
}

/// As much performance data as fits, in the check's order, and how many were left out. What is not OK has the first
/// right to a place.
#[must_use]
pub fn fitting(data: &[Perfdatum], room: usize) -> (String, usize) {
    let mut kept = vec![false; data.len()];
    let mut left = room;
    for urgent in [true, false] {
        for (datum, keep) in data.iter().zip(&mut kept).filter(|(datum, _)| datum.urgent == urgent) {
            let cost = datum.text.len() + 1;
            if cost > left {
                // The rest of the same rank would leave gaps that differ from run to run.
                break;
            }
            left -= cost;
            *keep = true;
        }
    }
    let texts: Vec<&str> = data.iter().zip(&kept).filter(|(_, keep)| **keep).map(|(datum, _)| &*datum.text).collect();
    (texts.join(" "), data.len() - texts.len())
}

fn wanted(metric: &Metric, options: &Options) -> bool {
    options.perfdata.as_ref().map_or(metric.perfdata, |globs| globs.iter().any(|glob| glob.matches(&metric.name)))
}

fn label(finding: &Finding, metric: &Metric) -> String {
    let full = match &finding.item {
        Some(item) => format!("{item}.{}", metric.name),
        None => metric.name.clone(),
    };
    full.chars()
        .map(|c| if matches!(c, '\'' | '=' | '|' | '"') || c.is_control() { '_' } else { c })
        .collect::<String>()
        .replace("::", "__")
}

/// Two items whose names differ only in what had to be replaced must not share a label.
fn unique(label: String, taken: &mut HashSet<String>) -> String {
    if taken.insert(label.clone()) {
        return label;
    }
    (2..).map(|n| format!("{label}_{n}")).find(|candidate| taken.insert(candidate.clone())).unwrap_or(label)
}

fn fields(metric: &Metric) -> String {
    let uom = if metric.kind == Kind::Counter && metric.unit == Unit::Count { "c" } else { metric.unit.uom() };
    let value = match metric.value {
        None => "U".to_owned(),
        Some(value) => value_text(value, metric.unit) + uom,
    };
    let range = |range: Option<Range>| range.map(|r| r.written(|end| limit(end, metric.unit))).unwrap_or_default();
    let bound = |bound: Option<f64>| bound.map(|end| limit(end, metric.unit)).unwrap_or_default();
    let all = [value, range(metric.warn), range(metric.crit), bound(metric.min), bound(metric.max)].join(";");
    all.trim_end_matches(';').to_owned()
}

fn value_text(value: Value, unit: Unit) -> String {
    match (value, unit) {
        // Four places of a percent are a millionth of the whole: more is noise.
        (value, Unit::Ratio) => decimal(round_to(value.as_f64() * 100.0, 4)),
        (Value::Int(value), _) => value.to_string(),
        (Value::Float(value), _) => decimal(value),
    }
}

fn limit(end: f64, unit: Unit) -> String {
    match unit {
        Unit::Ratio => unit.exact(end).trim_end_matches('%').to_owned(),
        _ => decimal(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::tests::sample_answer;

    fn texts(answer: &Answer, options: &Options) -> Vec<String> {
        all(answer, options).into_iter().map(|datum| datum.text).collect()
    }

    #[test]
    fn percent_limits_and_bounds_are_in_percent() {
        let texts = texts(&sample_answer(), &Options::default());
        assert_eq!(
            texts,
            ["'/.used'=50%;90;95;0;100", "'/var.used'=93%;90;95;0;100", "'/a\\x7cb _c_.used'=97%;90;95;0;100"]
        );
    }

    #[test]
    fn the_user_chooses_with_globs() {
        let options = Options { perfdata: Some(vec!["fr*".into()]), ..Options::default() };
        assert_eq!(texts(&sample_answer(), &options).first().map(String::as_str), Some("'/.free'=5000000000B;;;0"));
    }

    #[test]
    fn labels_that_fall_together_are_told_apart() {
        let mut answer = sample_answer();
        for (finding, name) in answer.findings.iter_mut().zip(["a=b", "a'b", "a::b"]) {
            finding.item = Some(name.to_owned());
        }
        let labels: Vec<String> = texts(&answer, &Options::default());
        assert!(labels.iter().zip(["'a_b.used'", "'a_b.used_2'", "'a__b.used'"]).all(|(l, w)| l.starts_with(w)));
    }

    #[test]
    fn unknown_values_and_tiny_ones() {
        let mut answer = sample_answer();
        let metrics = answer.findings.iter_mut().flat_map(|finding| &mut finding.metrics);
        for (metric, value) in metrics.zip([None, Value::finite(1e-7), Value::finite(1e21)]) {
            metric.value = value;
            (metric.warn, metric.crit) = (None, None);
        }
        let options = Options { perfdata: Some(vec!["*".into()]), ..Options::default() };
        let texts = texts(&answer, &options);
        assert_eq!(
            texts.get(..3).map(<[String]>::to_vec),
            Some(vec![
                "'/.used'=U;;;0;100".to_owned(),
                "'/.free'=0.0000001B;;;0".to_owned(),
                "'/var.used'=100000000000000000000000%;;;0;100".to_owned(),
            ])
        );
    }

    #[test]
    fn what_is_not_ok_is_kept_when_the_line_is_cut() {
        let data = all(&sample_answer(), &Options::default());
        let (text, left) = fitting(&data, 64);
        assert!(text.starts_with("'/var.used'") && text.contains("'/a\\x7cb"), "{text}");
        assert_eq!(left, 1);
        assert_eq!(fitting(&data, 0), (String::new(), 3));
    }
}
