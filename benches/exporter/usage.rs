//! What a process has taken, as /proc tells it.

use std::fs;

use anyhow::{Context as _, Result};
use serde::Serialize;

/// Ticks a second of the times in /proc/PID/stat: USER_HZ, which is 100 on every architecture that is left.
const TICKS: f64 = 100.0;

/// User and system time in seconds.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Cpu {
    pub(crate) own: f64,
    /// Of children that have been waited for.
    pub(crate) children: f64,
}

impl Cpu {
    pub(crate) fn of(pid: u32) -> Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // After the name, which may hold anything: state is field 3, utime 14, stime 15, cutime 16, cstime 17.
        let (_, rest) = stat.rsplit_once(')').context("/proc/PID/stat")?;
        let fields: Vec<f64> = rest.split_whitespace().skip(11).take(4).filter_map(|f| f.parse().ok()).collect();
        let [utime, stime, cutime, cstime] = fields[..] else { anyhow::bail!("/proc/PID/stat: {stat}") };
        Ok(Self { own: (utime + stime) / TICKS, children: (cutime + cstime) / TICKS })
    }

    /// What was taken since then, by second of `seconds`.
    pub(crate) fn rate_since(self, before: Self, seconds: f64) -> Self {
        Self { own: (self.own - before.own) / seconds, children: (self.children - before.children) / seconds }
    }
}

/// MiB.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Memory {
    pub(crate) rss: f64,
    pub(crate) pss: f64,
    pub(crate) peak: f64,
}

impl Memory {
    pub(crate) fn of(pid: u32) -> Result<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
        let field = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let kib: f64 =
                line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).context(name.to_owned())?;
            anyhow::Ok(kib / 1024.0)
        };
        Ok(Self { rss: field(&status, "VmRSS:")?, pss: field(&rollup, "Pss:")?, peak: field(&status, "VmHWM:")? })
    }
}
