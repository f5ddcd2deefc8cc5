//! What a check can measure, declared once: names, units, defaults, the words of help and man page.

use super::metric::Kind;
use super::unit::Unit;
use std::borrow::Cow;

/// One metric that a check may report.
#[derive(Clone, Copy, Debug)]
pub struct MetricDef {
    /// The name in rules, performance data and JSON: lower case, `_` between words. A name that is known only at run
    /// time is leaked once: a plugin lives for one answer.
    pub name: &'static str,
    /// The base unit of its values.
    pub unit: Unit,
    /// Whether it only grows.
    pub kind: Kind,
    /// One line for man page and `# HELP`.
    pub help: &'static str,
    /// The default warning range, in the grammar a user writes.
    pub warning: Option<&'static str>,
    /// The default critical range.
    pub critical: Option<&'static str>,
    /// Whether it is performance data unless `--perfdata` says otherwise.
    pub perfdata: bool,
}

impl MetricDef {
    /// A value that goes up and down.
    #[must_use]
    pub const fn gauge(name: &'static str, unit: Unit, help: &'static str) -> Self {
        Self { name, unit, kind: Kind::Gauge, help, warning: None, critical: None, perfdata: false }
    }

    /// A value that only grows, until what counts it starts anew.
    #[must_use]
    pub const fn counter(name: &'static str, unit: Unit, help: &'static str) -> Self {
        Self { kind: Kind::Counter, ..Self::gauge(name, unit, help) }
    }

    /// With default limits.
    #[must_use]
    pub const fn limits(self, warning: &'static str, critical: &'static str) -> Self {
        Self { warning: Some(warning), critical: Some(critical), ..self }
    }

    /// With a default warning limit only.
    #[must_use]
    pub const fn warns(self, warning: &'static str) -> Self {
        Self { warning: Some(warning), ..self }
    }

    /// With a default critical limit only.
    #[must_use]
    pub const fn critical(self, critical: &'static str) -> Self {
        Self { critical: Some(critical), ..self }
    }

    /// Among the performance data by default.
    #[must_use]
    pub const fn in_perfdata(self) -> Self {
        Self { perfdata: true, ..self }
    }
}

/// All metrics of a check; the first is the main one, which a plain `-w RANGE` means.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// The label that names an item: `mountpoint`, `process`, …
    pub item: &'static str,
    /// The metrics in the order of the man page.
    pub metrics: Cow<'static, [MetricDef]>,
}

impl Catalogue {
    /// A catalogue that is known when the program is compiled.
    #[must_use]
    pub const fn new(item: &'static str, metrics: &'static [MetricDef]) -> Self {
        Self { item, metrics: Cow::Borrowed(metrics) }
    }

    /// The metric that a rule without a name means.
    #[must_use]
    pub fn main(&self) -> Option<&MetricDef> {
        self.metrics.first()
    }

    /// The names of all metrics, for a message.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.metrics.iter().map(|metric| metric.name).collect();
        names.join(", ")
    }

    /// The metric of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&MetricDef> {
        self.metrics.iter().find(|metric| metric.name == name)
    }
}
