//! The hot path: lines of a block that rules match, each line judged once by the first rule that takes it.
//!
//! How it is fast. Nearly all lines of a log match nothing, so the work is to pass them by:
//!
//! 1. Every pattern is taken apart into texts of which each match contains one (`literals`). Of each text the rarest
//!    four bytes and what is behind them are its window; texts that begin alike from there share one (`windows`), so
//!    that the ten codes of an `ORA-0165[0-9]` are one window where there are too many. [`search`] looks for all
//!    windows at once over a whole block: `memmem` for one, packed SIMD search (Teddy) for up to 64, an automaton only
//!    for more than four such passes. One of a few windows has three bytes, so that the search looks at no more. Measured with 50 patterns: 0.5 GB/s with the automaton, 1.8 with windows.
//! 2. What a window finds is compared with the whole text in place. Only around a text that is there the line's ends
//!    are looked for, and the search then goes on within the line: what it finds there says which rules come into
//!    question, so no line is searched a second time. Measured with 100 new lines and 50 patterns: 2.6 million
//!    instructions; with automata, which must be built at each start, 12.5 million.
//! 3. Only those rules' patterns are tried, in the order of the rules. Many need not be: where a pattern is a text, or a
//!    text and a few characters more (`tail`), it is known already. A pattern is compiled when it is needed first: a run
//!    that finds nothing compiles none.
//!
//! Where a record has several lines, the same is done with records: the caller tells the bounds of one around a place.
//!
//! Patterns that require no text (`\d{5}`) are joined into one regular expression that searches the block beside the
//! texts.
//!
//! Of the time that is left with one pattern, two thirds and more are the kernel's copying of the file.
//! `benches/README.md` has the figures.

mod block;
mod literals;
mod marks;
mod pattern;
mod search;
mod tail;
#[cfg(test)]
mod tests;
mod weight;
mod windows;

use marks::Marks;
use memchr::{memchr, memrchr};
pub(super) use pattern::Pattern;
use search::{Next, Search};
use std::ops::{ControlFlow, Range};
use tail::Match;

/// What a rule says of lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Matcher {
    /// The line must match one of these.
    pub(super) patterns: Vec<Pattern>,
    /// And none of these.
    pub(super) except: Vec<Pattern>,
}

/// A line that a rule has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::checks::logscan) struct Hit<'b> {
    /// The rule's place in their order.
    pub(super) rule: usize,
    /// Which of its patterns matched.
    pub(super) pattern: usize,
    /// Where the line or record begins in the block.
    pub(super) start: usize,
    /// The line, or the lines of a record, without the last one's end.
    pub(super) line: &'b [u8],
}

/// All rules, ready to be looked for.
#[derive(Debug)]
pub(super) struct Scanner<'r> {
    rules: &'r [Matcher],
    /// The patterns of all rules in the order of the rules.
    entries: Vec<Entry<'r>>,
    search: Search<'r>,
    /// Entries that no text speaks for.
    always: Vec<Marks>,
}

#[derive(Debug)]
struct Entry<'r> {
    rule: usize,
    place: usize,
    pattern: &'r Pattern,
}

impl<'r> Scanner<'r> {
    /// Gets the rules ready.
    ///
    /// # Errors
    /// When they are too large together.
    pub(super) fn new(rules: &'r [Matcher]) -> Result<Self, String> {
        let entries: Vec<Entry<'r>> = rules
            .iter()
            .enumerate()
            .flat_map(|(rule, matcher)| {
                matcher.patterns.iter().enumerate().map(move |(place, pattern)| Entry { rule, place, pattern })
            })
            .collect();
        let search = Search::new(entries.iter().map(|entry| entry.pattern))?;
        let mut always = Marks::none(entries.len());
        for (number, _) in entries.iter().enumerate().filter(|(_, entry)| entry.pattern.required().is_none()) {
            Marks::set(&mut always, number, Match::Perhaps);
        }
        Ok(Self { rules, entries, search, always })
    }

    /// Calls `sink` with each line of the block that a rule takes, in their order, until it breaks. The block is of
    /// whole lines; the last may be without its end.
    ///
    /// # Errors
    /// When a pattern is too large to be compiled.
    pub(super) fn scan<'b>(&self, block: &'b [u8], sink: impl FnMut(Hit<'b>) -> ControlFlow<()>) -> Result<(), String> {
        self.scan_records(block, |from, place| line_around(block, from, place), sink)
    }

    /// The same with records of several lines. `bounds` tells where one begins and ends, without its last newline: that
    /// of a place, which is not before the first number, where a record begins.
    ///
    /// # Errors
    /// As [`Self::scan`].
    pub(super) fn scan_records<'b>(
        &self,
        block: &'b [u8],
        bounds: impl Fn(usize, usize) -> Range<usize>,
        mut sink: impl FnMut(Hit<'b>) -> ControlFlow<()>,
    ) -> Result<(), String> {
        let (mut at, mut next) = (0, Next::default());
        let mut marks = self.always.clone();
        while let Some(place) = self.search.next(block, at, &mut next) {
            let line = bounds(at, place);
            at = line.end + 1;
            let text = trimmed(block.get(line.clone()).unwrap_or_default());
            for (mark, always) in marks.iter_mut().zip(&self.always) {
                *mark = *always;
            }
            self.search.mark(block, &line, &(line.start..line.start + text.len()), &mut next, &mut marks);
            if let Some((rule, pattern)) = self.judge(text, &marks)?
                && sink(Hit { rule, pattern, start: line.start, line: text }).is_break()
            {
                break;
            }
        }
        Ok(())
    }

    /// The rule that takes a line or record, which is without its end, and which of its patterns matched.
    ///
    /// # Errors
    /// When a pattern is too large to be compiled.
    pub(super) fn judge_line(&self, line: &[u8]) -> Result<Option<(usize, usize)>, String> {
        let (whole, mut marks, mut next) = (0..line.len(), self.always.clone(), Next::default());
        self.search.next(line, 0, &mut next);
        self.search.mark(line, &whole, &whole, &mut next, &mut marks);
        self.judge(line, &marks)
    }

    /// The first rule that takes a line in which the texts of the marked entries are.
    fn judge(&self, line: &[u8], marks: &[Marks]) -> Result<Option<(usize, usize)>, String> {
        let mut refused = None;
        for (word, marks) in marks.iter().enumerate() {
            let mut bits = marks.possible;
            while bits != 0 {
                let bit = bits.trailing_zeros();
                let number = word * 64 + bit as usize;
                bits &= bits - 1;
                let Some(entry) = self.entries.get(number).filter(|entry| refused != Some(entry.rule)) else {
                    continue;
                };
                let is_certain = marks.certain >> bit & 1 == 1;
                if !is_certain && !entry.pattern.matches(line)? {
                    continue;
                }
                if self.is_excepted(entry.rule, line)? {
                    refused = Some(entry.rule);
                    continue;
                }
                return Ok(Some((entry.rule, entry.place)));
            }
        }
        Ok(None)
    }

    fn is_excepted(&self, rule: usize, line: &[u8]) -> Result<bool, String> {
        for pattern in self.rules.get(rule).into_iter().flat_map(|rule| &rule.except) {
            if pattern.matches(line)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The line of a place, without its newline. Nothing before `from` belongs to it.
fn line_around(block: &[u8], from: usize, place: usize) -> Range<usize> {
    let before = block.get(from..place).unwrap_or_default();
    let start = memrchr(b'\n', before).map_or(from, |end| from + end + 1);
    let behind = block.get(place..).unwrap_or_default();
    let end = memchr(b'\n', behind).map_or(block.len(), |end| place + end);
    start..end
}

/// A line of a file from Windows ends in CR LF.
pub(super) fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
