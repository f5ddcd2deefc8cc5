//! What the readings mean.

use super::held::{Holds, Times};
use super::values::{self, METRICS, Value};
use super::{Cpu, DEFAULT_HOLD, FIRST_SAMPLE, Memory, Sample, words};
use crate::model::report::{Draft, Measure, Report};
use crate::model::status::Status;
use crate::model::unit::Unit;

impl Memory {
    /// The limits that are crossed, unless the machine has started anew since.
    pub(super) fn holds(&self, sample: &Sample) -> Holds {
        let last = self.last.as_ref().and_then(|last| last.clock.as_ref());
        let same_boot = sample.now.clock.as_ref().zip(last).is_some_and(|(now, last)| now.since(last).is_some());
        if same_boot { self.holds.clone() } else { Holds::default() }
    }
}

impl Cpu {
    /// The times by which a value is held; `asked` when the user has given limits for it.
    pub(super) fn times(&self, sample: &Sample, name: &str, mean: bool, asked: bool) -> Times {
        // Without a clock the time before this run is not known, but that of the sample is.
        let now = sample.now.clock.as_ref().map_or(sample.seconds, |clock| clock.uptime);
        let begin = if mean { (now - sample.seconds).max(0.0) } else { now };
        let least = self.held_for.unwrap_or(if asked { 0.0 } else { DEFAULT_HOLD });
        // What cannot be remembered would never be seen to last. What the user wants to hear of is better told too early
        // than never; for the rest the kernel's own memory is asked, since a busy moment is no fault.
        let at_once = !sample.remembers && (asked || sample.is_proven_by_load(name));
        Times { begin, now, least: if at_once { 0.0 } else { least } }
    }

    pub(super) fn say(&self, sample: &Sample, memory: &mut Memory, report: &mut Report<'_>) {
        let mut holds = memory.holds(sample);
        let mut draft = Draft::whole();
        let mut waiting = Vec::new();
        for Value { name, value, mean } in values::of_machine(sample) {
            match value {
                Some(value) => {
                    let held = Judged { sample, key: name, name, value, mean };
                    self.hold(&held, &mut holds, &mut draft, report, &mut waiting);
                }
                None => {
                    report.measure(&mut draft, Measure::new(name, None));
                }
            }
        }
        let mut text = words::sentence(sample);
        if sample.shares().is_none() {
            draft.raise(Status::Unknown);
        }
        waiting.dedup();
        for words in &waiting {
            text.push_str("; ");
            text.push_str(words);
        }
        if let Some(causes) = sample.causes.as_ref().filter(|_| draft.status() != Status::Ok) {
            text.push_str(&words::causes(causes, sample));
        }
        report.summary(&text);
        draft.say(text);
        report.add(draft);
        for (core, shares) in sample.by_core() {
            let mut draft = Draft::item(&core);
            let mut waiting = Vec::new();
            let key = format!("core_busy@{core}");
            let held = Judged { sample, key: &key, name: "core_busy", value: shares.busy(), mean: true };
            self.hold(&held, &mut holds, &mut draft, report, &mut waiting);
            let words = waiting.into_iter().map(|words| format!("; {words}")).collect::<String>();
            draft.say(format!("{core} {}{words}", words::busy(&shares)));
            report.add(draft);
        }
        self.notes(sample, report);
        memory.last = sample.now.clock.is_some().then(|| sample.now.clone());
        memory.holds = holds;
    }

    /// Judges a value by its limits and by how long it has been beyond them.
    fn hold(
        &self,
        held: &Judged<'_>,
        holds: &mut Holds,
        draft: &mut Draft,
        report: &Report<'_>,
        waiting: &mut Vec<String>,
    ) {
        let asked = report.mentions(held.name);
        let times = self.times(held.sample, held.name, held.mean, asked);
        let limits = report.limits(draft, held.name);
        let status = limits.status(held.value);
        let allowed = holds.allowed(held.key, status, &times);
        let unit = METRICS.iter().find(|metric| metric.name == held.name).map_or(Unit::None, |metric| metric.unit);
        // A container may use saved-up time beyond its quota for a moment.
        let measure = match unit {
            Unit::Ratio if held.name != "quota_used" => Measure::float(held.name, held.value).bounds(0.0, 1.0),
            _ => Measure::float(held.name, held.value).at_least(0.0),
        };
        report.measure(draft, measure.no_worse_than(allowed));
        if let Some(range) = limits.behind(status).filter(|_| allowed == Status::Ok && status != Status::Ok) {
            let range = range.crossed(held.value, unit);
            waiting.push(if held.sample.remembers {
                let since = Unit::Seconds.show(holds.since(held.key, times.now));
                format!("{} {range} for {since}, alerts after {}", held.name, Unit::Seconds.show(times.least))
            } else {
                words::unproven(held.sample, held.name, &range, self.span(held.sample))
            });
        }
        let by_load = !held.sample.remembers && !asked && self.held_for != Some(0.0);
        if by_load && allowed != Status::Ok && held.sample.is_proven_by_load(held.name) {
            waiting.extend(words::proven_by_load(held.sample));
        }
    }

    fn notes(&self, sample: &Sample, report: &mut Report<'_>) {
        for trouble in &sample.now.trouble {
            report.note(trouble);
        }
        if let Some(counter) = sample.shares().and_then(|shares| shares.absurd) {
            report.note(format!("the counter of {counter} jumped beyond what is possible and is left out"));
        }
        report.detail(if sample.from_previous_run {
            format!("measured over {}, since the previous run", Unit::Seconds.show(sample.seconds))
        } else {
            format!("measured over a sample of {}", Unit::Seconds.show(self.span(sample)))
        });
        let waits = self.held_for.is_some_and(|least| least > 0.0);
        if waits && !sample.remembers && METRICS.iter().any(|metric| report.mentions(metric.name)) {
            let why = "nothing is remembered that would show them to last";
            report.note(format!("limits of your own count at once in spite of --for: {why}"));
        }
    }

    /// Seconds that were measured, as they are said: of a sample those that it was meant to take.
    fn span(&self, sample: &Sample) -> f64 {
        if sample.from_previous_run { sample.seconds } else { self.sample.unwrap_or(FIRST_SAMPLE) }
    }
}

/// A value on its way to its limits.
struct Judged<'a> {
    sample: &'a Sample,
    /// The name under which its time is kept.
    key: &'a str,
    name: &'static str,
    value: f64,
    mean: bool,
}
