//! What must be behind a text for its pattern to match, where that is simple: `dev sd[a-z]+` wants one letter more, and no
//! regular expression is needed to see it.

use super::literals::{exact, product};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Characters of one tail at most.
const MOST: usize = 8;

/// One character each, behind a text; none where the text is all that the pattern wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tail(Vec<Ascii>);

/// A set of ASCII characters: what others may do is left to the regular expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ascii(u128);

/// Whether a pattern matches at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    No,
    /// The regular expression tells.
    Perhaps,
    Yes,
}

impl Tail {
    /// What is behind `texts` in a pattern that begins with them; `None` where it is not simple.
    pub(super) fn of(pattern: &Hir, texts: &[Vec<u8>]) -> Option<Self> {
        let HirKind::Concat(parts) = pattern.kind() else { return None };
        let (mut head, mut rest) = (vec![Vec::new()], parts.as_slice());
        while let Some((part, behind)) = rest.split_first()
            && let Some(longer) = exact(part, false).and_then(|texts| product(&head, &texts))
        {
            (head, rest) = (longer, behind);
        }
        let mut tail = Vec::new();
        add_all(rest, true, &mut tail)?;
        (head == texts).then_some(Self(tail))
    }

    /// Whether this is what a line goes on with.
    pub(super) fn is_at(&self, behind: &[u8]) -> Match {
        for (number, set) in self.0.iter().enumerate() {
            match behind.get(number) {
                Some(byte) if !byte.is_ascii() => return Match::Perhaps,
                Some(byte) if set.0 >> byte & 1 == 1 => {}
                _ => return Match::No,
            }
        }
        Match::Yes
    }
}

fn add_all(parts: &[Hir], are_last: bool, tail: &mut Vec<Ascii>) -> Option<()> {
    let (last, before) = parts.split_last()?;
    before.iter().try_for_each(|part| add(part, false, tail))?;
    add(last, are_last, tail)
}

/// Adds a part; of the last one what it wants at least.
fn add(part: &Hir, is_last: bool, tail: &mut Vec<Ascii>) -> Option<()> {
    match part.kind() {
        HirKind::Capture(capture) => return add(&capture.sub, is_last, tail),
        HirKind::Concat(parts) => return add_all(parts, is_last, tail),
        HirKind::Literal(literal) => {
            for byte in &literal.0 {
                tail.push(Ascii(byte.is_ascii().then(|| 1 << byte)?));
            }
        }
        HirKind::Class(class) => tail.push(ascii(class)),
        HirKind::Repetition(repetition) if is_last || repetition.max == Some(repetition.min) => {
            for _ in 0..repetition.min {
                add(&repetition.sub, false, tail)?;
            }
        }
        _ => return None,
    }
    (tail.len() <= MOST).then_some(())
}

fn ascii(class: &Class) -> Ascii {
    let has = |byte: u8| match class {
        Class::Unicode(class) => class.iter().any(|range| (range.start()..=range.end()).contains(&char::from(byte))),
        Class::Bytes(class) => class.iter().any(|range| (range.start()..=range.end()).contains(&byte)),
    };
    Ascii((0..128_u8).filter(|byte| has(*byte)).fold(0, |set, byte| set | 1 << byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(pattern: &str, texts: &[&str], behind: &str) -> Option<Match> {
        let hir = regex_syntax::ParserBuilder::new().utf8(false).build().parse(pattern).expect("a pattern");
        let texts: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        Tail::of(&hir, &texts).map(|tail| tail.is_at(behind.as_bytes()))
    }

    #[test]
    fn a_simple_tail_is_seen_without_a_regular_expression() {
        use Match::{No, Perhaps, Yes};
        for (pattern, behind, want) in [
            ("process [0-9]+", "42", Yes),
            ("process [0-9]+", "x", No),
            ("process [0-9]+", "", No),
            (r"process \d{2}:x*", "42:", Yes),
            (r"process \d{2}:x*", "4x:", No),
            (r"process (?P<id>\d)", "٣", Perhaps),
            ("process [a-zü]+", "ü", Perhaps),
            ("process (?:[a-z])", "q", Yes),
            ("process (?:x[0-9])+", "x1y", Yes),
        ] {
            assert_eq!(at(pattern, &["process "], behind), Some(want), "{pattern} {behind}");
        }
    }

    #[test]
    fn what_is_not_simple_is_not_tried() {
        for pattern in
            ["process [0-9]+ killed", "^process [0-9]", r"process \d+\b", "process (?:a|bc)+", "process [a-z]{9}"]
        {
            assert_eq!(at(pattern, &["process "], ""), None, "{pattern}");
        }
        assert_eq!(at("x* process [0-9]", &[" process "], "1"), None);
    }
}
