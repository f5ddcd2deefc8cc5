//! "For ten minutes": a state that counts only when it has lasted.

use super::status::Status;
use super::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

/// Since when something has not been OK, without a break.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    since: Option<Timestamp>,
}

impl Hold {
    /// Notes this run's state and says whether it has lasted for `seconds`; an OK run begins anew.
    ///
    /// A clock that was set back begins anew as well, so that nothing is held for ever.
    pub fn lasted(&mut self, status: Status, now: Timestamp, seconds: f64) -> bool {
        if status == Status::Ok {
            self.since = None;
            return false;
        }
        let since = match self.since {
            Some(since) if since <= now => since,
            _ => now,
        };
        self.since = Some(since);
        now.since(since) >= seconds
    }

    /// Since when; `None` while it is OK.
    #[must_use]
    pub const fn since(&self) -> Option<Timestamp> {
        self.since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lasts_counts() {
        let mut hold = Hold::default();
        let mut at = |t: f64, status| hold.lasted(status, Timestamp(t), 600.0);
        assert!(!at(0.0, Status::Warning));
        assert!(!at(599.0, Status::Critical));
        assert!(at(600.0, Status::Warning));
        assert!(!at(660.0, Status::Ok));
        assert!(!at(720.0, Status::Warning));
        // Set back by a day, then on: the time counts from there.
        assert!(!at(-86_400.0, Status::Warning));
        assert!(at(-85_800.0, Status::Warning));
    }

    #[test]
    fn without_a_time_it_counts_at_once() {
        assert!(Hold::default().lasted(Status::Warning, Timestamp(5.0), 0.0));
        assert!(!Hold::default().lasted(Status::Ok, Timestamp(5.0), 0.0));
    }
}
