//! One look at the processors.

use crate::host::cgroup::{self, CpuQuota};
use crate::host::clock::Clock;
use crate::host::cpu::Stat;
use crate::host::load;
use crate::host::pressure::{self, Pressure};
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use anyhow::anyhow;
use serde::{Deserialize, Serialize};

const STAT: &str = "/proc/stat";
const LOAD: &str = "/proc/loadavg";

/// What is read at one moment; the counters of it are kept for the next run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Reading {
    pub clock: Option<Clock>,
    pub stat: Stat,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<CpuQuota>,
    #[serde(skip)]
    pub load: Option<[f64; 3]>,
    #[serde(skip)]
    pub pressure: Option<Pressure>,
    /// What could not be read, for the answer's notes.
    #[serde(skip)]
    pub trouble: Vec<String>,
}

impl Reading {
    /// Reads all but the processes.
    ///
    /// # Errors
    /// When /proc/stat cannot be read or has no ticks; what else is missing is noted in the reading.
    pub(super) fn read(root: &Root, each_core: bool) -> Result<Self, Failure> {
        let text = root.text(STAT)?;
        let stat = Stat::parse(&text, each_core).map_err(|why| anyhow!("{}: {why}", root.path(STAT).display()))?;
        let mut trouble = Vec::new();
        let mut kept = |what: &str, why: &str| trouble.push(format!("{what}: {why}"));
        let clock = Clock::of_counters(root).map_err(|why| kept("nothing is seen to last", &why.to_string())).ok();
        let load = match root.text(LOAD) {
            Ok(text) => {
                let load = load::parse(&text);
                if load.is_none() {
                    kept(
                        "no load averages",
                        &format!("{} does not begin with three numbers", root.path(LOAD).display()),
                    );
                }
                load
            }
            Err(why) => {
                kept("no load averages", &why.to_string());
                None
            }
        };
        // Not to be allowed to read it is common in containers, and nothing is judged by it unless it is asked for.
        let pressure = pressure::read(root, "/proc/pressure/cpu").ok().flatten();
        Ok(Self { clock, stat, quota: cgroup::cpu_quota(root), load, pressure, trouble })
    }

    /// Seconds since the earlier reading, where its counters can be compared with these.
    pub(super) fn follows(&self, earlier: &Self) -> Option<f64> {
        let seconds = self.clock.as_ref()?.interval(earlier.clock.as_ref()?)?;
        self.stat.total.shares(&earlier.stat.total, None)?;
        let known = |core: &u32| earlier.stat.cores.iter().any(|(number, _)| number == core);
        self.stat.cores.iter().all(|(core, _)| known(core)).then_some(seconds)
    }
}
