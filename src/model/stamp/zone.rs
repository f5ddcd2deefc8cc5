//! Local time.

use super::of_jiff;
use crate::model::timestamp::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// Seconds by which clocks of two machines may differ.
const TOLERANCE: f64 = 60.0;

/// The rules of a time zone.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// From the content of a file as /etc/localtime (tzfile(5), RFC 9636).
    #[must_use]
    pub fn from_file(content: &[u8]) -> Option<Self> {
        TimeZone::tzif("local", content).ok().map(Self)
    }

    /// From rules as in `TZ` (POSIX, 8.3): `CET-1CEST,M3.5.0,M10.5.0/3`.
    #[must_use]
    pub fn from_rules(text: &str) -> Option<Self> {
        TimeZone::posix(text).ok().map(Self)
    }

    /// The time of a local one.
    pub(super) fn resolve(&self, at: DateTime, now: Timestamp) -> Option<Timestamp> {
        let ambiguous = self.0.to_ambiguous_timestamp(at);
        let AmbiguousOffset::Fold { before, .. } = ambiguous.offset() else {
            return ambiguous.compatible().ok().map(of_jiff);
        };
        let later = of_jiff(ambiguous.later().ok()?);
        if later.0 <= now.0 + TOLERANCE { Some(later) } else { before.to_timestamp(at).ok().map(of_jiff) }
    }

    /// The year at a time.
    pub(super) fn year(&self, now: Timestamp) -> Option<i16> {
        #[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 saturates and is refused")]
        let now = jiff::Timestamp::from_second(now.0.floor() as i64).ok()?;
        Some(self.0.to_datetime(now).year())
    }
}
