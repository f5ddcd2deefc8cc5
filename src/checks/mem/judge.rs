//! What the reading means.

use super::values::{self, METRICS};
use super::{FIRST_SAMPLE, Mem, Memory, Sample, words};
use crate::model::metric::Value as Number;
use crate::model::report::{Draft, Measure, Report};
use crate::model::status::Status;
use crate::model::unit::Unit;

impl Mem {
    /// Judges the sample; `memory` already has it.
    pub(super) fn say(&self, sample: &Sample, memory: &Memory, report: &mut Report<'_>) {
        let mut draft = Draft::whole();
        let all = values::all(sample, memory);
        for value in &all {
            let counts = value.counts(report.mentions(value.name));
            let measure = Measure::new(value.name, number(value)).no_worse_than(if counts {
                Status::Critical
            } else {
                Status::Ok
            });
            report.measure(
                &mut draft,
                match value.max {
                    Some(max) => measure.bounds(0.0, max),
                    None => measure.at_least(0.0),
                },
            );
        }
        let mut text = words::sentence(sample, &all, self.oom_window);
        report.summary(&text);
        if let Some(largest) = sample.largest.as_ref().filter(|_| draft.status() != Status::Ok) {
            text.push_str(&words::largest(largest));
        }
        draft.say(text);
        report.add(draft);
        for trouble in &sample.now.trouble {
            report.note(trouble);
        }
        for detail in words::details(sample, self.sample.unwrap_or(FIRST_SAMPLE)) {
            report.detail(detail);
        }
    }
}

/// Bytes and counts are whole.
fn number(value: &values::Value) -> Option<Number> {
    let unit = METRICS.iter().find(|metric| metric.name == value.name).map(|metric| metric.unit);
    match unit {
        #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
        Some(Unit::Bytes | Unit::Count) => Some(Number::Int(value.value as i64)),
        _ => Number::finite(value.value),
    }
}
