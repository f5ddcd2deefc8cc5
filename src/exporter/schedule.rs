//! When a check is due: arithmetic over monotonic instants, which no jump of the wall clock can move.
//!
//! Each check has slots of its own: its interval, shifted by a share of it that depends on its identity alone. So
//! checks are spread over their interval, and keep their places over reloads and restarts of others.

use super::config::Id;
use fnv::FnvHasher;
use std::hash::{Hash as _, Hasher as _};
use std::time::{Duration, Instant};

const NANOS: u128 = 1_000_000_000;
/// Slots that one step counts at most: an interval is a second or more, so this is beyond any uptime.
const MOST_SLOTS: u64 = 1 << 40;
/// The first runs of all checks are spread over this much time for each of them.
const FIRST: Duration = Duration::from_millis(20);

/// The times at which one check is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slots {
    first: Instant,
    interval: Duration,
}

impl Slots {
    /// The slots of this check, counted from when the exporter began.
    pub(super) fn new(id: &Id, interval: Duration, began: Instant) -> Self {
        Self { first: began + interval.mul_f64(share(id)), interval }
    }

    /// The first slot later than this.
    pub(super) fn after(&self, moment: Instant) -> Instant {
        let Some(passed) = moment.checked_duration_since(self.first) else { return self.first };
        // Whole nanoseconds: a rounded slot might not be later.
        let nanos = self.interval.as_nanos().max(1) * u128::from(self.slots(passed) + 1);
        self.first + Duration::new(u64::try_from(nanos / NANOS).unwrap_or(0), (nanos % NANOS) as u32)
    }

    /// How many slots there are after the first moment, up to and with the second.
    pub(super) fn between(&self, from: Instant, to: Instant) -> u64 {
        let until = |moment: Instant| moment.checked_duration_since(self.first).map_or(0, |p| self.slots(p) + 1);
        until(to).saturating_sub(until(from))
    }

    fn slots(&self, passed: Duration) -> u64 {
        let slots = passed.as_nanos() / self.interval.as_nanos().max(1);
        u64::try_from(slots).unwrap_or(MOST_SLOTS).min(MOST_SLOTS)
    }
}

/// When a check runs for the first time: soon, but not all at once.
pub(super) fn first_run(id: &Id, interval: Duration, checks: usize, now: Instant) -> Instant {
    let spread = FIRST.saturating_mul(u32::try_from(checks).unwrap_or(u32::MAX)).min(interval);
    now + spread.mul_f64(share(id))
}

/// A number from 0 up to 1 that depends on the identity alone.
fn share(id: &Id) -> f64 {
    let mut hasher = FnvHasher::default();
    id.hash(&mut hasher);
    // FNV's high bits change little for names that differ in their end; this spreads them (splitmix64's finish).
    let mut bits = hasher.finish();
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(name: &str) -> Id {
        Id { host: "h".to_owned(), name: name.to_owned() }
    }

    #[test]
    fn checks_are_spread_over_their_interval() {
        let mut tenths = [0_usize; 10];
        for n in 0..1000 {
            tenths[(share(&id(&format!("check {n}"))) * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|tenth| (60..=140).contains(tenth)), "{tenths:?}");
    }

    proptest! {
        #[test]
        fn slots_follow_each_other_at_the_interval(name: String, millis in 1000_u64..100_000, at in 0_u64..10_000_000) {
            let began = Instant::now();
            let interval = Duration::from_millis(millis);
            let slots = Slots::new(&id(&name), interval, began);
            let moment = began + Duration::from_millis(at);
            let next = slots.after(moment);
            // Before its first slot a check may wait for up to an interval.
            prop_assert!(next > moment && next <= moment + interval);
            prop_assert_eq!(slots.after(next), next + interval);
            prop_assert_eq!(slots.between(moment, next), 1);
            prop_assert_eq!(slots.between(moment, moment), 0);
            prop_assert!(first_run(&id(&name), interval, 1000, began) <= began + interval);
        }
    }
}
