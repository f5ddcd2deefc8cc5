//! The settings of a check: its own, else those of `[defaults]`, else the built-in ones.

use super::format::{Entry, Text, Texts, Time};
use super::limits::{self, MAX_ENTRIES, MAX_LABEL_VALUE};
use super::names;
use super::problem::{Lines, Problems, quote};
use crate::model::unit::Unit;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;
use toml::Spanned;

/// Where problems of one file go.
pub(super) struct Notes<'a> {
    pub(super) lines: &'a Lines,
    pub(super) problems: &'a mut Problems,
}

impl Notes<'_> {
    pub(super) fn add(&mut self, span: Range<usize>, message: impl AsRef<str>) {
        self.problems.add(&self.lines.place(span), message);
    }

    /// What was read, or a problem with the key in front.
    pub(super) fn take<T>(&mut self, key: &str, span: Range<usize>, read: Result<T, String>) -> Option<T> {
        read.map_err(|why| self.add(span, format!("{key}: {why}"))).ok()
    }
}

/// All that `[defaults]` may say.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) host: String,
    pub(super) groups: Vec<String>,
    pub(super) interval: Duration,
    pub(super) retry_interval: Duration,
    pub(super) timeout: Duration,
    pub(super) retries: u32,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) env: BTreeMap<String, String>,
    pub(super) max_series: usize,
}

impl Settings {
    /// Where no file says anything.
    pub(super) fn standard(host: &str) -> Self {
        Self {
            host: host.to_owned(),
            groups: Vec::new(),
            interval: limits::INTERVAL,
            retry_interval: limits::RETRY_INTERVAL,
            timeout: limits::TIMEOUT,
            retries: limits::RETRIES,
            labels: BTreeMap::new(),
            env: BTreeMap::new(),
            max_series: limits::MAX_SERIES,
        }
    }

    /// These with what an entry says: a list of groups takes the place of another, labels and variables are added
    /// by name.
    pub(super) fn with(&self, entry: &Entry, notes: &mut Notes<'_>) -> Self {
        let mut new = self.clone();
        if let Some(host) = &entry.host {
            notes.take("host", host.span(), names::host(host.get_ref()));
            new.host.clone_from(host.get_ref());
        }
        if let Some(listed) = &entry.groups {
            new.groups = groups(listed, notes);
        }
        set(&mut new.interval, notes, "interval", &entry.interval, |at| time(at, &limits::INTERVALS));
        set(&mut new.timeout, notes, "timeout", &entry.timeout, |at| time(at, &limits::TIMEOUTS));
        set(&mut new.retries, notes, "retries", &entry.retries, |at| number(*at, &limits::RETRY_COUNTS));
        set(&mut new.max_series, notes, "max_series", &entry.max_series, |at| number(*at, &limits::SERIES_COUNTS));
        set(&mut new.retry_interval, notes, "retry_interval", &entry.retry_interval, |at| time(at, &limits::INTERVALS));
        // Of [defaults] it is compared with the interval beside it: the checks may all have longer ones.
        if let (Some(retry), true) = (&entry.retry_interval, entry.interval.is_some() || entry.name.is_some())
            && new.retry_interval > new.interval
        {
            let why = "is longer than the interval: shorten it, or leave it out";
            notes.add(retry.span(), format!("retry_interval: {why}"));
        }
        merge(&mut new.labels, "labels", &entry.labels, notes, names::label, |value| {
            if value.chars().any(char::is_control) {
                return Err("the value has a control character: leave it out".to_owned());
            }
            let short = value.chars().count() <= MAX_LABEL_VALUE;
            if short {
                Ok(())
            } else {
                Err(format!("the value is longer than {MAX_LABEL_VALUE} characters: shorten it"))
            }
        });
        merge(&mut new.env, "env", &entry.env, notes, names::variable, |value| {
            if value.contains('\0') { Err("the value has a NUL: leave it out".to_owned()) } else { Ok(()) }
        });
        new
    }
}

fn set<T, U>(
    to: &mut T,
    notes: &mut Notes<'_>,
    key: &str,
    at: &Option<Spanned<U>>,
    read: impl FnOnce(&U) -> Result<T, String>,
) {
    let Some(at) = at else { return };
    if let Some(value) = notes.take(key, at.span(), read(at.get_ref())) {
        *to = value;
    }
}

fn groups(listed: &Spanned<Vec<Text>>, notes: &mut Notes<'_>) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    if listed.get_ref().len() > MAX_ENTRIES {
        notes.add(listed.span(), format!("groups: more than {MAX_ENTRIES}: leave some out"));
        return groups;
    }
    for group in listed.get_ref() {
        notes.take("groups", group.span(), names::name(group.get_ref()));
        // Rows of a template may well give the same twice.
        if !groups.contains(group.get_ref()) {
            groups.push(group.get_ref().clone());
        }
    }
    groups
}

fn merge(
    to: &mut BTreeMap<String, String>,
    key: &str,
    texts: &Texts,
    notes: &mut Notes<'_>,
    is_name: fn(&str) -> Result<(), String>,
    is_value: fn(&str) -> Result<(), String>,
) {
    for (name, value) in texts {
        notes.take(key, name.span(), is_name(name.get_ref()));
        // The value stays out of the message: an environment may hold what not everybody should read.
        notes.take(
            key,
            value.span(),
            is_value(value.get_ref()).map_err(|why| format!("{}: {why}", quote(name.get_ref()))),
        );
        to.insert(name.get_ref().clone(), value.get_ref().clone());
    }
    if let (true, Some(last)) = (to.len() > MAX_ENTRIES, texts.keys().next_back()) {
        notes.add(last.span(), format!("{key}: more than {MAX_ENTRIES}: leave some out"));
    }
}

/// A time in whole milliseconds.
fn time(time: &Time, bounds: &RangeInclusive<u64>) -> Result<Duration, String> {
    let text = time.0.clone()?;
    let outside = || {
        let [least, most] = [bounds.start(), bounds.end()].map(|ms| written(Duration::from_millis(*ms)));
        format!("must be from {least} to {most}")
    };
    let duration = Duration::try_from_secs_f64(text).map_err(|_| outside())?;
    let milliseconds = u64::try_from((duration + Duration::from_micros(500)).as_millis()).map_err(|_| outside())?;
    if bounds.contains(&milliseconds) { Ok(Duration::from_millis(milliseconds)) } else { Err(outside()) }
}

/// A time as the file has it: `5min`, `90s`.
pub(super) fn written(duration: Duration) -> String {
    let mut text = Unit::Seconds.exact(duration.as_secs_f64());
    if text.ends_with(|c: char| c.is_ascii_digit()) {
        text.push('s');
    }
    text
}

/// A whole number within bounds.
pub(super) fn number<T: TryFrom<i64>>(number: i64, bounds: &RangeInclusive<i64>) -> Result<T, String> {
    let outside = || format!("must be from {} to {}", bounds.start(), bounds.end());
    if !bounds.contains(&number) {
        return Err(outside());
    }
    T::try_from(number).map_err(|_| outside())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_have_bounds() {
        let read = |text: &str| time(&Time(Unit::Seconds.parse(text)), &limits::INTERVALS);
        assert_eq!(read("1h"), Ok(Duration::from_secs(3600)));
        assert_eq!(read("7d"), Ok(Duration::from_secs(604_800)));
        assert_eq!(read("0.9995"), Ok(Duration::from_secs(1)));
        for bad in ["0", "0.9", "7.1d", "-5", "1M"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        for bad in [f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(time(&Time(Ok(bad)), &limits::INTERVALS), Err("must be from 1s to 7d".to_owned()));
        }
    }

    proptest! {
        #[test]
        fn a_written_time_is_read_as_the_same(ms in limits::TIMEOUTS) {
            let duration = Duration::from_millis(ms);
            let read = time(&Time(Unit::Seconds.parse(&written(duration))), &limits::TIMEOUTS);
            prop_assert_eq!(read, Ok(duration));
        }
    }
}
