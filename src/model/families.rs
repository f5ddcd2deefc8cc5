//! Answers as Prometheus metric families: the one mapping, for plugins and exporter.
//!
//! Naming rules: <https://prometheus.io/docs/practices/naming/>.

use super::answer::Answer;
use super::metric::{Kind, Metric};
use super::text;
use prometheus::proto::{Counter, Gauge, LabelPair, Metric as Sample, MetricFamily, MetricType};
use std::collections::{BTreeMap, HashSet};

/// The name of the family that holds every check's state, 0 to 3.
pub const STATUS: &str = "vitals_check_status";
/// The name of the family that holds how long every check took.
pub const DURATION: &str = "vitals_check_duration_seconds";

/// The families of one answer, in the order of their names; a series that occurs twice is kept once.
#[must_use]
pub fn families(answer: &Answer) -> Vec<MetricFamily> {
    let mut out: BTreeMap<String, MetricFamily> = BTreeMap::new();
    let mut seen: HashSet<(String, Vec<(String, String)>)> = HashSet::new();
    let own = [("check", &*answer.check), ("service", &*answer.service)];
    for (name, help, value) in [
        (STATUS, "state of the check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN", f64::from(answer.status.code())),
        (DURATION, "time that the check took", answer.duration),
    ] {
        let labels = own.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        family(&mut out, name, help, Kind::Gauge).mut_metric().push(sample(labels, value, Kind::Gauge));
    }
    for metric in answer.walk().flat_map(|finding| &finding.metrics) {
        let Some(value) = metric.value else { continue };
        let name = family_name(&answer.check, metric);
        let labels = labels(answer, metric);
        if seen.insert((name.clone(), labels.clone())) {
            let help = answer.help.get(&metric.name).map_or("", String::as_str);
            family(&mut out, &name, help, metric.kind).mut_metric().push(sample(labels, value.as_f64(), metric.kind));
        }
    }
    out.into_values().collect()
}

fn family<'f>(out: &'f mut BTreeMap<String, MetricFamily>, name: &str, help: &str, kind: Kind) -> &'f mut MetricFamily {
    out.entry(name.to_owned()).or_insert_with(|| {
        let mut family = MetricFamily::default();
        family.set_name(name.to_owned());
        family.set_help(help.to_owned());
        family.set_field_type(match kind {
            Kind::Gauge => MetricType::GAUGE,
            Kind::Counter => MetricType::COUNTER,
        });
        family
    })
}

fn sample(labels: Vec<(String, String)>, value: f64, kind: Kind) -> Sample {
    let mut sample = Sample::default();
    let pairs = labels.into_iter().map(|(name, value)| {
        let mut pair = LabelPair::default();
        pair.set_name(name);
        pair.set_value(value);
        pair
    });
    sample.set_label(pairs.collect());
    match kind {
        Kind::Gauge => {
            let mut gauge = Gauge::default();
            gauge.set_value(value);
            sample.set_gauge(gauge);
        }
        Kind::Counter => {
            let mut counter = Counter::default();
            counter.set_value(value);
            sample.set_counter(counter);
        }
    }
    sample
}

/// `vitals_<check>_<metric>[_<unit>][_total]`. A metric `count` is the number of the check's own things: it needs no
/// name of its own, and `_count` is kept for histograms.
fn family_name(check: &str, metric: &Metric) -> String {
    let mut name = format!("vitals_{}", identifier(check));
    let unit = metric.unit.prometheus();
    if metric.name != "count" {
        name.push('_');
        name.push_str(&identifier(&metric.name));
    }
    if !unit.is_empty() && !name.ends_with(&format!("_{unit}")) {
        name.push('_');
        name.push_str(unit);
    }
    if metric.kind == Kind::Counter {
        name.push_str("_total");
    }
    name
}

fn labels(answer: &Answer, metric: &Metric) -> Vec<(String, String)> {
    let mut labels: BTreeMap<String, String> =
        metric.labels.iter().map(|(k, v)| (identifier(k), text::clean_str(v).into_owned())).collect();
    labels.insert("service".to_owned(), answer.service.clone());
    labels.into_iter().collect()
}

/// The text as a Prometheus name: letters, digits and `_`, no digit in front.
#[must_use]
pub fn identifier(text: &str) -> String {
    let mut name: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        name.insert(0, '_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::metric::Value;
    use crate::model::report::tests::sample_answer;
    use crate::model::unit::Unit;

    fn metric(name: &str, unit: Unit, kind: Kind) -> Metric {
        Metric {
            name: name.to_owned(),
            labels: BTreeMap::new(),
            value: Some(Value::Int(1)),
            unit,
            kind,
            warn: None,
            crit: None,
            min: None,
            max: None,
            perfdata: true,
        }
    }

    #[test]
    fn names_follow_the_rules_of_the_field() {
        let name = |name, unit, kind| family_name("procs", &metric(name, unit, kind));
        assert_eq!(name("used", Unit::Ratio, Kind::Gauge), "vitals_procs_used_ratio");
        assert_eq!(name("used_bytes", Unit::Bytes, Kind::Gauge), "vitals_procs_used_bytes");
        assert_eq!(name("restarts", Unit::Count, Kind::Counter), "vitals_procs_restarts_total");
        assert_eq!(name("count", Unit::Count, Kind::Gauge), "vitals_procs");
        assert_eq!(identifier("9 lives-x"), "_9_lives_x");
    }

    #[test]
    fn one_family_a_metric_with_help_and_labels() {
        let families = families(&sample_answer());
        let names: Vec<&str> = families.iter().map(MetricFamily::name).collect();
        assert_eq!(names, [DURATION, STATUS, "vitals_fs_free_bytes", "vitals_fs_used_ratio"]);
        let used = families.last().map(|f| (f.help(), f.get_metric().len()));
        assert_eq!(used, Some(("share of the space that is used", 3)));
    }

    #[test]
    fn a_series_occurs_once() {
        let mut answer = sample_answer();
        let again = answer.findings.clone();
        answer.findings.extend(again);
        assert_eq!(families(&answer).iter().map(|f| f.get_metric().len()).sum::<usize>(), 2 + 6);
    }
}
