//! Answers as Prometheus metric families: the one mapping, for plugins and exporter.
//!
//! Naming rules: <https://prometheus.io/docs/practices/naming/>.

use super::answer::Answer;
use super::metric::{Kind, Metric};
use super::text;
use prometheus::proto::{Counter, Gauge, LabelPair, Metric as Sample, MetricFamily, MetricType};
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

/// The name of the family that holds every check's state, 0 to 3.
pub const STATUS: &str = "vitals_check_status";
/// The name of the family that holds how long every check took.
pub const DURATION: &str = "vitals_check_duration_seconds";

/// What [`STATUS`] says of itself.
pub const STATUS_HELP: &str = "state of the check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN";
/// What [`DURATION`] says of itself.
pub const DURATION_HELP: &str = "time that the check took";

/// Names and values of labels; sorted by name where they become a series.
pub type Labels = Vec<(String, String)>;

/// Metric families while they are filled.
#[derive(Debug, Default)]
pub struct Families {
    by_name: BTreeMap<String, MetricFamily>,
    /// Hashes of the series that are there: each occurs once.
    seen: HashSet<u64>,
    hashes: RandomState,
}

impl Families {
    /// Adds a value to its family, and says whether that was possible: a series occurs once, and a family has one
    /// type.
    pub fn add(&mut self, name: &str, help: &str, kind: Kind, mut labels: Labels, value: f64) -> bool {
        labels.sort_unstable();
        if !self.seen.insert(self.hashes.hash_one((name, &labels))) {
            return false;
        }
        if let Some(family) = self.by_name.get_mut(name) {
            let same = family.get_field_type() == metric_type(kind);
            if same {
                family.mut_metric().push(sample(labels, value, kind));
            }
            return same;
        }
        let mut family = MetricFamily::default();
        family.set_name(name.to_owned());
        family.set_help(help.to_owned());
        family.set_field_type(metric_type(kind));
        family.mut_metric().push(sample(labels, value, kind));
        self.by_name.insert(name.to_owned(), family);
        true
    }

    /// Adds what an answer measured, each series with these labels too, and says how many values had no place.
    ///
    /// Where an item's label has the name of one of `own`, it becomes `item_…`.
    pub fn add_metrics(&mut self, answer: &Answer, own: &[(&str, &str)]) -> usize {
        let mut lost = 0;
        for metric in answer.walk().flat_map(|finding| &finding.metrics) {
            let Some(value) = metric.value else { continue };
            let help = answer.help.get(&metric.name).map_or("", String::as_str);
            let (name, labels) = (family_name(&answer.check, metric), labels(metric, own));
            lost += usize::from(!self.add(&name, help, metric.kind, labels, value.as_f64()));
        }
        lost
    }

    /// The families in the order of their names.
    #[must_use]
    pub fn finish(self) -> Vec<MetricFamily> {
        self.by_name.into_values().collect()
    }
}

/// The families of one answer, as a plugin writes them by itself.
#[must_use]
pub fn families(answer: &Answer) -> Vec<MetricFamily> {
    let mut families = Families::default();
    let own = [("check", &*answer.check), ("service", &*answer.service)];
    for (name, help, value) in
        [(STATUS, STATUS_HELP, f64::from(answer.status.code())), (DURATION, DURATION_HELP, answer.duration)]
    {
        let labels = own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        families.add(name, help, Kind::Gauge, labels, value);
    }
    families.add_metrics(answer, &[("service", &answer.service)]);
    families.finish()
}

const fn metric_type(kind: Kind) -> MetricType {
    match kind {
        Kind::Gauge => MetricType::GAUGE,
        Kind::Counter => MetricType::COUNTER,
    }
}

fn sample(labels: Labels, value: f64, kind: Kind) -> Sample {
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

fn labels(metric: &Metric, own: &[(&str, &str)]) -> Labels {
    let mut labels: BTreeMap<String, String> =
        own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for (name, value) in &metric.labels {
        let mut name = identifier(name);
        if own.iter().any(|(taken, _)| *taken == name) {
            name.insert_str(0, "item_");
        }
        labels.insert(name, text::clean_str(value).into_owned());
    }
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
    fn labels_of_ours_are_kept_apart_from_those_of_items() {
        let mut used = metric("used", Unit::Ratio, Kind::Gauge);
        used.labels = BTreeMap::from([("host".to_owned(), "web1".to_owned()), ("a-b".to_owned(), "x|y".to_owned())]);
        let found = labels(&used, &[("host", "kis"), ("service", "disk")]);
        let shown: Vec<String> = found.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown, ["a_b=x\\x7cy", "host=kis", "item_host=web1", "service=disk"]);
    }

    #[test]
    fn a_family_has_one_type() {
        let mut families = Families::default();
        assert!(families.add("x", "", Kind::Gauge, Vec::new(), 1.0));
        assert!(!families.add("x", "", Kind::Counter, vec![("a".to_owned(), "b".to_owned())], 1.0));
        assert!(!families.add("x", "", Kind::Gauge, Vec::new(), 2.0));
    }

    #[test]
    fn a_series_occurs_once() {
        let mut answer = sample_answer();
        let again = answer.findings.clone();
        answer.findings.extend(again);
        assert_eq!(families(&answer).iter().map(|f| f.get_metric().len()).sum::<usize>(), 2 + 6);
    }
}
