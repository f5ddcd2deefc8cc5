//! One look at the memory, and what of it is compared with the previous one.

use super::values::LEAK;
use super::{Mem, Memory, Sample};
use crate::host::cgroup::{self, MemoryLimit};
use crate::host::clock::Clock;
use crate::host::memory;
use crate::host::paging::Paging;
use crate::host::pressure::{self, Pressure};
use crate::model::timestamp::Timestamp;
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;

/// What is read at one moment.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub clock: Option<Clock>,
    pub machine: memory::Memory,
    /// The container's limit, where it is what counts.
    pub container: Option<MemoryLimit>,
    pub paging: Option<Paging>,
    pub pressure: Option<Pressure>,
    /// What could not be read, for the answer's notes.
    pub trouble: Vec<String>,
}

/// Counters at an earlier time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Traffic {
    pub earlier: Paging,
    /// Seconds since then.
    pub seconds: f64,
    /// Whether it was the time of the previous run.
    pub from_previous_run: bool,
}

impl Reading {
    /// Reads all but the processes.
    ///
    /// # Errors
    /// When there is no usable /proc/meminfo; what else is missing is noted in the reading.
    pub(super) fn read(root: &Root, whole_machine: bool) -> Result<Self, Failure> {
        let machine = memory::Memory::read(root)?;
        let container = if whole_machine { None } else { cgroup::memory_limit(root, machine.size) };
        let mut trouble = Vec::new();
        if machine.more_than_all {
            trouble.push("the kernel says that more is available than there is".to_owned());
        }
        let clock = Clock::of_counters(root).map_err(|why| trouble.push(format!("no history: {why}"))).ok();
        let paging = match root.text("/proc/vmstat") {
            Ok(text) => Some(Paging::parse(&text)),
            Err(why) => {
                trouble.push(format!("no rates of paging: {why}"));
                None
            }
        };
        let pressure = match container.and_then(|container| container.pressure) {
            Some(pressure) => Some(pressure),
            // Judged by default, so what keeps us from it is said; a kernel without it is no trouble.
            None => pressure::read(root, "/proc/pressure/memory").unwrap_or_else(|why| {
                trouble.push(format!("no pressure: {why}"));
                None
            }),
        };
        Ok(Self { clock, machine, container, paging, pressure, trouble })
    }

    /// The whole that counts, and what is left of it.
    pub(super) fn size_and_available(&self) -> (u64, u64) {
        match self.container {
            // What the container may take is of no use where the machine has less.
            Some(c) => (c.limit, c.limit.saturating_sub(c.used).min(self.machine.available)),
            None => (self.machine.size, self.machine.available),
        }
    }

    /// All swap that counts, and how much is taken.
    pub(super) fn swap(&self) -> (u64, u64) {
        let (size, used) = (self.machine.swap_size, self.machine.swap_used);
        match self.container.and_then(|container| container.swap) {
            Some((limit, taken)) => (size.min(limit), taken.min(size).min(limit)),
            None => (size, used),
        }
    }

    fn oom_kills(&self) -> Option<u64> {
        match self.container {
            Some(container) => container.oom_kills,
            None => self.paging.and_then(|paging| paging.oom_kills),
        }
    }
}

impl Memory {
    /// The counters of the previous run, where they can be compared with these.
    pub(super) fn traffic(&self, now: &Reading) -> Option<Traffic> {
        let seconds = now.clock.as_ref()?.interval(self.clock.as_ref()?)?;
        now.paging?;
        Some(Traffic { earlier: self.paging?, seconds, from_previous_run: true })
    }
}

impl Mem {
    /// The memory after this sample.
    pub(super) fn follow(&self, sample: &Sample, memory: &Memory) -> Memory {
        let now = &sample.now;
        let Some(clock) = &now.clock else {
            // Without a clock nothing can be put in order; what was known before stays for a better time.
            return memory.clone();
        };
        let same_boot = memory.clock.as_ref().is_some_and(|earlier| clock.since(earlier).is_some());
        let mut next = if same_boot { memory.clone() } else { Memory::default() };
        next.clock = Some(clock.clone());
        next.paging = now.paging;
        next.kills.take(now.oom_kills(), clock.uptime, self.oom_window);
        let (_, available) = now.size_and_available();
        #[expect(clippy::cast_precision_loss, reason = "bytes on a trend")]
        next.trend.push(Timestamp(clock.uptime), available as f64, &LEAK);
        next
    }
}
