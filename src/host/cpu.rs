//! What the processors did, from /proc/stat.
//!
//! Source: proc_stat(5), and the kernel's Documentation/filesystems/proc.rst.

use super::fields::number;
use super::proc::units::ticks_per_second;
use serde::{Deserialize, Serialize};

/// The columns of a `cpu` line; `guest` is also in `user`, `guest_nice` in `nice`.
const FIELDS: [&str; 10] =
    ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice"];
/// The columns that every kernel has.
const LEAST_FIELDS: usize = 4;

/// The time spent in each mode since the start, in ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ticks([u64; FIELDS.len()]);

/// What the time between two readings was spent on: shares of the whole that sum to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// Programs, without `nice` and `guest`.
    pub user: f64,
    /// Programs of low priority.
    pub nice: f64,
    /// The kernel.
    pub system: f64,
    /// Nothing to do.
    pub idle: f64,
    /// Nothing to do but wait for disks.
    pub iowait: f64,
    /// Interrupts.
    pub irq: f64,
    /// Deferred work of interrupts.
    pub softirq: f64,
    /// Wanted, but given to others by the host of this virtual machine.
    pub steal: f64,
    /// Virtual machines that run here.
    pub guest: f64,
    /// A column whose counter jumped beyond what is possible, and was left out.
    pub absurd: Option<&'static str>,
}

impl Shares {
    /// All that is neither idle nor waiting. Stolen time counts: this machine wanted it.
    #[must_use]
    pub fn busy(&self) -> f64 {
        self.user + self.nice + self.system + self.irq + self.softirq + self.steal + self.guest
    }
}

impl Ticks {
    fn parse<'a>(words: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut ticks = [0; FIELDS.len()];
        let mut found = 0;
        for (tick, word) in ticks.iter_mut().zip(words) {
            *tick = number(word)?;
            found += 1;
        }
        (found >= LEAST_FIELDS).then_some(Self(ticks))
    }

    /// The shares of the time since an earlier reading; `possible` is how many ticks can have passed, where known.
    ///
    /// `None` when the counters have not moved, or began anew. The idle counters may go back by themselves
    /// (proc_stat(5) says so of iowait; a processor that is switched off takes its idle time along): that is no time.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "differences; beyond 2^53 the last digits do not matter")]
    pub fn shares(&self, earlier: &Self, possible: Option<f64>) -> Option<Shares> {
        let ([user_now, _, system_now, ..], [user_then, _, system_then, ..]) = (self.0, earlier.0);
        if user_now < user_then || system_now < system_then {
            return None;
        }
        let mut passed = [0.0; FIELDS.len()];
        let mut absurd = None;
        // Half as much again, and a second: the readings are not of the same instant.
        let most = possible.map_or(f64::INFINITY, |ticks| ticks * 1.5 + ticks_per_second());
        for ((passed, name), (now, then)) in passed.iter_mut().zip(FIELDS).zip(self.0.iter().zip(&earlier.0)) {
            let difference = now.saturating_sub(*then) as f64;
            if difference > most {
                // Seen after a virtual machine moved to another host: stolen time of centuries.
                absurd = Some(name);
            } else {
                *passed = difference;
            }
        }
        let [user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice] = passed;
        // The guest's columns are updated with their sums, but not read in one instant.
        let (user, nice) = ((user - guest).max(0.0), (nice - guest_nice).max(0.0));
        let guest = guest + guest_nice;
        let total = user + nice + system + idle + iowait + irq + softirq + steal + guest;
        (total > 0.0).then(|| Shares {
            user: user / total,
            nice: nice / total,
            system: system / total,
            idle: idle / total,
            iowait: iowait / total,
            irq: irq / total,
            softirq: softirq / total,
            steal: steal / total,
            guest: guest / total,
            absurd,
        })
    }
}

/// A reading of /proc/stat.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stat {
    /// All processors together.
    pub total: Ticks,
    /// Each processor by its number, where asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cores: Vec<(u32, Ticks)>,
    /// How many processors are switched on.
    pub online: u32,
    /// Context switches since the start.
    pub context_switches: Option<u64>,
    /// Interrupts since the start.
    pub interrupts: Option<u64>,
    /// Processes and threads started since the start.
    pub forks: Option<u64>,
    /// Tasks that run or could, this program included.
    pub running: Option<u64>,
    /// Tasks that wait for a disk.
    pub blocked: Option<u64>,
}

impl Stat {
    /// Reads the text of /proc/stat; the processors one by one only where asked for.
    ///
    /// # Errors
    /// When there is no line of all processors, or it has no numbers.
    pub fn parse(text: &str, each_core: bool) -> Result<Self, String> {
        let mut stat = Self::default();
        let mut total = None;
        for line in text.lines() {
            let Some((name, rest)) = line.split_once(' ') else { continue };
            let mut words = rest.split_ascii_whitespace();
            match name {
                "cpu" => total = Ticks::parse(words),
                "ctxt" => stat.context_switches = words.next().and_then(number),
                // Only the first of its thousands of columns: the sum.
                "intr" => stat.interrupts = words.next().and_then(number),
                "processes" => stat.forks = words.next().and_then(number),
                "procs_running" => stat.running = words.next().and_then(number),
                "procs_blocked" => stat.blocked = words.next().and_then(number),
                _ => {
                    let Some(core) = name.strip_prefix("cpu").and_then(|digits| digits.parse().ok()) else { continue };
                    stat.online += 1;
                    if each_core && let Some(ticks) = Ticks::parse(words) {
                        stat.cores.push((core, ticks));
                    }
                }
            }
        }
        stat.total = total.ok_or("it has no line 'cpu' with the ticks of all processors")?;
        // A kernel for one processor may leave its own line out.
        stat.online = stat.online.max(1);
        Ok(stat)
    }

    /// The ticks that can have passed in a time.
    #[must_use]
    pub fn possible(&self, seconds: f64) -> f64 {
        seconds * ticks_per_second() * f64::from(self.online)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "cpu  1000 100 500 8000 300 10 20 30 200 40
cpu0 500 50 250 4000 150 5 10 15 100 20
cpu1 500 50 250 4000 150 5 10 15 100 20
intr 1129182 0 0 7
ctxt 4101075
btime 1795449524
processes 501449
procs_running 6
procs_blocked 2
softirq 1068148 0 97713
";

    fn ticks(values: [u64; 10]) -> Ticks {
        Ticks(values)
    }

    #[test]
    fn a_reading() {
        let stat = Stat::parse(TEXT, true).unwrap_or_default();
        assert_eq!(stat.total, ticks([1000, 100, 500, 8000, 300, 10, 20, 30, 200, 40]));
        assert_eq!((stat.online, stat.cores.len()), (2, 2));
        assert_eq!((stat.context_switches, stat.interrupts, stat.forks), (Some(4101075), Some(1129182), Some(501449)));
        assert_eq!((stat.running, stat.blocked), (Some(6), Some(2)));
        assert!(Stat::parse(TEXT, false).unwrap_or_default().cores.is_empty());
    }

    #[test]
    fn guests_are_not_counted_twice() {
        let now = ticks([60, 20, 5, 10, 2, 1, 1, 1, 40, 10]);
        let shares = now.shares(&Ticks::default(), None).unwrap_or_default();
        assert_eq!((shares.user, shares.nice, shares.guest, shares.system), (0.2, 0.1, 0.5, 0.05));
        assert!((shares.busy() - 0.88).abs() < 1e-12, "{}", shares.busy());
    }

    #[test]
    fn idle_may_go_back_but_work_may_not() {
        let then = ticks([100, 0, 100, 1000, 500, 0, 0, 0, 0, 0]);
        let now = ticks([150, 0, 150, 900, 400, 0, 0, 0, 0, 0]);
        let shares = now.shares(&then, None).unwrap_or_default();
        assert_eq!((shares.idle, shares.iowait, shares.busy()), (0.0, 0.0, 1.0));
        assert_eq!(then.shares(&now, None), None);
        assert_eq!(then.shares(&then, None), None);
    }

    #[test]
    fn an_impossible_jump_is_left_out_and_named() {
        let then = ticks([100, 0, 0, 100, 0, 0, 0, 0, 0, 0]);
        let now = ticks([150, 0, 0, 250, 0, 0, 0, u64::MAX / 2, 0, 0]);
        let shares = now.shares(&then, Some(200.0)).unwrap_or_default();
        assert_eq!((shares.user, shares.idle, shares.steal, shares.absurd), (0.25, 0.75, 0.0, Some("steal")));
    }

    #[test]
    fn what_is_no_reading_is_refused() {
        for text in ["", "cpu", "cpu  1 2 3", "cpu  1 2 3 -4", "cpu  a b c d", "cpu0 1 2 3 4\nctxt 5"] {
            assert!(Stat::parse(text, true).is_err(), "{text}");
        }
        // A kernel of two decades ago.
        assert_eq!(Stat::parse("cpu  1 2 3 4\n", true).map(|stat| stat.online), Ok(1));
    }

    proptest! {
        #[test]
        fn shares_sum_to_one(then: [u32; 10], add: [u32; 10]) {
            let sum: Vec<u64> = then.iter().zip(&add).map(|(a, b)| u64::from(*a) + u64::from(*b)).collect();
            let (now, then) = (ticks(sum.try_into().unwrap_or_default()), ticks(then.map(u64::from)));
            if let Some(shares) = now.shares(&then, None) {
                let parts = [shares.user, shares.nice, shares.system, shares.irq, shares.softirq, shares.steal, shares.guest,
                    shares.idle, shares.iowait];
                prop_assert!(parts.iter().all(|part| (0.0..=1.0).contains(part)));
                prop_assert!((parts.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            }
        }

        #[test]
        fn any_counters_are_taken(now: [u64; 10], then: [u64; 10], possible: Option<f64>) {
            if let Some(shares) = ticks(now).shares(&ticks(then), possible) {
                prop_assert!((-1e-9..=1.0 + 1e-9).contains(&shares.busy()));
            }
        }

        #[test]
        fn any_text_is_taken(text in "((cpu|cpu0|cpu9999999999|ctxt|intr|procs_running)[ 0-9a-]{0,60}\n){0,6}") {
            let _ = Stat::parse(&text, true);
        }
    }
}
