//! The metrics of a snapshot, through the registry of the `prometheus` crate: built anew for each scrape from the
//! results that are there. A scrape runs nothing.

use super::engine::{Engine, Load};
use super::outcome::{Outcome, Readings};
use super::reload::Health;
use super::run::kind;
use super::standing::{Phase, Snapshot, Standing};
use crate::model::families::{DURATION, DURATION_HELP, Families, Labels, STATUS, STATUS_HELP};
use crate::model::metric::Kind;
use crate::model::parse::Perfdatum;
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
use prometheus::core::{Collector, Desc};
use prometheus::process_collector::ProcessCollector;
use prometheus::proto::MetricFamily;
use prometheus::{Registry, TextEncoder};
use std::sync::Arc;
use std::time::Instant;

/// Ends each HELP, so that nobody takes a scrape for a run.
pub const CACHED: &str = "(of the last run; a scrape runs nothing)";

/// All that is scraped.
pub struct Metrics(Registry);

impl Metrics {
    /// The metrics of this engine, and of its process.
    ///
    /// # Errors
    /// When two collectors give metrics of one name: never, and a test says so.
    pub fn new(engine: Engine, reload: Arc<Health>) -> prometheus::Result<Self> {
        let registry = Registry::new();
        registry.register(Box::new(ProcessCollector::for_self()))?;
        registry.register(Box::new(Checks { engine, reload }))?;
        Ok(Self(registry))
    }

    /// The text of a scrape, format 0.0.4.
    ///
    /// # Errors
    /// When the encoder refuses a family.
    pub fn text(&self) -> prometheus::Result<String> {
        TextEncoder::new().encode_to_string(&self.0.gather())
    }
}

struct Checks {
    engine: Engine,
    reload: Arc<Health>,
}

impl Collector for Checks {
    /// None: which families there are depends on what the plugins say.
    fn desc(&self) -> Vec<&Desc> {
        Vec::new()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        families(&self.engine.snapshot(), &self.engine.load(), self.reload.last())
    }
}

/// All families but those of the process. `reload` is whether the last configuration was taken over, and when one was.
#[must_use]
pub fn families(snapshot: &Snapshot, load: &Load, reload: (bool, Timestamp)) -> Vec<MetricFamily> {
    let mut families = of_checks(snapshot);
    of_exporter(&mut families, load, reload);
    families.finish()
}

fn of_exporter(families: &mut Families, load: &Load, (reloaded, at): (bool, Timestamp)) {
    let version = vec![("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    for (name, help, labels, value) in [
        ("build_info", "1, with what was built", version, 1.0),
        ("running", "plugins that are running now", Vec::new(), load.running as f64),
        ("queued", "checks that are due and wait for their turn", Vec::new(), load.queued as f64),
        ("stuck", "runs that cannot be ended, stuck in the kernel", Vec::new(), load.stuck as f64),
        ("concurrency", "plugins that may run at one time", Vec::new(), load.concurrency as f64),
        (
            "config_last_reload_successful",
            "1 when the last configuration was taken over",
            Vec::new(),
            f64::from(u8::from(reloaded)),
        ),
        ("config_last_reload_success_timestamp_seconds", "when a configuration was last taken over", Vec::new(), at.0),
    ] {
        families.add(&format!("vitals_exporter_{name}"), help, Kind::Gauge, labels, value);
    }
}

/// The families of all checks.
fn of_checks(snapshot: &Snapshot) -> Families {
    let mut families = Families::default();
    for standing in &snapshot.standings {
        let mut lost = 0;
        if let Some(outcome) = &standing.last {
            lost = readings(&mut families, standing, outcome);
        }
        of_check(&mut families, standing, snapshot.now, lost);
    }
    families
}

/// What the check as such is like.
fn of_check(families: &mut Families, standing: &Standing, now: Instant, lost: usize) {
    let check = standing.last.as_ref().map_or_else(|| kind(&standing.check), |last| last.check.clone());
    let mut add = |name: &str, help: &str, kind: Kind, extra: Option<(&str, &str)>, value: f64| {
        let mut labels = own_labels(standing, Some(&check));
        labels.extend(extra.map(|(name, value)| (name.to_owned(), value.to_owned())));
        families.add(name, &format!("{help} {CACHED}"), kind, labels, value);
    };
    let flag = |set: bool| f64::from(u8::from(set));
    let is_stuck = matches!(standing.phase, Phase::Stuck(_));
    add(
        "vitals_check_interval_seconds",
        "time from one run to the next",
        Kind::Gauge,
        None,
        standing.check.interval.as_secs_f64(),
    );
    add(
        "vitals_check_overdue",
        "1 when there should have been a new result long ago",
        Kind::Gauge,
        None,
        flag(standing.is_overdue(now)),
    );
    add("vitals_check_stuck", "1 when a run cannot be ended", Kind::Gauge, None, flag(is_stuck));
    let counts = &standing.counts;
    for (status, runs) in Status::ALL.into_iter().zip(counts.runs) {
        let state = Some(("state", state_label(status)));
        add("vitals_check_runs_total", "finished runs by their state", Kind::Counter, state, runs as f64);
    }
    for (name, help, value) in [
        ("vitals_check_timeouts_total", "runs that did not end in their time", counts.timeouts),
        ("vitals_check_parse_errors_total", "pieces of output that could not be read", counts.unreadable),
        ("vitals_check_disagreements_total", "runs whose text and exit code named two states", counts.disagreed),
        ("vitals_check_output_cut_total", "runs that wrote more than is kept", counts.cut),
        ("vitals_check_missed_runs_total", "times of the schedule that passed without a run", counts.missed),
        ("vitals_check_series_dropped_total", "values beyond the series that the check may give", counts.dropped),
    ] {
        add(name, help, Kind::Counter, None, value as f64);
    }
    add(
        "vitals_check_series_clashing",
        "values whose series another check or value has already",
        Kind::Gauge,
        None,
        lost as f64,
    );
    let (Some(last), Some(verdict)) = (&standing.last, standing.verdict) else { return };
    add(STATUS, STATUS_HELP, Kind::Gauge, None, f64::from(verdict.status.code()));
    add(
        "vitals_check_hard_status",
        "state that further runs have confirmed, as a number like vitals_check_status",
        Kind::Gauge,
        None,
        f64::from(verdict.hard.code()),
    );
    add(
        "vitals_check_attempt",
        "runs in a row that were not OK and are not yet confirmed; 0: the state is hard",
        Kind::Gauge,
        None,
        f64::from(verdict.attempt),
    );
    for status in Status::ALL {
        let state = Some(("state", state_label(status)));
        add(
            "vitals_check_state",
            "1 for the state that the check has",
            Kind::Gauge,
            state,
            flag(status == verdict.status),
        );
    }
    add(DURATION, DURATION_HELP, Kind::Gauge, None, last.duration.as_secs_f64());
    add("vitals_check_last_run_timestamp_seconds", "when the last run began", Kind::Gauge, None, last.started.0);
    add(
        "vitals_check_status_change_timestamp_seconds",
        "when the check took its state",
        Kind::Gauge,
        None,
        standing.since.0,
    );
}

/// The labels of every series of a check: its own, then the configured ones.
fn own_labels(standing: &Standing, check: Option<&str>) -> Labels {
    let id = &standing.check.id;
    let own = [("host", &*id.host), ("service", &*id.name)].into_iter().chain(check.map(|check| ("check", check)));
    let given = standing.check.labels.iter().map(|(name, value)| (&**name, &**value));
    own.chain(given).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What its last run measured; returns how many values had no place.
fn readings(families: &mut Families, standing: &Standing, outcome: &Outcome) -> usize {
    match &outcome.readings {
        Readings::Typed(answer) => {
            let labels = own_labels(standing, None);
            let labels: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (&**name, &**value)).collect();
            families.add_metrics(answer, &labels)
        }
        Readings::Perfdata(data) => {
            data.iter().map(|datum| perfdatum(families, &own_labels(standing, Some(&outcome.check)), datum)).sum()
        }
    }
}

/// One value of a foreign plugin; returns 1 when it had no place.
fn perfdatum(families: &mut Families, own: &Labels, datum: &Perfdatum) -> usize {
    let (datum, base) = datum.in_base();
    let mut labels = own.clone();
    labels.push(("label".to_owned(), crate::model::text::clean_str(&datum.label).into_owned()));
    labels.push(("unit".to_owned(), crate::model::text::clean_str(&datum.uom).into_owned()));
    // A threshold is simple when it is one number that the value must not exceed.
    let upper = |range: &Option<crate::model::range::Range>| {
        range.filter(|range| range.start() == 0.0 && range.end().is_finite() && !range.is_inverted()).map(|r| r.end())
    };
    let Some(value) = datum.value else { return 0 };
    let (name, what, kind) = if base.counter {
        ("vitals_perfdata_total", "counter (unit c) of a plugin's performance data", Kind::Counter)
    } else {
        ("vitals_perfdata_value", "value of a plugin's performance data, in the base unit", Kind::Gauge)
    };
    if !families.add(name, &format!("{what} {CACHED}"), kind, labels.clone(), value) {
        return 1;
    }
    for (name, what, value) in [
        ("vitals_perfdata_warn", "warning threshold of the value, where it is one number", upper(&datum.warn)),
        ("vitals_perfdata_crit", "critical threshold of the value, where it is one number", upper(&datum.crit)),
        ("vitals_perfdata_min", "least value that is possible", datum.min),
        ("vitals_perfdata_max", "greatest value that is possible", datum.max),
    ] {
        if let Some(value) = value {
            families.add(name, &format!("{what} {CACHED}"), Kind::Gauge, labels.clone(), value);
        }
    }
    0
}

const fn state_label(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Warning => "warning",
        Status::Critical => "critical",
        Status::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests;
