//! Processes that were killed for want of memory: events, held as a state for a while.

use serde::{Deserialize, Serialize};

/// Runs with kills that are remembered one by one; beyond that the oldest are counted together.
const REMEMBERED: usize = 32;

/// The kernel's count at the previous run, and when it had grown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Kills {
    counter: Option<u64>,
    /// Seconds of uptime and how many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<(f64, u64)>,
}

impl Kills {
    /// Takes the kernel's count at this uptime and forgets what is older than the window.
    ///
    /// The first count is of unknown age and tells nothing. One that is smaller than before began anew: a container was
    /// replaced.
    pub(super) fn take(&mut self, counter: Option<u64>, uptime: f64, window: f64) {
        self.events.retain(|(at, _)| uptime - at <= window && *at <= uptime && window > 0.0);
        let Some(counter) = counter else { return };
        let new = match self.counter {
            Some(before) if before <= counter => counter - before,
            Some(_) => counter,
            None => 0,
        };
        self.counter = Some(counter);
        if new > 0 {
            self.events.push((uptime, new));
        }
        if self.events.len() > REMEMBERED {
            let (_, oldest) = self.events.remove(0);
            if let Some((_, next)) = self.events.first_mut() {
                *next = next.saturating_add(oldest);
            }
        }
    }

    /// How many there were within the window; `None` on a kernel that does not count them.
    pub(super) fn recent(&self) -> Option<u64> {
        self.counter?;
        Some(self.events.iter().fold(0, |sum: u64, (_, count)| sum.saturating_add(*count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_event_is_held_for_the_window() {
        let mut kills = Kills::default();
        let mut at = |uptime, counter| {
            kills.take(Some(counter), uptime, 900.0);
            kills.recent()
        };
        // Those before the first run are of unknown age.
        assert_eq!(at(1000.0, 7), Some(0));
        assert_eq!(at(1060.0, 9), Some(2));
        assert_eq!(at(1120.0, 9), Some(2));
        assert_eq!(at(1180.0, 10), Some(3));
        assert_eq!(at(1961.0, 10), Some(1));
        assert_eq!(at(2081.0, 10), Some(0));
        // A new container counts from zero.
        assert_eq!(at(2100.0, 1), Some(1));
    }

    #[test]
    fn without_a_window_only_those_since_the_previous_run() {
        let mut kills = Kills::default();
        kills.take(Some(1), 10.0, 0.0);
        kills.take(Some(3), 20.0, 0.0);
        assert_eq!(kills.recent(), Some(2));
        kills.take(Some(3), 20.0, 0.0);
        assert_eq!(kills.recent(), Some(0));
    }

    #[test]
    fn a_kernel_that_does_not_count() {
        let mut kills = Kills::default();
        kills.take(None, 10.0, 900.0);
        assert_eq!(kills.recent(), None);
    }

    proptest! {
        #[test]
        fn any_history_is_taken(runs in prop::collection::vec((any::<f64>(), any::<Option<u64>>()), 0..80)) {
            let mut kills = Kills::default();
            for (uptime, counter) in runs {
                kills.take(counter, uptime, 900.0);
                prop_assert!(kills.events.len() <= REMEMBERED);
            }
        }
    }
}
