//! What can be measured of the processes of an expectation.

use crate::model::catalogue::{Catalogue, MetricDef};
use crate::model::unit::Unit;

/// The catalogue.
pub(super) const METRICS: Catalogue = Catalogue::new("process", ALL);

/// All metrics. Marked as performance data are those of a run without expectations.
pub(super) const ALL: &[MetricDef] = &[
    MetricDef::gauge("count", Unit::Count, "processes that fit").in_perfdata(),
    MetricDef::gauge("zombies", Unit::Count, "processes that have ended and whose parent has not noticed")
        .warns("5")
        .in_perfdata(),
    MetricDef::gauge("blocked", Unit::Count, "processes in uninterruptible sleep (state D)").in_perfdata(),
    MetricDef::gauge("runaways", Unit::Count, "processes that have used a whole core for the time of --runaway")
        .warns("0")
        .in_perfdata(),
    MetricDef::gauge("cpu", Unit::Ratio, "CPU time used, as a share of one core, all together"),
    MetricDef::gauge("cpu_max", Unit::Ratio, "CPU time used by the busiest, as a share of one core"),
    MetricDef::gauge("rss", Unit::Bytes, "resident memory, all together"),
    MetricDef::gauge("rss_max", Unit::Bytes, "resident memory of the largest"),
    MetricDef::gauge("pss", Unit::Bytes, "proportional share of memory, all together"),
    MetricDef::gauge("vsz", Unit::Bytes, "virtual memory, all together"),
    MetricDef::gauge("growth", Unit::BytesPerSecond, "growth of the resident memory over days"),
    MetricDef::gauge("eta", Unit::Seconds, "time until rss is at its limit, or the machine's memory is full"),
    MetricDef::gauge("age_oldest", Unit::Seconds, "time since the oldest was started"),
    MetricDef::gauge("age_youngest", Unit::Seconds, "time since the youngest was started"),
    MetricDef::gauge("threads", Unit::Count, "threads, all together"),
    MetricDef::gauge("fds", Unit::Count, "open files, all together"),
    MetricDef::gauge("fd_ratio", Unit::Ratio, "open files of the one that is nearest to its limit"),
    MetricDef::gauge("restarts", Unit::Count, "processes that were replaced, within --restart-window"),
];

/// The catalogue of a run: all but the marked are measured only where a limit, a rule or `--perfdata` asks for them,
/// so whatever was measured is wanted as performance data, too.
pub(super) fn of_a_run() -> Catalogue {
    Catalogue { metrics: ALL.iter().map(|def| def.in_perfdata()).collect(), ..METRICS }
}

/// A set of metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Wanted(u32);

impl Wanted {
    /// Those whose names `choose` takes.
    pub(super) fn choose(choose: impl Fn(&str) -> bool) -> Self {
        let bits = ALL.iter().enumerate().filter(|(_, def)| choose(def.name));
        Self(bits.fold(0, |set, (at, _)| set | 1 << at))
    }

    /// Whether there is more in it than the number of processes.
    pub(super) const fn beyond_count(self) -> bool {
        // The main metric is the first.
        self.0 & !1 != 0
    }

    /// Both together.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a metric is in it.
    pub(super) fn has(self, name: &str) -> bool {
        ALL.iter().position(|def| def.name == name).is_some_and(|at| self.0 >> at & 1 == 1)
    }

    /// Whether one of these is.
    pub(super) fn any(self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }
}
