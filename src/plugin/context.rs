//! What a probe is given.

use super::voice::Voice;
use crate::model::glob::Glob;
use crate::model::status::Status;
use crate::model::thresholds::Thresholds;
use crate::model::timestamp::Timestamp;
use crate::runtime::backstop;
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use crate::runtime::secret::{Secret, SecretSource};
use crate::runtime::state::StateDir;
use anyhow::anyhow;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// The surroundings of one run.
#[derive(Debug)]
pub struct Context<'a> {
    /// Where the machine's files begin.
    pub root: &'a Root,
    /// By when the probe must be done, with what it has.
    pub deadline: Deadline,
    /// The wall clock at the start.
    pub now: Timestamp,
    /// Where state is kept; `None` when there is no place for it (which the answer then says).
    pub state: Option<&'a StateDir>,
    pub(super) thresholds: &'a Thresholds,
    pub(super) perfdata: Option<&'a [Glob]>,
    pub(super) secrets: &'a BTreeMap<String, Secret>,
    pub(super) voice: &'a Voice,
    pub(super) time: Duration,
    pub(super) on_timeout: Option<Status>,
    pub(super) state_dir: Option<&'a Path>,
}

impl Context<'_> {
    /// Whether a metric that costs something is to be measured: a rule or `--perfdata` names it.
    #[must_use]
    pub fn wants(&self, metric: &str) -> bool {
        let chosen = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(metric));
        self.thresholds.mentions(metric) || self.perfdata.is_some_and(chosen)
    }

    /// Whether the user wants this metric judged.
    #[must_use]
    pub fn mentions(&self, metric: &str) -> bool {
        self.thresholds.mentions(metric)
    }

    /// The state that a value will be given, so that an explanation is read only where one is due.
    #[must_use]
    pub fn would_be(&self, metric: &str, item: Option<&str>, value: f64) -> Status {
        self.thresholds.limits(metric, item).status(value)
    }

    /// Whether a run can leave something to the next: without that nothing is ever seen to last.
    #[must_use]
    pub fn remembers(&self) -> bool {
        self.state.is_some_and(StateDir::is_writable)
    }

    /// Where checks of this user keep what they share, whether or not this one keeps anything of its own.
    ///
    /// # Errors
    /// When there is no place for it.
    pub fn shared_state(&self) -> Result<StateDir, Failure> {
        StateDir::locate(self.state_dir)
    }

    /// Whether the answer shows what is merely interesting (`-v` and more).
    #[must_use]
    pub fn verbosity(&self) -> u8 {
        self.voice.options.verbosity
    }

    /// The state that `--timeout` wants for what did not answer; `None` leaves that to the check.
    #[must_use]
    pub const fn on_timeout(&self) -> Option<Status> {
        self.on_timeout
    }

    /// What this process is busy with, should the time run out: our own slowness, UNKNOWN.
    pub fn doing(&self, what: &str) {
        self.announce(Status::Unknown, what);
    }

    /// What is being waited for, should the time run out: the watched object, CRITICAL.
    pub fn awaiting(&self, what: &str) {
        self.announce(Status::Critical, what);
    }

    fn announce(&self, status: Status, what: &str) {
        let text = format!("{} {what}", late(self.time));
        backstop::prepare_alarm(self.voice.parting(self.on_timeout.unwrap_or(status), &text));
    }

    /// A secret: from the source of its option, else from the configuration file.
    ///
    /// # Errors
    /// When it is in neither, or its place cannot be read.
    pub fn secret(&self, name: &str, source: Option<&SecretSource>) -> anyhow::Result<Secret> {
        match (source, self.secrets.get(name)) {
            (Some(source), _) => source.read(),
            (None, Some(secret)) => Ok(secret.clone()),
            (None, None) => Err(anyhow!("no {name} is given: use its option, or [SECTION.secrets] of --config")),
        }
    }
}

/// The words for time that has run out.
pub(super) fn late(time: Duration) -> String {
    format!("no answer within {} s (--timeout):", crate::model::unit::decimal(time.as_secs_f64()))
}
