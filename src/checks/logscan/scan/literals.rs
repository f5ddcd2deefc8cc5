//! What every match of a pattern must contain: texts that can be searched for much faster than the pattern.

use super::tail::Tail;
use super::windows::{WIDTH, chance};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Texts of one set at most: beyond that the search for them is no faster than the pattern.
const MOST: usize = 16;
/// Below this many bytes a text is in so many lines that searching for it gains nothing.
const LEAST: usize = 2;

/// Texts of which every match of a pattern contains at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Required {
    /// The texts, each of at least [`LEAST`] bytes.
    pub(crate) texts: Vec<Vec<u8>>,
    /// What it takes to match besides containing one of them; `None` where the regular expression must tell.
    pub(crate) tail: Option<Tail>,
}

impl Required {
    /// A text that stands for itself.
    pub(crate) fn fixed(text: &str) -> Option<Self> {
        let texts = vec![text.as_bytes().to_vec()];
        (text.len() >= LEAST).then_some(Self { texts, tail: Some(Tail::default()) })
    }

    /// The best set that the pattern has; `None` where it has no good one.
    pub(crate) fn of(pattern: &Hir) -> Option<Self> {
        let found = match exact(pattern, false) {
            Some(texts) => Self { texts, tail: Some(Tail::default()) },
            None => {
                let texts = required(pattern)?;
                Self { tail: Tail::of(pattern, &texts), texts }
            }
        };
        found.texts.iter().all(|text| text.len() >= LEAST).then_some(found)
    }
}

/// The chance that a place of a log has one of these; the lower, the better to search for.
fn any(texts: &[Vec<u8>]) -> f64 {
    texts.iter().map(|text| chance(text.get(..2 * WIDTH).unwrap_or(text))).sum()
}

/// All texts that the pattern matches, where they are few. Assertions match nothing: they are `loose` when what they
/// demand may be left out, because a set of required texts and not the whole pattern is wanted.
pub(super) fn exact(pattern: &Hir, loose: bool) -> Option<Vec<Vec<u8>>> {
    match pattern.kind() {
        HirKind::Empty => Some(vec![Vec::new()]),
        HirKind::Look(_) => loose.then(|| vec![Vec::new()]),
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Class(class) => characters(class),
        HirKind::Capture(capture) => exact(&capture.sub, loose),
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![Vec::new()], |texts, part| product(&texts, &exact(part, loose)?))
        }
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(exact(branch, loose)?);
                if all.len() > MOST {
                    return None;
                }
            }
            Some(all)
        }
        HirKind::Repetition(_) => None,
    }
}

fn characters(class: &Class) -> Option<Vec<Vec<u8>>> {
    match class {
        Class::Unicode(class) => {
            let count: usize = class.iter().map(|range| range.len()).sum();
            let characters = || class.iter().flat_map(|range| range.start()..=range.end());
            (count <= MOST).then(|| characters().map(|c| c.to_string().into_bytes()).collect())
        }
        Class::Bytes(class) => {
            let count: usize = class.iter().map(|range| range.len()).sum();
            let bytes = || class.iter().flat_map(|range| range.start()..=range.end());
            (count <= MOST).then(|| bytes().map(|byte| vec![byte]).collect())
        }
    }
}

pub(super) fn product(heads: &[Vec<u8>], tails: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    let few = heads.len() * tails.len() <= MOST;
    few.then(|| heads.iter().flat_map(|head| tails.iter().map(|tail| [&head[..], tail].concat())).collect())
}

/// Texts of which every match contains one: the best of all such sets.
fn required(pattern: &Hir) -> Option<Vec<Vec<u8>>> {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => None,
        HirKind::Literal(_) | HirKind::Class(_) => exact(pattern, true),
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Repetition(_) => None,
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(required(branch)?);
                if all.len() > 4 * MOST {
                    return None;
                }
            }
            Some(all)
        }
        HirKind::Concat(parts) => {
            let mut candidates = Vec::new();
            let mut run = vec![Vec::new()];
            for part in parts {
                let texts = exact(part, true);
                match texts.as_ref().and_then(|texts| product(&run, texts)) {
                    Some(longer) => run = longer,
                    None => {
                        candidates.push(std::mem::replace(&mut run, texts.unwrap_or_else(|| vec![Vec::new()])));
                        candidates.extend(required(part));
                    }
                }
            }
            candidates.push(run);
            let useful = |texts: &Vec<Vec<u8>>| texts.iter().all(|text| text.len() >= LEAST);
            candidates.into_iter().filter(useful).min_by(|a, b| any(a).total_cmp(&any(b)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(pattern: &str) -> Option<Required> {
        let hir = regex_syntax::ParserBuilder::new().utf8(false).build().parse(pattern).expect("a pattern");
        Required::of(&hir)
    }

    fn texts(pattern: &str) -> Vec<String> {
        let found = of(pattern).map(|required| required.texts).unwrap_or_default();
        found.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
    }

    #[test]
    fn what_a_match_must_contain() {
        assert_eq!(texts("ORA-"), ["ORA-"]);
        assert_eq!(texts(r"ORA-\d{5}"), ["ORA-"]);
        assert_eq!(texts(r"\d+ errors? in \w+"), [" error"]);
        assert_eq!(texts("timeout|refused"), ["timeout", "refused"]);
        assert_eq!(texts("(disk|mem)ory (full|low)").len(), 4);
        assert_eq!(texts(r"^\s*FATAL"), ["FATAL"]);
        assert_eq!(texts(r"(?:abc)+x?"), ["abc"]);
        assert_eq!(texts("(?i)ab"), ["AB", "Ab", "aB", "ab"]);
        assert!(texts("(?i)error").iter().all(|text| text.len() >= 3));
        for without in [r"\d{5}", "a?", "", "x", ".*", r"\w+|abc", "^$"] {
            assert_eq!(of(without), None, "{without}");
        }
    }

    #[test]
    fn texts_that_are_all_it_takes_are_known() {
        for exact in ["ORA-", "timeout|refused", "(?i)ab"] {
            assert!(of(exact).is_some_and(|required| required.tail == Some(Tail::default())), "{exact}");
        }
        for not in ["^ORA-", r"ORA-\d\b", r"\bcat\b", "a+bc"] {
            assert!(of(not).is_some_and(|required| required.tail.is_none()), "{not}");
        }
    }

    proptest! {
        /// The one promise: a line that the pattern matches has one of the texts, and an exact set is the pattern.
        #[test]
        fn no_match_is_without_one(pattern in "[ab(|)?+*.^$c\\[\\]i]{0,12}", line in "[abcAB ]{0,20}") {
            for pattern in [pattern.clone(), format!("(?i){pattern}")] {
                let parser = regex_syntax::ParserBuilder::new().utf8(false).build().parse(&pattern);
                let (Ok(hir), Ok(regex)) = (parser, regex::bytes::Regex::new(&pattern)) else { continue };
                let Some(required) = Required::of(&hir) else { continue };
                let contains = required.texts.iter().any(|text| memchr::memmem::find(line.as_bytes(), text).is_some());
                let matches = regex.is_match(line.as_bytes());
                prop_assert!(contains || !matches, "{pattern:?} {line:?} {required:?}");
                prop_assert!(required.tail != Some(Tail::default()) || contains == matches, "{pattern:?} {line:?} {required:?}");
            }
        }
    }
}
