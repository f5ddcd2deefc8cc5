//! What the exporter knows of each check, beside what the check measured.
//!
//! Written family by family, each with a line or more of every check: no series can come twice, because the labels hold
//! the check's identity.

use super::values::Values;
use crate::exporter::standing::{Phase, Snapshot, Standing};
use crate::model::families::{DURATION, DURATION_HELP, STATUS, STATUS_HELP};
use crate::model::metric::Kind;
use crate::model::status::Status;
use std::fmt::Write as _;
use std::time::Instant;

/// One check at the time of a scrape.
struct Seen<'a> {
    standing: &'a Standing,
    now: Instant,
    /// Values that had no place.
    lost: usize,
    labels: &'a str,
}

/// A value, and the state that it is about.
type Put<'a> = &'a mut dyn FnMut(Option<Status>, f64);

struct Family {
    name: &'static str,
    help: &'static str,
    kind: Kind,
    /// Gives the values of a check: none as long as there are none.
    values: fn(&Seen<'_>, Put<'_>),
}

const fn gauge(name: &'static str, help: &'static str, values: fn(&Seen<'_>, Put<'_>)) -> Family {
    Family { name, help, kind: Kind::Gauge, values }
}

const fn counter(name: &'static str, help: &'static str, values: fn(&Seen<'_>, Put<'_>)) -> Family {
    Family { name, help, kind: Kind::Counter, values }
}

const FAMILIES: [Family; 18] = [
    gauge("vitals_check_interval_seconds", "time from one run to the next", |seen, put| {
        put(None, seen.standing.check.interval.as_secs_f64());
    }),
    gauge("vitals_check_overdue", "1 when there should have been a new result long ago", |seen, put| {
        put(None, flag(seen.standing.is_overdue(seen.now)));
    }),
    gauge("vitals_check_stuck", "1 when a run cannot be ended", |seen, put| {
        put(None, flag(matches!(seen.standing.phase, Phase::Stuck(_))));
    }),
    counter("vitals_check_runs_total", "finished runs by their state", |seen, put| {
        for (status, runs) in Status::ALL.into_iter().zip(seen.standing.counts.runs) {
            put(Some(status), runs as f64);
        }
    }),
    counter("vitals_check_timeouts_total", "runs that did not end in their time", |seen, put| {
        put(None, seen.standing.counts.timeouts as f64);
    }),
    counter("vitals_check_parse_errors_total", "pieces of output that could not be read", |seen, put| {
        put(None, seen.standing.counts.unreadable as f64);
    }),
    counter(
        "vitals_check_disagreements_total",
        "runs whose JSON named another state than the exit code, which counts",
        |seen, put| {
            put(None, seen.standing.counts.disagreed as f64);
        },
    ),
    counter("vitals_check_output_cut_total", "runs that wrote more than is kept", |seen, put| {
        put(None, seen.standing.counts.cut as f64);
    }),
    counter("vitals_check_missed_runs_total", "times of the schedule that passed without a run", |seen, put| {
        put(None, seen.standing.counts.missed as f64);
    }),
    counter("vitals_check_series_dropped_total", "values beyond the series that the check may give", |seen, put| {
        put(None, seen.standing.counts.dropped as f64);
    }),
    gauge("vitals_check_series_clashing", "values whose series another check or value has already", |seen, put| {
        put(None, seen.lost as f64);
    }),
    gauge(STATUS, STATUS_HELP, |seen, put| {
        if let Some(verdict) = seen.standing.verdict {
            put(None, f64::from(verdict.status.code()));
        }
    }),
    gauge(
        "vitals_check_hard_status",
        "state that further runs have confirmed, as a number like vitals_check_status",
        |seen, put| {
            if let Some(verdict) = seen.standing.verdict {
                put(None, f64::from(verdict.hard.code()));
            }
        },
    ),
    gauge(
        "vitals_check_attempt",
        "runs in a row that were not OK and are not yet confirmed; 0: the state is hard",
        |seen, put| {
            if let Some(verdict) = seen.standing.verdict {
                put(None, f64::from(verdict.attempt));
            }
        },
    ),
    gauge("vitals_check_state", "1 for the state that the check has", |seen, put| {
        if let Some(verdict) = seen.standing.verdict {
            Status::ALL.into_iter().for_each(|status| put(Some(status), flag(status == verdict.status)));
        }
    }),
    gauge(DURATION, DURATION_HELP, |seen, put| {
        if let Some(last) = &seen.standing.last {
            put(None, last.duration.as_secs_f64());
        }
    }),
    gauge("vitals_check_last_run_timestamp_seconds", "when the last run began", |seen, put| {
        if let Some(last) = &seen.standing.last {
            put(None, last.started.0);
        }
    }),
    gauge("vitals_check_status_change_timestamp_seconds", "when the check took its state", |seen, put| {
        if seen.standing.verdict.is_some() {
            put(None, seen.standing.since.0);
        }
    }),
];

/// Writes the families; `lost` are the values of each check that had no place.
pub(super) fn write(out: &mut String, snapshot: &Snapshot, values: &Values, lost: &[usize]) {
    let checks = snapshot.standings.iter().zip(values.labels()).zip(lost);
    let all: Vec<Seen<'_>> =
        checks.map(|((standing, labels), lost)| Seen { standing, now: snapshot.now, lost: *lost, labels }).collect();
    for Family { name, help, kind, values } in &FAMILIES {
        let kind = match kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
        };
        let mut is_first = true;
        for seen in &all {
            values(seen, &mut |state, value| {
                if std::mem::take(&mut is_first) {
                    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
                }
                line(out, name, seen.labels, state, value);
            });
        }
    }
}

fn line(out: &mut String, name: &str, labels: &str, state: Option<Status>, value: f64) {
    out.push_str(name);
    out.push('{');
    out.push_str(labels);
    if let Some(status) = state {
        out.push_str(match status {
            Status::Ok => ",state=\"ok\"",
            Status::Warning => ",state=\"warning\"",
            Status::Critical => ",state=\"critical\"",
            Status::Unknown => ",state=\"unknown\"",
        });
    }
    out.push_str("} ");
    // Most are small whole numbers, which are written faster as such.
    let _ = match value as u32 {
        whole if f64::from(whole) == value => writeln!(out, "{whole}"),
        _ => writeln!(out, "{value}"),
    };
}

fn flag(set: bool) -> f64 {
    f64::from(u8::from(set))
}
