//! What the names of rotated logs tell. Names alone never decide where a position is: that does the content. They tell
//! which files are looked at, and which are generations of one log.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

/// What writers and rotators put behind a name besides numbers.
const WORDS: &[&[u8]] = &[b"old", b"bak", b"prev", b"previous", b"last", b"save", b"saved", b"rotated", b"archive"];
/// A number with more digits is a date, or seconds: the larger is the newer. A smaller one counts generations.
const LONGEST_COUNT: usize = 5;

/// How a file's name is related to that of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// It may hold the log's content.
    Alike,
    /// By its name it is a rotated piece of it.
    Generation,
}

/// A name without the ending of a packer.
pub(super) fn unpacked(name: &OsStr) -> &[u8] {
    let name = name.as_bytes();
    super::packed::ENDINGS.iter().find_map(|(ending, _)| name.strip_suffix(ending.as_bytes())).unwrap_or(name)
}

/// How `name` is related to the log `log`; `shapes` where another date in the name makes another piece of the same log.
pub(super) fn relation(name: &OsStr, log: &OsStr, shapes: bool) -> Option<Relation> {
    let (plain, log) = (unpacked(name), log.as_bytes());
    if log.is_empty() {
        return None;
    }
    if let Some(rest) = plain.strip_prefix(log) {
        return Some(if rest.is_empty() || is_number(rest) { Relation::Generation } else { Relation::Alike });
    }
    if shapes && shape(plain) == shape(log) && log.iter().any(u8::is_ascii_digit) {
        return Some(Relation::Generation);
    }
    // app.log becomes app-20240131.log, app.1.log, app.old.
    let dot = log.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0)?;
    let (stem, ending) = log.split_at(dot);
    let rest = plain.strip_prefix(stem)?;
    let between = rest.strip_suffix(ending).unwrap_or(rest);
    between.first().is_some_and(|byte| !byte.is_ascii_alphanumeric()).then_some(Relation::Alike)
}

/// Whether it is made of separators, numbers and the words of rotation alone.
fn is_number(rest: &[u8]) -> bool {
    let mut tokens = rest.split(|byte| !byte.is_ascii_alphanumeric()).peekable();
    // In front of a number stands a separator: app.log2 is a log of its own.
    tokens.peek().is_some_and(|first| first.is_empty())
        && tokens.filter(|token| !token.is_empty()).all(|token| {
            WORDS.contains(&token)
                || (token.first().is_some_and(u8::is_ascii_digit)
                    && token.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'T' | b'Z')))
        })
}

/// A name in which each number is one character: what rotation makes of one log has one shape.
pub(super) fn shape(plain: &[u8]) -> Vec<u8> {
    let mut shape = Vec::with_capacity(plain.len());
    for byte in plain {
        match (byte.is_ascii_digit(), shape.last()) {
            (true, Some(b'#')) => {}
            (true, _) => shape.push(b'#'),
            (false, _) => shape.push(*byte),
        }
    }
    shape
}

/// Orders generations of one shape whose times do not tell: the oldest first.
pub(super) fn age(plain: &[u8], log: &OsStr) -> Vec<u128> {
    let own = plain.strip_prefix(log.as_bytes()).unwrap_or(plain);
    let numbers = || own.split(|byte| !byte.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let value = |digits: &[u8]| {
        digits
            .iter()
            .fold(0_u128, |sum, digit| sum.saturating_mul(10).saturating_add(u128::from(digit.saturating_sub(b'0'))))
    };
    let counts = numbers().count() == 1 && numbers().all(|digits| digits.len() <= LONGEST_COUNT);
    numbers().map(|digits| if counts { u128::MAX - value(digits) } else { value(digits) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn related(name: &str, log: &str) -> Option<Relation> {
        relation(OsStr::new(name), OsStr::new(log), false)
    }

    #[test]
    fn names_of_rotation_are_told_from_other_logs() {
        let (alike, generation) = (Some(Relation::Alike), Some(Relation::Generation));
        for name in ["a.log.1", "a.log.2.gz", "a.log-20240131", "a.log-20240131-1706659200.zst", "a.log.old", "a.log~"]
        {
            assert_eq!(related(name, "a.log"), generation, "{name}");
        }
        assert_eq!(related("a.log.2024-01-31T10:00:00Z.xz", "a.log"), generation);
        assert_eq!(related("a.log.gz", "a.log"), generation);
        for name in ["a.log.err", "a.log2", "a-20240131.log", "a.1.log.gz", "a.old", "a.err"] {
            assert_eq!(related(name, "a.log"), alike, "{name}");
        }
        for name in ["ab.log", "b.log", "a", "a1.log"] {
            assert_eq!(related(name, "a.log"), None, "{name}");
        }
        assert_eq!(relation(OsStr::new("a-2.log"), OsStr::new("a-1.log"), true), generation);
        assert_eq!(related("a-2.log", "a-1.log"), None);
    }

    #[test]
    fn numbers_count_backward_and_dates_forward() {
        let older =
            |a: &str, b: &str| age(a.as_bytes(), OsStr::new("a2.log")) < age(b.as_bytes(), OsStr::new("a2.log"));
        assert!(older("a2.log.10", "a2.log.9") && older("a2.log.1", "a2.log.0"));
        assert!(older("a2.log-20240131", "a2.log-20240201"));
        assert!(older("a2.log-2024-01-31", "a2.log-2024-02-01"));
        assert!(older("a2.log-20240131-1", "a2.log-20240131-2"));
    }
}
