//! What is measured, and its calculation from two readings.

use super::Sample;
use crate::host::cpu::{Shares, Ticks};
use crate::model::catalogue::MetricDef;
use crate::model::unit::Unit;

/// The metrics, the main one first. Limits are for what lasts (`--for`).
///
/// - busy: beyond 90 % work waits longer than it takes, by queueing theory whatever the number of processors.
/// - iowait: only idle processors can wait, so a high share means that most of the machine stands still for its disks.
///   More processors do not help and a slow disk is no outage: a warning at most.
/// - steal: the host of the virtual machine is overcommitted; nothing in this machine can mend it: a warning.
pub(super) const METRICS: &[MetricDef] = &[
    MetricDef::gauge("busy", Unit::Ratio, "share of time neither idle nor waiting for disks")
        .limits("90", "95")
        .in_perfdata(),
    MetricDef::gauge("user", Unit::Ratio, "share of time in programs of normal priority").in_perfdata(),
    MetricDef::gauge("system", Unit::Ratio, "share of time in the kernel").in_perfdata(),
    MetricDef::gauge("iowait", Unit::Ratio, "share of time idle while something waited for a disk")
        .warns("40")
        .in_perfdata(),
    MetricDef::gauge("steal", Unit::Ratio, "share of time that the host of this virtual machine gave to others")
        .warns("20")
        .in_perfdata(),
    MetricDef::gauge("idle", Unit::Ratio, "share of time with nothing to do"),
    MetricDef::gauge("nice", Unit::Ratio, "share of time in programs of low priority"),
    MetricDef::gauge("irq", Unit::Ratio, "share of time in interrupts"),
    MetricDef::gauge("softirq", Unit::Ratio, "share of time in deferred work of interrupts"),
    MetricDef::gauge("guest", Unit::Ratio, "share of time in virtual machines that run here"),
    MetricDef::gauge("load1", Unit::None, "load average over 1 minute").in_perfdata(),
    MetricDef::gauge("load5", Unit::None, "load average over 5 minutes").in_perfdata(),
    MetricDef::gauge("load15", Unit::None, "load average over 15 minutes").in_perfdata(),
    MetricDef::gauge("load1_per_core", Unit::None, "load1 divided by the number of processors"),
    MetricDef::gauge("load5_per_core", Unit::None, "load5 divided by the number of processors"),
    MetricDef::gauge("load15_per_core", Unit::None, "load15 divided by the number of processors"),
    MetricDef::gauge("cores", Unit::Count, "processors that are switched on"),
    MetricDef::gauge("runnable", Unit::Count, "tasks that run or could run now, without this check"),
    MetricDef::gauge("blocked", Unit::Count, "tasks that wait for a disk now"),
    MetricDef::gauge("pressure10", Unit::Ratio, "share of 10 seconds in which a task waited for a processor (PSI)"),
    MetricDef::gauge("pressure60", Unit::Ratio, "share of a minute in which a task waited for a processor (PSI)"),
    MetricDef::gauge("pressure300", Unit::Ratio, "share of 5 minutes in which a task waited for a processor (PSI)"),
    MetricDef::gauge("context_switches", Unit::PerSecond, "context switches"),
    MetricDef::gauge("interrupts", Unit::PerSecond, "interrupts"),
    MetricDef::gauge("forks", Unit::PerSecond, "processes and threads started"),
    MetricDef::gauge(
        "quota_used",
        Unit::Ratio,
        "share of the processor time that was used (in a container with a limit)",
    )
    .limits("90", "95")
    .in_perfdata(),
    MetricDef::gauge(
        "throttled",
        Unit::Ratio,
        "share of periods in which the container was made to wait (with a limit)",
    ),
    MetricDef::gauge("core_busy", Unit::Ratio, "busy, of one processor (--per-core)").in_perfdata(),
];

/// A value of the whole machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Value {
    /// The metric.
    pub name: &'static str,
    /// In its base unit; `None` for a share while nobody knows what the time was spent on.
    pub value: Option<f64>,
    /// Whether it is a mean over the time between the readings, not the state of a moment.
    pub mean: bool,
}

impl Sample {
    /// What the time between the readings was spent on.
    pub(super) fn shares(&self) -> Option<Shares> {
        self.shares_of(&self.now.stat.total, &self.earlier.stat.total, self.now.stat.possible(self.seconds))
    }

    fn shares_of(&self, now: &Ticks, earlier: &Ticks, possible: f64) -> Option<Shares> {
        now.shares(earlier, Some(possible))
    }

    /// Processors that are switched on.
    pub(super) fn cores(&self) -> f64 {
        f64::from(self.now.stat.online.max(1))
    }

    #[expect(clippy::cast_precision_loss, reason = "a difference of counters")]
    fn rate(&self, now: Option<u64>, earlier: Option<u64>) -> Option<f64> {
        let rate = now?.checked_sub(earlier?)? as f64 / self.seconds;
        rate.is_finite().then_some(rate)
    }

    /// Whether the load averages, the kernel's own memory, show that what this metric tells has gone on for minutes: more
    /// tasks than processors, now and on average over five minutes.
    pub(super) fn is_proven_by_load(&self, name: &str) -> bool {
        let lasts = |[one, five, _]: [f64; 3]| one.min(five) / self.cores() > 1.0;
        Self::has_load_as_witness(name) && self.now.load.is_some_and(lasts)
    }

    /// Whether the load averages have something to say of a metric: they count the tasks of the whole machine that run,
    /// wait for a processor or for a disk, not those that a container's limit holds back.
    pub(super) fn has_load_as_witness(name: &str) -> bool {
        matches!(name, "busy" | "iowait" | "steal")
    }

    /// The share of a container's limit that was used.
    pub(super) fn quota_used(&self) -> Option<f64> {
        let (now, earlier) = (self.now.quota?, self.earlier.quota?);
        let used = (now.used? - earlier.used?) / (self.seconds * now.cores);
        (used.is_finite() && used >= 0.0).then_some(used)
    }

    #[expect(clippy::cast_precision_loss, reason = "a difference of counters")]
    fn throttled(&self) -> Option<f64> {
        let (now, earlier) = (self.now.quota?, self.earlier.quota?);
        let periods = now.periods?.checked_sub(earlier.periods?)? as f64;
        let throttled = now.throttled?.checked_sub(earlier.throttled?)? as f64;
        // No period has passed in which somebody ran: nobody was made to wait.
        Some(if periods > 0.0 { (throttled / periods).min(1.0) } else { 0.0 })
    }

    /// The share of time that each processor was busy, by its name.
    pub(super) fn by_core(&self) -> Vec<(String, Shares)> {
        let possible = self.now.stat.possible(self.seconds) / self.cores();
        let then = |core: u32| self.earlier.stat.cores.iter().find(|(number, _)| *number == core);
        let one =
            |(core, now): &(u32, Ticks)| Some((format!("cpu{core}"), self.shares_of(now, &then(*core)?.1, possible)?));
        self.now.stat.cores.iter().filter_map(one).collect()
    }
}

/// All values of the machine in the order of the catalogue. The shares are always there, so that performance data keep
/// their order; what this kernel does not tell is left out.
#[expect(clippy::cast_precision_loss, reason = "numbers of tasks")]
pub(super) fn of_machine(sample: &Sample) -> Vec<Value> {
    let mut values = Vec::with_capacity(METRICS.len());
    let (stat, then) = (&sample.now.stat, &sample.earlier.stat);
    let shares = sample.shares();
    let mut share = |name, part: fn(&Shares) -> f64| {
        values.push(Value { name, value: shares.as_ref().map(part), mean: true });
    };
    share("busy", Shares::busy);
    share("user", |s| s.user);
    share("system", |s| s.system);
    share("iowait", |s| s.iowait);
    share("steal", |s| s.steal);
    share("idle", |s| s.idle);
    share("nice", |s| s.nice);
    share("irq", |s| s.irq);
    share("softirq", |s| s.softirq);
    share("guest", |s| s.guest);
    let mut add = |name, value: Option<f64>, mean| {
        if value.is_some() {
            values.push(Value { name, value, mean });
        }
    };
    for (name, per_core, load) in [
        ("load1", "load1_per_core", sample.now.load.map(|[load, _, _]| load)),
        ("load5", "load5_per_core", sample.now.load.map(|[_, load, _]| load)),
        ("load15", "load15_per_core", sample.now.load.map(|[_, _, load]| load)),
    ] {
        add(name, load, false);
        add(per_core, load.map(|load| load / sample.cores()), false);
    }
    add("cores", Some(sample.cores()), false);
    add("runnable", stat.running.map(|running| running.saturating_sub(1) as f64), false);
    add("blocked", stat.blocked.map(|blocked| blocked as f64), false);
    let some = sample.now.pressure.map(|pressure| pressure.some);
    add("pressure10", some.map(|[mean, _, _]| mean), false);
    add("pressure60", some.map(|[_, mean, _]| mean), false);
    add("pressure300", some.map(|[_, _, mean]| mean), false);
    add("context_switches", sample.rate(stat.context_switches, then.context_switches), true);
    add("interrupts", sample.rate(stat.interrupts, then.interrupts), true);
    add("forks", sample.rate(stat.forks, then.forks), true);
    add("quota_used", sample.quota_used(), true);
    add("throttled", sample.throttled(), true);
    values
}
