//! The time since boot: a clock that nobody sets.

use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use anyhow::anyhow;

/// Which boot this is, and how long ago it was.
#[derive(Clone, Debug, PartialEq)]
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
