//! What is kept from run to run: who was there, and what they had used.

use super::sample::{Earlier, Group, Identity, Process, Sample, Stuck};
use crate::model::timestamp::Timestamp;
use crate::model::trend::{Policy, Trend};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Processes whose CPU time is remembered at most.
const MOST_TICKS: usize = 4096;
/// Processes of one expectation that are remembered at most; of more, restarts are not told.
const MOST_MEMBERS: usize = 256;
/// Restarts of one expectation that are remembered at most.
const MOST_RESTARTS: usize = 64;
/// Seconds between two runs below which a rate would be noise: ten clock ticks.
const LEAST_INTERVAL: f64 = 0.1;
/// Seconds for which the CPU times of a run stand: runs that follow faster compare with the same.
const STANDING: f64 = 1.0;

/// The memory. All times in it are seconds since boot, so that a clock that is set does no harm.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// Which boot it is of; after another one nothing of it is true.
    pub(super) boot: String,
    /// When the CPU times were read.
    #[serde(default)]
    pub(super) uptime: Option<f64>,
    /// Identity, CPU time in ticks, and since when a whole core has been used; ascending.
    #[serde(default)]
    pub(super) ticks: Vec<(Identity, u64, Option<f64>)>,
    /// By the name of the expectation.
    #[serde(default)]
    pub(super) groups: BTreeMap<String, Past>,
    /// Processes that held up an earlier run, which may still hang there.
    #[serde(default)]
    pub(super) stuck: Vec<Stuck>,
}

/// What is remembered of an expectation.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Past {
    /// Who was there; `None` where they were too many.
    pub members: Option<Vec<Identity>>,
    /// When processes were replaced, and how many.
    #[serde(default)]
    pub restarts: Vec<(f64, u64)>,
    /// Their resident memory.
    #[serde(default)]
    pub trend: Trend,
}

impl Memory {
    /// Whether there are CPU times to compare with.
    pub(super) fn has_rates(&self, boot: &str, uptime: f64) -> bool {
        self.boot == boot && self.uptime.is_some_and(|then| uptime - then >= LEAST_INTERVAL)
    }

    /// Forgets what a boot has made untrue.
    pub(super) fn meet(&mut self, sample: &Sample) {
        // Where the kernel names no boot, a shorter uptime tells.
        if self.boot != sample.boot || self.uptime.is_some_and(|then| then > sample.uptime) {
            *self = Self { boot: sample.boot.clone(), ..Self::default() };
        }
        self.stuck.clone_from(&sample.stuck);
    }

    /// The CPU times to compare with: those of the short sample, else those of the last run.
    pub(super) fn earlier(&self, sample: &Sample) -> Option<Earlier> {
        if let Some(earlier) = &sample.earlier {
            return Some(Earlier { uptime: earlier.uptime, ticks: earlier.ticks.clone() });
        }
        let uptime = self.uptime.filter(|then| sample.uptime - then >= LEAST_INTERVAL)?;
        Some(Earlier { uptime, ticks: self.ticks.iter().map(|(identity, ticks, _)| (*identity, *ticks)).collect() })
    }

    /// Since when a process has used a whole core, as it was last time.
    pub(super) fn busy(&self, identity: Identity) -> Option<&(Identity, u64, Option<f64>)> {
        self.ticks.binary_search_by_key(&identity, |(known, ..)| *known).ok().and_then(|at| self.ticks.get(at))
    }

    /// Takes this run's CPU times. Says whether there were too many to be kept.
    pub(super) fn keep_ticks(&mut self, mut ticks: Vec<(Identity, u64, Option<f64>)>, uptime: f64) -> bool {
        if self.uptime.is_some_and(|then| (LEAST_INTERVAL..STANDING).contains(&(uptime - then))) {
            return false;
        }
        let too_many = ticks.len() > MOST_TICKS;
        if too_many {
            // Those that have used most are those that matter.
            ticks.sort_unstable_by_key(|(_, used, _)| std::cmp::Reverse(*used));
            ticks.truncate(MOST_TICKS);
        }
        ticks.sort_unstable_by_key(|(identity, ..)| *identity);
        (self.ticks, self.uptime) = (ticks, Some(uptime));
        too_many
    }
}

impl Past {
    /// Notes who is there now, and returns how many were replaced within the last `window` seconds, this run's
    /// among them; `None` where that cannot be known.
    pub(super) fn replaced(&mut self, sample: &Sample, group: &Group, window: f64) -> Option<u64> {
        if !group.complete || group.members.len() > MOST_MEMBERS || sample.hidden {
            self.members = None;
            return None;
        }
        let mut now: Vec<Identity> = group.processes(sample).map(Process::identity).collect();
        now.sort_unstable();
        let before = self.members.replace(now.clone());
        self.restarts.retain(|(at, _)| sample.uptime - at <= window);
        let before = before?;
        let gone = before.iter().filter(|identity| now.binary_search(identity).is_err()).count();
        let new = now.iter().filter(|identity| before.binary_search(identity).is_err()).count();
        let replaced = gone.min(new) as u64;
        if replaced > 0 {
            self.restarts.push((sample.uptime, replaced));
            let excess = self.restarts.len().saturating_sub(MOST_RESTARTS);
            self.restarts.drain(..excess);
        }
        if gone == before.len() {
            // Other processes: their memory is another story.
            self.trend.clear();
        }
        Some(self.restarts.iter().map(|(_, number)| number).sum())
    }

    /// Takes the memory they use, and returns how fast it grows where that can be said.
    pub(super) fn growth(&mut self, uptime: f64, rss: f64) -> Option<f64> {
        self.trend.push(Timestamp(uptime), rss, &Policy::LEAKING);
        self.trend.slope(&Policy::LEAKING)
    }

    /// Seconds until they use `limit` bytes.
    pub(super) fn eta(&self, rss: f64, limit: f64) -> Option<f64> {
        self.trend.eta(rss, limit, &Policy::LEAKING)
    }
}
