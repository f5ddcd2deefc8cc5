//! What can be measured of logs.

use super::rule::{Rules, Take};
use crate::model::catalogue::{Catalogue, MetricDef};
use crate::model::metric::Kind;
use crate::model::unit::Unit;

/// The metrics that are always there.
pub(super) const METRICS: Catalogue = Catalogue::new(
    "rule",
    &[
        MetricDef::gauge("matches", Unit::Count, "lines that the rule took in this run").in_perfdata(),
        MetricDef::counter("matches_seen", Unit::Count, "lines that the rule took since it is known"),
        MetricDef::gauge("age", Unit::Seconds, "time since the rule took a line"),
        MetricDef::gauge(
            "lines",
            Unit::Count,
            "lines that were read in this run; beyond 64 MiB only where it is asked for",
        )
        .in_perfdata(),
        MetricDef::gauge("bytes", Unit::Bytes, "bytes that were read in this run").in_perfdata(),
    ],
);

/// The catalogue of a run: with the captures of its rules.
pub(super) fn of_a_run(rules: &Rules) -> Catalogue {
    let mut metrics = METRICS.metrics.into_owned();
    for (rule, metric) in rules.iter().flat_map(|rule| rule.metrics.iter().map(move |metric| (rule, metric))) {
        if metrics.iter().any(|def| def.name == metric.name) {
            continue;
        }
        let kind = if metric.take == Take::Sum { Kind::Counter } else { Kind::Gauge };
        let help = format!("captured by rule {}", rule.name);
        let def = MetricDef::gauge(String::leak(metric.name.clone()), metric.unit, String::leak(help));
        metrics.push(MetricDef { kind, ..def.in_perfdata() });
    }
    Catalogue { metrics: metrics.into(), ..METRICS }
}
