//! The sentences for a person.

use super::Sample;
use super::values::Value;
use crate::host::top::{Consumer, Consumers};
use crate::model::unit::Unit;

/// Traffic below this is not worth a word.
const NOTABLE: f64 = 1024.0;
/// Nor are stalls for a smaller share of the time.
const NOTABLE_STALL: f64 = 0.01;

/// `71 % of 23.5 GiB available, swap unused`
#[expect(clippy::cast_precision_loss, reason = "sizes for people")]
pub(super) fn sentence(sample: &Sample, values: &[Value], oom_window: f64) -> String {
    let value = |name: &str| values.iter().find(|value| value.name == name).map(|value| value.value);
    let (size, _) = sample.now.size_and_available();
    let whose = if sample.now.container.is_some() { "the container's " } else { "" };
    let mut text = format!(
        "{} of {whose}{} available",
        Unit::Ratio.show(value("available").unwrap_or(f64::NAN)),
        Unit::Bytes.show(size as f64)
    );
    text.push_str(&match sample.now.swap() {
        (0, _) => ", no swap".to_owned(),
        (_, 0) => ", swap unused".to_owned(),
        (size, used) => {
            let (size, used) = (size as f64, used as f64);
            format!(", {} of {} swap used", Unit::Ratio.show(used / size), Unit::Bytes.show(size))
        }
    });
    for (name, what) in [("swap_in", "read back from swap"), ("swap_out", "written to swap")] {
        if let Some(rate) = value(name).filter(|rate| *rate >= NOTABLE) {
            text.push_str(&format!(", {} {what}", Unit::BytesPerSecond.show(rate)));
        }
    }
    if let Some(share) = value("pressure60").filter(|share| *share >= NOTABLE_STALL) {
        text.push_str(&format!(", programs stood still for memory {} of the last minute", Unit::Ratio.show(share)));
    }
    if let Some(kills) = value("oom_kills").filter(|kills| *kills > 0.0) {
        let processes = if kills == 1.0 { "process" } else { "processes" };
        let when = if oom_window > 0.0 {
            format!("in the last {}", Unit::Seconds.show(oom_window))
        } else {
            "since the previous run".to_owned()
        };
        text.push_str(&format!("; {} {processes} killed for want of memory {when}", Unit::Count.show(kills)));
    }
    if let Some(eta) = value("eta") {
        text.push_str(&format!("; nothing left in {} at the present rate", Unit::Seconds.show(eta)));
    }
    text
}

/// The largest processes.
pub(super) fn largest(found: &Consumers) -> String {
    let one =
        |consumer: &Consumer| format!("{} (pid {}) {}", consumer.name, consumer.pid, Unit::Bytes.show(consumer.amount));
    let named: Vec<String> = found.named.iter().map(one).collect();
    if named.is_empty() {
        return String::new();
    }
    format!("; largest{}: {}", if found.others_hidden { " of those we may see" } else { "" }, named.join(", "))
}

/// What explains the figures; `nominal` is how long a sample was meant to take.
#[expect(clippy::cast_precision_loss, reason = "sizes for people")]
pub(super) fn details(sample: &Sample, nominal: f64) -> Vec<String> {
    let mut details = Vec::new();
    let machine = &sample.now.machine;
    if machine.estimated {
        details.push("this kernel has no MemAvailable: it is estimated from free memory and caches".to_owned());
    }
    if machine.arc > 0 {
        details.push(format!("{} of it is cache of ZFS that can shrink", Unit::Bytes.show(machine.arc as f64)));
    }
    if sample.now.container.is_some() {
        let (size, free) = (machine.size as f64, machine.available as f64);
        let share = Unit::Ratio.show(if size > 0.0 { free / size } else { f64::NAN });
        details.push(format!("the whole machine has {share} of {} available", Unit::Bytes.show(size)));
    }
    if let Some(traffic) = sample.traffic {
        details.push(if traffic.from_previous_run {
            format!("rates over {}, since the previous run", Unit::Seconds.show(traffic.seconds))
        } else {
            format!("rates over a sample of {}", Unit::Seconds.show(nominal))
        });
    }
    if let Some((all, free)) = machine.huge_pages.filter(|(all, _)| *all > 0) {
        let pages = if all == 1 { "huge page" } else { "huge pages" };
        details.push(format!("{} of {all} {pages} taken or reserved", all - free));
    }
    details
}
