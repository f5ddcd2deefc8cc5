//! The trait that a check implements.

use super::context::Context;
use crate::model::catalogue::Catalogue;
use crate::model::report::Report;
use crate::model::timestamp::Timestamp;
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use crate::runtime::state::Need;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::ControlFlow;
use std::time::Duration;

/// A use of the check as its man page shows it. Every example runs in the tests.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What it is for.
    pub purpose: &'static str,
    /// The command line, as it is typed into a shell.
    pub command: &'static str,
}

/// A check: its options are its fields.
///
/// Acquiring and judging are apart: `probe` does all I/O and knows no threshold, `judge` is pure.
pub trait Check: clap::Args {
    /// The name without `check_`.
    const NAME: &'static str;
    /// One line: what it watches.
    const ABOUT: &'static str;
    /// The man page's description, in paragraphs divided by empty lines.
    const DESCRIPTION: &'static str;
    /// Uses of it, the most common first.
    const EXAMPLES: &'static [Example];
    /// What it can measure.
    const METRICS: Catalogue;
    /// How long it may take when `--timeout` is not given.
    const TIMEOUT: Duration = Duration::from_secs(10);
    /// How much its answer depends on its memory.
    const NEED: Need = Need::Helpful;

    /// What was read.
    type Sample;
    /// What is kept from run to run; `()` where nothing is.
    type Memory: Serialize + DeserializeOwned + Default;

    /// What this run can measure, where the options add to [`Check::METRICS`].
    fn catalogue(&self) -> Catalogue {
        Self::METRICS
    }

    /// Whether the options make it right even where no memory can be had, such as for somebody without rights to its
    /// folder. Only a check whose memory is vital is asked.
    fn can_forget(&self) -> bool {
        false
    }

    /// The arguments that define what is watched: runs that differ in them have a memory each.
    fn identity(&self) -> String {
        String::new()
    }

    /// What the options want instead of a check: a text for a person, given to `out` line by line until it breaks.
    /// `None`: nothing, so that it is a check.
    ///
    /// # Errors
    /// When it cannot be done.
    fn instead(
        &self,
        _root: &Root,
        _deadline: &Deadline,
        _out: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Option<Result<(), Failure>> {
        None
    }

    /// What is wrong with options that are each right but do not go together.
    ///
    /// # Errors
    /// In words for the one who typed them.
    fn validate(&self) -> Result<(), String> {
        Ok(())
    }

    /// Reads the machine: all I/O is here.
    ///
    /// # Errors
    /// When nothing could be measured at all; what is missing in part belongs into the sample.
    fn probe(&self, cx: &Context<'_>, memory: &Self::Memory) -> Result<Self::Sample, Failure>;

    /// Says what the sample means. Pure: the time is given.
    fn judge(&self, sample: &Self::Sample, memory: &mut Self::Memory, now: Timestamp, report: &mut Report<'_>);
}
