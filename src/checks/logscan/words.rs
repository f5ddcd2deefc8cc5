//! What the findings say.

use super::excerpt::line_of;
use super::memory::{Held, Past};
use super::rule::{Level, Rule};
use super::seen::Line;
use crate::model::status::Status;
use crate::model::text;
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;

/// Bytes of a line in a finding.
const SHOWN: usize = 200;

/// A line from outside, harmless and cut.
pub(super) fn line(line: &[u8]) -> String {
    text::cut(text::clean(line).trim(), SHOWN).into_owned()
}

/// A line that a rule took; of a record the first line, and that in which the match ends.
pub(super) fn shown(rule: &Rule, seen: &Line) -> String {
    let Some(first) = memchr::memchr(b'\n', &seen.text).and_then(|end| seen.text.get(..end)) else {
        return line(&seen.text);
    };
    let matched = match &seen.excerpt {
        Some(excerpt) => Some(excerpt.matched.as_slice()),
        None => {
            let regex = rule.patterns.get(seen.pattern).and_then(|phrase| phrase.pattern().compiled().ok());
            regex.and_then(|regex| regex.find(&seen.text)).and_then(|found| line_of(&seen.text, found.end()))
        }
    };
    match matched.map(line) {
        Some(matched) if !matched.is_empty() => {
            format!("{} … {}", text::cut(&line(first), SHOWN / 2), text::cut(&matched, SHOWN / 2))
        }
        _ => line(first),
    }
}

/// The name of a source, harmless and cut: its end tells more than its beginning.
pub(super) fn source(name: &str) -> String {
    let name = text::clean_str(name);
    if name.len() <= SHOWN {
        return name.into_owned();
    }
    let end: String = name.chars().rev().take(SHOWN / 4).collect();
    format!("…{}", end.chars().rev().collect::<String>())
}

/// What the rule says of a line.
pub(super) fn text(rule: &Rule, seen: &Line, source: &str) -> String {
    let Some(template) = &rule.text else { return shown(rule, seen) };
    let regex = rule.patterns.get(seen.pattern).and_then(|phrase| phrase.pattern().compiled().ok());
    let captures = regex.and_then(|regex| regex.captures(&seen.text));
    let mut values: Vec<(&str, String)> = vec![("line", shown(rule, seen)), ("file", source.to_owned())];
    for name in template.captures() {
        let captured = match &seen.excerpt {
            Some(excerpt) => excerpt.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice()),
            None => captures.as_ref().and_then(|captures| captures.name(name)).map(|captured| captured.as_bytes()),
        };
        values.push((name, captured.map_or_else(String::new, line)));
    }
    let filled = template.filled(|name| values.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text));
    text::cut(&filled, 2 * SHOWN).into_owned()
}

/// An event that is a state now: the line first, for that is what somebody must see.
pub(super) fn held(rule: &Rule, held: &Held, now: Timestamp) -> String {
    let since = moment(held.since, now);
    let mut said = matches(held.matches) + if held.matches == 1 { " at " } else { " since " } + &since;
    if let Some(until) = held.until(now) {
        said += &format!(", held until {}", moment(until, now));
    }
    if !held.source.is_empty() {
        said += &format!(", in {}", held.source);
    }
    // Of the short options' rules the state says all that the name would.
    let name = if rule.name == rule.level.word() { String::new() } else { format!("{}: ", rule.name) };
    format!("{name}{} ({said})", held.text)
}

/// A rule with nothing held.
pub(super) fn below(rule: &Rule, past: &Past, seen: u64, now: Timestamp) -> String {
    match window(rule, past, now) {
        Some((counted, window)) if counted > 0 => format!("{}: {window}", rule.name),
        _ => matched(rule, seen),
    }
}

/// How many lines count now, in a number and in words; `None` where one is enough.
fn window(rule: &Rule, past: &Past, now: Timestamp) -> Option<(usize, String)> {
    let within = rule.alarm.within?;
    let least = [rule.alarm.warning, rule.alarm.critical].into_iter().flatten().min()?;
    let counted = past.times_within(within, now).count();
    Some((counted, format!("{counted} of {least} matches within {}", Unit::Seconds.show(within))))
}

/// A rule whose lines are no fault.
pub(super) fn matched(rule: &Rule, seen: u64) -> String {
    let what = if rule.level == Level::Ignore && seen > 0 { " ignored" } else { "" };
    format!("{}: {}{what}", rule.name, matches(seen))
}

/// Silence that has lasted too long.
pub(super) fn silent(rule: &Rule, past: &Past, longest: f64, now: Timestamp) -> String {
    let last = match past.last {
        Some(last) => format!("since {}", moment(last, now)),
        None => format!("since this is watched, {}", moment(past.known, now)),
    };
    format!("{}: no match {last}, one is expected every {}", rule.name, Unit::Seconds.show(longest))
}

/// What `--status` says of a rule.
pub(super) fn remembered(rule: &Rule, past: &Past, now: Timestamp) -> String {
    let mut said = match &past.held {
        Some(held) => {
            let (state, until) = (held.status(now), held.until(now));
            let until = until.map_or_else(String::new, |until| format!(" until {}", moment(until, now)));
            format!("{}: {}{until}, --reset ends it", rule.name, state.word())
        }
        None => format!("{}: nothing is held", rule.name),
    };
    if let Some((_, window)) = window(rule, past, now) {
        said += &format!("; {window}");
    }
    if let Some(longest) = rule.must_appear {
        said += &format!("; a match is expected every {}", Unit::Seconds.show(longest));
    }
    match past.last {
        Some(last) => said + &format!("; {} in all, the last at {}", matches(past.matches), moment(last, now)),
        None => said + "; never matched",
    }
}

fn matches(number: u64) -> String {
    match number {
        0 => "no match".to_owned(),
        1 => "1 match".to_owned(),
        number => format!("{number} matches"),
    }
}

/// A time of day, with its date unless it is of today. UTC: servers of one team stand in several zones.
pub(super) fn moment(time: Timestamp, now: Timestamp) -> String {
    let (written, today) = (time.rfc3339(), now.rfc3339());
    match (written.get(..10), written.get(11..16)) {
        (Some(day), Some(clock)) if today.starts_with(day) => format!("{clock} UTC"),
        (Some(day), Some(clock)) => format!("{day} {clock} UTC"),
        _ => written,
    }
}

/// The colour of a level where a terminal shows it; see `trial`.
pub(super) const fn colour(level: Level) -> &'static str {
    match level.status() {
        Status::Critical => "\x1b[1;31m",
        Status::Warning => "\x1b[1;33m",
        _ => match level {
            Level::Ignore => "\x1b[2m",
            _ => "\x1b[1;32m",
        },
    }
}
