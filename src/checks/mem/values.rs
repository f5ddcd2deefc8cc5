//! What is measured, and its calculation.

use super::{Memory, Sample};
use crate::host::paging::Paging;
use crate::host::proc::units::page_size;
use crate::model::catalogue::MetricDef;
use crate::model::trend::Policy;
use crate::model::unit::Unit;

/// Seconds below which a rate is that of a moment: no default limit counts for it.
const SHORT: f64 = 10.0;

/// The metrics, the main one first. Memory that is used is what it was bought for; the limits are for the want of it.
///
/// - available: below a tenth the kernel begins to drop caches that are in use, below a twentieth one large process is
///   enough.
/// - `swap_in`: what is read back was needed: 4 MiB/s are a thousand waits of a program in a second. What is written
///   to swap may never be needed again.
/// - pressure: the kernel's own measure of the same. A single program in a tight container can reach the first, so it
///   is a warning; that nothing at all gets on for much of a minute is an outage.
/// - `oom_kills`: the kernel has ended a process; somebody should know which, before it is missed.
/// - eta: three days see a weekend coming.
pub(super) const METRICS: &[MetricDef] = &[
    MetricDef::gauge("available", Unit::Ratio, "share of memory that programs can still get")
        .limits("10:", "5:")
        .in_perfdata(),
    MetricDef::gauge("available_bytes", Unit::Bytes, "memory that programs can still get").in_perfdata(),
    MetricDef::gauge("used", Unit::Ratio, "share of memory that programs cannot get"),
    MetricDef::gauge("used_bytes", Unit::Bytes, "memory that programs cannot get"),
    MetricDef::gauge("size", Unit::Bytes, "memory in all, or the container's limit"),
    MetricDef::gauge("swap_used", Unit::Ratio, "share of swap in use").in_perfdata(),
    MetricDef::gauge("swap_used_bytes", Unit::Bytes, "swap in use"),
    MetricDef::gauge("swap_size", Unit::Bytes, "swap in all"),
    MetricDef::gauge("swap_in", Unit::BytesPerSecond, "read back from swap").warns("4MiB").in_perfdata(),
    MetricDef::gauge("swap_out", Unit::BytesPerSecond, "written to swap").in_perfdata(),
    MetricDef::gauge("page_in", Unit::BytesPerSecond, "read from block devices"),
    MetricDef::gauge("page_out", Unit::BytesPerSecond, "written to block devices"),
    MetricDef::gauge("major_faults", Unit::PerSecond, "page faults that waited for a disk"),
    MetricDef::gauge("pressure10", Unit::Ratio, "share of 10 seconds in which a task stood still for memory (PSI)"),
    MetricDef::gauge("pressure60", Unit::Ratio, "share of a minute in which a task stood still for memory (PSI)")
        .warns("20"),
    MetricDef::gauge("pressure300", Unit::Ratio, "share of 5 minutes in which a task stood still for memory (PSI)"),
    MetricDef::gauge("stalled10", Unit::Ratio, "share of 10 seconds in which all tasks stood still for memory (PSI)"),
    MetricDef::gauge("stalled60", Unit::Ratio, "share of a minute in which all tasks stood still for memory (PSI)")
        .critical("40"),
    MetricDef::gauge("stalled300", Unit::Ratio, "share of 5 minutes in which all tasks stood still for memory (PSI)"),
    MetricDef::gauge("oom_kills", Unit::Count, "processes killed for want of memory (--oom-window; since Linux 4.13)")
        .warns("0")
        .in_perfdata(),
    MetricDef::gauge("hugepages_used", Unit::Ratio, "share of the huge pages taken or reserved"),
    MetricDef::gauge("committed", Unit::Ratio, "memory promised to programs, as a share of the commit limit"),
    MetricDef::gauge("eta", Unit::Seconds, "time until nothing is available at the present rate").warns("3d:"),
];

/// An application that takes more all day and is started anew at night must not look like a leak. So there are two days
/// at least, and samples so far apart that all of the window fits: thinning them would give the last day more weight.
pub(super) const LEAK: Policy = Policy { spacing: 3.0 * 3600.0, window: 5.0 * 86_400.0, least_span: 2.0 * 86_400.0 };

/// A value that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Value {
    /// The metric.
    pub name: &'static str,
    /// In its base unit.
    pub value: f64,
    /// The greatest value that is possible.
    pub max: Option<f64>,
    /// Whether it is a rate of so short a time that it says little.
    pub momentary: bool,
}

impl Value {
    /// Whether its limits count; `asked` when the user has named the metric.
    pub(super) fn counts(&self, asked: bool) -> bool {
        asked || !self.momentary
    }
}

/// The values that are known, as they are collected.
#[derive(Default)]
struct Known(Vec<Value>);

impl Known {
    fn add(&mut self, name: &'static str, value: Option<f64>, max: Option<f64>) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.0.push(Value { name, value, max, momentary: false });
        }
    }

    fn share(&mut self, name: &'static str, value: Option<f64>) {
        self.add(name, value, Some(1.0));
    }

    fn rate(&mut self, name: &'static str, sample: &Sample, counter: fn(&Paging) -> Option<u64>, unit: f64) {
        if let Some((rate, momentary)) = sample.rate(counter) {
            self.0.push(Value { name, value: rate * unit, max: None, momentary });
        }
    }
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// All values that are known, in the order of the catalogue; `memory` already has this sample.
#[expect(clippy::cast_precision_loss, reason = "sizes for people and limits")]
pub(super) fn all(sample: &Sample, memory: &Memory) -> Vec<Value> {
    let mut known = Known(Vec::with_capacity(METRICS.len()));
    let now = &sample.now;
    let (size, available) = now.size_and_available();
    let (size, available) = (size as f64, available as f64);
    known.share("available", ratio(available, size));
    known.add("available_bytes", Some(available), Some(size));
    known.share("used", ratio(size - available, size));
    known.add("used_bytes", Some(size - available), Some(size));
    known.add("size", Some(size), None);
    let (swap_size, swap_used) = now.swap();
    let (swap_size, swap_used) = (swap_size as f64, swap_used as f64);
    // Without swap none of it is taken.
    known.share("swap_used", Some(ratio(swap_used, swap_size).unwrap_or(0.0)));
    known.add("swap_used_bytes", Some(swap_used), Some(swap_size));
    known.add("swap_size", Some(swap_size), None);
    let page = page_size() as f64;
    known.rate("swap_in", sample, |p| p.swap_in, page);
    known.rate("swap_out", sample, |p| p.swap_out, page);
    known.rate("page_in", sample, |p| p.page_in, 1024.0);
    known.rate("page_out", sample, |p| p.page_out, 1024.0);
    known.rate("major_faults", sample, |p| p.major_faults, 1.0);
    let (some, full) = (now.pressure.map(|p| p.some), now.pressure.and_then(|p| p.full));
    known.share("pressure10", some.map(|[mean, _, _]| mean));
    known.share("pressure60", some.map(|[_, mean, _]| mean));
    known.share("pressure300", some.map(|[_, _, mean]| mean));
    known.share("stalled10", full.map(|[mean, _, _]| mean));
    known.share("stalled60", full.map(|[_, mean, _]| mean));
    known.share("stalled300", full.map(|[_, _, mean]| mean));
    known.add("oom_kills", memory.kills.recent().map(|kills| kills as f64), None);
    let machine = &now.machine;
    known.share("hugepages_used", machine.huge_pages.and_then(|(all, free)| ratio((all - free) as f64, all as f64)));
    known.add("committed", machine.committed.and_then(|(promised, limit)| ratio(promised as f64, limit as f64)), None);
    known.add("eta", memory.trend.eta(available, 0.0, &LEAK), None);
    known.0
}

impl Sample {
    /// A counter's growth in a second, and whether that is of so short a time that it says little.
    #[expect(clippy::cast_precision_loss, reason = "a difference of counters")]
    fn rate(&self, counter: fn(&Paging) -> Option<u64>) -> Option<(f64, bool)> {
        let traffic = self.traffic?;
        let passed = counter(self.now.paging.as_ref()?)?.checked_sub(counter(&traffic.earlier)?)?;
        let rate = passed as f64 / traffic.seconds;
        rate.is_finite().then_some((rate, traffic.seconds < SHORT))
    }
}
