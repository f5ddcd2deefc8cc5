//! check_cpu: what the processors do, and how many wait for them.

mod held;
mod judge;
mod reading;
#[cfg(test)]
mod tests;
mod values;
mod words;

use crate::host::top;
use crate::model::catalogue::Catalogue;
use crate::model::report::Report;
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
use crate::plugin::values::{sample_time, time};
use crate::plugin::{Check, Context, Example};
use crate::runtime::failure::Failure;
use held::Holds;
use reading::Reading;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use values::Value;

/// How long a default limit must have been crossed. A limit that a user gives without a time counts at once, as in any
/// other plugin: schedulers have retries of their own.
const DEFAULT_HOLD: f64 = 300.0;
/// The sample of a first run: some fifty ticks of each processor.
const FIRST_SAMPLE: f64 = 0.5;
/// How long is watched who runs, once a limit counts.
const EXPLANATION: Duration = Duration::from_millis(300);

/// check_cpu
#[derive(clap::Args, Debug)]
pub struct Cpu {
    /// Alert only when a limit has been crossed for this long
    ///
    /// Without it, default limits count after 5 minutes, and the limits of metrics that --warning or --critical name
    /// count at once. Every limit has its own time, and one good run begins it anew. Two uses of this check with
    /// different limits need a --state-id each, so that neither ends the time of the other.
    #[arg(long = "for", value_name = "TIME", value_parser = time)]
    held_for: Option<f64>,

    /// Measure over this time instead of since the previous run
    ///
    /// Without it the time since the previous run counts, if that was between a second and an hour ago. Else, as on a
    /// first run, half a second is measured.
    #[arg(long, value_name = "TIME", value_parser = sample_time)]
    sample: Option<f64>,

    /// Report each processor too
    ///
    /// Its share is the metric core_busy of the item cpu0, cpu1, and so on. It has no limits of its own, for a process
    /// that needs one processor whole is no fault by itself: give one with -w core_busy=99, which implies this option.
    #[arg(long)]
    per_core: bool,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Sample {
    /// The reading before.
    earlier: Reading,
    /// The last one.
    now: Reading,
    /// Seconds between them.
    seconds: f64,
    /// Whether `earlier` is that of the previous run.
    from_previous_run: bool,
    /// Whether it can be seen that something lasts.
    remembers: bool,
    /// Who causes what counts; read only then.
    causes: Option<top::Busiest>,
}

/// What is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    last: Option<Reading>,
    #[serde(default, skip_serializing_if = "Holds::is_empty")]
    holds: Holds,
}

impl Check for Cpu {
    const NAME: &'static str = "cpu";
    const ABOUT: &'static str = "processors: how busy they are and what they wait for";
    const DESCRIPTION: &'static str = "\
Measures what the processors did since the previous run of this check, from the counters of the kernel, so that no moment \
between two runs is missed. On a first run it measures half a second.

The main metric is busy: the share of the time in which the processors were neither idle nor waiting for disks. Time that \
the host of a virtual machine gave to others (steal) is busy, for this machine wanted it. The wait for disks (iowait) is \
judged apart: more processors do not help it.

By default it is a warning above 90 % busy and critical above 95 %, a warning above 40 % iowait, and above 20 % steal; each \
only when it has lasted for 5 minutes, because a processor that is used to the full for a moment does what it was \
bought for. Limits of your own count at once, or after --for. A limit on a mean since the previous run counts from that run \
on: run every five minutes, the first run that sees it alerts.

Where nothing can be remembered, as without a state folder that can be written, half a second is measured, and that a default \
limit was crossed for so short a time is no alert by itself. The load averages, the kernel's own memory, are the witness then: \
busy, iowait and steal alert at once where load1 and load5 are both above the number of processors. Else the sentence says what \
is crossed and that nobody knows whether it lasts. Limits of your own count at once there, in spite of --for, which is said.

When a limit counts, the processes that run most at that moment are named, or the busiest disk and the processes that wait \
for it. A single process that uses one processor for long is found by check_procs.

In a container with a limit of processor time, quota_used is the share of it that was used, with the limits of busy; busy \
is that of the whole machine.";
    const EXAMPLES: &'static [Example] = &[
        Example { purpose: "As most want it", command: "check_cpu" },
        Example { purpose: "Limits of one's own, after 10 minutes", command: "check_cpu -w 80 -c 95 --for 10m" },
        Example {
            purpose: "By load average of one processor, at once, as check_load does",
            command: "check_cpu -w load5_per_core=2 -c load5_per_core=4",
        },
        Example {
            purpose: "Programs that wait for a processor, from the kernel's own means",
            command: "check_cpu -w pressure300=40% --sample 1s",
        },
    ];
    const METRICS: Catalogue = Catalogue::new("cpu", values::METRICS);
    type Sample = Sample;
    type Memory = Memory;

    fn probe(&self, cx: &Context<'_>, memory: &Memory) -> Result<Sample, Failure> {
        let each_core = self.per_core || cx.mentions("core_busy");
        let now = Reading::read(cx.root, each_core)?;
        let previous = memory.last.as_ref().filter(|_| self.sample.is_none());
        let mut sample = match previous.and_then(|last| Some((now.follows(last)?, last))) {
            Some((seconds, last)) => {
                Sample { earlier: last.clone(), now, seconds, from_previous_run: true, ..Sample::default() }
            }
            None => {
                let time = Duration::from_secs_f64(self.sample.unwrap_or(FIRST_SAMPLE));
                let begun = Instant::now();
                std::thread::sleep(time.min(cx.deadline.remaining()));
                let seconds = begun.elapsed().as_secs_f64();
                let earlier = now;
                Sample { earlier, now: Reading::read(cx.root, each_core)?, seconds, ..Sample::default() }
            }
        };
        sample.remembers = cx.remembers() && sample.now.clock.is_some();
        if self.counts(cx, &sample, memory.holds(&sample)) {
            sample.causes = Some(top::busiest(cx.root, &cx.deadline, EXPLANATION));
        }
        Ok(sample)
    }

    fn judge(&self, sample: &Sample, memory: &mut Memory, _now: Timestamp, report: &mut Report<'_>) {
        self.say(sample, memory, report);
    }
}

impl Cpu {
    /// Whether any limit is crossed for long enough, so that somebody will ask why.
    fn counts(&self, cx: &Context<'_>, sample: &Sample, mut holds: Holds) -> bool {
        let machine = values::of_machine(sample).into_iter().any(|Value { name, value, mean }| {
            let status = value.map_or(Status::Ok, |value| cx.would_be(name, None, value));
            holds.allowed(name, status, &self.times(sample, name, mean, cx.mentions(name))) != Status::Ok
        });
        machine
            || sample.by_core().iter().any(|(core, shares)| {
                let status = cx.would_be("core_busy", Some(core), shares.busy());
                holds.allowed(
                    &format!("core_busy@{core}"),
                    status,
                    &self.times(sample, "core_busy", true, cx.mentions("core_busy")),
                ) != Status::Ok
            })
    }
}
