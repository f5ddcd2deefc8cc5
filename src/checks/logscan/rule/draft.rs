//! A rule on its way: its keys one by one, then whether they go together.

use super::metric::Metric;
use super::phrase::Phrase;
use super::template::Template;
use super::{Alarm, Level, Rule};
use crate::model::glob::Glob;
use crate::plugin::values::time;

/// The keys that take a text; one list for rules on the command line and in files.
pub(super) const KEYS: [&str; 10] =
    ["hold", "count", "warning_count", "critical_count", "within", "must_appear", "clears", "group", "text", "metric"];
/// Matches of one window that can be asked for: so many are remembered.
const MOST_COUNTED: u64 = 1000;
/// Patterns of one rule.
const MOST_PATTERNS: usize = 500;
/// Metrics of one rule.
const MOST_METRICS: usize = 16;
/// Bytes of a name.
const LONGEST_NAME: usize = 64;
/// What would be more than a name in `-w METRIC@NAME=RANGE` or in `clears`.
const NOT_IN_NAMES: [char; 10] = ['=', '~', '@', '*', '?', '|', '\'', '"', ':', ','];

/// A rule whose keys are still coming.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) level: Option<Level>,
    pub(super) patterns: Vec<Phrase>,
    pub(super) except: Vec<Phrase>,
    hold: Option<f64>,
    count: Option<u64>,
    warning_count: Option<u64>,
    critical_count: Option<u64>,
    within: Option<f64>,
    must_appear: Option<f64>,
    group: Option<String>,
    clears: Vec<Glob>,
    text: Option<Template>,
    metrics: Vec<Metric>,
}

impl Draft {
    /// Takes a name.
    ///
    /// # Errors
    /// Where it could not be used as an item.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let name = check_name(name)?;
        Ok(Self { name, ..Self::default() })
    }

    /// Takes a key that [`KEYS`] lists.
    ///
    /// # Errors
    /// What is wrong with the value, or that there is one already.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let set = match key {
            "hold" => put(&mut self.hold, time(value)),
            "count" => put(&mut self.count, counted(value)),
            "warning_count" => put(&mut self.warning_count, counted(value)),
            "critical_count" => put(&mut self.critical_count, counted(value)),
            "within" => put(&mut self.within, period(value)),
            "must_appear" => put(&mut self.must_appear, period(value)),
            "group" => put(&mut self.group, check_name(value)),
            "text" => put(&mut self.text, value.parse()),
            "clears" => {
                self.clears.extend(value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Glob::new));
                if self.clears.is_empty() { Err("names no rule".to_owned()) } else { Ok(()) }
            }
            "metric" => value.parse().map(|metric| self.metrics.push(metric)),
            _ => return Err(unknown(key)),
        };
        set.map_err(|why| format!("{key}: {why}"))
    }

    /// The rule; `group` is that of its file.
    ///
    /// # Errors
    /// All that does not go together.
    pub(super) fn finish(self, group: &str) -> Result<Rule, Vec<String>> {
        let mut wrong = self.contradictions();
        let level = self.level.unwrap_or_else(|| {
            wrong.push("no level: say critical, warning, ok or ignore".to_owned());
            Level::Ignore
        });
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let (warning, critical) = self.counts();
        Ok(Rule {
            name: self.name,
            level,
            patterns: self.patterns,
            except: self.except,
            hold: self.hold,
            alarm: Alarm { warning, critical, within: self.within },
            must_appear: self.must_appear,
            group: self.group.unwrap_or_else(|| group.to_owned()),
            clears: self.clears,
            text: self.text,
            metrics: self.metrics,
        })
    }

    /// From how many matches on it is a warning, and critical: the count of its own level is one unless it is given.
    fn counts(&self) -> (Option<u64>, Option<u64>) {
        if self.must_appear.is_some() {
            return (None, None);
        }
        let of = |level, count: Option<u64>| {
            let own = (self.level == Some(level)).then(|| self.count.unwrap_or(1));
            count.or(own)
        };
        (of(Level::Warning, self.warning_count), of(Level::Critical, self.critical_count))
    }

    fn contradictions(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut refuse = |when: bool, why: &str| {
            if when {
                wrong.push(why.to_owned());
            }
        };
        let counts = [self.count, self.warning_count, self.critical_count];
        let counted = counts.iter().flatten().any(|count| *count > 1);
        let event = self.hold.is_some() || self.within.is_some() || counts.iter().any(Option::is_some);
        refuse(self.patterns.is_empty(), "no pattern: say what its lines contain");
        refuse(self.patterns.len() + self.except.len() > MOST_PATTERNS, "more than 500 patterns: divide it");
        refuse(self.metrics.len() > MOST_METRICS, "more than 16 metrics");
        refuse(counted && self.within.is_none(), "a count above 1 needs within: the time in which so many must come");
        refuse(!counted && self.within.is_some(), "within needs a count above 1");
        let own = match self.level {
            Some(Level::Warning) => self.warning_count,
            Some(Level::Critical) => self.critical_count,
            _ => None,
        };
        refuse(self.count.is_some() && own.is_some(), "count and the count of its own level say the same thing twice");
        let inverted = matches!(self.counts(), (Some(warning), Some(critical)) if warning >= critical);
        refuse(inverted, "it is critical before it is a warning: warning_count must be below critical_count");
        refuse(!self.clears.is_empty() && self.level.is_some_and(|l| l != Level::Ok), "clears is for level ok");
        let events = self.level.is_none_or(Level::alarms);
        refuse(!events && event, "hold, counts and within are for levels critical and warning");
        refuse(!events && self.must_appear.is_some(), "must_appear is for levels critical and warning");
        refuse(
            self.must_appear.is_some() && event,
            "must_appear goes without hold, counts and within: the fault lasts until a line appears",
        );
        refuse(self.level == Some(Level::Ignore) && !self.metrics.is_empty(), "a line that is ignored has no metrics");
        let wanted = self.metrics.iter().map(|metric| metric.name.as_str());
        for name in wanted.chain(self.text.iter().flat_map(Template::captures)) {
            if !self.patterns.iter().any(|phrase| phrase.captures(name)) {
                wrong.push(format!("no pattern captures '{name}': write (?<{name}>...) in one"));
            }
        }
        wrong
    }
}

/// What to say of a key that there is not.
pub(super) fn unknown(key: &str) -> String {
    format!("no key '{key}'; there are {}", KEYS.join(", "))
}

fn check_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name == crate::checks::logscan::gaps::NAME {
        return Err(format!("'{name}' is what --reset calls lines that may be lost: call the rule otherwise"));
    }
    let odd = |c: char| NOT_IN_NAMES.contains(&c) || c.is_control();
    if name.is_empty() || name.len() > LONGEST_NAME || name.contains(odd) {
        return Err(format!(
            "'{name}' is no name: it has 1 to {LONGEST_NAME} bytes, without = ~ @ * ? : , quotes and the pipe sign"
        ));
    }
    Ok(name.to_owned())
}

fn put<T>(place: &mut Option<T>, value: Result<T, String>) -> Result<(), String> {
    let value = value?;
    match place.replace(value) {
        Some(_) => Err("is given twice".to_owned()),
        None => Ok(()),
    }
}

fn counted(text: &str) -> Result<u64, String> {
    let count = text.parse().ok().filter(|count| (1..=MOST_COUNTED).contains(count));
    count.ok_or_else(|| format!("'{text}' is no number from 1 to {MOST_COUNTED}"))
}

fn period(text: &str) -> Result<f64, String> {
    time(text).and_then(|seconds| if seconds > 0.0 { Ok(seconds) } else { Err("takes a time above 0".to_owned()) })
}
