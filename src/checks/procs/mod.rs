//! Processes: are those there that should be, and do they behave?

mod expectation;
mod judge;
mod memory;
mod metrics;
mod options;
mod pattern;
mod rates;
mod read;
mod sample;
mod sentence;
mod term;
#[cfg(test)]
mod tests;
mod walk;
mod words;

use crate::model::catalogue::Catalogue;
use crate::model::report::Report;
use crate::model::timestamp::Timestamp;
use crate::plugin::{Check, Context, Example};
use crate::runtime::failure::Failure;
pub use options::Procs;

impl Check for Procs {
    const NAME: &'static str = "procs";
    const ABOUT: &'static str = "processes of this machine: which there are, and how they behave";
    const DESCRIPTION: &'static str = options::DESCRIPTION;
    const EXAMPLES: &'static [Example] = options::EXAMPLES;
    const METRICS: Catalogue = metrics::METRICS;
    type Sample = sample::Sample;
    type Memory = memory::Memory;

    fn catalogue(&self) -> Catalogue {
        metrics::of_a_run()
    }

    fn identity(&self) -> String {
        let selections: Vec<String> = self.expectations().iter().map(expectation::Expectation::selection).collect();
        selections.join("\n")
    }

    fn validate(&self) -> Result<(), String> {
        self.refuse_doubles()
    }

    fn probe(&self, cx: &Context<'_>, memory: &Self::Memory) -> Result<Self::Sample, Failure> {
        read::read(self, &self.expectations(), cx, memory)
    }

    fn judge(&self, sample: &Self::Sample, memory: &mut Self::Memory, _now: Timestamp, report: &mut Report<'_>) {
        judge::judge(self, &self.expectations(), sample, memory, report);
    }
}
