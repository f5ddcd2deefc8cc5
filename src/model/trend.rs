//! When will it be full, and has it been growing for days?
//!
//! A few samples are kept, dense for the recent past and thin for the distant one. The slope is the median of all
//! pairwise slopes (Theil 1950, Sen 1968), which a single outlier cannot move. An answer is given only where the
//! history is long enough and the samples agree on the direction.

use super::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

/// How a trend is kept and when it may speak.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Seconds between two kept samples at least.
    pub spacing: f64,
    /// Seconds after which a sample is forgotten.
    pub window: f64,
    /// Seconds of history without which there is no answer.
    pub least_span: f64,
}

impl Policy {
    /// For what fills within hours or days: file systems, tablespaces, queues.
    pub const FILLING: Self = Self { spacing: 300.0, window: 2.0 * 86_400.0, least_span: 3600.0 };
    /// For what leaks over days: the memory of a process or a machine.
    pub const LEAKING: Self = Self { spacing: 1800.0, window: 14.0 * 86_400.0, least_span: 86_400.0 };
}

/// Samples kept at most: their pairs are what the slope costs.
const CAPACITY: usize = 48;
/// Samples without which there is no answer.
const LEAST_SAMPLES: usize = 6;
/// The share of pairs that must agree on the direction.
const AGREEMENT: f64 = 0.8;
/// How many times its own scatter the whole change must be.
const CLEARANCE: f64 = 3.0;

/// The history of one value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trend {
    /// Time and value, in order of time.
    samples: Vec<(f64, f64)>,
}

impl Trend {
    /// Takes a sample if the last one is old enough; samples beyond the window or from the future are dropped.
    pub fn push(&mut self, now: Timestamp, value: f64, policy: &Policy) {
        if !value.is_finite() || !now.0.is_finite() {
            return;
        }
        self.samples.retain(|(t, _)| *t <= now.0 && now.0 - *t <= policy.window);
        if self.samples.last().is_some_and(|(t, _)| now.0 - *t < policy.spacing) {
            return;
        }
        // A state file that holds more than we ever keep was not written by us.
        self.samples.drain(..self.samples.len().saturating_sub(CAPACITY));
        self.samples.push((now.0, value));
        if self.samples.len() > CAPACITY {
            self.thin(now.0);
        }
    }

    /// Removes the inner sample whose neighbours are closest together for its age.
    fn thin(&mut self, now: f64) {
        let crowded = self
            .samples
            .windows(3)
            .enumerate()
            .filter_map(|(i, window)| match window {
                [(before, _), (t, _), (after, _)] => Some((i + 1, (after - before) / (now - t).max(1.0))),
                _ => None,
            })
            .min_by(|(_, a), (_, b)| a.total_cmp(b));
        if let Some((index, _)) = crowded {
            self.samples.remove(index);
        }
    }

    /// Forgets all: what was measured has been replaced by another thing.
    pub fn clear(&mut self) {
        self.samples.clear();
    }

    /// The seconds between the first and the last sample.
    #[must_use]
    pub fn span(&self) -> f64 {
        match (self.samples.first(), self.samples.last()) {
            (Some((first, _)), Some((last, _))) => last - first,
            _ => 0.0,
        }
    }

    /// The change in a second, where the history deserves an answer; 0 where nothing clear is going on.
    #[must_use]
    pub fn slope(&self, policy: &Policy) -> Option<f64> {
        if self.samples.len() < LEAST_SAMPLES || self.span() < policy.least_span {
            return None;
        }
        let mut slopes = self.pairwise();
        let slope = median(&mut slopes)?;
        let agreeing = slopes.iter().filter(|s| s.signum() == slope.signum() && **s != 0.0).count();
        #[expect(clippy::cast_precision_loss, reason = "at most a thousand pairs")]
        let agreement = agreeing as f64 / slopes.len() as f64;
        let clear = (slope * self.span()).abs() > CLEARANCE * self.scatter(slope)?;
        Some(if slope != 0.0 && agreement >= AGREEMENT && clear { slope } else { 0.0 })
    }

    fn pairwise(&self) -> Vec<f64> {
        let later = |i: usize| self.samples.iter().skip(i + 1);
        self.samples
            .iter()
            .enumerate()
            .flat_map(|(i, (t0, v0))| later(i).map(move |(t1, v1)| (v1 - v0) / (t1 - t0)))
            .filter(|slope| slope.is_finite())
            .collect()
    }

    /// The median distance of the samples from the line of this slope.
    fn scatter(&self, slope: f64) -> Option<f64> {
        let mut offsets: Vec<f64> = self.samples.iter().map(|(t, v)| v - slope * t).collect();
        let centre = median(&mut offsets)?;
        let mut distances: Vec<f64> = offsets.iter().map(|offset| (offset - centre).abs()).collect();
        median(&mut distances)
    }

    /// Seconds until `limit` is reached at the present rate; `None` where it is not being approached, or nobody knows.
    #[must_use]
    pub fn eta(&self, value: f64, limit: f64, policy: &Policy) -> Option<f64> {
        let slope = self.slope(policy)?;
        let seconds = (limit - value) / slope;
        (slope != 0.0 && seconds.is_finite() && seconds >= 0.0).then_some(seconds)
    }
}

fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let (_, median, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    Some(*median)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fed(values: impl Iterator<Item = f64>, spacing: f64) -> Trend {
        let mut trend = Trend::default();
        let mut now = 1e9;
        for value in values {
            trend.push(Timestamp(now), value, &Policy::FILLING);
            now += spacing;
        }
        trend
    }

    #[test]
    fn a_steady_growth_has_an_end() {
        // 1 % in 10 minutes, 20 samples: at 19 %, 81 % to go.
        let trend = fed((0..20).map(f64::from), 600.0);
        let eta = trend.eta(19.0, 100.0, &Policy::FILLING).unwrap_or_default();
        assert!((eta - 81.0 * 600.0).abs() < 1.0, "{eta}");
        assert_eq!(trend.eta(19.0, 0.0, &Policy::FILLING), None);
    }

    #[test]
    fn one_outlier_does_not_move_it() {
        let trend = fed((0..20).map(|i| if i == 10 { 1e6 } else { f64::from(i) }), 600.0);
        let eta = trend.eta(19.0, 100.0, &Policy::FILLING).unwrap_or_default();
        assert!((eta - 81.0 * 600.0).abs() < 3600.0, "{eta}");
    }

    #[test]
    fn no_answer_without_history_or_from_noise() {
        assert_eq!(fed((0..5).map(f64::from), 600.0).slope(&Policy::FILLING), None);
        assert_eq!(fed((0..10).map(f64::from), 300.0).slope(&Policy::FILLING), None);
        let saw = fed((0..40).map(|i| f64::from(i % 7)), 600.0);
        assert_eq!(saw.slope(&Policy::FILLING), Some(0.0));
        assert_eq!(fed((0..40).map(|_| 5.0), 600.0).slope(&Policy::FILLING), Some(0.0));
        assert_eq!(saw.eta(3.0, 100.0, &Policy::FILLING), None);
    }

    #[test]
    fn a_clock_that_jumps_leaves_no_sample_from_the_future() {
        let mut trend = fed((0..20).map(f64::from), 600.0);
        trend.push(Timestamp(5e8), 1.0, &Policy::FILLING);
        assert_eq!(trend.samples, [(5e8, 1.0)]);
        trend.push(Timestamp(2e9), 2.0, &Policy::FILLING);
        assert_eq!(trend.samples, [(2e9, 2.0)]);
    }

    #[test]
    fn weeks_fit_into_the_capacity() {
        let trend = fed((0..2000).map(f64::from), 300.0);
        assert!(trend.samples.len() <= CAPACITY);
        assert!(trend.span() > 1.7 * 86_400.0, "{}", trend.span());
        let recent = trend.samples.iter().filter(|(t, _)| 1e9 + 600_000.0 - t < 7200.0).count();
        assert!(recent >= 5, "{recent}");
        let slope = trend.slope(&Policy::FILLING).unwrap_or_default();
        assert!((slope - 1.0 / 300.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn any_history_is_taken(points in prop::collection::vec((any::<f64>(), any::<f64>()), 0..100)) {
            let mut trend = Trend::default();
            for (t, v) in points {
                trend.push(Timestamp(t), v, &Policy::FILLING);
                prop_assert!(trend.samples.windows(2).all(|w| w[0].0 <= w[1].0));
                let _ = trend.eta(v, 100.0, &Policy::FILLING);
            }
            prop_assert!(trend.samples.len() <= CAPACITY);
        }
    }
}
