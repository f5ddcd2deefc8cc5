//! How a check says what it found. Values go through the thresholds here, and nowhere else.

use super::answer::{Answer, Finding};
use super::catalogue::Catalogue;
use super::metric::{Kind, Metric, Value};
use super::status::Status;
use super::text;
use super::thresholds::{Limits, Thresholds};
use super::timestamp::Timestamp;
use super::unit::Unit;
use std::collections::BTreeMap;

/// How many findings the first line names before it only counts them.
const NAMED_IN_SUMMARY: usize = 3;

/// Collects the findings of one run.
#[derive(Debug)]
pub struct Report<'a> {
    catalogue: &'a Catalogue,
    thresholds: &'a Thresholds,
    summary: Option<String>,
    findings: Vec<Finding>,
    notes: Vec<String>,
    details: Vec<String>,
}

/// One value on its way into a finding.
#[derive(Debug)]
pub struct Measure<'m> {
    name: &'m str,
    value: Option<Value>,
    labels: Vec<(&'m str, String)>,
    min: Option<f64>,
    max: Option<f64>,
    limits: Option<Limits>,
    no_worse_than: Status,
}

impl<'m> Measure<'m> {
    /// A metric of the catalogue and its value; `None` where it could not be measured.
    #[must_use]
    pub fn new(name: &'m str, value: Option<Value>) -> Self {
        Self { name, value, labels: Vec::new(), min: None, max: None, limits: None, no_worse_than: Status::Critical }
    }

    /// A float; NaN and the infinities stand for "not known".
    #[must_use]
    pub fn float(name: &'m str, value: f64) -> Self {
        Self::new(name, Value::finite(value))
    }

    /// A whole number.
    #[must_use]
    pub fn int(name: &'m str, value: u64) -> Self {
        Self::new(name, Some(value.into()))
    }

    /// The least and the greatest value that are possible.
    #[must_use]
    pub fn bounds(self, min: f64, max: f64) -> Self {
        Self { min: Some(min), max: Some(max), ..self }
    }

    /// The least value that is possible.
    #[must_use]
    pub fn at_least(self, min: f64) -> Self {
        Self { min: Some(min), ..self }
    }

    /// A label beside that of the item.
    #[must_use]
    pub fn label(mut self, name: &'m str, value: impl Into<String>) -> Self {
        self.labels.push((name, value.into()));
        self
    }

    /// Limits other than the rules' own, derived from [`Report::limits`].
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits: Some(limits), ..self }
    }

    /// The worst state that this value may give, such as OK while a crossed limit has not lasted.
    #[must_use]
    pub fn no_worse_than(self, status: Status) -> Self {
        Self { no_worse_than: status, ..self }
    }
}

/// A finding under construction.
#[derive(Debug, Default)]
pub struct Draft {
    finding: Finding,
    /// The limits that were crossed, in words.
    crossed: Vec<(Status, String)>,
}

impl Draft {
    /// A finding about a named item.
    #[must_use]
    pub fn item(name: &str) -> Self {
        let item = Some(text::clean_str(name).into_owned());
        Self { finding: Finding { item, ..Finding::default() }, crossed: Vec::new() }
    }

    /// A finding about the whole machine.
    #[must_use]
    pub fn whole() -> Self {
        Self::default()
    }

    /// What to say; the limits that were crossed are added to it.
    pub fn say(&mut self, text: impl Into<String>) {
        self.finding.text = text.into();
    }

    /// At least this state, whatever was measured.
    pub fn raise(&mut self, status: Status) {
        self.finding.status = self.finding.status.max(status);
    }

    /// The state so far.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.finding.status
    }

    /// A part of this finding; its state counts for the whole.
    pub fn part(&mut self, part: Self) {
        let part = part.finish();
        self.raise(part.status);
        self.finding.findings.push(part);
    }

    fn finish(mut self) -> Finding {
        let mut said = text::clean_str(&self.finding.text).into_owned();
        let crossed: Vec<String> =
            self.crossed.iter().map(|(level, words)| format!("{}: {words}", level.word().to_lowercase())).collect();
        if !crossed.is_empty() {
            said = format!("{said}{}({})", if said.is_empty() { "" } else { " " }, crossed.join(", "));
        }
        self.finding.text = said;
        self.finding
    }
}

impl<'a> Report<'a> {
    /// An empty report that judges by these thresholds.
    #[must_use]
    pub const fn new(catalogue: &'a Catalogue, thresholds: &'a Thresholds) -> Self {
        Self { catalogue, thresholds, summary: None, findings: Vec::new(), notes: Vec::new(), details: Vec::new() }
    }

    /// The limits that the rules give to a metric of this finding.
    #[must_use]
    pub fn limits(&self, draft: &Draft, metric: &str) -> Limits {
        self.thresholds.limits(metric, draft.finding.item.as_deref())
    }

    /// Judges a value, adds it to the finding, and returns the state that it gave.
    ///
    /// A value that is not known is not judged: whether that is a fault is the check's to say.
    pub fn measure(&self, draft: &mut Draft, measure: Measure<'_>) -> Status {
        let def = self.catalogue.find(measure.name);
        let unit = def.map_or(Unit::None, |def| def.unit);
        let limits = measure.limits.unwrap_or_else(|| self.limits(draft, measure.name));
        let status = measure.value.map_or(Status::Ok, |value| limits.status(value.as_f64())).min(measure.no_worse_than);
        if let (Some(range), Some(value)) = (limits.behind(status), measure.value) {
            let words = format!("{} {}", measure.name, range.crossed(value.as_f64(), unit));
            draft.crossed.push((status, words));
        }
        draft.raise(status);
        let mut labels: BTreeMap<String, String> = measure.labels.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        if let Some(item) = &draft.finding.item {
            labels.insert(self.catalogue.item.to_owned(), item.clone());
        }
        draft.finding.metrics.push(Metric {
            name: measure.name.to_owned(),
            labels,
            value: measure.value,
            unit,
            kind: def.map_or(Kind::Gauge, |def| def.kind),
            warn: limits.warn,
            crit: limits.crit,
            min: measure.min,
            max: measure.max,
            perfdata: def.is_some_and(|def| def.perfdata),
        });
        status
    }

    /// The state that a value would have, without adding it.
    #[must_use]
    pub fn would_be(&self, draft: &Draft, metric: &str, value: f64) -> Status {
        self.limits(draft, metric).status(value)
    }

    /// Adds a finding that is complete.
    pub fn add(&mut self, draft: Draft) {
        self.findings.push(draft.finish());
    }

    /// The first line while all is OK.
    pub fn summary(&mut self, text: impl AsRef<str>) {
        self.summary = Some(text::clean_str(text.as_ref()).into_owned());
    }

    /// What limits the answer: always shown.
    pub fn note(&mut self, text: impl AsRef<str>) {
        self.notes.push(text::clean_str(text.as_ref()).into_owned());
    }

    /// What explains the answer: shown with `-v`.
    pub fn detail(&mut self, text: impl AsRef<str>) {
        self.details.push(text::clean_str(text.as_ref()).into_owned());
    }

    /// Whether the user wants this metric judged, so that it must be measured whatever it costs.
    #[must_use]
    pub fn mentions(&self, metric: &str) -> bool {
        self.thresholds.mentions(metric)
    }

    /// The worst state so far.
    #[must_use]
    pub fn status(&self) -> Status {
        self.findings.iter().map(|finding| finding.status).max().unwrap_or(Status::Ok)
    }

    /// Closes the report. One that found nothing at all is UNKNOWN: silence is no health.
    #[must_use]
    pub fn finish(mut self, check: &str, host: &str, service: &str, start: Timestamp, duration: f64) -> Answer {
        if self.findings.is_empty() {
            let mut nothing = Draft::whole();
            nothing.raise(Status::Unknown);
            nothing.say("nothing was found to check");
            self.add(nothing);
        }
        for rule in self.thresholds.unmatched().map(str::to_owned).collect::<Vec<_>>() {
            self.note(format!("{rule} fits no item of this run"));
        }
        for words in self.thresholds.doubtful(self.catalogue) {
            self.note(words);
        }
        for words in self.thresholds.dropped().collect::<Vec<_>>() {
            self.detail(words);
        }
        let status = self.status();
        let summary = match self.summary.take() {
            Some(summary) if status == Status::Ok => summary,
            _ => first_line(&self.findings),
        };
        let mut answer = Answer {
            check: check.to_owned(),
            host: host.to_owned(),
            service: service.to_owned(),
            status,
            summary,
            start,
            duration,
            findings: self.findings,
            notes: self.notes,
            details: self.details,
            help: BTreeMap::new(),
        };
        answer.help = help(&answer, self.catalogue);
        answer
    }
}

/// The help of the metrics that occur.
fn help(answer: &Answer, catalogue: &Catalogue) -> BTreeMap<String, String> {
    let mut help = BTreeMap::new();
    for metric in answer.walk().flat_map(|finding| &finding.metrics) {
        if !help.contains_key(&metric.name)
            && let Some(def) = catalogue.find(&metric.name)
        {
            help.insert(metric.name.clone(), def.help.to_owned());
        }
    }
    help
}

/// The worst findings in one line: the first few by their text, the rest by their number.
fn first_line(findings: &[Finding]) -> String {
    let worst = findings.iter().map(|finding| finding.status).max().unwrap_or(Status::Ok);
    let mut chosen: Vec<&Finding> =
        findings.iter().filter(|finding| worst == Status::Ok || finding.status != Status::Ok).collect();
    // Stable: equals stay in the check's order.
    chosen.sort_by_key(|finding| std::cmp::Reverse(finding.status));
    let mut parts: Vec<String> = chosen.iter().take(NAMED_IN_SUMMARY).map(|finding| finding.text.clone()).collect();
    if chosen.len() > NAMED_IN_SUMMARY {
        let rest = chosen.len() - NAMED_IN_SUMMARY;
        parts.push(if worst == Status::Ok { format!("and {rest} more") } else { format!("and {rest} more not OK") });
    }
    parts.join("; ")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::catalogue::MetricDef;
    use crate::model::rule::Rule;

    static CATALOGUE: Catalogue = Catalogue::new(
        "mountpoint",
        &[
            MetricDef::gauge("used", Unit::Ratio, "share of the space that is used").limits("90", "95").in_perfdata(),
            MetricDef::gauge("free", Unit::Bytes, "bytes that users can still write"),
        ],
    );

    fn rules(texts: &[&str]) -> Vec<Rule> {
        texts.iter().filter_map(|text| text.parse().ok()).collect()
    }

    fn answer(warning: &[&str], mounts: &[(&str, f64)]) -> Answer {
        let thresholds = Thresholds::new(&CATALOGUE, &rules(warning), &[]).unwrap_or_default();
        let mut report = Report::new(&CATALOGUE, &thresholds);
        for (mount, used) in mounts {
            let mut draft = Draft::item(mount);
            report.measure(&mut draft, Measure::float("used", *used).bounds(0.0, 1.0).label("fstype", "ext4"));
            report.measure(&mut draft, Measure::int("free", 5_000_000_000).at_least(0.0));
            draft.say(format!("{mount} {} used", Unit::Ratio.show(*used)));
            report.add(draft);
        }
        report.summary(format!("{} file systems", mounts.len()));
        report.finish("fs", "alpha.example", "fs", Timestamp(1_795_449_590.0), 0.25)
    }

    /// An answer with a bit of everything, for the tests of the renderings.
    pub(crate) fn sample_answer() -> Answer {
        let mut answer = answer(&[], &[("/", 0.5), ("/var", 0.93), ("/a|b 'c'", 0.97)]);
        answer.notes.push("history not kept".to_owned());
        answer
    }

    #[test]
    fn the_worst_comes_first_with_the_limit_it_crossed() {
        let answer = sample_answer();
        assert_eq!(answer.status, Status::Critical);
        assert_eq!(
            answer.summary,
            "/a\\x7cb 'c' 97 % used (critical: used above 95 %); /var 93 % used (warning: used above 90 %)"
        );
    }

    #[test]
    fn many_findings_are_counted() {
        let mounts: Vec<(String, f64)> = (0..10).map(|i| (format!("/m{i}"), 0.92)).collect();
        let mounts: Vec<(&str, f64)> = mounts.iter().map(|(m, u)| (&**m, *u)).collect();
        assert!(answer(&[], &mounts).summary.ends_with("; and 7 more not OK"));
        assert_eq!(answer(&["none"], &[("/", 0.1)]).summary, "1 file systems");
    }

    #[test]
    fn nothing_found_is_unknown() {
        assert_eq!(answer(&[], &[]).status, Status::Unknown);
    }

    #[test]
    fn rules_that_fit_nothing_and_dropped_defaults_are_said() {
        let answer = answer(&["used@/vra=5", "97"], &[("/", 0.5)]);
        assert_eq!(answer.notes, ["--warning used@/vra=5 fits no item of this run"]);
        assert_eq!(answer.details, ["the default critical limit of used does not apply beside --warning 97"]);
    }

    #[test]
    fn parts_count_for_the_whole_and_caps_hold() {
        let thresholds = Thresholds::new(&CATALOGUE, &[], &[]).unwrap_or_default();
        let mut report = Report::new(&CATALOGUE, &thresholds);
        let mut whole = Draft::whole();
        let mut part = Draft::item("/x");
        let status = report.measure(&mut part, Measure::float("used", 0.99).no_worse_than(Status::Ok));
        assert_eq!((status, part.status()), (Status::Ok, Status::Ok));
        report.measure(&mut part, Measure::float("used", 0.91));
        whole.part(part);
        whole.say("a group");
        report.add(whole);
        let answer = report.finish("fs", "h", "s", Timestamp(0.0), 0.0);
        assert_eq!(answer.status, Status::Warning);
        assert_eq!(answer.walk().count(), 2);
    }
}
