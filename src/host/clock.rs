//! The time since boot: a clock that nobody sets.

use crate::runtime::root::Root;

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
        let uptime = root.text("/proc/uptime").ok()?;
        let boot = root.text("/proc/sys/kernel/random/boot_id").ok()?;
        let uptime = uptime.split_whitespace().next()?.parse().ok().filter(|s: &f64| s.is_finite() && *s >= 0.0)?;
        Some(Self { boot: boot.trim().to_owned(), uptime })
    }
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
