//! Which lines begin a record, and where the record around a place ends.

use crate::checks::logscan::scan::Pattern;
use memchr::{memchr, memrchr};
use std::ops::Range;

/// The pattern of a line that begins a record.
#[derive(Clone, Debug)]
pub(in crate::checks::logscan) struct Start(Pattern);

impl Start {
    /// Records begin where a line matches.
    pub(in crate::checks::logscan) const fn new(pattern: Pattern) -> Self {
        Self(pattern)
    }

    /// The regular expression.
    pub(in crate::checks::logscan) fn text(&self) -> &str {
        self.0.text()
    }

    /// How many records there are in a text.
    pub(in crate::checks::logscan) fn count(&self, text: &[u8]) -> u64 {
        let (mut at, mut count) = (0, 0);
        while at < text.len() {
            at = self.end(text, at);
            count += 1;
        }
        count
    }

    /// Whether the line that begins at `at` begins a record.
    fn begins(&self, text: &[u8], at: usize) -> bool {
        let rest = text.get(at..).unwrap_or_default();
        let line = rest.get(..memchr(b'\n', rest).unwrap_or(rest.len())).unwrap_or_default();
        // A pattern that is too large was refused when it was read.
        self.0.matches(line.strip_suffix(b"\r").unwrap_or(line)) == Ok(true)
    }

    /// The first line that begins a record, of those from `at` on, where a line begins.
    pub(super) fn first(&self, text: &[u8], mut at: usize) -> Option<usize> {
        while at < text.len() {
            if self.begins(text, at) {
                return Some(at);
            }
            at += memchr(b'\n', text.get(at..)?)? + 1;
        }
        None
    }

    /// The last line that begins a record, of those that begin behind `after` and not behind `reach`.
    pub(super) fn last(&self, text: &[u8], after: usize, reach: usize) -> Option<usize> {
        let mut end = reach.min(text.len());
        while let Some(newline) = memrchr(b'\n', text.get(after..end)?) {
            let line = after + newline + 1;
            if line < text.len() && self.begins(text, line) {
                return Some(line);
            }
            end = line - 1;
        }
        None
    }

    /// Where the record ends that has a line at `at`, its newline included.
    pub(in crate::checks::logscan) fn end(&self, text: &[u8], at: usize) -> usize {
        let rest = text.get(at..).unwrap_or_default();
        let next = memchr(b'\n', rest).and_then(|newline| self.first(text, at + newline + 1));
        next.unwrap_or(text.len())
    }

    /// The record of a place, without its last newline. A record begins at `from`, and the place is behind that.
    pub(in crate::checks::logscan) fn around(&self, text: &[u8], from: usize, place: usize) -> Range<usize> {
        let begin = self.last(text, from, place).unwrap_or(from);
        let end = self.end(text, place);
        let newline = text.get(begin..end).is_some_and(|record| record.ends_with(b"\n"));
        begin..end - usize::from(newline)
    }
}
