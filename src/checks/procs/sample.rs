//! What was read of the processes.

use super::metrics::Wanted;
use serde::{Deserialize, Serialize};

/// What identifies a process until the next boot: PIDs are used again.
pub(super) type Identity = (u32, u64);

/// One run's view of a machine. It crosses a pipe where reading may block, hence serde.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Sample {
    /// Seconds since boot.
    pub(super) uptime: f64,
    /// Which boot it is; empty where the kernel does not say.
    pub(super) boot: String,
    /// Clock ticks in a second.
    pub(super) hz: f64,
    /// Whether processes of other users are hidden from this one.
    pub(super) hidden: bool,
    /// What was read of single processes; groups refer to it.
    pub(super) processes: Vec<Process>,
    /// One for each expectation, in their order.
    pub(super) groups: Vec<Group>,
    /// CPU times of a moment before, where a short sample was taken.
    pub(super) earlier: Option<Earlier>,
    /// Bytes of memory in the machine, where it was asked for.
    pub(super) memory: Option<f64>,
    /// Processes whose memory could not be read for as long as anybody waited.
    pub(super) stuck: Vec<Stuck>,
}

/// A process.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Process {
    pub pid: u32,
    /// Clock ticks from boot to its start.
    pub start: u64,
    pub name: String,
    /// Its state's letter.
    pub state: char,
    pub nice: i8,
    /// CPU time in clock ticks.
    pub ticks: u64,
    /// Resident memory in bytes.
    pub rss: u64,
    /// Virtual memory in bytes.
    pub vsz: u64,
    pub threads: u64,
    /// Proportional share of memory in bytes; `None` where it was not asked for or could not be read.
    pub pss: Option<u64>,
    /// Open files.
    pub fds: Option<u64>,
    /// How many there may be.
    pub most_fds: Option<u64>,
}

impl Process {
    pub(super) const fn identity(&self) -> Identity {
        (self.pid, self.start)
    }

    /// Seconds since its start. A container's own idea of uptime must not make it negative.
    #[expect(clippy::cast_precision_loss, reason = "ticks of centuries fit")]
    pub(super) fn age(&self, sample: &Sample) -> f64 {
        (sample.uptime - self.start as f64 / sample.hz).max(0.0)
    }
}

/// The processes of an expectation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Group {
    /// How many fit.
    pub count: u64,
    /// Processes that fit but have ended.
    pub zombies: u64,
    /// Of how many it cannot be said whether they fit.
    pub unreadable: u64,
    /// How many of those that fit could not be examined further.
    pub opaque: u64,
    /// Places in [`Sample::processes`], ascending.
    pub members: Vec<u32>,
    /// Whether `members` are all that fit, not only the first of many.
    pub complete: bool,
    /// What was to be measured.
    pub wanted: Wanted,
    /// Why nothing could be looked for, such as a user who does not exist.
    pub fault: Option<String>,
}

impl Group {
    pub(super) fn processes<'s>(&'s self, sample: &'s Sample) -> impl Iterator<Item = &'s Process> + Clone {
        self.members.iter().filter_map(|at| sample.processes.get(*at as usize))
    }
}

/// CPU times at an earlier moment.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Earlier {
    pub uptime: f64,
    /// Identity and ticks, ascending.
    pub ticks: Vec<(Identity, u64)>,
}

/// A process that holds up whoever reads its memory, and the child of ours that it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stuck {
    pub pid: u32,
    pub name: String,
    pub child: Identity,
}
