//! "For five minutes": which of the crossed limits count already.

use crate::model::hold::Hold;
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The times of one value, in seconds of uptime: no clock that somebody sets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// Since when the value has been like this at least: a mean tells of the whole time that it is a mean of.
    pub begin: f64,
    /// The time of the last reading.
    pub now: f64,
    /// How long a limit must have been crossed to count.
    pub least: f64,
}

/// Since when each limit has been crossed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Held {
    /// At least a warning.
    warning: Hold,
    critical: Hold,
}

/// All limits that are crossed at present, by metric and item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Holds(BTreeMap<String, Held>);

impl Holds {
    /// Whether nothing is crossed.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The worst state that counts already, given the state of the value alone.
    pub(super) fn allowed(&mut self, key: &str, status: Status, times: &Times) -> Status {
        if status == Status::Ok {
            self.0.remove(key);
            return Status::Ok;
        }
        let held = self.0.entry(key.to_owned()).or_default();
        let warning = lasted(&mut held.warning, true, times);
        if lasted(&mut held.critical, status == Status::Critical, times) {
            Status::Critical
        } else if warning {
            Status::Warning
        } else {
            Status::Ok
        }
    }

    /// Seconds for which a limit has been crossed.
    pub(super) fn since(&self, key: &str, now: f64) -> f64 {
        self.0.get(key).and_then(|held| held.warning.since()).map_or(0.0, |since| now - since.0)
    }
}

fn lasted(hold: &mut Hold, crossed: bool, times: &Times) -> bool {
    let status = if crossed { Status::Warning } else { Status::Ok };
    // Twice: from the beginning of the mean, and now. Where it was crossed before, the first changes nothing.
    hold.lasted(status, Timestamp(times.begin), times.least);
    hold.lasted(status, Timestamp(times.now), times.least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Critical, Ok, Warning};

    fn at(begin: f64, now: f64) -> Times {
        Times { begin, now, least: 300.0 }
    }

    #[test]
    fn a_mean_counts_from_its_beginning() {
        let mut holds = Holds::default();
        assert_eq!(holds.allowed("busy", Critical, &at(100.0, 399.0)), Ok);
        assert_eq!(holds.allowed("busy", Critical, &at(399.0, 400.0)), Critical);
        assert_eq!(Holds::default().allowed("busy", Warning, &at(0.0, 300.0)), Warning);
        assert_eq!(holds.since("busy", 400.0), 300.0);
    }

    #[test]
    fn each_level_has_its_own_time() {
        let mut holds = Holds::default();
        assert_eq!(holds.allowed("busy", Warning, &at(0.0, 250.0)), Ok);
        assert_eq!(holds.allowed("busy", Critical, &at(250.0, 310.0)), Warning);
        assert_eq!(holds.allowed("busy", Critical, &at(310.0, 550.0)), Critical);
        assert_eq!(holds.allowed("busy", Warning, &at(550.0, 560.0)), Warning);
        assert_eq!(holds.allowed("busy", Critical, &at(560.0, 570.0)), Warning);
    }

    #[test]
    fn one_good_run_begins_anew() {
        let mut holds = Holds::default();
        assert_eq!(holds.allowed("busy", Warning, &at(0.0, 299.0)), Ok);
        assert_eq!(holds.allowed("busy", Ok, &at(299.0, 320.0)), Ok);
        assert!(holds.is_empty());
        assert_eq!(holds.allowed("busy", Warning, &at(320.0, 340.0)), Ok);
        // Another metric has its own time.
        assert_eq!(holds.allowed("iowait", Warning, &at(300.0, 620.0)), Warning);
    }

    #[test]
    fn without_a_time_it_counts_at_once() {
        let times = Times { begin: 5.0, now: 5.0, least: 0.0 };
        assert_eq!(Holds::default().allowed("busy", Warning, &times), Warning);
    }
}
