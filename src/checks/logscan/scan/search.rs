//! Where the next line is that comes into question: a search over whole blocks, not line by line.

use super::pattern::Pattern;
use aho_corasick::packed;
use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

/// Finds places in a block of lines; each is in a line that may match.
#[derive(Debug)]
pub(super) struct Search {
    texts: Texts,
    /// For patterns that require no text, all in one.
    others: Others,
}

#[derive(Debug)]
enum Texts {
    None,
    One(Finder<'static>),
    /// SIMD: up to 64 texts at the speed of one pass.
    Packed(packed::Searcher),
    Many(AhoCorasick),
}

#[derive(Debug)]
enum Others {
    None,
    Regex(Box<Regex>),
    /// They are too large together.
    EveryLine,
}

/// What was found last, so that two searches do not look at one place twice.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Next {
    text: Option<usize>,
    other: Option<usize>,
}

impl Search {
    /// A search for lines that any of these may match.
    pub(super) fn new<'p>(patterns: impl Iterator<Item = &'p Pattern> + Clone) -> Result<Self, String> {
        let mut windows: Vec<&[u8]> =
            patterns.clone().filter_map(Pattern::required).flat_map(|required| required.windows()).collect();
        windows.sort_unstable();
        windows.dedup();
        let without: Vec<&str> = patterns.filter_map(Pattern::in_block).collect();
        Ok(Self { texts: Texts::new(&windows)?, others: Others::new(&without) })
    }

    /// The first place at or behind `at` that comes into question. `next` belongs to this block.
    pub(super) fn next(&self, block: &[u8], at: usize, next: &mut Next) -> Option<usize> {
        if at >= block.len() {
            return None;
        }
        let ahead = |known: Option<usize>| known.is_some_and(|place| place >= at);
        if !ahead(next.text) {
            next.text = Some(self.texts.find(block, at).unwrap_or(usize::MAX));
        }
        if !ahead(next.other) {
            next.other = Some(self.others.find(block, at).unwrap_or(usize::MAX));
        }
        // A line without its end may be matched at its very end.
        let behind = block.len() + usize::from(!block.ends_with(b"\n"));
        next.text.min(next.other).filter(|place| *place < behind)
    }
}

impl Texts {
    fn new(windows: &[&[u8]]) -> Result<Self, String> {
        match windows {
            [] => return Ok(Self::None),
            [one] => return Ok(Self::One(Finder::new(one).into_owned())),
            _ => {}
        }
        let packed =
            packed::Config::new().match_kind(packed::MatchKind::LeftmostFirst).builder().extend(windows).build();
        if let Some(searcher) = packed {
            return Ok(Self::Packed(searcher));
        }
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(windows);
        automaton.map(Self::Many).map_err(|error| format!("the patterns are too many: {error}"))
    }

    fn find(&self, block: &[u8], at: usize) -> Option<usize> {
        match self {
            Self::None => None,
            Self::One(finder) => finder.find(block.get(at..)?).map(|place| at + place),
            Self::Packed(searcher) => {
                searcher.find_in(block, aho_corasick::Span::from(at..block.len())).map(|m| m.start())
            }
            Self::Many(automaton) => {
                automaton.find(aho_corasick::Input::new(block).span(at..block.len())).map(|m| m.start())
            }
        }
    }
}

impl Others {
    fn new(patterns: &[&str]) -> Self {
        if patterns.is_empty() {
            return Self::None;
        }
        let all: Vec<String> = patterns.iter().map(|pattern| format!("(?:{pattern})")).collect();
        let regex = RegexBuilder::new(&all.join("|")).build();
        // Too large together: each line is looked at.
        regex.map_or(Self::EveryLine, |regex| Self::Regex(Box::new(regex)))
    }

    fn find(&self, block: &[u8], at: usize) -> Option<usize> {
        match self {
            Self::None => None,
            Self::Regex(regex) => regex.find_at(block, at).map(|found| found.start()),
            Self::EveryLine => Some(at),
        }
    }
}
