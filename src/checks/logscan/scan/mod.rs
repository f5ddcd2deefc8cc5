//! The hot path: lines of a block that rules match, each line judged once by the first rule that takes it.
//!
//! How it is fast. Nearly all lines of a log match nothing, so the work is to pass them by:
//!
//! 1. Every pattern is taken apart into texts of which each match contains one (`literals`). [`search`] looks for all of
//!    them at once over a whole block, with `memmem` for one, with packed SIMD search (Teddy) for up to 64. No line is
//!    looked for, no newline is counted on the way.
//! 2. Only around a place that was found the line's ends are looked for. Which of the rules come into question is told
//!    by one more pass over that line alone, for all texts that overlap.
//! 3. Only those rules' patterns are tried, in the order of the rules. A pattern is compiled when it is needed first: a
//!    run that finds nothing compiles none.
//!
//! Patterns that require no text (`\d{5}`) are joined into one regular expression that searches the block beside the
//! texts.

mod block;
mod literals;
mod pattern;
mod search;
#[cfg(test)]
mod tests;
mod weight;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::memmem::Finder;
use memchr::{memchr, memrchr};
pub(super) use pattern::Pattern;
use search::{Next, Search};
use std::ops::{ControlFlow, Range};

/// Up to this many texts a line is searched for each by itself.
const FEW: usize = 8;

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
pub(super) struct Hit<'b> {
    /// The rule's place in their order.
    pub(super) rule: usize,
    /// Which of its patterns matched.
    pub(super) pattern: usize,
    /// Where the line begins in the block.
    pub(super) start: usize,
    /// The line without its end.
    pub(super) line: &'b [u8],
}

/// All rules, ready to be looked for.
#[derive(Debug)]
pub(super) struct Scanner<'r> {
    rules: &'r [Matcher],
    /// The patterns of all rules in the order of the rules.
    entries: Vec<Entry<'r>>,
    search: Search,
    texts: Overlapping,
    /// Entries that no text speaks for.
    always: Vec<u64>,
    /// Whether whatever the search finds is a hit of the only entry.
    certain: bool,
}

#[derive(Debug)]
struct Entry<'r> {
    rule: usize,
    place: usize,
    pattern: &'r Pattern,
}

/// Tells which texts are in a line, also those that overlap.
#[derive(Debug)]
enum Overlapping {
    Few(Vec<(Finder<'static>, usize)>),
    Many(AhoCorasick, Vec<usize>),
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
        let mut always = vec![0; entries.len().div_ceil(64)];
        let mut texts = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            match entry.pattern.required() {
                Some(required) => texts.extend(required.texts.iter().map(|text| (text, number))),
                None => mark(&mut always, number),
            }
        }
        let certain = match (&entries[..], rules) {
            ([only], [rule]) => {
                rule.except.is_empty()
                    && only.pattern.required().is_some_and(|required| required.exact && required.texts.len() == 1)
            }
            _ => false,
        };
        let texts = if texts.len() <= FEW {
            Overlapping::Few(texts.iter().map(|(text, number)| (Finder::new(text).into_owned(), *number)).collect())
        } else {
            let numbers = texts.iter().map(|(_, number)| *number).collect();
            let automaton = AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .kind(Some(AhoCorasickKind::DFA))
                .build(texts.iter().map(|(text, _)| text))
                .map_err(|error| format!("the patterns are too many: {error}"))?;
            Overlapping::Many(automaton, numbers)
        };
        Ok(Self { rules, entries, search, texts, always, certain })
    }

    /// Calls `sink` with each line of the block that a rule takes, in their order, until it breaks. The block is of
    /// whole lines; the last may be without its end.
    ///
    /// # Errors
    /// When a pattern is too large to be compiled.
    pub(super) fn scan<'b>(
        &self,
        block: &'b [u8],
        mut sink: impl FnMut(Hit<'b>) -> ControlFlow<()>,
    ) -> Result<(), String> {
        let (mut at, mut next) = (0, Next::default());
        let mut marks = self.always.clone();
        while let Some(place) = self.search.next(block, at, &mut next) {
            let line = line_around(block, at, place);
            at = line.end + 1;
            let text = trimmed(block.get(line.clone()).unwrap_or_default());
            let taken = if self.certain {
                (place < line.start + text.len()).then_some((0, 0))
            } else {
                self.judge(text, &mut marks)?
            };
            if let Some((rule, pattern)) = taken
                && sink(Hit { rule, pattern, start: line.start, line: text }).is_break()
            {
                break;
            }
        }
        Ok(())
    }

    /// The rule that takes a line by itself, and which of its patterns matched.
    #[cfg(test)]
    pub(super) fn judge_line(&self, line: &[u8]) -> Result<Option<(usize, usize)>, String> {
        self.judge(line, &mut self.always.clone())
    }

    fn judge(&self, line: &[u8], marks: &mut [u64]) -> Result<Option<(usize, usize)>, String> {
        marks.copy_from_slice(&self.always);
        self.texts.mark(line, marks);
        let mut refused = None;
        for (word, bits) in marks.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                let number = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let Some(entry) = self.entries.get(number).filter(|entry| refused != Some(entry.rule)) else {
                    continue;
                };
                if !entry.matches(line)? {
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

impl Entry<'_> {
    /// Whether a line matches in which one of the required texts was found.
    fn matches(&self, line: &[u8]) -> Result<bool, String> {
        if self.pattern.required().is_some_and(|required| required.exact) {
            Ok(true)
        } else {
            self.pattern.matches(line)
        }
    }
}

impl Overlapping {
    fn mark(&self, line: &[u8], marks: &mut [u64]) {
        match self {
            Self::Few(texts) => {
                for (finder, number) in texts {
                    if finder.find(line).is_some() {
                        mark(marks, *number);
                    }
                }
            }
            Self::Many(automaton, numbers) => {
                for found in automaton.find_overlapping_iter(line) {
                    if let Some(number) = numbers.get(found.pattern().as_usize()) {
                        mark(marks, *number);
                    }
                }
            }
        }
    }
}

fn mark(marks: &mut [u64], number: usize) {
    if let Some(word) = marks.get_mut(number / 64) {
        *word |= 1 << (number % 64);
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
fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
