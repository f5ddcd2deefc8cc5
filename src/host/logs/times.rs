//! When lines were written, as they say it themselves.

use crate::host::zone;
use crate::model::stamp::{self, Format, Found, Stamp, Zone};
use crate::model::timestamp::Timestamp;
use crate::runtime::root::Root;
use memchr::memrchr;
use std::sync::OnceLock;

/// A time that is so far ahead of the clock is none: seconds.
const AHEAD: f64 = 86_400.0;
/// Lines before one without a time that are asked for theirs.
const LINES_BEFORE: usize = 8;

/// Reads the times of lines. The zone of this machine is looked up when the first line needs it.
#[derive(Debug)]
pub struct Times {
    now: Timestamp,
    root: Root,
    format: Option<Format>,
    zone: OnceLock<Zone>,
}

impl Times {
    /// For lines that are read now; with a format only what is written so is a time.
    #[must_use]
    pub fn new(now: Timestamp, root: &Root, format: Option<Format>) -> Self {
        Self { now, root: root.clone(), format, zone: OnceLock::new() }
    }

    /// When a line was written, as it says.
    #[must_use]
    pub fn of(&self, line: &[u8]) -> Option<Timestamp> {
        let Found::Stamp(stamp) = self.find(line) else { return None };
        stamp.at(self.now, || self.zone()).filter(|time| time.0 <= self.now.0 + AHEAD)
    }

    /// The same of a line of a block by the place where it begins; one without a time has that of a line shortly before.
    #[must_use]
    pub fn near(&self, block: &[u8], start: usize) -> Option<Timestamp> {
        let (mut start, mut end) = (start, block.len());
        for _ in 0..=LINES_BEFORE {
            if let Some(time) = block.get(start..end).and_then(|line| self.of(line)) {
                return Some(time);
            }
            end = start.checked_sub(1)?;
            start = block.get(..end).and_then(|before| memrchr(b'\n', before)).map_or(0, |at| at + 1);
        }
        None
    }

    /// The time as it is written.
    pub(super) fn find(&self, line: &[u8]) -> Found {
        match &self.format {
            Some(format) => format.find(line).map_or(Found::Nothing, Found::Stamp),
            None => stamp::find(line),
        }
    }

    /// The end of what a time may mean.
    pub(super) fn latest(&self, stamp: &Stamp) -> Option<Timestamp> {
        stamp.latest(self.now, || self.zone())
    }

    fn zone(&self) -> &Zone {
        self.zone.get_or_init(|| zone::local(&self.root))
    }
}
