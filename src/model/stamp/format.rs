//! `--time-format`: how the times of a log are written, where that must be told. The words are those of strptime (POSIX)
//! and, for fractions and zones, of what most libraries have added to it.

use super::cursor::{Cursor, century, twelve};
use super::{Clock, REACH, Stamp, Written, civil};
use std::fmt;
use std::str::FromStr;

/// The months' names.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// How times are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    text: String,
    items: Vec<Item>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Byte(u8),
    /// Any number of spaces and tabs, also none.
    Spaces,
    Year,
    Century2,
    Month,
    MonthName,
    Day,
    Weekday,
    Hour,
    Hour12,
    Half,
    Minute,
    Second,
    Fraction,
    Zone,
    Epoch,
    EpochMillis,
}

impl Item {
    fn of(letter: u8) -> Option<&'static [Self]> {
        Some(match letter {
            b'Y' => &[Self::Year],
            b'y' => &[Self::Century2],
            b'm' => &[Self::Month],
            b'b' | b'B' | b'h' => &[Self::MonthName],
            b'd' | b'e' => &[Self::Day],
            b'a' | b'A' => &[Self::Weekday],
            b'H' | b'k' => &[Self::Hour],
            b'I' | b'l' => &[Self::Hour12],
            b'p' | b'P' => &[Self::Half],
            b'M' => &[Self::Minute],
            b'S' => &[Self::Second],
            b'f' | b'L' | b'N' => &[Self::Fraction],
            b'z' | b'Z' => &[Self::Zone],
            b's' => &[Self::Epoch],
            b'Q' => &[Self::EpochMillis],
            b'F' => &[Self::Year, Self::Byte(b'-'), Self::Month, Self::Byte(b'-'), Self::Day],
            b'D' => &[Self::Month, Self::Byte(b'/'), Self::Day, Self::Byte(b'/'), Self::Century2],
            b'T' => &[Self::Hour, Self::Byte(b':'), Self::Minute, Self::Byte(b':'), Self::Second],
            b'R' => &[Self::Hour, Self::Byte(b':'), Self::Minute],
            b'n' | b't' => &[Self::Spaces],
            b'%' => &[Self::Byte(b'%')],
            _ => return None,
        })
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut items = Vec::new();
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'%' => {
                    let letter = bytes.next().unwrap_or(b' ');
                    let found = Item::of(letter).ok_or_else(|| {
                        format!(
                            "'%{}' in '{text}' is not known: use Y y m b d a H I p M S f z s Q F D T R",
                            char::from(letter)
                        )
                    })?;
                    items.extend_from_slice(found);
                }
                b' ' | b'\t' => items.push(Item::Spaces),
                byte => items.push(Item::Byte(byte)),
            }
        }
        let has = |wanted: &[Item]| wanted.iter().any(|item| items.contains(item));
        let epoch = has(&[Item::Epoch, Item::EpochMillis]);
        let date = has(&[Item::Month, Item::MonthName]) && has(&[Item::Day]);
        let hour = has(&[Item::Hour]) || (has(&[Item::Hour12]) && has(&[Item::Half]));
        if epoch || (date && hour && has(&[Item::Minute])) {
            Ok(Self { text: text.to_owned(), items })
        } else {
            Err(format!(
                "'{text}' is no time: it needs a month, a day, an hour (%H, or %I with %p) and a minute, or %s"
            ))
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What has been read so far.
#[derive(Default)]
struct Parts {
    year: Option<i16>,
    month: u8,
    day: u8,
    clock: Clock,
    pm: Option<bool>,
    offset: Option<i32>,
    epoch: Option<u64>,
}

impl Format {
    /// The first time in a line that is written so and begins with a word, near its beginning.
    #[must_use]
    pub fn find(&self, line: &[u8]) -> Option<Stamp> {
        let line = line.get(..REACH).unwrap_or(line);
        let mut before = b' ';
        line.iter().enumerate().find_map(|(at, byte)| {
            let begins = !before.is_ascii_alphanumeric();
            before = *byte;
            begins.then(|| self.read(Cursor(line.get(at..)?))).flatten()
        })
    }

    fn read(&self, mut at: Cursor<'_>) -> Option<Stamp> {
        let mut parts = Parts { clock: Clock { coarse: true, ..Clock::default() }, ..Parts::default() };
        let mut number = false;
        for item in &self.items {
            number = parts.read(*item, &mut at)?;
        }
        // A number that goes on is another one.
        if number && at.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return None;
        }
        parts.stamp()
    }
}

impl Parts {
    /// Reads one part; returns whether it was a number.
    fn read(&mut self, item: Item, at: &mut Cursor<'_>) -> Option<bool> {
        match item {
            Item::Byte(byte) => at.expect(byte)?,
            Item::Spaces | Item::Weekday if at.peek().is_none() => {}
            Item::Spaces => at.spaces().unwrap_or_default(),
            Item::Weekday => {
                let count = at.0.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                at.0 = at.0.get(count..).filter(|_| count > 1)?;
            }
            Item::Year => self.year = Some(at.year4()?),
            Item::Century2 => self.year = Some(century(at.two()?)),
            Item::Month => self.month = at.one_or_two()?,
            Item::MonthName => self.month = at.month()?,
            Item::Day => {
                let _ = at.spaces();
                self.day = at.one_or_two()?;
            }
            Item::Hour | Item::Hour12 => {
                let _ = at.spaces();
                self.clock.hour = at.one_or_two()?;
            }
            Item::Half => self.pm = Some(at.half()?),
            Item::Minute => self.clock.minute = at.two()?,
            Item::Second => {
                self.clock.second = at.two()?;
                self.clock.coarse = false;
            }
            Item::Fraction => {
                let count = at.run();
                self.clock.nanos = (count > 0).then(|| at.nanos(count))?;
            }
            Item::Zone => self.offset = zone(at),
            Item::Epoch => self.epoch = Some(at.number(1, 11)?),
            Item::EpochMillis => {
                let millis = at.number(4, 14)?;
                self.epoch = Some(millis / 1000);
                self.clock.nanos = u32::try_from(millis % 1000).unwrap_or(0) * 1_000_000;
            }
        }
        let word = [Item::Byte(0), Item::Spaces, Item::Weekday, Item::MonthName, Item::Half];
        Some(!matches!(item, Item::Byte(_)) && !word.contains(&item))
    }

    fn stamp(self) -> Option<Stamp> {
        if let Some(seconds) = self.epoch {
            let written = Written::Epoch { seconds: i64::try_from(seconds).ok()?, nanos: self.clock.nanos };
            return Some(Stamp { written, coarse: false, by_value: false });
        }
        let hour = self.pm.map_or(Some(self.clock.hour), |pm| twelve(self.clock.hour, pm))?;
        civil(
            self.year,
            self.month,
            self.day,
            Clock { hour, ..self.clock },
            self.offset.filter(|_| self.year.is_some()),
        )
    }
}

/// A zone; a name that is not known, or means several, is gone over.
fn zone(at: &mut Cursor<'_>) -> Option<i32> {
    let found = at.zone();
    if found.is_none() {
        let count = at.0.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        at.0 = at.0.get(count..).unwrap_or_default();
    }
    found
}
