//! Logs: events become states that a scheduler can hold.
//!
//! [`options`] are the command line; [`gather`] reads what is new through `host::logs` and looks for what the rules take
//! with [`scan`], which says why it is fast; [`judge`] turns what was [`seen`] and what is remembered ([`memory`]) into
//! findings. A [`rule`] is written inline or in a TOML file.

mod excerpt;
mod gather;
mod judge;
mod memory;
mod metrics;
mod options;
#[cfg(test)]
mod presets;
mod record;
mod rule;
mod scan;
mod seen;
#[cfg(test)]
mod tests;
mod words;

use crate::host::logs::Marks;
use crate::model::catalogue::Catalogue;
use crate::model::report::{Draft, Report};
use crate::model::status::Status;
use crate::model::text::count;
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;
use crate::plugin::{Check, Context, Example};
use crate::runtime::failure::Failure;
use crate::runtime::state::Need;
use memory::Events;
pub use options::Logscan;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is kept from run to run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// By source: where the next run begins.
    #[serde(default)]
    marks: BTreeMap<String, Marks>,
    /// By source: records whose end was not to be seen yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    records: BTreeMap<String, Vec<record::Pending>>,
    #[serde(default)]
    events: Events,
}

impl Check for Logscan {
    const NAME: &'static str = "logscan";
    const ABOUT: &'static str = "logs: lines that rules take become states that are held for a time";
    const DESCRIPTION: &'static str = options::DESCRIPTION;
    const EXAMPLES: &'static [Example] = options::EXAMPLES;
    const METRICS: Catalogue = metrics::METRICS;
    const NEED: Need = Need::Vital;
    type Sample = gather::Sample;
    type Memory = Memory;

    fn catalogue(&self) -> Catalogue {
        self.rules().map_or(metrics::METRICS, metrics::of_a_run)
    }

    fn identity(&self) -> String {
        self.identity()
    }

    fn validate(&self) -> Result<(), String> {
        self.validate()
    }

    fn probe(&self, cx: &Context<'_>, memory: &Self::Memory) -> Result<Self::Sample, Failure> {
        gather::gather(self, cx, &memory.marks, &memory.records)
    }

    fn judge(&self, sample: &Self::Sample, memory: &mut Self::Memory, now: Timestamp, report: &mut Report<'_>) {
        // Rules that are wrong have been refused before.
        let Ok(rules) = self.rules() else { return };
        if self.status {
            return judge::status(rules, sample.seen.clock.clone(), &memory.events, now, report);
        }
        let mut events = memory.events.clone();
        if let Some(name) = &self.reset {
            match events.reset(rules, name, now) {
                Ok(ended) if ended.is_empty() => report.note("nothing was held".to_owned()),
                Ok(ended) => report.note(format!("ended: {}", ended.join(", "))),
                Err(why) => {
                    let mut wrong = Draft::whole();
                    wrong.raise(Status::Unknown);
                    wrong.say(why);
                    report.add(wrong);
                }
            }
        }
        self.limits(sample, report);
        judge::judge(rules, &sample.seen, &mut events, now, report);
        if !self.dry_run {
            *memory = Memory { marks: sample.marks.clone(), records: sample.records.clone(), events };
        }
    }
}

impl Logscan {
    /// What limits the answer.
    fn limits(&self, sample: &gather::Sample, report: &mut Report<'_>) {
        let mut say = |status: Status, text: String| {
            let mut draft = Draft::whole();
            draft.raise(status);
            draft.say(text);
            report.add(draft);
        };
        for lost in &sample.lost {
            say(Status::Warning, lost.clone());
        }
        for problem in &sample.problems {
            say(self.missing, problem.failure.to_string());
        }
        for source in &sample.empty {
            say(self.missing, format!("no file fits {source}"));
        }
        if sample.left > 0 {
            #[expect(clippy::cast_precision_loss, reason = "for people")]
            let left = Unit::Bytes.show(sample.left as f64);
            report.note(format!("{left} are left for the next run"));
        }
        if sample.cut_lines > 0 {
            let lines = usize::try_from(sample.cut_lines).unwrap_or(usize::MAX);
            report.note(format!("only the beginning was judged of {}", count(lines, "line", "lines")));
        }
        for path in &sample.began {
            report.note(format!("first run: {} is read from its end on", path.display()));
        }
    }
}
