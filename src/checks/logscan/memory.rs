//! What is kept of events from run to run.

use super::gaps::{self, Lost};
use super::rule::{Rule, Rules};
use crate::host::clock::Clock;
use crate::model::glob::Glob;
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Seconds by which the wall clock may differ from the time since boot between two runs: what is more, was set.
const STEP: f64 = 2.0;
/// Seconds by which the times in lines may be ahead.
const AHEAD: f64 = 86_400.0;

/// The memory of the events. Times are of the wall clock, so that a boot does no harm; a clock that is set while the
/// machine runs is seen beside the time since boot, and what is remembered moves with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Events {
    /// When it was written.
    #[serde(default)]
    at: Option<Timestamp>,
    /// The time since boot then.
    #[serde(default)]
    clock: Option<Clock>,
    /// Lines that may be lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lost: Option<Lost>,
    /// By the name of the rule.
    #[serde(default)]
    pub(super) rules: BTreeMap<String, Past>,
}

/// What is remembered of a rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Past {
    /// The identity of the rule: what another rule of this name left is not its own.
    #[serde(default)]
    rule: u64,
    /// Since when the rule is known, or was last reset.
    pub(super) known: Timestamp,
    /// Lines it has taken since.
    #[serde(default)]
    pub(super) matches: u64,
    /// The last line it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<Timestamp>,
    /// The event that is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) held: Option<Held>,
    /// When lines came that may count with later ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) times: Vec<Timestamp>,
    /// Captured values, and when they were seen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) values: BTreeMap<String, (f64, Timestamp)>,
}

/// An event that has become a state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Held {
    /// Since when.
    pub(super) since: Timestamp,
    /// Until when it is a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) warning: Option<Timestamp>,
    /// Until when it is critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) critical: Option<Timestamp>,
    /// Lines that belong to it.
    pub(super) matches: u64,
    /// Where its last line was.
    pub(super) source: String,
    /// What is said of it.
    pub(super) text: String,
}

impl Held {
    /// Its state at a time.
    pub(super) fn status(&self, now: Timestamp) -> Status {
        let lasts = |until: Option<Timestamp>| until.is_some_and(|until| until > now);
        if lasts(self.critical) {
            Status::Critical
        } else if lasts(self.warning) {
            Status::Warning
        } else {
            Status::Ok
        }
    }

    /// When its present state ends.
    pub(super) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        match self.status(now) {
            Status::Critical => self.critical,
            Status::Warning => self.warning,
            _ => None,
        }
    }
}

impl Events {
    /// Brings what is remembered to the present clock, and forgets rules that there are no more.
    pub(super) fn meet(&mut self, rules: &Rules, now: Timestamp, clock: Option<&Clock>) {
        let elapsed = self.clock.as_ref().zip(clock).and_then(|(then, now)| now.since(then));
        if let (Some(elapsed), Some(at)) = (elapsed, self.at) {
            let step = now.since(at) - elapsed;
            if step.abs() > STEP {
                self.rules.values_mut().for_each(|past| past.each(|time| time.0 += step));
                self.lost
                    .iter_mut()
                    .for_each(|lost| (lost.at.0, lost.until.0) = (lost.at.0 + step, lost.until.0 + step));
            }
        }
        (self.at, self.clock) = (Some(now), clock.cloned());
        self.lost = self.lost.take().map(|lost| lost.not_after(now)).filter(|lost| lost.until.0 > now.0);
        let mut kept = BTreeMap::new();
        for (rule, identity) in rules.identified() {
            let known = self.rules.remove(&rule.name).filter(|past| past.is_of(rule, identity));
            let mut past = known.unwrap_or_else(|| Past { rule: identity, known: now, ..Past::default() });
            past.rule = identity;
            past.bound(rule, now);
            kept.insert(rule.name.clone(), past);
        }
        self.rules = kept;
    }

    /// How many of these rules are known.
    pub(super) fn common(&self, rules: &Rules) -> usize {
        let known = |(rule, identity): &(&Rule, u64)| {
            self.rules.get(&rule.name).is_some_and(|past| past.is_of(rule, *identity))
        };
        rules.identified().filter(known).count()
    }

    /// Ends what is held of the rules that a name or pattern means, and forgets what may count with later lines. For a
    /// rule that must appear the time begins anew. Returns the names of those where something was held.
    ///
    /// # Errors
    /// A name that no rule has.
    pub(super) fn reset(&mut self, rules: &Rules, name: &Glob, now: Timestamp) -> Result<Vec<String>, String> {
        let meant: Vec<&Rule> = rules.iter().filter(|rule| name.matches(&rule.name)).collect();
        let lost = name.matches(gaps::NAME) && self.lost.take().is_some();
        if meant.is_empty() && !name.matches(gaps::NAME) {
            let names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
            return Err(format!("--reset {name}: no rule is called so; there are {}", names.join(", ")));
        }
        let mut ended: Vec<String> = lost.then(|| gaps::NAME.to_owned()).into_iter().collect();
        for rule in meant {
            let Some(past) = self.rules.get_mut(&rule.name) else { continue };
            if past.held.take().is_some() {
                ended.push(rule.name.clone());
            }
            past.times.clear();
            past.values.retain(|name, _| rule.sums(name));
            past.known = now;
            past.last = past.last.filter(|_| rule.must_appear.is_none());
        }
        Ok(ended)
    }
}

impl Past {
    /// The remembered times that lie within so many seconds of another.
    pub(super) fn times_within(&self, seconds: f64, at: Timestamp) -> impl Iterator<Item = Timestamp> {
        self.times.iter().copied().filter(move |time| at.since(*time).abs() <= seconds)
    }

    /// Whether it is what a rule has left. One with a name of its own is the same when its patterns have been changed, and
    /// what it holds stays; those of the short options are all called alike, and others' they may be.
    fn is_of(&self, rule: &Rule, identity: u64) -> bool {
        self.rule == identity || rule.name != rule.level.word()
    }

    fn each(&mut self, change: impl Fn(&mut Timestamp)) {
        change(&mut self.known);
        self.last.iter_mut().for_each(&change);
        self.times.iter_mut().for_each(&change);
        self.values.values_mut().for_each(|(_, time)| change(time));
        if let Some(held) = &mut self.held {
            change(&mut held.since);
            held.warning.iter_mut().for_each(&change);
            held.critical.iter_mut().for_each(&change);
        }
    }

    /// Nothing has happened in the future, and nothing is held for longer than its rule says: not even where the
    /// clock was set back unseen, or the rule was changed.
    fn bound(&mut self, rule: &Rule, now: Timestamp) {
        let latest = Timestamp(now.0 + rule.held_for());
        let ends = self.held.as_ref().map(|held| (held.warning, held.critical));
        // These are as the lines say, and may be of another zone: they are only compared with each other.
        let times: Vec<Timestamp> = self.times.iter().map(|time| earlier(*time, Timestamp(now.0 + AHEAD))).collect();
        self.each(|time| *time = earlier(*time, now));
        self.times = times;
        if let (Some(held), Some((warning, critical))) = (&mut self.held, ends) {
            held.warning = warning.map(|until| earlier(until, latest));
            held.critical = critical.map(|until| earlier(until, latest));
        }
        if self.held.as_ref().is_some_and(|held| held.status(now) == Status::Ok) || !rule.level.alarms() {
            self.held = None;
        }
        let most = rule.alarm.most();
        self.times.drain(..self.times.len().saturating_sub(most));
        self.values.retain(|name, (_, time)| {
            rule.metrics.iter().any(|metric| metric.name == *name)
                && (rule.sums(name) || now.since(*time) < rule.held_for())
        });
    }
}

/// The earlier of two times.
fn earlier(a: Timestamp, b: Timestamp) -> Timestamp {
    Timestamp(a.0.min(b.0))
}
