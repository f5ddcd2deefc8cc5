//! A finished answer: what every output format renders, and what JSON version 1 carries.

use super::metric::Metric;
use super::status::Status;
use super::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One thing that was found, with what belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The item's name; `None` for the machine as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The state of this finding and of all below it.
    pub status: Status,
    /// A sentence for a person: one line, harmless.
    pub text: String,
    /// What was measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
    /// The parts of a group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// What a check says, whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The check's name without `check_`: `fs`.
    pub check: String,
    /// The host it is about, as the scheduler calls it.
    pub host: String,
    /// The service it is, as the scheduler calls it.
    pub service: String,
    /// The state, after `--map`.
    pub status: Status,
    /// One line for a person.
    pub summary: String,
    /// When the check began.
    pub start: Timestamp,
    /// Seconds that it took.
    pub duration: f64,
    /// What was found, in the check's order.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// What limits the answer, such as a memory that could not be kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What explains the answer; shown when asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// One line of help for each metric that occurs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub help: BTreeMap<String, String>,
}

impl Answer {
    /// All findings, parents before their parts.
    pub fn walk(&self) -> impl Iterator<Item = &Finding> {
        let mut stack: Vec<&Finding> = self.findings.iter().rev().collect();
        std::iter::from_fn(move || {
            let next = stack.pop()?;
            stack.extend(next.findings.iter().rev());
            Some(next)
        })
    }
}
