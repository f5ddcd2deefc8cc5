//! The schedule's state: what is due, queued, running, stuck. It is told the time and does nothing itself.

use crate::exporter::config::{Check, Config, Id};
use crate::exporter::outcome::Outcome;
use crate::exporter::run::longest;
use crate::exporter::schedule::{Slots, first_run};
use crate::exporter::standing::{Phase, Standing, Verdict};
use crate::model::timestamp::Timestamp;
use crate::runtime::child::Stuck;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

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
pub(super) struct Finished {
    /// It had been given up, and the thread that made it with it.
    pub(super) given_up: bool,
    /// The check took another state.
    pub(super) change: Option<Change>,
}

struct Entry {
    standing: Standing,
    slots: Slots,
}

/// A run that has begun and is not over. It may outlive its check's place in the configuration.
struct Live {
    number: u64,
    check: Arc<Check>,
    since: Instant,
    /// When it is given up.
    limit: Instant,
    phase: Phase,
    given_up: bool,
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
    /// By check: so there is never more than one of each.
    live: BTreeMap<Id, Live>,
    runs: u64,
    stuck: Vec<(Id, Stuck)>,
    changes: Vec<Change>,
}

impl State {
    pub(super) fn new(config: &Config, now: (Instant, Timestamp)) -> Self {
        let mut state = Self {
            began: now.0,
            entries: BTreeMap::new(),
            timers: BTreeSet::new(),
            queue: VecDeque::new(),
            live: BTreeMap::new(),
            runs: 0,
            stuck: Vec::new(),
            changes: Vec::new(),
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
        // Of those that remain in `before` the configuration knows no more; what runs of them is still waited for.
        let entries = &self.entries;
        self.queue.retain(|id| entries.get(id).is_some_and(|entry| entry.standing.phase == Phase::Queued));
        self.timers.retain(|timer| timer.2 != Event::Due);
        self.timers.extend(entries.iter().map(|(id, entry)| (entry.standing.due, id.clone(), Event::Due)));
    }

    fn changed(&self, check: &Arc<Check>, old: Option<Entry>, checks: usize, now: (Instant, Timestamp)) -> Entry {
        let slots = Slots::new(&check.id, check.interval, self.began);
        let due = first_run(&check.id, check.interval, checks, now.0);
        let mut entry = Entry { standing: Standing::new(Arc::clone(check), due, now), slots };
        // One run at a time: whatever still runs under this name is waited for.
        if let Some(live) = self.live.get(&check.id) {
            entry.standing.phase = live.phase;
        }
        if let Some(old) = old.filter(|old| runs_the_same(&old.standing.check, check)) {
            let phase = entry.standing.phase;
            entry.standing = Standing { check: Arc::clone(check), due: slots.after(now.0), phase, ..old.standing };
        }
        entry
    }

    /// Does what is due by now, and says when to come again.
    pub(super) fn tick(&mut self, now: (Instant, Timestamp)) -> Instant {
        while let Some(first) = self.timers.first().filter(|timer| timer.0 <= now.0).cloned() {
            self.timers.remove(&first);
            let (at, id, event) = first;
            match event {
                Event::Due => self.due(&id, at, now.0),
                Event::Limit(run) => self.give_up(&id, run, now),
            }
        }
        self.look(now.0);
        let look = if self.stuck.is_empty() { None } else { Some(now.0 + LOOK) };
        let next = self.timers.first().map(|timer| timer.0);
        next.into_iter().chain(look).min().unwrap_or(now.0 + Duration::from_secs(3600))
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
    fn give_up(&mut self, id: &Id, run: u64, now: (Instant, Timestamp)) {
        let Some(live) = self.live.get_mut(id).filter(|live| live.number == run) else { return };
        (live.given_up, live.phase) = (true, Phase::Stuck(now.0));
        let (phase, check) = (live.phase, Arc::clone(&live.check));
        let took = now.0.saturating_duration_since(live.since);
        self.set_phase(id, phase);
        // So that every view says it, as of a run that came to an end.
        let started = Timestamp(now.1.0 - took.as_secs_f64());
        let outcome = Outcome::given_up(&check, (started, now.0), took);
        let change = self.record(&check, outcome, now.1);
        self.changes.extend(change);
    }

    /// Looks for those that could not be ended: as soon as one has gone, its check runs again.
    fn look(&mut self, now: Instant) {
        let mut gone = Vec::new();
        self.stuck.retain_mut(|(id, stuck)| {
            let has_gone = stuck.has_gone();
            if has_gone {
                gone.push(id.clone());
            }
            !has_gone
        });
        for id in gone {
            self.live.remove(&id);
            self.set_phase(&id, Phase::Waiting);
            self.hasten(&id, now);
        }
    }

    fn set_phase(&mut self, id: &Id, phase: Phase) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.standing.phase = phase;
        }
    }

    /// The next run to be made.
    pub(super) fn take(&mut self, now: Instant) -> Option<Job> {
        loop {
            let id = self.queue.pop_front()?;
            let Some(entry) = self.entries.get_mut(&id).filter(|entry| entry.standing.phase == Phase::Queued) else {
                continue;
            };
            self.runs += 1;
            let (check, number, phase) = (Arc::clone(&entry.standing.check), self.runs, Phase::Running(now));
            entry.standing.phase = phase;
            let limit = now + longest(&check);
            let live = Live { number, check: Arc::clone(&check), since: now, limit, phase, given_up: false };
            self.live.insert(id.clone(), live);
            self.timers.insert((limit, id, Event::Limit(number)));
            return Some(Job { check, number });
        }
    }

    /// Takes a run's outcome in, and what could not be ended of it.
    pub(super) fn finish(&mut self, job: &Job, outcome: Outcome, stuck: Option<Stuck>, wall: Timestamp) -> Finished {
        let (id, ended) = (&job.check.id, outcome.ended);
        let given_up = self.has_given_up(job);
        if let Some(live) = self.live.get_mut(id) {
            self.timers.remove(&(live.limit, id.clone(), Event::Limit(live.number)));
            (live.given_up, live.phase) = (false, Phase::Stuck(ended));
        }
        if let Some(stuck) = stuck {
            self.stuck.push((id.clone(), stuck));
            self.set_phase(id, Phase::Stuck(ended));
        } else {
            self.live.remove(id);
            self.set_phase(id, Phase::Waiting);
        }
        let change = self.record(&job.check, outcome, wall);
        Finished { given_up, change }
    }

    /// What a run of this check came to; nothing, where the check has gone or runs something else now.
    fn record(&mut self, check: &Check, outcome: Outcome, wall: Timestamp) -> Option<Change> {
        let (id, ended) = (&check.id, outcome.ended);
        let entry = self.entries.get_mut(id)?;
        if !runs_the_same(&entry.standing.check, check) {
            // The new command may have come due behind the old one.
            self.hasten(id, ended);
            return None;
        }
        let before = entry.standing.verdict;
        let summary = outcome.summary.clone();
        entry.standing.record(outcome, wall);
        let now = entry.standing.verdict?;
        let retry = entry.standing.check.retry_interval;
        if !now.is_hard() {
            self.hasten(id, ended + retry);
        }
        let changed = before.is_none_or(|before| (before.status, before.hard) != (now.status, now.hard));
        changed.then(|| Change { id: id.clone(), before, now, summary })
    }

    /// The next run comes at this time, if it would have come later.
    fn hasten(&mut self, id: &Id, sooner: Instant) {
        let Some(entry) = self.entries.get_mut(id).filter(|entry| sooner < entry.standing.due) else { return };
        self.timers.remove(&(entry.standing.due, id.clone(), Event::Due));
        entry.standing.due = sooner;
        self.timers.insert((sooner, id.clone(), Event::Due));
    }

    /// The changes that no run has brought, since this was asked last.
    pub(super) fn changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Whether the thread that makes this run has been given up.
    pub(super) fn has_given_up(&self, job: &Job) -> bool {
        self.live.get(&job.check.id).is_some_and(|live| live.number == job.number && live.given_up)
    }

    /// Runs that wait for their turn.
    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Runs whose threads have been given up.
    pub(super) fn given_up(&self) -> usize {
        self.live.values().filter(|live| live.given_up).count()
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

#[cfg(test)]
impl State {
    /// What holds at any time.
    pub(super) fn assert_sound(&self) {
        let due = |(id, entry): (&Id, &Entry)| (entry.standing.due, id.clone(), Event::Due);
        let limit = |(id, live): (&Id, &Live)| (live.limit, id.clone(), Event::Limit(live.number));
        let under_way = self.live.iter().filter(|(_, live)| matches!(live.phase, Phase::Running(_)));
        let timers: BTreeSet<_> = self.entries.iter().map(due).chain(under_way.map(limit)).collect();
        assert_eq!(self.timers, timers, "one time for each check, and one for each run");
        let phase = |wanted: Phase| self.entries.iter().filter(move |(_, entry)| entry.standing.phase == wanted);
        let mut queue: Vec<&Id> = self.queue.iter().collect();
        queue.sort();
        assert!(queue.iter().copied().eq(phase(Phase::Queued).map(|(id, _)| id)), "who is queued is so once");
        for (id, entry) in &self.entries {
            match self.live.get(id) {
                Some(live) => assert_eq!(entry.standing.phase, live.phase, "{id}"),
                None => assert!(matches!(entry.standing.phase, Phase::Waiting | Phase::Queued), "{id}"),
            }
        }
        let known =
            |id: &Id| self.live.get(id).is_some_and(|live| !live.given_up && matches!(live.phase, Phase::Stuck(_)));
        assert!(self.stuck.iter().all(|(id, _)| known(id)), "a process that is stuck is a run");
        let given_up = self.live.values().filter(|live| live.given_up).count();
        let stuck = self.live.values().filter(|live| matches!(live.phase, Phase::Stuck(_))).count();
        assert_eq!(stuck, given_up + self.stuck.len(), "a run is stuck by its thread or by its process");
    }
}

/// Whether both run the same program in the same way, whatever their times and labels.
fn runs_the_same(a: &Check, b: &Check) -> bool {
    (&a.command, a.shell, &a.env) == (&b.command, b.shell, &b.env)
}
