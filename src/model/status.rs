//! The four states of a check.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a check says of the thing it watches.
///
/// The order is that of severity, so `max` is "the worst of": being blind (UNKNOWN) may hide a critical, so it
/// outranks a warning, but it never masks a critical that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// All is as it should be.
    #[default]
    Ok,
    /// Somebody should look before it becomes worse.
    Warning,
    /// It could not be found out.
    Unknown,
    /// Somebody must act.
    Critical,
}

impl Status {
    /// All states, by their exit code.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Warning, Self::Critical, Self::Unknown];

    /// The exit code of the Monitoring Plugins guidelines: 0, 1, 2 or 3.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    /// The state of an exit code; anything beyond 0 to 3 is UNKNOWN, as schedulers read it.
    #[must_use]
    pub const fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Ok,
            1 => Self::Warning,
            2 => Self::Critical,
            _ => Self::Unknown,
        }
    }

    /// The word of the guidelines, upper case.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Status {
    type Err = String;

    /// Takes the word in any case, or the exit code.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.word().eq_ignore_ascii_case(text) || text.parse() == Ok(status.code()))
            .ok_or_else(|| format!("'{text}' is no status: use ok, warning, critical or unknown"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_is_critical_then_unknown_then_warning() {
        let mut all = Status::ALL;
        all.sort();
        assert_eq!(all, [Status::Ok, Status::Warning, Status::Unknown, Status::Critical]);
    }

    #[test]
    fn words_and_codes_read_back() {
        for status in Status::ALL {
            assert_eq!(status.word().to_lowercase().parse(), Ok(status));
            assert_eq!(status.code().to_string().parse(), Ok(status));
            assert_eq!(Status::from_code(i64::from(status.code())), status);
        }
        assert_eq!(Status::from_code(137), Status::Unknown);
        assert!("4".parse::<Status>().is_err());
    }
}
