//! CPU time used: how fast, and which processes have used a whole core for long.

use super::memory::Memory;
use super::sample::{Earlier, Identity, Process, Sample};

/// The share of a core from which a process counts as using all of it: a loop is preempted now and then.
const WHOLE_CORE: f64 = 0.9;
/// Seconds of CPU time without which no process is watched for running away.
const LEAST_USED: f64 = 60.0;

/// The CPU use of one process, as a share of a core, since an earlier moment. One that has been started since then
/// has used all of its time in between.
#[expect(clippy::cast_precision_loss, reason = "ticks of centuries fit")]
pub(super) fn cpu(process: &Process, sample: &Sample, earlier: &Earlier) -> Option<f64> {
    let seconds = sample.uptime - earlier.uptime;
    let before = match earlier.ticks.binary_search_by_key(&process.identity(), |(identity, _)| *identity) {
        Ok(at) => earlier.ticks.get(at)?.1,
        Err(_) if process.start as f64 / sample.hz >= earlier.uptime - 1.0 => 0,
        // It was there but not among those that were read.
        Err(_) => return None,
    };
    (seconds > 0.0).then(|| process.ticks.saturating_sub(before) as f64 / sample.hz / seconds)
}

/// A process that has used a whole core without a break.
#[derive(Debug, PartialEq)]
pub(super) struct Busy {
    pub identity: Identity,
    /// Since when, in seconds since boot; `None` while it does not.
    pub since: Option<f64>,
}

/// How long each process has used a whole core. Those that have used little time in all are left out, and those with
/// a nice value above 0, whose owner wants them to take what is left over.
#[expect(clippy::cast_precision_loss, reason = "ticks of centuries fit")]
pub(super) fn busy<'s>(processes: impl Iterator<Item = &'s Process>, sample: &Sample, memory: &Memory) -> Vec<Busy> {
    let one = |process: &Process| {
        let (used, started) = (process.ticks as f64 / sample.hz, process.start as f64 / sample.hz);
        if process.nice > 0 || used < LEAST_USED {
            return None;
        }
        let since = match (memory.busy(process.identity()), memory.uptime) {
            (Some((_, before, since)), Some(then)) if sample.uptime > then => {
                let rate = process.ticks.saturating_sub(*before) as f64 / sample.hz / (sample.uptime - then);
                (rate >= WHOLE_CORE).then(|| since.unwrap_or(then))
            }
            (Some((.., since)), _) => *since,
            // Seen for the first time: busy all its life, or not known to be.
            _ => (used / (sample.uptime - started).max(1.0) >= WHOLE_CORE).then_some(started),
        };
        Some(Busy { identity: process.identity(), since })
    };
    let mut all: Vec<Busy> = processes.filter_map(one).collect();
    all.sort_unstable_by_key(|busy| busy.identity);
    all
}

/// What [`busy`] says of a process.
pub(super) fn of(busy: &[Busy], identity: Identity) -> Option<&Busy> {
    busy.binary_search_by_key(&identity, |busy| busy.identity).ok().and_then(|at| busy.get(at))
}
