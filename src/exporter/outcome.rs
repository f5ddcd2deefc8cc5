//! What one run of a plugin came to.

use super::config::Check;
use super::run::kind;
use crate::model::answer::Answer;
use crate::model::parse::Perfdatum;
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
use std::time::{Duration, Instant};

/// One finished run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// When it began, by the wall clock.
    pub started: Timestamp,
    /// When its result was there. Ages come from this: the wall clock may jump.
    pub ended: Instant,
    /// From one to the other.
    pub duration: Duration,
    /// The state: that of the exit code, whatever the text says.
    pub status: Status,
    /// What kind of check it is, for the label `check`: the answer's own word, else the program's name without
    /// `check_`.
    pub check: String,
    /// One harmless line for a person.
    pub summary: String,
    /// The lines below it, each harmless.
    pub long: Vec<String>,
    /// What was measured.
    pub readings: Readings,
    /// What it wrote to standard error, each line harmless.
    pub stderr: Vec<String>,
    /// How it ended.
    pub end: End,
    /// What was wrong with its form.
    pub faults: Faults,
}

impl Outcome {
    /// A run of which nothing more was heard: the thread that makes it waits in the kernel, most likely for the file
    /// system that the program lies on.
    pub(super) fn given_up(check: &Check, (started, ended): (Timestamp, Instant), duration: Duration) -> Self {
        Self {
            started,
            ended,
            duration,
            status: Status::Unknown,
            check: kind(check),
            summary: "did not come back from the kernel in its time: it may be on a file system that does not answer"
                .to_owned(),
            long: Vec::new(),
            readings: Readings::Perfdata(Vec::new()),
            stderr: Vec::new(),
            end: End::Stuck,
            faults: Faults::default(),
        }
    }
}

/// The values of a run.
#[derive(Clone, Debug)]
pub enum Readings {
    /// JSON version 1: names, units and kinds are known.
    Typed(Box<Answer>),
    /// Performance data of a foreign plugin.
    Perfdata(Vec<Perfdatum>),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With this exit code.
    Code(i32),
    /// By this signal, which was not ours.
    Signal(i32),
    /// It did not end in time and was ended.
    TimedOut,
    /// It did not end in time, and cannot be ended: it is stuck in the kernel.
    Stuck,
    /// It could not be started, and why.
    NotStarted(String),
}

/// What was wrong with the form of a run's output; none of it changes the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Pieces of its performance data, or of its JSON, that could not be read.
    pub unreadable: usize,
    /// Its JSON named another state than its exit code.
    pub disagreed: bool,
    /// It wrote more than is kept.
    pub cut: bool,
    /// Values beyond the number of series that the check may give.
    pub dropped: usize,
    /// A process that it left behind still holds its output.
    pub left_behind: bool,
}
