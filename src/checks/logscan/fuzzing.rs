//! What fuzz targets reach of the inside: built for them alone.

use super::record::{Part, Start, Streams};
use super::rule::{self, Phrase, Rule, Rules};
use super::scan::Scanner;
use super::seen::Source;
use crate::host::logs::{Block, Log};
use std::path::Path;

/// Records that begin with lines of one kind, and a rule that takes all of them.
#[derive(Debug)]
pub struct Records {
    start: Start,
    rules: Rules,
}

impl Records {
    /// Records begin where a line matches.
    ///
    /// # Errors
    /// It is no pattern.
    pub fn new(start: &str) -> Result<Self, String> {
        let start = Start::new(Phrase::regex(start)?.pattern().clone());
        Ok(Self { start, rules: Rules::new(vec!["all: critical /(?s)^.*$/".parse::<Rule>()?])? })
    }

    /// The records of a text as they are judged: in runs, each of some blocks of lines, which end where `runs` says.
    ///
    /// # Errors
    /// There are none: the patterns are small.
    pub fn judged(&self, text: &[u8], longest: usize, runs: &[Vec<usize>]) -> Result<Vec<Vec<u8>>, String> {
        let scanner = Scanner::new(self.rules.matchers())?;
        let (mut records, mut kept, mut at) = (Vec::new(), Vec::new(), 0);
        for ends in runs {
            let mut judge = |part: Part<'_>, _: Source| {
                part.judge(&scanner, Some(&self.start), |hit| records.push(hit.line.to_vec()))
            };
            let mut streams = Streams::new(&self.rules, &self.start, longest, kept);
            for end in ends {
                let (log, file) = (Log::text(Path::new("a.log")), Path::new("a.log"));
                let text = text.get(at..*end).unwrap_or_default();
                streams.block(
                    &Block { log, file, text, offset: at as u64, cut: false },
                    Source::default(),
                    &mut judge,
                )?;
                at = (*end).max(at);
            }
            kept = streams.finish(&mut judge, |_, _| true)?;
        }
        Ok(records)
    }

    /// The records of a text, each with its newline, told line by line.
    #[must_use]
    pub fn slowly(&self, text: &[u8]) -> Vec<Vec<u8>> {
        let mut records: Vec<Vec<u8>> = Vec::new();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let bare = line.strip_suffix(b"\n").unwrap_or(line);
            let begins = self.start.begins_with(bare.strip_suffix(b"\r").unwrap_or(bare));
            match records.last_mut().filter(|_| !begins) {
                Some(record) => record.extend_from_slice(line),
                None => records.push(line.to_vec()),
            }
        }
        records
    }
}

/// A rule as `--rule` takes it, as it is shown.
///
/// # Errors
/// What is wrong with it.
pub fn inline(text: &str) -> Result<String, String> {
    text.parse::<Rule>().map(|rule| rule.to_string())
}

/// The rules of a file, as each can be given to `--rule`.
///
/// # Errors
/// What is wrong, each with its line.
pub fn file(text: &str) -> Result<Vec<String>, Vec<String>> {
    rule::parse(text, "file").map(|file| file.rules.iter().map(ToString::to_string).collect())
}
