//! The time since boot: a clock that nobody sets.

use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use anyhow::anyhow;
use serde::{Deserialize, Serialize};

/// Seconds below which two readings say nothing of the time between them: there were too few ticks.
const SHORTEST: f64 = 1.0;
/// Seconds after which a mean says nothing of the present.
const LONGEST: f64 = 3600.0;

/// Which boot this is, and how long ago it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// The kernel's name for this boot.
    pub boot: String,
    /// Seconds since then, time asleep included.
    pub uptime: f64,
}

impl Clock {
    /// Reads /proc/uptime and the boot id; `None` where one of them is missing (proc(5)).
    #[must_use]
    pub fn read(root: &Root) -> Option<Self> {
        let boot = boot(root).ok().filter(|boot| !boot.is_empty())?;
        Some(Self { boot, uptime: uptime(root).ok()? })
    }

    /// Reads the same for counters of the kernel: their age. A boot id that is missing is left empty, for a smaller
    /// uptime tells a new boot too.
    ///
    /// # Errors
    /// As [`uptime`].
    pub fn of_counters(root: &Root) -> Result<Self, Failure> {
        Ok(Self { uptime: uptime(root)?, boot: boot(root).unwrap_or_default() })
    }

    /// Seconds since an earlier reading in the same boot.
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

/// Seconds since boot, from /proc/uptime.
///
/// # Errors
/// A failure that names the file.
pub fn uptime(root: &Root) -> Result<f64, Failure> {
    let text = root.text("/proc/uptime")?;
    let seconds = text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    let seconds = seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
    Ok(seconds.ok_or_else(|| anyhow!("{} does not begin with a number", root.path("/proc/uptime").display()))?)
}

/// The random name of this boot; empty where the kernel gives none.
///
/// # Errors
/// A failure that names the file.
pub fn boot(root: &Root) -> Result<String, Failure> {
    Ok(root.text_if_there("/proc/sys/kernel/random/boot_id")?.unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(uptime: f64, boot: &str) -> Clock {
        Clock { boot: boot.to_owned(), uptime }
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
    fn counters_can_do_without_a_boot_id_but_not_without_an_uptime() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        let root = Root::new(Some(dir.path().to_owned()));
        std::fs::create_dir_all(dir.path().join("proc"))?;
        for (text, uptime) in [("12.5 3\n", Some(12.5)), ("", None), ("-1 2", None), ("nan", None), ("inf 1", None)] {
            std::fs::write(dir.path().join("proc/uptime"), text)?;
            assert_eq!(Clock::of_counters(&root).ok(), uptime.map(|uptime| clock(uptime, "")), "{text}");
        }
        Ok(())
    }

    #[test]
    fn both_files_are_needed() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        let root = Root::new(Some(dir.path().to_owned()));
        std::fs::create_dir_all(dir.path().join("proc/sys/kernel/random"))?;
        std::fs::write(dir.path().join("proc/uptime"), "350735.47 234388.90\n")?;
        assert_eq!(Clock::read(&root), None);
        std::fs::write(dir.path().join("proc/sys/kernel/random/boot_id"), "b7\n")?;
        assert_eq!(Clock::read(&root), Some(Clock { boot: "b7".to_owned(), uptime: 350_735.47 }));
        Ok(())
    }
}
