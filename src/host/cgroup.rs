//! The limits of the container that this program runs in.
//!
//! A container sees the files of its own control group where the machine has those of the root group. The root group
//! has no limits: in version 2 it lacks the files, in version 1 they say "none". So what these places say is ours, and
//! a service of the machine that is limited by itself does not take its own limit for the machine's.
//!
//! Source: the kernel's Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst and scheduler/sched-bwc.rst.

use super::fields::{find, number, pairs};
use super::pressure::{self, Pressure};
use crate::runtime::root::Root;
use serde::{Deserialize, Serialize};

const V2: &str = "/sys/fs/cgroup";
const V1_CPU: &str = "/sys/fs/cgroup/cpu";
const V1_USAGE: &str = "/sys/fs/cgroup/cpuacct/cpuacct.usage";
const V1_MEMORY: &str = "/sys/fs/cgroup/memory";

/// A limit of processor time, and what has been used of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CpuQuota {
    /// How many processors' time may be used.
    pub cores: f64,
    /// Seconds of processor time used since the container was made.
    pub used: Option<f64>,
    /// Periods that have passed in which somebody ran.
    pub periods: Option<u64>,
    /// Those of them in which the container was made to wait.
    pub throttled: Option<u64>,
}

/// A limit of memory, in bytes, and what is taken of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MemoryLimit {
    /// The most that may be taken.
    pub limit: u64,
    /// What is taken and could not be given back: without the caches of files.
    pub used: u64,
    /// The most swap, and how much is taken, where both are known.
    pub swap: Option<(u64, u64)>,
    /// Processes killed for want of memory since the container was made.
    pub oom_kills: Option<u64>,
    /// Stalls of the container alone.
    pub pressure: Option<Pressure>,
}

/// What a file says; one that is not there or not ours to read means that there is no such limit to see.
fn said(root: &Root, path: &str) -> Option<String> {
    // Not `Root::text`: on most machines they are missing, and an error's words would be made for nothing.
    root.read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok())
}

fn said_number(root: &Root, path: &str) -> Option<u64> {
    said(root, path).and_then(|text| number(text.trim()))
}

/// The limit of processor time; `None` outside a container, and in one without a limit.
#[must_use]
pub fn cpu_quota(root: &Root) -> Option<CpuQuota> {
    #[expect(clippy::cast_precision_loss, reason = "microseconds and nanoseconds since the start of a container")]
    let scaled = |count: u64, unit: f64| count as f64 * unit;
    if let Some(max) = said(root, &format!("{V2}/cpu.max")) {
        let cores = quota_v2(&max)?;
        let stat = said(root, &format!("{V2}/cpu.stat")).unwrap_or_default();
        return Some(CpuQuota {
            cores,
            used: find(&stat, "usage_usec").map(|count| scaled(count, 1e-6)),
            periods: find(&stat, "nr_periods"),
            throttled: find(&stat, "nr_throttled"),
        });
    }
    // "-1" is no number here: no limit.
    let quota = said_number(root, &format!("{V1_CPU}/cpu.cfs_quota_us"))?;
    let period = said_number(root, &format!("{V1_CPU}/cpu.cfs_period_us"))?;
    let stat = said(root, &format!("{V1_CPU}/cpu.stat")).unwrap_or_default();
    Some(CpuQuota {
        cores: share(quota, period)?,
        used: said_number(root, V1_USAGE).map(|count| scaled(count, 1e-9)),
        periods: find(&stat, "nr_periods"),
        throttled: find(&stat, "nr_throttled"),
    })
}

/// `QUOTA PERIOD`, where the quota may be `max`.
fn quota_v2(text: &str) -> Option<f64> {
    let mut words = text.split_ascii_whitespace();
    share(number(words.next()?)?, number(words.next()?)?)
}

#[expect(clippy::cast_precision_loss, reason = "microseconds")]
fn share(quota: u64, period: u64) -> Option<f64> {
    (quota > 0 && period > 0).then(|| quota as f64 / period as f64)
}

/// The limit of memory; `None` outside a container, and in one without a limit below the `size` of the machine.
#[must_use]
pub fn memory_limit(root: &Root, size: u64) -> Option<MemoryLimit> {
    if let Some(max) = said(root, &format!("{V2}/memory.max")) {
        // "max" is no number: no limit.
        let limit = number(max.trim()).filter(|limit| *limit < size)?;
        let used = said_number(root, &format!("{V2}/memory.current"))?;
        let stat = said(root, &format!("{V2}/memory.stat")).unwrap_or_default();
        let swap = said_number(root, &format!("{V2}/memory.swap.max"))
            .zip(said_number(root, &format!("{V2}/memory.swap.current")));
        let events = said(root, &format!("{V2}/memory.events")).unwrap_or_default();
        return Some(MemoryLimit {
            limit,
            used: used.saturating_sub(caches(&stat, "")),
            swap,
            oom_kills: find(&events, "oom_kill"),
            pressure: pressure::read(root, &format!("{V2}/memory.pressure")).ok().flatten(),
        });
    }
    // Without a limit it is the greatest number of pages, beyond any machine.
    let limit = said_number(root, &format!("{V1_MEMORY}/memory.limit_in_bytes")).filter(|limit| *limit < size)?;
    let used = said_number(root, &format!("{V1_MEMORY}/memory.usage_in_bytes"))?;
    let stat = said(root, &format!("{V1_MEMORY}/memory.stat")).unwrap_or_default();
    // Version 1 counts memory and swap together.
    let swap = said_number(root, &format!("{V1_MEMORY}/memory.memsw.limit_in_bytes"))
        .map(|both| both.saturating_sub(limit))
        .zip(find(&stat, "total_swap"));
    let control = said(root, &format!("{V1_MEMORY}/memory.oom_control")).unwrap_or_default();
    Some(MemoryLimit {
        limit,
        used: used.saturating_sub(caches(&stat, "total_")),
        swap,
        oom_kills: find(&control, "oom_kill"),
        pressure: None,
    })
}

/// What the kernel would take back before it kills: as for MemAvailable of the machine, the file cache, whether it
/// was used lately or not (a container that reads many files would else seem full for ever), and reclaimable slab.
fn caches(stat: &str, prefix: &str) -> u64 {
    let counted = |name: &str| {
        let name = name.strip_prefix(prefix).unwrap_or_default();
        matches!(name, "active_file" | "inactive_file" | "slab_reclaimable")
    };
    pairs(stat).filter(|(name, _)| counted(name)).filter_map(|(_, value)| number(value)).fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;

    fn root(files: &[(&str, &str)]) -> std::io::Result<(tempfile::TempDir, Root)> {
        let folder = tempfile::tempdir()?;
        for (path, text) in files {
            let path = folder.path().join("sys/fs/cgroup").join(path);
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(path, text)?;
        }
        let root = Root::new(Some(folder.path().into()));
        Ok((folder, root))
    }

    #[test]
    fn version_2() -> std::io::Result<()> {
        let (_folder, root) = root(&[
            ("cpu.max", "150000 100000\n"),
            ("cpu.stat", "usage_usec 2500000\nuser_usec 1\nnr_periods 10\nnr_throttled 4\n"),
            ("memory.max", "1000\n"),
            ("memory.current", "900\n"),
            ("memory.stat", "anon 300\nfile 600\ninactive_file 400\nactive_file 100\nslab_reclaimable 50\n"),
            ("memory.swap.max", "500\n"),
            ("memory.swap.current", "20\n"),
            ("memory.events", "low 0\noom 1\noom_kill 2\noom_group_kill 0\n"),
        ])?;
        let quota = CpuQuota { cores: 1.5, used: Some(2.5), periods: Some(10), throttled: Some(4) };
        assert_eq!(cpu_quota(&root), Some(quota));
        let limit = MemoryLimit { limit: 1000, used: 350, swap: Some((500, 20)), oom_kills: Some(2), pressure: None };
        assert_eq!(memory_limit(&root, 5000), Some(limit));
        assert_eq!(memory_limit(&root, 1000), None);
        Ok(())
    }

    #[test]
    fn version_1() -> std::io::Result<()> {
        let (_folder, root) = root(&[
            ("cpu/cpu.cfs_quota_us", "50000\n"),
            ("cpu/cpu.cfs_period_us", "100000\n"),
            ("cpu/cpu.stat", "nr_periods 10\nnr_throttled 0\nthrottled_time 0\n"),
            ("cpuacct/cpuacct.usage", "3000000000\n"),
            ("memory/memory.limit_in_bytes", "1000\n"),
            ("memory/memory.usage_in_bytes", "900\n"),
            ("memory/memory.memsw.limit_in_bytes", "1500\n"),
            ("memory/memory.stat", "inactive_file 1\ntotal_inactive_file 400\ntotal_active_file 100\ntotal_swap 20\n"),
            ("memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"),
        ])?;
        let quota = CpuQuota { cores: 0.5, used: Some(3.0), periods: Some(10), throttled: Some(0) };
        assert_eq!(cpu_quota(&root), Some(quota));
        let limit = MemoryLimit { limit: 1000, used: 400, swap: Some((500, 20)), oom_kills: Some(2), pressure: None };
        assert_eq!(memory_limit(&root, 5000), Some(limit));
        Ok(())
    }

    #[test]
    fn no_limit_is_none() -> std::io::Result<()> {
        let (_folder, unlimited) =
            root(&[("cpu.max", "max 100000\n"), ("memory.max", "max\n"), ("memory/memory.limit_in_bytes", "5\n")])?;
        assert_eq!((cpu_quota(&unlimited), memory_limit(&unlimited, 5000)), (None, None));
        let (_folder, host) = root(&[
            ("cpu/cpu.cfs_quota_us", "-1\n"),
            ("cpu/cpu.cfs_period_us", "100000\n"),
            ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ])?;
        assert_eq!((cpu_quota(&host), memory_limit(&host, 5000)), (None, None));
        let (_folder, bare) = root(&[])?;
        assert_eq!((cpu_quota(&bare), memory_limit(&bare, 5000)), (None, None));
        Ok(())
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text: String) {
            let _ = (quota_v2(&text), caches(&text, ""), caches(&text, "total_"));
        }

        #[test]
        fn a_quota_is_positive(quota: u64, period: u64) {
            let cores = quota_v2(&format!("{quota} {period}\n"));
            prop_assert_eq!(cores.is_some(), quota > 0 && period > 0);
            prop_assert!(cores.is_none_or(|cores| cores > 0.0));
        }
    }
}
