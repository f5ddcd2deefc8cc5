//! What is known of a check over its runs.

use super::config::Check;
use super::outcome::{End, Outcome};
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a check is doing now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It waits for its time.
    Waiting,
    /// It is due, and waits for its turn among the others.
    Queued,
    /// It has been running since then.
    Running(Instant),
    /// A run that cannot be ended has been there since then; until it has gone no other is started.
    Stuck(Instant),
}

/// How often what happened since the exporter started, or since the check changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Finished runs, by the exit code of their state.
    pub runs: [u64; 4],
    /// Runs that did not end in time.
    pub timeouts: u64,
    /// Pieces of output that could not be read.
    pub unreadable: u64,
    /// Runs whose text and exit code disagreed.
    pub disagreed: u64,
    /// Runs that wrote more than is kept.
    pub cut: u64,
    /// Values beyond the number of series that the check may give.
    pub dropped: u64,
    /// Times of the schedule that passed without a run.
    pub missed: u64,
}

/// A state and how it came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The state of the last run.
    pub status: Status,
    /// The last state that was confirmed; OK before any was.
    pub hard: Status,
    /// Runs in a row that were not OK and not yet confirmed; 0 when the state is hard.
    pub attempt: u32,
}

impl Verdict {
    /// The verdict after a further run. A return to OK counts at once; so does a change of a hard state from one
    /// that is not OK to another, as in Nagios and Icinga.
    #[must_use]
    pub const fn after(before: Option<Self>, status: Status, retries: u32) -> Self {
        let (hard, attempt) = match before {
            Some(before) => (before.hard, before.attempt),
            // At the first run nothing is known that could be kept until it is confirmed.
            None => (Status::Ok, 0),
        };
        let ill = !matches!(hard, Status::Ok);
        if matches!(status, Status::Ok) || ill || attempt >= retries {
            return Self { status, hard: status, attempt: 0 };
        }
        Self { status, hard, attempt: attempt + 1 }
    }

    /// Whether the state of the last run is confirmed.
    #[must_use]
    pub const fn is_hard(&self) -> bool {
        self.attempt == 0
    }
}

/// All that is known of one check. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The check as it is configured.
    pub check: Arc<Check>,
    /// Its state; `None` before the first run has ended.
    pub verdict: Option<Verdict>,
    /// When it took the state of the last run, by the wall clock.
    pub since: Timestamp,
    /// The same, for ages.
    pub since_instant: Instant,
    /// The last run.
    pub last: Option<Arc<Outcome>>,
    /// What it is doing.
    pub phase: Phase,
    /// When it is due next.
    pub due: Instant,
    /// How often what happened.
    pub counts: Counts,
}

impl Standing {
    /// A check of which nothing is known yet.
    #[must_use]
    pub fn new(check: Arc<Check>, due: Instant, now: (Instant, Timestamp)) -> Self {
        Self {
            check,
            verdict: None,
            since: now.1,
            since_instant: now.0,
            last: None,
            phase: Phase::Waiting,
            due,
            counts: Counts::default(),
        }
    }

    /// Takes a finished run in.
    pub fn record(&mut self, outcome: Outcome, now: Timestamp) {
        let verdict = Verdict::after(self.verdict, outcome.status, self.check.retries);
        if self.verdict.is_none_or(|before| before.status != verdict.status) {
            self.since = now;
            self.since_instant = outcome.ended;
        }
        self.verdict = Some(verdict);
        if let Some(runs) = self.counts.runs.get_mut(usize::from(outcome.status.code())) {
            *runs += 1;
        }
        self.counts.timeouts += u64::from(matches!(outcome.end, End::TimedOut | End::Stuck));
        self.counts.unreadable += outcome.faults.unreadable as u64;
        self.counts.disagreed += u64::from(outcome.faults.disagreed);
        self.counts.cut += u64::from(outcome.faults.cut);
        self.counts.dropped += outcome.faults.dropped as u64;
        self.last = Some(Arc::new(outcome));
    }

    /// How old the last result is.
    #[must_use]
    pub fn age(&self, now: Instant) -> Option<Duration> {
        self.last.as_ref().map(|last| now.saturating_duration_since(last.ended))
    }

    /// Whether a new result should have been there long ago: two intervals and a timeout after the last one.
    #[must_use]
    pub fn is_overdue(&self, now: Instant) -> bool {
        let last = self.last.as_ref().map_or(self.since_instant, |last| last.ended);
        now.saturating_duration_since(last) > self.check.interval * 2 + self.check.timeout
    }

    /// The state that people are shown: what is not known any more is no better than UNKNOWN. `None` before the
    /// first run has ended in its time.
    #[must_use]
    pub fn shown(&self, now: Instant) -> Option<Status> {
        let blind = self.is_overdue(now) || matches!(self.phase, Phase::Stuck(_));
        let status = self.verdict.map(|verdict| verdict.status);
        if blind { Some(status.map_or(Status::Unknown, |status| status.max(Status::Unknown))) } else { status }
    }
}

/// All checks at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// In the order of their identities.
    pub standings: Vec<Standing>,
    /// What is wrong with the exporter itself, such as a new configuration that was refused. Harmless text, one line each.
    pub notices: Vec<String>,
    /// The moment, for ages.
    pub now: Instant,
    /// The moment, by the wall clock.
    pub wall: Timestamp,
}

impl Snapshot {
    /// The worst state that is shown; `None` while nothing is known.
    #[must_use]
    pub fn worst(&self) -> Option<Status> {
        self.standings.iter().filter_map(|standing| standing.shown(self.now)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(retries: u32, statuses: &[Status]) -> Vec<(Status, u32)> {
        let mut verdict = None;
        let next = |status: &Status| {
            let now = Verdict::after(verdict, *status, retries);
            verdict = Some(now);
            (now.hard, now.attempt)
        };
        statuses.iter().map(next).collect()
    }

    #[test]
    fn a_state_is_hard_when_it_has_been_confirmed() {
        use Status::{Critical, Ok, Warning};
        let got = verdicts(2, &[Ok, Critical, Warning, Critical, Warning, Ok, Critical, Ok]);
        let want = [(Ok, 0), (Ok, 1), (Ok, 2), (Critical, 0), (Warning, 0), (Ok, 0), (Ok, 1), (Ok, 0)];
        assert_eq!(got, want);
        assert_eq!(verdicts(0, &[Critical, Ok]), [(Critical, 0), (Ok, 0)]);
    }
}
