//! check_mem: how much memory programs can still get, and what the want of it does.

mod judge;
mod kills;
mod reading;
#[cfg(test)]
mod tests;
mod values;
mod words;

use crate::host::clock::Clock;
use crate::host::paging::Paging;
use crate::host::top::{self, Consumers};
use crate::model::catalogue::Catalogue;
use crate::model::report::Report;
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
use crate::model::trend::Trend;
use crate::plugin::values::{sample_time, time};
use crate::plugin::{Check, Context, Example};
use crate::runtime::failure::Failure;
use kills::Kills;
use reading::{Reading, Traffic};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use values::Value;

/// The sample of a first run.
const FIRST_SAMPLE: f64 = 0.5;

/// check_mem
#[derive(clap::Args, Debug)]
pub struct Mem {
    /// Count the processes killed for want of memory within this time [default: 15m]
    ///
    /// What was killed is an event: it is held as a state for this long, so that nobody misses it who looks or is
    /// called later. 0 counts only those since the previous run.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "15m", hide_default_value = true)]
    oom_window: f64,

    /// Measure rates over this time instead of since the previous run
    ///
    /// Without it the time since the previous run counts, if that was between a second and an hour ago. Else, as on a
    /// first run, half a second is measured; a default limit of a rate does not count then.
    #[arg(long, value_name = "TIME", value_parser = sample_time)]
    sample: Option<f64>,

    /// In a container, judge the memory of the whole machine, not the limit
    #[arg(long)]
    whole_machine: bool,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Sample {
    now: Reading,
    /// Counters at an earlier time, and the seconds since.
    traffic: Option<Traffic>,
    /// The largest processes; read only when a limit is crossed.
    largest: Option<Consumers>,
}

/// What is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    clock: Option<Clock>,
    paging: Option<Paging>,
    #[serde(default)]
    kills: Kills,
    /// The available bytes over the uptime: a restart ends every leak.
    #[serde(default)]
    trend: Trend,
}

impl Check for Mem {
    const NAME: &'static str = "mem";
    const ABOUT: &'static str = "memory: how much is left and what the want of it does";
    const DESCRIPTION: &'static str = "\
Measures how much memory programs can still get without harm to others: the kernel's own figure (MemAvailable), which counts \
the caches that it can drop. Memory that is merely used is no fault, nor is swap that is merely used. The cache of ZFS \
beyond its least size counts as available; kernels without the figure are estimated from free memory and caches.

What shows a want of memory has default limits: less than 10 % available is a warning, less than 5 % is critical; pages read \
back from swap at more than 4 MiB in a second; programs that stand still for memory (pressure stall information) a fifth \
of a minute, or all of them two fifths; a process that was killed for want of memory, which is held as a warning for 15 \
minutes (--oom-window).

A leak is found days before it hurts: from two days of history on, eta is the time until nothing is left at the present rate, \
and a warning when that is within 3 days. The history is kept by the uptime of the machine and ends with a restart.

Rates are those since the previous run. In a container with a limit of memory that limit is the whole (--whole-machine \
turns that off); rates are always those of the machine. When a limit is crossed, the largest processes are named.";
    const EXAMPLES: &'static [Example] = &[
        Example { purpose: "As most want it", command: "check_mem" },
        Example { purpose: "In bytes, and swap in use", command: "check_mem -w available_bytes=2GiB: -w swap_used=50" },
        Example {
            purpose: "Only what hurts: programs that stand still for memory",
            command: "check_mem -w available=none -c available=none -c pressure300=10%",
        },
        Example { purpose: "A leak a week ahead", command: "check_mem -w eta=7d: -c eta=1d:" },
    ];
    const METRICS: Catalogue = Catalogue::new("", values::METRICS);
    type Sample = Sample;
    type Memory = Memory;

    fn probe(&self, cx: &Context<'_>, memory: &Memory) -> Result<Sample, Failure> {
        let mut sample = Sample { now: Reading::read(cx.root, self.whole_machine)?, ..Sample::default() };
        let previous = memory.traffic(&sample.now).filter(|_| self.sample.is_none());
        sample.traffic = match (previous, sample.now.paging) {
            (Some(traffic), _) => Some(traffic),
            (None, Some(earlier)) => {
                let begun = Instant::now();
                let time = Duration::from_secs_f64(self.sample.unwrap_or(FIRST_SAMPLE));
                std::thread::sleep(time.min(cx.deadline.remaining()));
                let seconds = begun.elapsed().as_secs_f64();
                sample.now = Reading::read(cx.root, self.whole_machine)?;
                Some(Traffic { earlier, seconds, from_previous_run: false })
            }
            // Without counters there is nothing to wait for.
            (None, None) => None,
        };
        let crossed = |value: &Value| {
            value.counts(cx.mentions(value.name)) && cx.would_be(value.name, None, value.value) != Status::Ok
        };
        if values::all(&sample, &self.follow(&sample, memory)).iter().any(crossed) {
            sample.largest = Some(top::largest(cx.root, &cx.deadline));
        }
        Ok(sample)
    }

    fn judge(&self, sample: &Sample, memory: &mut Memory, _now: Timestamp, report: &mut Report<'_>) {
        *memory = self.follow(sample, memory);
        self.say(sample, memory, report);
    }
}
