//! The sentences for a person.

use super::Sample;
use crate::host::cpu::Shares;
use crate::host::top::{Busiest, Consumer};
use crate::model::text;
use crate::model::unit::Unit;

/// A share that is worth a word.
const NOTABLE: f64 = 0.005;
/// So many new processes in a second explain a busy machine that shows no busy process.
const MANY_FORKS: f64 = 50.0;
/// The least busy share of a disk that explains a wait.
const BUSY_DISK: f64 = 0.5;

/// `12 % busy (user 9 %, system 3 %), iowait 1 %, load 0.42 on 2 cores`
pub(super) fn sentence(sample: &Sample) -> String {
    let mut parts = Vec::new();
    match sample.shares() {
        Some(shares) => {
            parts.push(busy(&shares));
            parts.push(format!("iowait {}", Unit::Ratio.show(shares.iowait)));
        }
        None => parts.push("how busy it is cannot be told: the counters of /proc/stat do not move".to_owned()),
    }
    let cores = text::count(sample.now.stat.online as usize, "core", "cores");
    parts.push(match sample.now.load {
        Some([load, _, _]) => format!("load {} on {cores}", Unit::None.show(load)),
        None => cores,
    });
    if let (Some(used), Some(quota)) = (sample.quota_used(), sample.now.quota) {
        let limit = Unit::None.show(quota.cores);
        let noun = if limit == "1" { "core" } else { "cores" };
        parts.push(format!("{} of the container's {limit} {noun} used", Unit::Ratio.show(used)));
    }
    parts.join(", ")
}

/// `12 % busy (user 9 %, system 3 %)`: each part has the value of the metric of its name, and all that matter are named.
pub(super) fn busy(shares: &Shares) -> String {
    let show = |share| Unit::Ratio.show(share);
    let named = [
        ("user", shares.user, true),
        ("nice", shares.nice, false),
        ("system", shares.system, true),
        ("irq", shares.irq, false),
        ("softirq", shares.softirq, false),
        ("guests", shares.guest, false),
        ("stolen", shares.steal, false),
    ];
    let named = named.into_iter().filter(|(_, share, always)| *always || *share >= NOTABLE);
    let parts: Vec<String> = named.map(|(name, share, _)| format!("{name} {}", show(share))).collect();
    format!("{} busy ({})", show(shares.busy()), parts.join(", "))
}

/// What is said of a limit that is crossed while nothing is remembered by which it could be seen to last: `range` is the
/// limit in words, `span` the seconds that were measured.
pub(super) fn unproven(sample: &Sample, name: &str, range: &str, span: f64) -> String {
    let why = match load(sample).filter(|_| Sample::has_load_as_witness(name)) {
        Some(load) => format!(", and {load} are no lasting load"),
        None => String::new(),
    };
    let span = Unit::Seconds.show(span);
    format!("{name} {range} over {span} only, no alert: nothing is remembered that would show it to last{why}")
}

/// What is said of a default limit that counts by the load averages alone.
pub(super) fn proven_by_load(sample: &Sample) -> Option<String> {
    load(sample).map(|load| format!("nothing is remembered, but {load} show that it lasts"))
}

/// `load1 9.1 and load5 4.2 on 2 cores`
fn load(sample: &Sample) -> Option<String> {
    let [one, five, _] = sample.now.load?;
    let cores = text::count(sample.now.stat.online as usize, "core", "cores");
    Some(format!("load1 {} and load5 {} on {cores}", Unit::None.show(one), Unit::None.show(five)))
}

/// Who runs, and who waits for what: what was seen in a moment, while the limits are about a longer time.
pub(super) fn causes(causes: &Busiest, sample: &Sample) -> String {
    let mut said = String::new();
    let one = |consumer: &Consumer| {
        format!("{} (pid {}) {} of a core", consumer.name, consumer.pid, Unit::Ratio.show(consumer.amount))
    };
    let named: Vec<String> = causes.running.named.iter().map(one).collect();
    if !named.is_empty() {
        let whose = if causes.running.others_hidden { " of those we may see" } else { "" };
        said.push_str(&format!("; busiest now{whose}: {}", named.join(", ")));
    }
    let forks = super::values::of_machine(sample).into_iter().find(|value| value.name == "forks");
    if let Some(forks) = forks.and_then(|forks| forks.value).filter(|forks| *forks >= MANY_FORKS) {
        said.push_str(&format!("; {} processes or threads started a second", Unit::Count.show(forks)));
    }
    if !causes.waiting.is_empty() {
        said.push_str(&format!("; waiting for a disk: {}", causes.waiting.join(", ")));
    }
    if let Some((disk, share)) = causes.disk.as_ref().filter(|(_, share)| *share >= BUSY_DISK) {
        said.push_str(&format!("; disk {disk} busy {} of the time", Unit::Ratio.show(*share)));
    }
    said
}
