//! The schedule's state: what is due, queued, running, stuck. It is told the time and does nothing itself.

use crate::exporter::config::{Check, Config, Id};
use crate::exporter::outcome::Outcome;
use crate::exporter::run::{GRACE, LAST_WAIT};
use crate::exporter::schedule::{Slots, first_run};
use crate::exporter::standing::{Phase, Standing, Verdict};
use crate::model::timestamp::Timestamp;
use crate::runtime::child::Stuck;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A run that has not come back this long after everything that ends one is given up: starting a program can itself
/// be stuck in the kernel, such as on a dead network file system.
const MARGIN: Duration = Duration::from_secs(10);
/// How often a process that could not be ended is looked for.
const LOOK: Duration = Duration::from_secs(1);

/// A run to be made.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) check: Arc<Check>,
    pub(super) number: u64,
}

/// A check that took another state.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub(super) id: Id,
    pub(super) before: Option<Verdict>,
    pub(super) now: Verdict,
    pub(super) summary: String,
}

/// What became of a finished run.
#[derive(Debug, PartialEq)]
pub(super) enum Finished {
    /// It was taken in; perhaps the check took another state.
    Recorded(Option<Change>),
    /// The check has gone or runs something else now.
    Outdated,
    /// It had been given up, and the thread that made it with it.
    GivenUp,
}

struct Entry {
    standing: Standing,
    slots: Slots,
    /// The run that occupies this check, running or stuck.
    run: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Due,
    Limit(u64),
}

/// See the module.
pub(super) struct State {
    began: Instant,
    entries: BTreeMap<Id, Entry>,
    timers: BTreeSet<(Instant, Id, Event)>,
    queue: VecDeque<Id>,
    runs: u64,
    given_up: BTreeSet<u64>,
    stuck: Vec<(Id, u64, Stuck)>,
}

impl State {
    pub(super) fn new(config: &Config, now: (Instant, Timestamp)) -> Self {
        let mut state = Self {
            began: now.0,
            entries: BTreeMap::new(),
            timers: BTreeSet::new(),
            queue: VecDeque::new(),
            runs: 0,
            given_up: BTreeSet::new(),
            stuck: Vec::new(),
        };
        state.configure(config, now);
        state
    }

    /// Takes a configuration over. A check that is the same keeps its schedule and what is known of it; one that runs
    /// the same at other times keeps what is known.
    pub(super) fn configure(&mut self, config: &Config, now: (Instant, Timestamp)) {
        let mut before = std::mem::take(&mut self.entries);
        for check in &config.checks {
            let entry = match before.remove(&check.id) {
                Some(entry) if entry.standing.check == *check => entry,
                old => self.changed(check, old, config.checks.len(), now),
            };
            self.entries.insert(check.id.clone(), entry);
        }
        // Of those that remain in `before` the configuration knows no more; what runs of them comes back outdated.
        let entries = &self.entries;
        self.queue.retain(|id| entries.get(id).is_some_and(|entry| entry.standing.phase == Phase::Queued));
        self.timers = entries.iter().map(|(id, entry)| (entry.standing.due, id.clone(), Event::Due)).collect();
        for (id, entry) in entries {
            if let (Some(run), Phase::Running(since)) = (entry.run, entry.standing.phase) {
                self.timers.insert((limit(since, &entry.standing.check), id.clone(), Event::Limit(run)));
            }
        }
    }

    fn changed(&self, check: &Arc<Check>, old: Option<Entry>, checks: usize, now: (Instant, Timestamp)) -> Entry {
        let slots = Slots::new(&check.id, check.interval, self.began);
        let due = first_run(&check.id, check.interval, checks, now.0);
        let mut entry = Entry { standing: Standing::new(Arc::clone(check), due, now), slots, run: None };
        if let Some(old) = old {
            // One run at a time: whatever still runs under this name is waited for.
            entry.run = old.run;
            if old.run.is_some() {
                entry.standing.phase = old.standing.phase;
            }
            if runs_the_same(&old.standing.check, check) {
                let phase = entry.standing.phase;
                entry.standing = Standing { check: Arc::clone(check), due: slots.after(now.0), phase, ..old.standing };
            }
        }
        entry
    }

    /// Does what is due by now, and says when to come again.
    pub(super) fn tick(&mut self, now: Instant) -> Instant {
        while let Some(first) = self.timers.first().filter(|timer| timer.0 <= now).cloned() {
            self.timers.remove(&first);
            let (at, id, event) = first;
            match event {
                Event::Due => self.due(&id, at, now),
                Event::Limit(run) => self.give_up(&id, run, now),
            }
        }
        let look = if self.stuck.is_empty() { None } else { Some(now + LOOK) };
        self.look();
        let next = self.timers.first().map(|timer| timer.0);
        next.into_iter().chain(look).min().unwrap_or(now + Duration::from_secs(3600))
    }

    fn due(&mut self, id: &Id, at: Instant, now: Instant) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        let standing = &mut entry.standing;
        if standing.phase == Phase::Waiting {
            standing.phase = Phase::Queued;
            self.queue.push_back(id.clone());
        } else {
            standing.counts.missed += 1;
        }
        standing.counts.missed += entry.slots.between(at, now);
        // The first run is off the slots: the one that follows is not to come right behind it.
        let rest = if standing.verdict.is_none() { standing.check.interval / 2 } else { Duration::ZERO };
        standing.due = entry.slots.after(now + rest);
        self.timers.insert((standing.due, id.clone(), Event::Due));
    }

    /// The run's thread does not come back: the check is stuck, and the thread is given up.
    fn give_up(&mut self, id: &Id, run: u64, now: Instant) {
        let Some(entry) = self.entries.get_mut(id).filter(|entry| entry.run == Some(run)) else { return };
        entry.standing.phase = Phase::Stuck(now);
        entry.standing.counts.timeouts += 1;
        self.given_up.insert(run);
    }

    /// Looks for those that could not be ended: as soon as one has gone, its check may run again.
    fn look(&mut self) {
        let entries = &mut self.entries;
        self.stuck.retain_mut(|(id, run, stuck)| {
            let gone = stuck.has_gone();
            if let Some(entry) = entries.get_mut(id).filter(|entry| gone && entry.run == Some(*run)) {
                free(entry);
            }
            !gone
        });
    }

    /// The next run to be made.
    pub(super) fn take(&mut self, now: Instant) -> Option<Job> {
        loop {
            let id = self.queue.pop_front()?;
            let Some(entry) = self.entries.get_mut(&id).filter(|entry| entry.standing.phase == Phase::Queued) else {
                continue;
            };
            self.runs += 1;
            entry.run = Some(self.runs);
            entry.standing.phase = Phase::Running(now);
            let check = Arc::clone(&entry.standing.check);
            self.timers.insert((limit(now, &check), id, Event::Limit(self.runs)));
            return Some(Job { check, number: self.runs });
        }
    }

    /// Takes a run's outcome in, and what could not be ended of it.
    pub(super) fn finish(&mut self, job: &Job, outcome: Outcome, stuck: Option<Stuck>, wall: Timestamp) -> Finished {
        let (id, number) = (&job.check.id, job.number);
        let given_up = self.given_up.remove(&number);
        let is_stuck = stuck.is_some();
        self.stuck.extend(stuck.map(|stuck| (id.clone(), number, stuck)));
        let Some(entry) = self.entries.get_mut(id).filter(|entry| entry.run == Some(number)) else {
            return if given_up { Finished::GivenUp } else { Finished::Outdated };
        };
        if let Phase::Running(since) = entry.standing.phase {
            self.timers.remove(&(limit(since, &entry.standing.check), id.clone(), Event::Limit(number)));
        }
        let ended = outcome.ended;
        let before = entry.standing.verdict;
        let current = runs_the_same(&entry.standing.check, &job.check);
        let summary = outcome.summary.clone();
        if current {
            entry.standing.record(outcome, wall);
        }
        if is_stuck {
            entry.standing.phase = Phase::Stuck(ended);
        } else {
            free(entry);
        }
        if given_up {
            return Finished::GivenUp;
        }
        let Some(now) = entry.standing.verdict.filter(|_| current) else { return Finished::Outdated };
        if !now.is_hard() {
            self.retry(id, ended);
        }
        let changed = before.is_none_or(|before| (before.status, before.hard) != (now.status, now.hard));
        Finished::Recorded(changed.then(|| Change { id: id.clone(), before, now, summary }))
    }

    /// A soft state is looked at again sooner.
    fn retry(&mut self, id: &Id, ended: Instant) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        let sooner = ended + entry.standing.check.retry_interval;
        if sooner < entry.standing.due {
            self.timers.remove(&(entry.standing.due, id.clone(), Event::Due));
            entry.standing.due = sooner;
            self.timers.insert((sooner, id.clone(), Event::Due));
        }
    }

    /// Runs that wait for their turn.
    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Runs whose threads have been given up.
    pub(super) fn given_up(&self) -> usize {
        self.given_up.len()
    }

    /// Processes that could not be ended.
    pub(super) fn stuck(&self) -> usize {
        self.stuck.len()
    }

    /// All that is known.
    pub(super) fn standings(&self) -> Vec<Standing> {
        self.entries.values().map(|entry| entry.standing.clone()).collect()
    }
}

fn free(entry: &mut Entry) {
    entry.run = None;
    entry.standing.phase = Phase::Waiting;
}

fn limit(since: Instant, check: &Check) -> Instant {
    since + check.timeout + GRACE + LAST_WAIT + MARGIN
}

/// Whether both run the same program in the same way, whatever their times and labels.
fn runs_the_same(a: &Check, b: &Check) -> bool {
    (&a.command, a.shell, &a.env) == (&b.command, b.shell, &b.env)
}
