//! What a run finds, rule by rule: bounded, whatever the number of lines.
//!
//! Lines come in their order, so that a line which ends an event ends what came before it and nothing else.

use super::excerpt::Excerpt;
use super::rule::{Alarm, Rule, Rules, Take};
use super::scan::Hit;
use crate::host::clock::Clock;
use crate::host::logs::Times;
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
use memchr::memchr;
use std::collections::VecDeque;

/// Lines that are kept of the beginning and of the end.
const KEPT: usize = 3;
/// Bytes of a line that are kept: enough for whatever is shown.
const LINE: usize = 512;
/// The same where something is taken out of it, and of a record of several lines.
const LINE_WITH_CAPTURES: usize = 4096;

/// A file, a command or a journal that lines come from: its place among the names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Source(u32);

/// A line that a rule took.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// Where it was.
    pub(super) source: Source,
    /// The line or record, or its beginning.
    pub(super) text: Vec<u8>,
    /// Of a record that is longer: what may be shown of the rest.
    pub(super) excerpt: Option<Box<Excerpt>>,
    /// Which pattern of the rule matched.
    pub(super) pattern: usize,
    /// When it was written, or read where that is not known.
    pub(super) time: Timestamp,
    /// Whether it has been asked when it was written.
    dated: bool,
}

/// A line that may be one of the last: mostly others follow in the same text, so it is copied when that is done.
#[derive(Clone, Copy, Debug, Default)]
struct Fresh {
    source: Source,
    /// Where it is in the text.
    start: usize,
    length: usize,
    pattern: usize,
    time: Timestamp,
    dated: bool,
}

/// The two times of a line.
#[derive(Clone, Copy)]
pub(super) struct When<'w> {
    /// When it is read: what holds and silences go by. A wrong zone can neither end a state nor make silence.
    pub(super) read: Timestamp,
    /// When it was written, as far as that can be known: what windows go by, so that hours that are read in one run
    /// count as hours. Asked for only where it is needed.
    pub(super) written: &'w dyn Fn() -> Option<Timestamp>,
}

impl When<'_> {
    fn best(&self) -> Timestamp {
        (self.written)().unwrap_or(self.read)
    }
}

/// How much was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Volume {
    /// Lines, also where records have several; `None` where they were too many to be counted for nobody.
    pub(super) lines: Option<u64>,
    /// Bytes.
    pub(super) bytes: u64,
}

/// All that a run found.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// In the order of the rules.
    rules: Vec<SeenByRule>,
    /// The rules that have fresh lines.
    fresh: Vec<usize>,
    sources: Vec<String>,
    /// How much was read; `None` where nothing was to be read.
    pub(super) volume: Option<Volume>,
    /// Whether each run is given the same lines again: they count once.
    pub(super) again: bool,
    /// Whether there is more to read: then silence is not known.
    pub(super) incomplete: bool,
    /// The time since boot, which nobody sets.
    pub(super) clock: Option<Clock>,
}

/// What one rule took. All but `matches`, `latest` and `values` is since the last line that ended its events.
#[derive(Debug, Default)]
pub(super) struct SeenByRule {
    /// Lines in this run.
    pub(super) matches: u64,
    /// When the latest line was read; see [`Seen::date`].
    pub(super) latest: Option<Timestamp>,
    /// The rule whose line has ended what was held before.
    pub(super) ended_by: Option<usize>,
    /// Lines that count for an event.
    pub(super) open: u64,
    /// The state that these lines come to by themselves.
    pub(super) reached: Status,
    /// The times of the first of them, which may complete what an earlier run saw.
    pub(super) early: Vec<Timestamp>,
    /// The times of the last of them.
    pub(super) late: VecDeque<Timestamp>,
    /// The first lines.
    pub(super) first: Vec<Line>,
    /// The last lines behind these.
    pub(super) last: VecDeque<Line>,
    /// The last lines of the text that is being read.
    fresh: [Fresh; KEPT],
    /// So many lines of it have been such.
    freshened: usize,
    /// It is noted that there are some.
    is_fresh: bool,
    /// The captured values, in the order of the rule's metrics.
    pub(super) values: Vec<Option<f64>>,
    /// Captures that should be numbers and are none.
    pub(super) no_numbers: u64,
}

impl Seen {
    /// Nothing yet.
    pub(super) fn new(rules: &Rules) -> Self {
        let one = |rule: &Rule| SeenByRule { values: vec![None; rule.metrics.len()], ..SeenByRule::default() };
        Self { rules: rules.iter().map(one).collect(), ..Self::default() }
    }

    /// Names a source for the lines that come from it.
    pub(super) fn source(&mut self, name: &str) -> Source {
        self.sources.push(name.to_owned());
        Source(u32::try_from(self.sources.len() - 1).unwrap_or(u32::MAX))
    }

    /// The name of a source.
    pub(super) fn name(&self, source: Source) -> &str {
        self.sources.get(source.0 as usize).map_or("", String::as_str)
    }

    /// What a rule took.
    pub(super) fn rule(&self, at: usize) -> Option<&SeenByRule> {
        self.rules.get(at)
    }

    /// Gives the last lines that are kept the times that they carry: only these few are read for it. Where lines are read
    /// again at each run, the latest of them is as old as it says.
    pub(super) fn date(&mut self, times: &Times) {
        for rule in &mut self.rules {
            for line in rule.last.iter_mut().filter(|line| !line.dated) {
                line.time = times.of(&line.text).unwrap_or(line.time);
            }
            if self.again
                && let Some(time) = rule.last().map(|line| line.time)
            {
                rule.latest = Some(time);
            }
        }
    }

    /// Notes a line of a text. It belongs to what was seen when the text is [`Self::settle`]d.
    pub(super) fn take(&mut self, rules: &Rules, hit: &Hit<'_>, source: Source, when: When<'_>) {
        let (Some(rule), Some(seen)) = (rules.get(hit.rule), self.rules.get_mut(hit.rule)) else { return };
        seen.matches += 1;
        seen.latest = Some(when.read);
        if !rule.metrics.is_empty() {
            seen.measure(rule, hit.pattern, hit.line);
        }
        if rule.level.alarms() {
            let is_first = seen.first.len() < KEPT;
            let dated = is_first || rule.alarm.within.is_some();
            let time = if dated { when.best() } else { when.read };
            let (start, length) = (hit.start, hit.line.len());
            let fresh = Fresh { source, start, length, pattern: hit.pattern, time, dated };
            if is_first {
                seen.first.push(fresh.kept(rule, hit.line, Vec::new()));
            } else {
                if !seen.is_fresh {
                    seen.is_fresh = true;
                    self.fresh.push(hit.rule);
                }
                seen.freshen(fresh);
            }
            seen.count(&rule.alarm, time);
        }
        for cleared in rules.cleared_by(hit.rule) {
            if let Some(other) = self.rules.get_mut(*cleared) {
                other.end(hit.rule);
            }
        }
    }

    /// Copies what is kept of a text, all of whose lines have been noted.
    pub(super) fn settle(&mut self, rules: &Rules, text: &[u8]) {
        for at in self.fresh.drain(..) {
            if let (Some(rule), Some(seen)) = (rules.get(at), self.rules.get_mut(at)) {
                seen.settle(rule, text);
            }
        }
    }
}

impl SeenByRule {
    /// The last line that counts.
    pub(super) fn last(&self) -> Option<&Line> {
        self.last.back().or_else(|| self.first.last())
    }

    fn count(&mut self, alarm: &Alarm, time: Timestamp) {
        self.open += 1;
        let most = alarm.most();
        if most > 0 {
            if self.early.len() < most {
                self.early.push(time);
            }
            if self.late.len() == most {
                self.late.pop_front();
            }
            self.late.push_back(time);
        }
        // A burst of millions: once it is critical, there is nothing more to find out.
        if self.reached != Status::Critical {
            self.reached = self.reached.max(alarm.reached(&self.late));
        }
    }

    fn freshen(&mut self, fresh: Fresh) {
        let place = self.freshened % KEPT;
        if let Some(oldest) = self.fresh.get_mut(place) {
            *oldest = fresh;
        }
        self.freshened += 1;
    }

    fn settle(&mut self, rule: &Rule, text: &[u8]) {
        self.is_fresh = false;
        let count = std::mem::take(&mut self.freshened);
        for number in count.saturating_sub(KEPT)..count {
            let Some(fresh) = self.fresh.get(number % KEPT).copied() else { continue };
            // The memory of the one that goes is used again.
            let oldest = if self.last.len() == KEPT { self.last.pop_front() } else { None };
            let memory = oldest.map_or_else(Vec::new, |oldest| oldest.text);
            let line = text.get(fresh.start..fresh.start + fresh.length).unwrap_or_default();
            self.last.push_back(fresh.kept(rule, line, memory));
        }
    }

    fn measure(&mut self, rule: &Rule, pattern: usize, text: &[u8]) {
        let regex = rule.patterns.get(pattern).and_then(|phrase| phrase.pattern().compiled().ok());
        let Some(captures) = regex.and_then(|regex| regex.captures(text)) else { return };
        for (metric, value) in rule.metrics.iter().zip(&mut self.values) {
            let Some(captured) = captures.name(&metric.name) else { continue };
            let Some(new) = metric.value(captured.as_bytes()) else {
                self.no_numbers += 1;
                continue;
            };
            *value = Some(match (metric.take, *value) {
                (Take::Last, _) | (_, None) => new,
                (Take::Max, Some(old)) => old.max(new),
                (Take::Sum, Some(old)) => old + new,
            });
        }
    }

    fn end(&mut self, by: usize) {
        self.ended_by = Some(by);
        self.open = 0;
        self.reached = Status::Ok;
        self.early.clear();
        self.late.clear();
        self.first.clear();
        self.last.clear();
        self.freshened = 0;
    }
}

impl Fresh {
    /// The line with its text, which goes into `memory`.
    fn kept(self, rule: &Rule, text: &[u8], mut memory: Vec<u8>) -> Line {
        let Self { source, pattern, time, dated, .. } = self;
        let head = text.get(..LINE_WITH_CAPTURES).unwrap_or(text);
        let is_record = memchr(b'\n', head).is_some();
        let room = if is_record || rule.captures() { LINE_WITH_CAPTURES } else { LINE };
        let long = is_record && text.len() > room;
        let excerpt = long.then(|| Box::new(Excerpt::of(rule, pattern, text, LINE)));
        memory.clear();
        memory.extend_from_slice(text.get(..room).unwrap_or(text));
        Line { source, text: memory, excerpt, pattern, time, dated }
    }
}

impl Alarm {
    /// The state when the last of these lines was written.
    pub(super) fn reached(&self, times: &VecDeque<Timestamp>) -> Status {
        let Some(within) = self.within else {
            return self.status(1);
        };
        // Lines of several files do not come in the order of their times.
        let close = |count: usize| {
            let first = times.len().checked_sub(count).and_then(|at| times.get(at));
            first.zip(times.back()).is_some_and(|(first, last)| last.since(*first).abs() <= within)
        };
        let enough = |count: Option<u64>| count.is_some_and(|count| usize::try_from(count).is_ok_and(close));
        if enough(self.critical) {
            Status::Critical
        } else if enough(self.warning) {
            Status::Warning
        } else {
            Status::Ok
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::logscan::scan::Scanner;
    use std::ops::ControlFlow;

    #[test]
    fn of_a_text_the_first_and_the_last_lines_are_kept() {
        let list = ["a: critical /a/", "b: warning /b/", "ok: ok /up/ clears=b"].map(|text| text.parse().expect(text));
        let rules = Rules::new(list.into()).expect("rules");
        let (scanner, mut seen) = (Scanner::new(rules.matchers()).expect("rules"), Seen::new(&rules));
        let source = seen.source("app.log");
        let when = When { read: Timestamp::default(), written: &|| None };
        for text in ["a1\na2\nb1\nb2\nb3\nb4\nb5\n", "a3\na4\nb6\na5\nup\nb7\na6\na7\na8", "a9\n", "x\n"] {
            let scanned = scanner.scan(text.as_bytes(), |hit| {
                seen.take(&rules, &hit, source, when);
                ControlFlow::Continue(())
            });
            scanned.expect("patterns");
            seen.settle(&rules, text.as_bytes());
        }
        let kept = |rule: usize| -> Vec<String> {
            let seen = seen.rule(rule).expect("a rule");
            seen.first.iter().chain(&seen.last).map(|line| String::from_utf8_lossy(&line.text).into_owned()).collect()
        };
        assert_eq!(kept(0), ["a1", "a2", "a3", "a7", "a8", "a9"]);
        assert_eq!(kept(1), ["b7"]);
    }
}
