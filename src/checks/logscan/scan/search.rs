//! Where the next line is that comes into question: a search over whole blocks, not line by line.
//!
//! A text is searched for by its window: its rarest four bytes and what is behind them. What the windows find is
//! compared with the whole text in place, so that a line which comes into question is not searched again.

use super::marks::Marks;
use super::pattern::Pattern;
use super::tail::Match;
use super::windows::{self, Owner, Window};
use aho_corasick::packed;
use aho_corasick::{AhoCorasick, Input, MatchKind, Span};
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use std::ops::Range;

/// Up to so many passes of packed search are faster than one of an automaton.
const MOST_PASSES: usize = 4;
/// And one for the patterns that require no text.
const MOST_PARTS: usize = MOST_PASSES + 1;

/// Finds places in a block of lines; each is in a line that may match.
#[derive(Debug)]
pub(super) struct Search<'r> {
    parts: Vec<Part>,
    /// By their numbers.
    windows: Vec<Window<'r>>,
}

/// One pass over a block.
#[derive(Debug)]
enum Part {
    /// A window.
    One(Box<Finder<'static>>, usize),
    /// Windows from this number on. SIMD: up to 64 at the speed of one pass.
    Packed(Box<packed::Searcher>, usize),
    /// All windows.
    Many(AhoCorasick),
    /// All patterns that require no text, in one.
    Regex(Box<Regex>),
    /// Such patterns, too large together.
    EveryLine,
}

/// What each part found last, so that none looks at a place twice. It belongs to one block.
#[derive(Debug, Default)]
pub(super) struct Next {
    found: [Option<Found>; MOST_PARTS],
}

#[derive(Clone, Copy, Debug)]
struct Found {
    /// Behind the block: nothing.
    place: usize,
    window: Option<usize>,
}

const NOTHING: Found = Found { place: usize::MAX, window: None };

impl<'r> Search<'r> {
    /// A search for lines that any of these may match; the entries have numbers in this order.
    pub(super) fn new(entries: impl Iterator<Item = &'r Pattern>) -> Result<Self, String> {
        let (mut owners, mut without) = (Vec::new(), Vec::new());
        for (entry, pattern) in entries.enumerate() {
            owners.extend(pattern.required().into_iter().flat_map(|required| Owner::all(entry, required)));
            without.extend(pattern.in_block());
        }
        let groups = windows::groups(owners);
        let packed = (groups.len() <= MOST_PASSES).then(|| passes(&groups)).flatten();
        let windows: Vec<Window<'r>> = groups.into_iter().flatten().collect();
        let mut parts = match packed {
            Some(passes) => passes,
            None => {
                let mut builder = AhoCorasick::builder();
                let builder = builder.match_kind(MatchKind::LeftmostFirst);
                let automaton = builder.build(windows.iter().map(|window| window.bytes));
                vec![Part::Many(automaton.map_err(|error| format!("the patterns are too many: {error}"))?)]
            }
        };
        if !without.is_empty() {
            parts.push(Part::without_text(&without));
        }
        Ok(Self { parts, windows })
    }

    /// The first place at or behind `at` that comes into question.
    pub(super) fn next(&self, block: &[u8], at: usize, next: &mut Next) -> Option<usize> {
        let mut first = usize::MAX;
        for (part, found) in self.parts.iter().zip(&mut next.found) {
            let place = match found {
                Some(found) if found.place >= at => found.place,
                _ => found.insert(self.find(part, block, at)).place,
            };
            first = first.min(place);
        }
        // A line without its end may be matched at its very end.
        let behind = block.len() + usize::from(!block.ends_with(b"\n"));
        (first < behind).then_some(first)
    }

    /// Marks the entries whose texts are in a line, which begins at or behind where the last search began. `text` is
    /// the line without its end.
    pub(super) fn mark(
        &self,
        block: &[u8],
        line: &Range<usize>,
        text: &Range<usize>,
        next: &mut Next,
        marks: &mut [Marks],
    ) {
        for (part, found) in self.parts.iter().zip(&mut next.found) {
            while let Some(Found { place, window: Some(number) }) = *found
                && place < line.end
            {
                let mut all = true;
                for owner in self.windows.get(number).map_or(&[][..], |window| &window.owners) {
                    let found = owner.is_at(block, place, text);
                    all &= found != Match::No;
                    Marks::set(marks, owner.entry, found);
                }
                // A part that has nothing else to find is done with the line.
                let on = if all && matches!(part, Part::One(..)) { line.end } else { place + 1 };
                *found = Some(self.find(part, block, on));
            }
        }
    }

    /// What a part finds first at or behind `at`, if there is more of a text than its window.
    fn find(&self, part: &Part, block: &[u8], mut at: usize) -> Found {
        loop {
            let found = part.find(block, at);
            let Some(window) = found.window.and_then(|number| self.windows.get(number)) else { return found };
            if window.owners.iter().any(|owner| owner.is_at(block, found.place, &(0..block.len())) != Match::No) {
                return found;
            }
            at = found.place + 1;
        }
    }
}

/// One pass for each group; none where the processor has no packed search.
fn passes(groups: &[Vec<Window<'_>>]) -> Option<Vec<Part>> {
    let mut first = 0;
    let part = |group: &Vec<Window<'_>>| {
        let number = first;
        first += group.len();
        if let [only] = &group[..] {
            return Some(Part::One(Box::new(Finder::new(only.bytes).into_owned()), number));
        }
        let kind = packed::MatchKind::LeftmostFirst;
        let searcher =
            packed::Config::new().match_kind(kind).builder().extend(group.iter().map(|w| w.bytes)).build()?;
        Some(Part::Packed(Box::new(searcher), number))
    };
    groups.iter().map(part).collect()
}

impl Part {
    fn without_text(patterns: &[&str]) -> Self {
        let all: Vec<String> = patterns.iter().map(|pattern| format!("(?:{pattern})")).collect();
        let regex = RegexBuilder::new(&all.join("|")).build();
        regex.map_or(Self::EveryLine, |regex| Self::Regex(Box::new(regex)))
    }

    /// The first place at or behind `at`.
    fn find(&self, block: &[u8], at: usize) -> Found {
        if at >= block.len() {
            return NOTHING;
        }
        let found = |place: usize, window: usize| Found { place, window: Some(window) };
        match self {
            Self::One(finder, window) => {
                finder.find(block.get(at..).unwrap_or_default()).map(|place| found(at + place, *window))
            }
            Self::Packed(searcher, first) => searcher
                .find_in(block, Span::from(at..block.len()))
                .map(|m| found(m.start(), first + m.pattern().as_usize())),
            Self::Many(automaton) => automaton
                .find(Input::new(block).span(at..block.len()))
                .map(|m| found(m.start(), m.pattern().as_usize())),
            Self::Regex(regex) => regex.find_at(block, at).map(|m| Found { place: m.start(), window: None }),
            Self::EveryLine => Some(Found { place: at, window: None }),
        }
        .unwrap_or(NOTHING)
    }
}
