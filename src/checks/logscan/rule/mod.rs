//! Rules: which lines matter, what they mean, and for how long.
//!
//! A rule is written inline (`inline`) or in a TOML file (`file`); both have the same keys, which [`draft`] reads and
//! checks. [`set`] puts the rules of a run into their order.

mod draft;
mod file;
mod inline;
mod metric;
mod phrase;
mod set;
mod template;
#[cfg(test)]
mod tests;

use super::scan::Matcher;
use crate::model::glob::Glob;
use crate::model::status::Status;
use crate::model::unit::Unit;
pub(super) use file::{RuleFile, parse, read};
use fnv::FnvHasher;
pub(super) use metric::{Metric, Take};
pub(super) use phrase::{How, Phrase};
pub(super) use set::{Given, Rules};
use std::fmt::{self, Write as _};
use std::hash::Hasher as _;
use std::str::FromStr;
pub(super) use template::Template;

/// Seconds for which an event is held unless its rule says otherwise: longer than a scheduler's retries.
pub(super) const HOLD: f64 = 900.0;

/// What a line that the rule takes means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Somebody must act.
    Critical,
    /// Somebody should look.
    Warning,
    /// The end of an event.
    Ok,
    /// Nothing; no later rule sees the line.
    Ignore,
}

impl Level {
    const ALL: [(Self, &'static str); 4] =
        [(Self::Critical, "critical"), (Self::Warning, "warning"), (Self::Ok, "ok"), (Self::Ignore, "ignore")];

    /// The word in a rule.
    pub(super) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(level, _)| *level == self).map_or("", |(_, word)| word)
    }

    /// The state that an event of this level is.
    pub(super) const fn status(self) -> Status {
        match self {
            Self::Critical => Status::Critical,
            Self::Warning => Status::Warning,
            Self::Ok | Self::Ignore => Status::Ok,
        }
    }

    /// Whether it makes events.
    pub(super) const fn alarms(self) -> bool {
        matches!(self, Self::Critical | Self::Warning)
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, word)| *word == text).map(|(level, _)| *level);
        found.ok_or_else(|| format!("'{text}' is no level: use critical, warning, ok or ignore"))
    }
}

/// How many matches make an event.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Alarm {
    /// From so many on it is a warning.
    pub(super) warning: Option<u64>,
    /// From so many on it is critical.
    pub(super) critical: Option<u64>,
    /// Seconds within which they must be; `None` where one is enough.
    pub(super) within: Option<f64>,
}

impl Alarm {
    /// The state of a number of matches.
    pub(super) fn status(&self, matches: u64) -> Status {
        if self.critical.is_some_and(|least| matches >= least) {
            Status::Critical
        } else if self.warning.is_some_and(|least| matches >= least) {
            Status::Warning
        } else {
            Status::Ok
        }
    }

    /// How many matches must be remembered to tell.
    pub(super) fn most(&self) -> usize {
        let most = self.warning.max(self.critical).filter(|_| self.within.is_some());
        most.and_then(|most| usize::try_from(most).ok()).unwrap_or(0)
    }
}

/// A rule, complete and right.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// Its name: the item of its finding.
    pub(super) name: String,
    /// What its lines mean.
    pub(super) level: Level,
    /// A line must match one of these.
    pub(super) patterns: Vec<Phrase>,
    /// And none of these.
    pub(super) except: Vec<Phrase>,
    /// Seconds for which an event stays a state, where the rule says it; 0: only in the run that saw it.
    pub(super) hold: Option<f64>,
    /// How many matches make an event.
    pub(super) alarm: Alarm,
    /// Seconds without a match after which silence is the fault; matches are no events then.
    pub(super) must_appear: Option<f64>,
    /// Rules that belong together.
    pub(super) group: String,
    /// Names of the rules whose events a rule of level ok ends; without any, all of its group.
    pub(super) clears: Vec<Glob>,
    /// What the finding says, instead of the line.
    pub(super) text: Option<Template>,
    /// Captures that become metrics.
    pub(super) metrics: Vec<Metric>,
}

impl Rule {
    /// Seconds for which an event stays a state.
    pub(super) fn held_for(&self) -> f64 {
        self.hold.unwrap_or(HOLD)
    }

    /// What makes it the same rule in another run: its name, and which lines it takes for what. What it does with them
    /// may change.
    fn identity(&self) -> u64 {
        let mut hash = Hashed::default();
        // A hash takes whatever is written.
        let _ = write!(hash, "{}{}", self.name, self.level.word());
        for (kind, phrases) in [('+', &self.patterns), ('-', &self.except)] {
            for phrase in phrases {
                let _ = write!(hash, "{kind}{phrase}");
            }
        }
        hash.0.finish()
    }

    /// What the scanner looks for.
    pub(super) fn matcher(&self) -> Matcher {
        let all = |phrases: &[Phrase]| phrases.iter().map(|phrase| phrase.pattern().clone()).collect();
        Matcher { patterns: all(&self.patterns), except: all(&self.except) }
    }

    /// Whether a rule of level ok ends the events of another.
    pub(super) fn clears(&self, other: &Self) -> bool {
        let meant = if self.clears.is_empty() {
            self.group == other.group
        } else {
            self.clears.iter().any(|glob| glob.matches(&other.name))
        };
        self.level == Level::Ok && other.level.alarms() && other.must_appear.is_none() && meant
    }

    /// Whether a metric of this name is a sum.
    pub(super) fn sums(&self, name: &str) -> bool {
        self.metrics.iter().any(|metric| metric.name == name && metric.take == Take::Sum)
    }

    /// Whether something is taken out of its lines.
    pub(super) fn captures(&self) -> bool {
        !self.metrics.is_empty() || self.text.as_ref().is_some_and(|text| text.captures().next().is_some())
    }
}

/// A hash of what is written into it.
#[derive(Default)]
struct Hashed(FnvHasher);

impl fmt::Write for Hashed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

/// A rule as it can be given to `--rule`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.level.word())?;
        for phrase in &self.patterns {
            write!(f, " {phrase}")?;
        }
        for phrase in &self.except {
            write!(f, " except={phrase}")?;
        }
        if self.level.alarms() && self.must_appear.is_none() {
            let usual = |level, count| self.level == level && count == Some(1);
            for (key, level, count) in [
                ("warning_count", Level::Warning, self.alarm.warning),
                ("critical_count", Level::Critical, self.alarm.critical),
            ] {
                if let Some(count) = count.filter(|_| !usual(level, count)) {
                    write!(f, " {key}={count}")?;
                }
            }
        }
        let times = [("hold", self.hold), ("within", self.alarm.within), ("must_appear", self.must_appear)];
        for (key, seconds) in times {
            if let Some(seconds) = seconds {
                write!(f, " {key}={}", Unit::Seconds.exact(seconds))?;
            }
        }
        for glob in &self.clears {
            write!(f, " clears={}", phrase::quoted(&glob.to_string()))?;
        }
        if !self.group.is_empty() {
            write!(f, " group={}", phrase::quoted(&self.group))?;
        }
        if let Some(text) = &self.text {
            write!(f, " text={}", phrase::quoted(&text.to_string()))?;
        }
        for metric in &self.metrics {
            write!(f, " metric={metric}")?;
        }
        Ok(())
    }
}
