//! What is kept from run to run, by the rules that were used.
//!
//! Two services may watch the same logs with other patterns: each has its own place and its own events, or one would
//! take the other's lines away. Somebody may also change a pattern: the changed rules go on from where the old ones
//! were. An event stays while there is a rule of its name, or, where the rule has none, while its pattern is the same.

use super::memory::Events;
use super::record::Pending;
use super::rule::Rules;
use crate::host::logs::Marks;
use crate::model::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sets of rules that are remembered of the same logs.
const MOST: usize = 16;
/// Seconds after which a set that has not been used is forgotten: a month.
const FORGOTTEN: f64 = 30.0 * 86_400.0;
/// Seconds for which a set passes its place on to one that has no rule in common: a day, and somewhat more for those
/// who run once a day.
const INHERITED: f64 = 25.0 * 3600.0;

/// What is kept from run to run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// By the identity of their rules.
    #[serde(default)]
    sets: BTreeMap<String, Known>,
}

/// What is known to one set of rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Known {
    /// When it was last used.
    #[serde(default)]
    at: Timestamp,
    /// Another set has gone on from here since.
    #[serde(default, skip_serializing_if = "is_false")]
    passed_on: bool,
    /// By source: where the next run begins.
    #[serde(default)]
    pub(super) marks: BTreeMap<String, Marks>,
    /// By source: records whose end was not to be seen yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) records: BTreeMap<String, Vec<Pending>>,
    #[serde(default)]
    pub(super) events: Events,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Memory {
    /// What these rules know; where they are new, what the rules know that are most like them.
    pub(super) fn known(&self, rules: &Rules, now: Timestamp) -> Known {
        let own = rules.identity();
        let known = self.sets.get(&own).or_else(|| self.sets.get(self.forerunner(rules, now)?));
        known.cloned().unwrap_or_default()
    }

    /// Remembers what these rules know now.
    pub(super) fn keep(&mut self, rules: &Rules, known: Known, now: Timestamp) {
        let own = rules.identity();
        if !self.sets.contains_key(&own)
            && let Some(forerunner) = self.forerunner(rules, now).map(str::to_owned)
            && let Some(set) = self.sets.get_mut(&forerunner)
        {
            set.passed_on = true;
        }
        self.sets.insert(own, Known { at: now, passed_on: false, ..known });
        self.sets.retain(|_, set| set.age(now) <= FORGOTTEN);
        while self.sets.len() > MOST {
            let oldest = self.sets.iter().max_by(|(_, a), (_, b)| a.age(now).total_cmp(&b.age(now)));
            let Some(oldest) = oldest.map(|(name, _)| name.clone()) else { break };
            self.sets.remove(&oldest);
        }
    }

    /// The set that new rules take the place of: one that nobody has taken the place of yet, with most rules in common;
    /// of several the one that has read least, for a line told twice is better than one that is lost.
    fn forerunner(&self, rules: &Rules, now: Timestamp) -> Option<&str> {
        let candidates = self.sets.iter().filter_map(|(name, set)| {
            let common = set.events.common(rules);
            (common > 0 || set.age(now) <= INHERITED).then_some((name, set, common))
        });
        let best = candidates.min_by(|(_, a, common_a), (_, b, common_b)| {
            (a.passed_on, common_b).cmp(&(b.passed_on, common_a)).then(b.age(now).total_cmp(&a.age(now)))
        });
        best.map(|(name, ..)| name.as_str())
    }
}

impl Known {
    /// Whether no run has left it.
    pub(super) fn is_new(&self) -> bool {
        self.at == Timestamp::default()
    }

    /// Seconds since it was used, or until then where the clock has been set.
    fn age(&self, now: Timestamp) -> f64 {
        now.since(self.at).abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::logscan::rule::Rule;

    const NOW: Timestamp = Timestamp(1.8e9);

    fn rules(texts: &[&str]) -> Rules {
        Rules::new(texts.iter().map(|text| text.parse::<Rule>().expect(text)).collect()).expect("rules")
    }

    fn later(seconds: f64) -> Timestamp {
        Timestamp(NOW.0 + seconds)
    }

    /// Runs these rules: they leave a mark of their own.
    fn run(memory: &mut Memory, rules: &Rules, seconds: f64, mark: &str) {
        let mut known = memory.known(rules, later(seconds));
        known.events.meet(rules, later(seconds), None);
        known.marks = BTreeMap::from([(mark.to_owned(), Marks::default())]);
        memory.keep(rules, known, later(seconds));
    }

    fn mark(memory: &Memory, rules: &Rules, seconds: f64) -> Option<String> {
        memory.known(rules, later(seconds)).marks.into_keys().next()
    }

    #[test]
    fn two_services_have_a_place_each() {
        let (one, two) = (rules(&["a: critical /a/"]), rules(&["b: critical /b/"]));
        let mut memory = Memory::default();
        run(&mut memory, &one, 0.0, "one");
        run(&mut memory, &two, 10.0, "two");
        run(&mut memory, &one, 60.0, "one again");
        assert_eq!(mark(&memory, &two, 70.0).as_deref(), Some("two"));
        assert_eq!(mark(&memory, &one, 70.0).as_deref(), Some("one again"));
    }

    #[test]
    fn changed_rules_go_on_from_where_they_were() {
        let mut memory = Memory::default();
        let (before, after) = (rules(&["a: critical /a/", "b: critical /b/"]), rules(&["a: critical /a/"]));
        run(&mut memory, &before, 0.0, "before");
        run(&mut memory, &rules(&["c: critical /c/"]), 5.0, "another");
        assert_eq!(mark(&memory, &after, 9.0 * 86_400.0).as_deref(), Some("before"), "it has a rule in common");
        run(&mut memory, &after, 60.0, "after");
        // Changed once more: not from the first, whose place was taken long ago.
        let third = rules(&["a: critical /a/", "d: critical /d/"]);
        assert_eq!(mark(&memory, &third, 120.0).as_deref(), Some("after"));
    }

    #[test]
    fn nothing_is_passed_on_to_strangers_after_a_long_time() {
        let mut memory = Memory::default();
        run(&mut memory, &rules(&["a: critical /a/"]), 0.0, "a");
        let stranger = rules(&["b: critical /b/"]);
        assert_eq!(mark(&memory, &stranger, 3600.0).as_deref(), Some("a"));
        assert_eq!(mark(&memory, &stranger, 3.0 * 86_400.0), None);
    }

    #[test]
    fn an_event_is_passed_on_with_its_own_rule_only() {
        let mut memory = Memory::default();
        let before = rules(&["critical: critical /a/"]);
        let mut known = memory.known(&before, NOW);
        known.events.meet(&before, NOW, None);
        known.events.rules.get_mut("critical").expect("met").matches = 7;
        memory.keep(&before, known, NOW);
        let matches = |rules: &Rules| {
            let mut known = memory.known(rules, NOW);
            known.events.meet(rules, NOW, None);
            known.events.rules.get("critical").map(|past| past.matches)
        };
        assert_eq!(matches(&rules(&["critical: critical /b/"])), Some(0));
        assert_eq!(matches(&rules(&["critical: critical /a/ hold=1h", "b: warning /b/"])), Some(7));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut memory = Memory::default();
        for number in 0..40 {
            run(&mut memory, &rules(&[&format!("r{number}: critical /x/")]), f64::from(number), "x");
        }
        assert_eq!(memory.sets.len(), MOST);
        run(&mut memory, &rules(&["new: critical /x/"]), 40.0 * 86_400.0, "x");
        assert_eq!(memory.sets.len(), 1);
    }
}
