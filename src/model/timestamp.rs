//! Wall-clock time, as a number that pure code is given.

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01 UTC. It may jump: durations between runs come from the machine's uptime instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub f64);

impl Timestamp {
    /// Seconds from `earlier` to this; negative when the clock was set back in between.
    #[must_use]
    pub fn since(self, earlier: Self) -> f64 {
        self.0 - earlier.0
    }

    /// RFC 3339 in UTC, to the second; `never` for what no calendar can show.
    #[must_use]
    pub fn rfc3339(self) -> String {
        #[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 saturates and is refused below")]
        jiff::Timestamp::from_second(self.0.floor() as i64).map_or_else(|_| "never".to_owned(), |t| t.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_in_utc() {
        assert_eq!(Timestamp(1_795_449_590.9).rfc3339(), "2026-11-23T15:59:50Z");
        assert_eq!(Timestamp(f64::INFINITY).rfc3339(), "never");
    }
}
