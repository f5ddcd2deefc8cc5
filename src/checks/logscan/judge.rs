//! What was seen, and what is remembered, become states. Pure: the time is given.

use super::memory::{Events, Held, Past};
use super::rule::{Level, Rule, Rules, Take};
use super::seen::{Seen, SeenByRule};
use super::words;
use crate::host::clock::Clock;
use crate::model::metric::Value;
use crate::model::report::{Draft, Measure, Report};
use crate::model::status::Status;
use crate::model::text::count;
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;
use std::collections::VecDeque;

/// Seconds by which a line may be read late, and still be counted with those of its time.
const BACKLOG: f64 = 86_400.0;

/// Judges a run, and remembers what the next one needs.
pub(super) fn judge(rules: &Rules, seen: &Seen, events: &mut Events, now: Timestamp, report: &mut Report<'_>) {
    events.meet(rules, now, seen.clock.as_ref());
    if let Some(volume) = seen.volume {
        let mut whole = Draft::whole();
        if let Some(lines) = volume.lines {
            report.measure(&mut whole, Measure::int("lines", lines).at_least(0.0));
        }
        report.measure(&mut whole, Measure::int("bytes", volume.bytes).at_least(0.0));
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let size = Unit::Bytes.show(volume.bytes as f64);
        if let Some(lines) = volume.lines {
            let lines = usize::try_from(lines).unwrap_or(usize::MAX);
            whole.say(format!("{} ({size}) read", count(lines, "line", "lines")));
            report.summary(format!("{} ({size}), no event", count(lines, "new line", "new lines")));
        } else {
            whole.say(format!("{size} read"));
            report.summary(format!("{size} read, no event"));
        }
        report.add(whole);
    }
    for (at, rule) in rules.iter().enumerate() {
        let (Some(seen_by_rule), Some(past)) = (seen.rule(at), events.rules.get_mut(&rule.name)) else { continue };
        let one = One { rule, rules, seen, by_rule: seen_by_rule, now };
        let draft = one.judge(past, report);
        report.add(draft);
    }
}

/// Says what is held and what counts, without reading anything or changing the memory.
pub(super) fn status(rules: &Rules, clock: Option<Clock>, events: &Events, now: Timestamp, report: &mut Report<'_>) {
    let mut copy = events.clone();
    let mut nothing = Seen::new(rules);
    nothing.clock = clock;
    judge(rules, &nothing, &mut copy, now, report);
    for rule in rules.iter().filter(|rule| rule.level.alarms()) {
        if let Some(past) = copy.rules.get(&rule.name) {
            report.note(words::remembered(rule, past, now));
        }
    }
    report.summary("no event is held");
}

struct One<'a> {
    rule: &'a Rule,
    rules: &'a Rules,
    seen: &'a Seen,
    by_rule: &'a SeenByRule,
    now: Timestamp,
}

impl One<'_> {
    fn judge(&self, past: &mut Past, report: &mut Report<'_>) -> Draft {
        let mut draft = Draft::item(&self.rule.name);
        let before = if self.seen.again { 0 } else { past.matches };
        past.matches = self.by_rule.matches.saturating_add(before);
        if let Some(latest) = self.by_rule.latest {
            let before = past.last.map_or(f64::NEG_INFINITY, |last| last.0);
            past.last = Some(Timestamp(latest.0.max(before).min(self.now.0)));
        }
        let text = match (self.rule.level, self.rule.must_appear) {
            (Level::Ok | Level::Ignore, _) => words::matched(self.rule, self.by_rule.matches),
            (_, Some(longest)) => self.silence(longest, past, &mut draft),
            (_, None) => self.event(past, &mut draft),
        };
        report.measure(&mut draft, Measure::int("matches", self.by_rule.matches).at_least(0.0));
        if !self.seen.again {
            report.measure(&mut draft, Measure::int("matches_seen", past.matches).at_least(0.0));
        }
        if let Some(last) = past.last {
            report.measure(&mut draft, Measure::float("age", self.now.since(last).max(0.0)).at_least(0.0));
        }
        let over = self.captures(past, &mut draft, report);
        draft.say([vec![text], over].concat().join(", "));
        for line in self.by_rule.first.iter().chain(&self.by_rule.last) {
            let said = words::shown(self.rule, line);
            report.detail(format!("{}: {}: {said}", self.rule.name, self.seen.name(line.source)));
        }
        draft
    }

    /// A rule whose lines are the fault.
    fn event(&self, past: &mut Past, draft: &mut Draft) -> String {
        if self.by_rule.ended_by.is_some() {
            past.held = None;
            past.times.clear();
        }
        let status = self.reached(past);
        if status != Status::Ok {
            self.hold(status, past);
        }
        self.remember_times(past);
        let Some(held) = &past.held else {
            let ended = self.by_rule.ended_by.and_then(|by| self.rules.get(by));
            return match ended {
                Some(by) => format!("{}: ended by {}", self.rule.name, by.name),
                None => words::below(self.rule, past, self.by_rule.matches, self.now),
            };
        };
        // Without a hold time it is a state only now.
        let state = held.status(self.now).max(status);
        draft.raise(state);
        let text = words::held(self.rule, held, self.now);
        if held.status(self.now) == Status::Ok {
            past.held = None;
        }
        text
    }

    /// The state of this run's lines, together with those that an earlier run saw.
    fn reached(&self, past: &Past) -> Status {
        let alarm = &self.rule.alarm;
        let mut status = self.by_rule.reached;
        if alarm.within.is_some() && !self.seen.again {
            let mut times = VecDeque::from(past.times.clone());
            for time in &self.by_rule.early {
                times.push_back(*time);
                status = status.max(alarm.reached(&times));
            }
        }
        status
    }

    fn hold(&self, status: Status, past: &mut Past) {
        let until = Timestamp(self.now.0 + self.rule.held_for());
        let first = self.by_rule.first.first().map_or(self.now, |line| line.time);
        if past.held.is_none() {
            // The line's own time may be wrong, but not later than now.
            let mut new = Held { since: Timestamp(first.0.min(self.now.0)), ..Held::default() };
            for earlier in past.times_within(self.rule.alarm.within.unwrap_or(0.0), first) {
                new.since = Timestamp(new.since.0.min(earlier.0));
                new.matches += 1;
            }
            past.held = Some(new);
        }
        let Some(held) = &mut past.held else { return };
        let before = if self.seen.again { 0 } else { held.matches };
        held.matches = self.by_rule.open.saturating_add(before);
        // What is critical is a warning, too, where the rule has one: it may last longer than the critical state.
        if status == Status::Critical {
            held.critical = Some(until);
        }
        if status == Status::Warning || self.rule.alarm.warning.is_some() {
            held.warning = Some(until);
        }
        if let Some(line) = self.by_rule.last() {
            held.source = words::source(self.seen.name(line.source));
            held.text = words::text(self.rule, line, &held.source);
        }
    }

    /// What may count with the lines of the next run, by the times in the lines themselves. Whether these are right does
    /// not matter as long as they are all of one clock, so that none of them is changed.
    fn remember_times(&self, past: &mut Past) {
        let Some(within) = self.rule.alarm.within else { return };
        if self.seen.again {
            past.times.clear();
        }
        past.times.extend(&self.by_rule.late);
        let latest = past.times.last().copied().unwrap_or(self.now);
        past.times.retain(|time| self.now.since(*time) <= within + BACKLOG || latest.since(*time).abs() <= within);
        let most = self.rule.alarm.most();
        past.times.drain(..past.times.len().saturating_sub(most));
    }

    /// A rule whose silence is the fault.
    fn silence(&self, longest: f64, past: &Past, draft: &mut Draft) -> String {
        let from = past.last.map_or(past.known, |last| Timestamp(last.0.max(past.known.0)));
        // All there is was read: what is not in it has not appeared.
        let from = if self.seen.again { self.by_rule.latest } else { Some(from) };
        if from.is_some_and(|from| self.now.since(from) <= longest) {
            return words::matched(self.rule, self.by_rule.matches);
        }
        if self.seen.incomplete {
            return format!("{}: not known yet, there is more to read", self.rule.name);
        }
        draft.raise(self.rule.level.status());
        if from.is_none() {
            return format!("{}: no match in all that was read", self.rule.name);
        }
        words::silent(self.rule, past, longest, self.now)
    }

    /// Captured numbers. The last and the largest stay for the hold time, so that a retry sees them too. Returns in words
    /// those that are over a limit.
    fn captures(&self, past: &mut Past, draft: &mut Draft, report: &mut Report<'_>) -> Vec<String> {
        let mut over = Vec::new();
        for (metric, new) in self.rule.metrics.iter().zip(&self.by_rule.values) {
            let old = past.values.get(&metric.name).copied().filter(|_| !self.seen.again);
            let kept = match (metric.take, *new, old) {
                (Take::Sum, new, old) => Some((new.unwrap_or(0.0) + old.map_or(0.0, |(sum, _)| sum), self.now))
                    .filter(|(sum, _)| sum.is_finite()),
                (Take::Max, Some(new), Some((old, time))) if old >= new => Some((old, time)),
                (_, Some(new), _) => Some((new, self.now)),
                (_, None, old) => old,
            };
            let measure = Measure::new(&metric.name, kept.and_then(|(value, _)| Value::finite(value)));
            if report.measure(draft, measure) != Status::Ok
                && let Some((value, _)) = kept
            {
                over.push(format!("{} {}", metric.name, metric.unit.show(value)));
            }
            match kept {
                Some(kept) => past.values.insert(metric.name.clone(), kept),
                None => past.values.remove(&metric.name),
            };
        }
        if self.by_rule.no_numbers > 0 {
            let captures = usize::try_from(self.by_rule.no_numbers).unwrap_or(usize::MAX);
            report.note(format!("{}: no number: {}", self.rule.name, count(captures, "capture", "captures")));
        }
        over
    }
}
