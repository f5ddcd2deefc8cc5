//! The moment of a reading, on a clock that nobody sets.

use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use anyhow::anyhow;
use serde::{Deserialize, Serialize};

/// Seconds below which two readings say nothing of the time between them: there were too few ticks.
const SHORTEST: f64 = 1.0;
/// Seconds after which a mean says nothing of the present.
const LONGEST: f64 = 3600.0;
/// A boot id has 36 characters.
const LONGEST_BOOT: usize = 64;

/// Seconds since the start of the machine, and which start it was.
///
/// Both are of the machine, so counters of another boot are never compared, and a wall clock that jumps does no harm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Seconds since the machine started.
    pub uptime: f64,
    /// The kernel's name of this start; empty where it does not tell.
    pub boot: String,
}

impl Clock {
    /// Reads /proc/uptime and /proc/sys/kernel/random/boot_id.
    ///
    /// # Errors
    /// When there is no uptime. A boot id that cannot be read is left empty: a smaller uptime tells a new start too.
    pub fn read(root: &Root) -> Result<Self, Failure> {
        const UPTIME: &str = "/proc/uptime";
        let text = root.text(UPTIME)?;
        let uptime = parse(&text)
            .ok_or_else(|| anyhow!("{} does not begin with a number of seconds", root.path(UPTIME).display()))?;
        let boot = root.text("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        Ok(Self { uptime, boot: boot.trim().chars().take(LONGEST_BOOT).collect() })
    }

    /// Seconds since an earlier moment of the same boot.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Option<f64> {
        let seconds = self.uptime - earlier.uptime;
        (self.boot == earlier.boot && seconds >= 0.0).then_some(seconds)
    }

    /// [`Clock::since`] where the time between is fit for a mean: from a second to an hour.
    #[must_use]
    pub fn interval(&self, earlier: &Self) -> Option<f64> {
        self.since(earlier).filter(|seconds| (SHORTEST..=LONGEST).contains(seconds))
    }
}

/// Source: proc_uptime(5).
fn parse(text: &str) -> Option<f64> {
    let first = text.split_ascii_whitespace().next()?;
    first.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clock(uptime: f64, boot: &str) -> Clock {
        Clock { uptime, boot: boot.to_owned() }
    }

    #[test]
    fn only_the_same_boot_is_compared() {
        assert_eq!(clock(160.0, "a").since(&clock(100.0, "a")), Some(60.0));
        assert_eq!(clock(160.0, "b").since(&clock(100.0, "a")), None);
        assert_eq!(clock(50.0, "").since(&clock(100.0, "")), None);
    }

    #[test]
    fn a_mean_needs_a_fitting_time() {
        let at = |seconds: f64| clock(1e4 + seconds, "a").interval(&clock(1e4, "a"));
        assert_eq!([at(0.0), at(0.9), at(1.0), at(3600.0), at(3601.0)], [None, None, Some(1.0), Some(3600.0), None]);
    }

    #[test]
    fn what_is_no_uptime_is_refused() {
        assert_eq!(parse("12345.67 4321.00\n"), Some(12345.67));
        for text in ["", "\n", "-1 2", "nan", "inf 1", "x"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text: String) {
            prop_assert!(parse(&text).is_none_or(|seconds| seconds >= 0.0));
        }
    }
}
