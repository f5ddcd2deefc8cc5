//! Logs: events become states that a scheduler can hold.
//!
//! [`options`] are the command line. A [`rule`] is written inline or in a TOML file, or comes with the [`presets`].
//! [`gather`] reads what is new through `host::logs`, or what is given on standard input ([`input`]), puts lines together
//! that are one [`record`], and looks for what the rules take with [`scan`], which says why it is fast. [`judge`] turns
//! what was [`seen`] and what is remembered of events ([`memory`]) into findings, and [`gaps`] says which lines may be
//! lost. What is remembered for each set of rules is in [`known`].
//!
//! `--try` is no check: [`attempt`] reads, and [`trial`] says line by line which rule takes it, and why.
//!
//! All lines are counted in small runs only, or where a rule or `--perfdata` asks for it: over a gigabyte with one
//! pattern that is 6 % of the time.

mod attempt;
mod excerpt;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gaps;
mod gather;
mod input;
mod judge;
mod known;
mod memory;
mod metrics;
mod options;
mod presets;
mod record;
mod rule;
mod scan;
mod seen;
#[cfg(test)]
mod tests;
mod trial;
mod words;

use crate::model::catalogue::Catalogue;
use crate::model::report::{Draft, Report};
use crate::model::status::Status;
use crate::model::text::count;
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;
use crate::plugin::{Check, Context, Example};
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use crate::runtime::state::Need;
use anyhow::anyhow;
pub use known::Memory;
pub use options::Logscan;
use std::ops::ControlFlow;

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

    fn can_forget(&self) -> bool {
        self.again()
    }

    fn identity(&self) -> String {
        self.identity()
    }

    fn instead(
        &self,
        root: &Root,
        deadline: &Deadline,
        out: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Option<Result<(), Failure>> {
        self.is_trial().then(|| attempt::attempt(self, root, deadline, out))
    }

    fn validate(&self) -> Result<(), String> {
        self.validate()
    }

    fn probe(&self, cx: &Context<'_>, memory: &Self::Memory) -> Result<Self::Sample, Failure> {
        let rules = self.rules().map_err(|why| anyhow!(why))?;
        gather::gather(self, rules, cx, &memory.known(rules, cx.now))
    }

    fn judge(&self, sample: &Self::Sample, memory: &mut Self::Memory, now: Timestamp, report: &mut Report<'_>) {
        // Rules that are wrong have been refused before.
        let Ok(rules) = self.rules() else { return };
        let mut known = memory.known(rules, now);
        if known.is_new() && (self.status || self.reset.is_some()) {
            report.note("nothing is remembered: were the logs, --state-dir and --state-id the same?");
        }
        let events = &mut known.events;
        events.meet(rules, now, sample.seen.clock.as_ref());
        if self.status {
            gaps::judge(&[], self.gaps_held_for(), events, now, report);
            return judge::status(rules, sample.seen.clock.clone(), events, now, report);
        }
        if let Some(name) = &self.reset {
            match events.reset(rules, name, now) {
                Ok(ended) if ended.is_empty() => report.note("nothing was held"),
                Ok(ended) => report.note(format!("ended: {}", ended.join(", "))),
                Err(why) => {
                    let mut wrong = Draft::whole();
                    wrong.raise(Status::Unknown);
                    wrong.say(why);
                    report.add(wrong);
                }
            }
        }
        gaps::judge(&sample.lost, self.gaps_held_for(), events, now, report);
        self.limits(sample, report);
        report.summary("no event is held");
        judge::judge(rules, &sample.seen, events, now, report);
        if !self.dry_run {
            known.marks.clone_from(&sample.marks);
            known.records.clone_from(&sample.records);
            memory.keep(rules, known, now);
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
        if sample.more {
            report.note("there is more for the next run");
        }
        if sample.cut_lines > 0 {
            let lines = usize::try_from(sample.cut_lines).unwrap_or(usize::MAX);
            report.note(format!("only the beginning was judged of {}", count(lines, "line", "lines")));
        }
        sample.notes.iter().for_each(|note| report.note(note.clone()));
        for path in &sample.began {
            report.note(format!("first run: {} is read from its end on", path.display()));
        }
    }
}
