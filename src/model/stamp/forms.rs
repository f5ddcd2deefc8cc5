//! The ways of writing a time that are known without being told.

use super::cursor::Cursor;
use super::{Found, REACH, REACH_BEHIND_CLIENT, Stamp, Written, civil};
use memchr::memchr_iter;

/// Seconds since 1970 of the years 2000 to 2099: another number is no time.
const EPOCH: std::ops::Range<u64> = 946_684_800..4_102_444_800;

/// What may stand before the time.
const LEVELS: &[&[u8]] = &[
    b"TRACE",
    b"DEBUG",
    b"INFO",
    b"NOTICE",
    b"WARN",
    b"WARNING",
    b"ERROR",
    b"SEVERE",
    b"FATAL",
    b"CRITICAL",
    b"ALERT",
    b"EMERG",
];

/// Looks for a time at the beginning of a line.
pub(super) fn find(line: &[u8]) -> Found {
    let mut at = Cursor(line.get(..REACH).unwrap_or(line));
    let _ = at.spaces();
    let found = behind_prefix(at);
    if found == Found::Nothing { behind_client(line).map_or(Found::Nothing, Found::Stamp) } else { found }
}

fn behind_prefix(mut at: Cursor<'_>) -> Found {
    match at.peek() {
        Some(b'[') => {
            let mut inner = at;
            inner.eat(b'[');
            let _ = inner.spaces();
            match start(inner) {
                Found::Nothing => behind_level(at),
                found => found,
            }
        }
        Some(b'<') => behind_priority(at),
        Some(b'*') if at.eat_text(b"*** ") => start(at),
        Some(_) => match start(at) {
            Found::Nothing => behind_level(at),
            found => found,
        },
        None => Found::Nothing,
    }
}

/// `<34>1 ` (RFC 5424) or `<34>` (RFC 3164).
fn behind_priority(mut at: Cursor<'_>) -> Found {
    let priority = at.eat(b'<') && at.number(1, 3).is_some() && at.eat(b'>');
    let mut versioned = at;
    let version = versioned.number(1, 2).is_some() && versioned.eat(b' ');
    match (priority, version) {
        (false, _) => Found::Nothing,
        (true, true) => start(versioned),
        (true, false) => start(at),
    }
}

/// `ERROR `, `[WARN] `, `INFO: `, `Date/Time: `.
fn behind_level(mut at: Cursor<'_>) -> Found {
    if !(at.eat_text(b"Date/Time:") || at.eat_text(b"Time:")) {
        let bracket = at.eat(b'[');
        let _ = bracket && at.spaces().is_some();
        let count = at.0.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, rest) = at.0.split_at_checked(count).unwrap_or_default();
        if !(4..=8).contains(&count) || !LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word)) {
            return Found::Nothing;
        }
        at.0 = rest;
        let _ = bracket && at.spaces().is_some();
        if bracket && !at.eat(b']') {
            return Found::Nothing;
        }
        let _ = at.eat(b':');
    }
    if at.spaces().is_none() {
        return Found::Nothing;
    }
    let _ = at.eat(b'[');
    start(at)
}

/// A time that begins here.
fn start(at: Cursor<'_>) -> Found {
    let stamp = match at.peek() {
        Some(b'0'..=b'9') => match at.run() {
            4 => year_first(at),
            1 | 2 => match day_first(at) {
                Found::Stamp(stamp) => Some(stamp),
                other => return other,
            },
            8 => compact(at).or_else(|| error_report(at)),
            10 | 13 => epoch(at),
            14 => compact(at),
            _ => error_report(at),
        },
        Some(b'A'..=b'Z') => month_first(at).or_else(|| weekday_first(at)).or_else(|| error_report(at)),
        Some(b'a'..=b'z') => month_first(at),
        _ => None,
    };
    stamp.map_or(Found::Nothing, Found::Stamp)
}

/// Between a date and its time of day.
fn separator(at: &mut Cursor<'_>) -> Option<()> {
    if at.eat(b'T') || at.eat(b't') || at.eat(b':') {
        return Some(());
    }
    let _ = at.eat(b',');
    at.spaces()
}

/// `2026-11-23T22:00:07`, `2026/11/23 22:00:07`.
fn year_first(mut at: Cursor<'_>) -> Option<Stamp> {
    let year = at.year4()?;
    let between = at.peek().filter(|byte| matches!(byte, b'-' | b'/' | b'.'))?;
    at.expect(between)?;
    let month = at.two()?;
    at.expect(between)?;
    let day = at.two()?;
    separator(&mut at)?;
    let clock = at.clock()?;
    civil(Some(year), month, day, clock, at.zone())
}

/// `20261123T220007`, `20261123 22:00:07`, `20261123220007`.
fn compact(mut at: Cursor<'_>) -> Option<Stamp> {
    let (year, month, day) = (at.year4()?, at.two()?, at.two()?);
    if at.run() == 0 {
        separator(&mut at)?;
    }
    let clock = if at.run() > 2 { at.compact_clock()? } else { at.clock()? };
    let offset = at.zone();
    at.ends()?;
    civil(Some(year), month, day, clock, offset)
}

/// `23.11.2026 22:00:07`, `23 Nov 2026 22:00:07`, `11/23/26 22:00:07`.
fn day_first(mut at: Cursor<'_>) -> Found {
    let Some((first, between)) = at.one_or_two().zip(at.peek()) else { return Found::Nothing };
    at.eat(between);
    let stamp = match between {
        b'.' => dotted(at, first),
        b'/' if at.run() > 0 => return slashed(at, first),
        b'/' | b' ' | b'-' => named(at, first, between),
        _ => None,
    };
    stamp.map_or(Found::Nothing, Found::Stamp)
}

/// Behind `23.`.
fn dotted(mut at: Cursor<'_>, day: u8) -> Option<Stamp> {
    let month = at.one_or_two()?;
    at.expect(b'.')?;
    let year = at.year()?;
    separator(&mut at)?;
    let clock = at.clock()?;
    civil(Some(year), month, day, clock, at.zone())
}

/// Behind `23 ` or `23/`: a month's name, the same sign and the year.
fn named(mut at: Cursor<'_>, day: u8, between: u8) -> Option<Stamp> {
    let month = at.month()?;
    at.expect(between)?;
    let year = at.year()?;
    separator(&mut at)?;
    let clock = at.clock()?;
    civil(Some(year), month, day, clock, at.zone())
}

/// Behind `11/`: the day and the month in an order that only their values may tell.
fn slashed(mut at: Cursor<'_>, first: u8) -> Found {
    let mut rest = || {
        let second = at.one_or_two()?;
        at.expect(b'/')?;
        let year = at.year()?;
        separator(&mut at)?;
        let clock = at.clock()?;
        Some((second, year, clock, at.zone()))
    };
    let Some((second, year, clock, offset)) = rest() else { return Found::Nothing };
    let of = |month, day| civil(Some(year), month, day, clock, offset).map(|stamp| Stamp { by_value: true, ..stamp });
    match (of(first, second), of(second, first)) {
        (Some(one), Some(other)) if one != other => Found::EitherOrder,
        (Some(stamp), _) | (None, Some(stamp)) => Found::Stamp(stamp),
        (None, None) => Found::Nothing,
    }
}

/// `Nov 23 22:00:07`, `Nov 23 2026 22:00:07`, `Nov 23, 2026 10:00:07 PM`.
fn month_first(mut at: Cursor<'_>) -> Option<Stamp> {
    let month = at.month()?;
    at.spaces()?;
    let day = at.one_or_two()?;
    let comma = at.eat(b',');
    at.spaces()?;
    let year = if at.run() == 4 {
        let year = at.year4()?;
        separator(&mut at)?;
        Some(year)
    } else if comma {
        return None;
    } else {
        None
    };
    let clock = at.clock()?;
    let offset = at.zone().filter(|_| year.is_some());
    (year.is_some() || !clock.coarse).then_some(())?;
    civil(year, month, day, clock, offset)
}

/// `Mon Nov 23 22:00:07 2026`, `Mon Nov 23 22:00:07 CET 2026`, `Mon, 23 Nov 2026 22:00:07 +0100`.
fn weekday_first(mut at: Cursor<'_>) -> Option<Stamp> {
    at.weekday()?;
    let _ = at.eat(b',');
    at.spaces()?;
    if at.run() > 0 {
        let day = at.one_or_two()?;
        at.spaces()?;
        return named(at, day, b' ');
    }
    let month = at.month()?;
    at.spaces()?;
    let day = at.one_or_two()?;
    at.spaces()?;
    let clock = at.clock()?;
    let offset = at.zone();
    at.spaces()?;
    // The name of a zone that means nothing to us, or more than one.
    let unknown = at.0.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    if unknown > 0 {
        at.0 = at.0.get(unknown..)?;
        at.spaces()?;
    }
    let year = at.year4()?;
    at.ends()?;
    civil(Some(year), month, day, clock, offset)
}

/// The identifier of an error on AIX, and `mmddhhMMyy`.
fn error_report(mut at: Cursor<'_>) -> Option<Stamp> {
    let (identifier, rest) = at.0.split_first_chunk::<8>()?;
    identifier.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')).then_some(())?;
    at.0 = rest;
    at.spaces()?;
    (at.run() == 10).then_some(())?;
    let (month, day, hour, minute) = (at.two()?, at.two()?, at.two()?, at.two()?);
    let year = at.year()?;
    at.ends()?;
    let clock = super::Clock { hour, minute, coarse: true, ..super::Clock::default() };
    civil(Some(year), month, day, clock, None)
}

/// Seconds since 1970, with a fraction or not, or milliseconds.
fn epoch(mut at: Cursor<'_>) -> Option<Stamp> {
    let millis = at.run() == 13;
    let (seconds, mut nanos) = (at.number(10, 10)?, 0);
    if millis {
        nanos = at.nanos(3);
    } else if at.peek() == Some(b'.') {
        at.expect(b'.')?;
        let count = at.run();
        nanos = (count > 0).then(|| at.nanos(count))?;
    }
    at.peek()
        .is_none_or(|byte| matches!(byte, b' ' | b'\t' | b']' | b':' | b',' | b';' | b'|' | b'\r'))
        .then_some(())?;
    let seconds = i64::try_from(Some(seconds).filter(|seconds| EPOCH.contains(seconds))?).ok()?;
    Some(Stamp { written: Written::Epoch { seconds, nanos }, coarse: false, by_value: false })
}

/// `10.0.0.1 - user [23/Nov/2026:22:00:07 +0000]`, whatever the names before it are.
fn behind_client(line: &[u8]) -> Option<Stamp> {
    let head = line.get(..REACH_BEHIND_CLIENT).unwrap_or(line);
    memchr_iter(b'[', head).find_map(|at| {
        let mut inner = Cursor(line.get(at + 1..).map(|rest| rest.get(..REACH).unwrap_or(rest))?);
        let day = inner.two()?;
        inner.expect(b'/')?;
        named(inner, day, b'/')
    })
}
