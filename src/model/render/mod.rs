//! Answers as text for each kind of reader.

pub mod checkmk;
pub mod nagios;
pub mod nsca;
pub mod perfdata;
pub mod prometheus;
pub mod xymon;

use super::answer::Answer;
use super::glob::Glob;
use super::json;
use std::str::FromStr;

/// The longest first line by default: what Nagios reads of a plugin's output.
pub const FIRST_LINE: usize = 8192;
/// The longest output by default.
pub const WHOLE: usize = 64 * 1024;

/// Who reads the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Nagios, Icinga, Naemon, Checkmk's MRPE, people.
    #[default]
    Nagios,
    /// Programs: JSON version 1.
    Json,
    /// Prometheus text, fit for the textfile collector.
    Prometheus,
    /// A Checkmk local check.
    Checkmk,
    /// A message for `xymon HOST @`.
    Xymon,
    /// A line for `send_nsca`.
    Nsca,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 6] = [Self::Nagios, Self::Json, Self::Prometheus, Self::Checkmk, Self::Xymon, Self::Nsca];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nagios => "nagios",
            Self::Json => "json",
            Self::Prometheus => "prometheus",
            Self::Checkmk => "checkmk",
            Self::Xymon => "xymon",
            Self::Nsca => "nsca",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
            format!("no format '{text}'; there are {}", names.join(", "))
        })
    }
}

/// What the reader wants to see.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// 0: what is not OK; 1: all findings and details; 2: metrics too; 3: all there is.
    pub verbosity: u8,
    /// Which metrics become performance data; `None`: those that the check marks.
    pub perfdata: Option<Vec<Glob>>,
    /// Bytes of the first line at most.
    pub first_line: usize,
    /// Bytes of the output at most.
    pub whole: usize,
    /// Xymon only: how long the message is valid, in its own form (`30m`).
    pub lifetime: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { verbosity: 0, perfdata: None, first_line: FIRST_LINE, whole: WHOLE, lifetime: None }
    }
}

/// The answer in a format, with a newline at its end.
#[must_use]
pub fn render(answer: &Answer, format: Format, options: &Options) -> String {
    match format {
        Format::Nagios => nagios::render(answer, options),
        Format::Json => json::write(answer) + "\n",
        Format::Prometheus => prometheus::render(answer),
        Format::Checkmk => checkmk::render(answer, options),
        Format::Xymon => xymon::render(answer, options),
        Format::Nsca => nsca::render(answer, options),
    }
}
