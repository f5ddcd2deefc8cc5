//! The time that a line of a log carries at its beginning. Pure: the present time and the zone are given.
//!
//! | written | by | source |
//! |---|---|---|
//! | `2026-11-23T22:00:07.123+01:00`, with `T` or a space, `.`, `,` or `:` before the fraction, with or without zone | most | RFC 3339, ISO 8601; Oracle alert log since 12.2; logback and log4j `%d`; PostgreSQL `%m`, `%t` |
//! | `20261123T220007Z`, `20261123 22:00:07`, `20261123220007` | SAP, shell scripts | ISO 8601, basic format |
//! | `2026/11/23 22:00:07` | nginx error log, Go `log` | nginx `ngx_times.c`; Go `log.LstdFlags` |
//! | `Nov 23 22:00:07`, behind `<34>` too | syslog | RFC 3164, 4.1.2; there is no year: the one that puts it nearest before now |
//! | `<34>1 2026-11-23T22:00:07Z` | syslog | RFC 5424, 6.2.3 |
//! | `Nov 23 2026 22:00:07` | Cisco | `service timestamps log datetime year` |
//! | `10.0.0.1 - - [23/Nov/2026:22:00:07 +0000]` | Apache, nginx access log | Apache `mod_log_config`, `%t` |
//! | `[Mon Nov 23 22:00:07.123456 2026]`, `Mon Nov 23 22:00:07 CET 2026` | Apache error log, Oracle alert log before 12.2, `dmesg -T`, `date` | ISO C `asctime`; POSIX `date` |
//! | `Mon, 23 Nov 2026 22:00:07 +0100` | mail, HTTP | RFC 5322, 3.3 |
//! | `23 Nov 2026 22:00:07,123`, `23-NOV-2026 22:00:07` | log4j `DATE`, Tomcat, Oracle listener | log4j layouts; Oracle Net |
//! | `Nov 23, 2026 10:00:07 PM` | java.util.logging | `SimpleFormatter` |
//! | `[11/23/26 22:00:07:123 CET]`, `11/23/2026 10:00:07 PM` | WebSphere, MQ | IBM WebSphere "Log and trace format", MQ `AMQERR01.LOG` |
//! | `23.11.2026 22:00:07`, `23.11.26 22:00:07:123 MEZ` | German locales | DIN 5008 |
//! | `A924A5FC   1123220026 P H` | AIX `errpt` (mmddhhMMyy) | IBM AIX `errpt` command |
//! | `Date/Time:       Mon Nov 23 22:00:07 2026` | AIX `errpt -a` | the same |
//! | `[1795449590] `, `1795449590.123 `, `1795449590123 ` | Nagios, Squid | POSIX "Seconds Since the Epoch"; years 2000 to 2099 |
//!
//! A level (`ERROR`, `[WARN]`) or `*** ` may stand before it. Month names are English, or those that Oracle writes in
//! German (`MRZ`, `MAI`, `OKT`, `DEZ`).
//!
//! What is not taken for a time: 24:00, a leap second, a day that its month does not have, the seconds since boot of
//! `dmesg`, and a number of the wrong length.
//!
//! Rules where the writing leaves something open:
//! - `05/06/26` may be May or June: [`Found::EitherOrder`]. `11/23/26` can only be November. A log needs a [`Format`] all
//!   the same to be searched by time ([`Stamp::is_by_value`]): otherwise it would work on some days of the month.
//! - Two digits of a year are of 1969 to 2068 (POSIX `strptime`, `%y`).
//! - Without a zone, or with a name that means several ([`named_zone`](forms)): local time, as [`Zone`] says.
//! - Without seconds the first second of the minute; [`Stamp::latest`] is the last.

mod cursor;
mod format;
mod forms;
#[cfg(test)]
mod tests;
mod zone;

use super::timestamp::Timestamp;
pub use format::Format;
use jiff::civil::{DateTime, Time};
use jiff::tz::Offset;
pub use zone::Zone;

/// Bytes of a line in which its time is looked for.
const REACH: usize = 96;
/// The same where a client's address and name stand before it.
const REACH_BEHIND_CLIENT: usize = 256;
/// Seconds by which a time without year may be ahead of the present clock: another zone, a clock that is wrong.
const AHEAD: f64 = 86_400.0;
/// Years that are gone back for a time without one: 29 February is missing in up to seven running.
const YEARS_BACK: i16 = 8;

/// What was found at the beginning of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No time.
    Nothing,
    /// A time.
    Stamp(Stamp),
    /// A time of which nobody knows whether the day or the month stands first.
    EitherOrder,
}

/// A time as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    written: Written,
    /// There are no seconds in it.
    coarse: bool,
    by_value: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    /// Since 1970.
    Epoch { seconds: i64, nanos: u32 },
    /// By the calendar and, where it is known, an offset from UTC in seconds. Without a year the year of `at` is a leap
    /// year, so that each day is one.
    Civil { at: DateTime, has_year: bool, offset: Option<i32> },
}

/// Looks for a time at the beginning of a line.
#[must_use]
pub fn find(line: &[u8]) -> Found {
    forms::find(line)
}

impl Stamp {
    /// When it is. `zone` is asked where the line names none; `now` decides the year where there is none.
    ///
    /// A local time that was there twice, when clocks were put back, is the later one that is not ahead of `now`: a line
    /// is rather taken for younger than left out. One that was never there, when they were put forward, is what a clock
    /// shows that was not.
    pub fn at<'z>(&self, now: Timestamp, zone: impl FnOnce() -> &'z Zone) -> Option<Timestamp> {
        match self.written {
            Written::Epoch { seconds, nanos } => Some(timestamp(seconds, nanos)),
            Written::Civil { at, has_year: true, offset: Some(offset) } => {
                let time = Offset::from_seconds(offset).ok()?.to_timestamp(at).ok()?;
                Some(of_jiff(time))
            }
            Written::Civil { at, has_year: true, offset: None } => zone().resolve(at, now),
            Written::Civil { at, has_year: false, .. } => nearest_before(at, now, zone()),
        }
    }

    /// The end of what it may mean: without seconds it is of a whole minute.
    pub fn latest<'z>(&self, now: Timestamp, zone: impl FnOnce() -> &'z Zone) -> Option<Timestamp> {
        let at = self.at(now, zone)?;
        Some(if self.coarse { Timestamp(at.0 + 59.0) } else { at })
    }

    /// Whether it says where it is valid.
    #[must_use]
    pub const fn has_zone(&self) -> bool {
        matches!(self.written, Written::Epoch { .. } | Written::Civil { offset: Some(_), .. })
    }

    /// Whether only its value tells the day from the month: another line of the same log may leave it open.
    #[must_use]
    pub const fn is_by_value(&self) -> bool {
        self.by_value
    }
}

/// The year is the latest that does not put it ahead of now.
fn nearest_before(at: DateTime, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let last = zone.year(Timestamp(now.0 + AHEAD))?;
    (0..=YEARS_BACK).find_map(|back| {
        let date = jiff::civil::Date::new(last.checked_sub(back)?, at.month(), at.day()).ok()?;
        zone.resolve(date.to_datetime(at.time()), now).filter(|time| time.0 <= now.0 + AHEAD)
    })
}

/// A time of the calendar, where there is one.
fn civil(year: Option<i16>, month: u8, day: u8, clock: Clock, offset: Option<i32>) -> Option<Stamp> {
    let small = |number: u8| i8::try_from(number).ok();
    let date = jiff::civil::Date::new(year.unwrap_or(2000), small(month)?, small(day)?).ok()?;
    let (hour, minute, second) = (small(clock.hour)?, small(clock.minute)?, small(clock.second)?);
    let time = Time::new(hour, minute, second, i32::try_from(clock.nanos).ok()?).ok()?;
    let written = Written::Civil { at: date.to_datetime(time), has_year: year.is_some(), offset };
    Some(Stamp { written, coarse: clock.coarse, by_value: false })
}

/// A time of the day.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    hour: u8,
    minute: u8,
    second: u8,
    nanos: u32,
    coarse: bool,
}

fn of_jiff(time: jiff::Timestamp) -> Timestamp {
    timestamp(time.as_second(), u32::try_from(time.subsec_nanosecond()).unwrap_or(0))
}

#[expect(clippy::cast_precision_loss, reason = "exact for some million years")]
fn timestamp(seconds: i64, nanos: u32) -> Timestamp {
    Timestamp(seconds as f64 + f64::from(nanos) / 1e9)
}
