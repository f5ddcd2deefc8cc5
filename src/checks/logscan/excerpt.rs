//! What is kept of a record of several lines that is too long to be kept whole.

use super::rule::{Rule, Template};
use memchr::{memchr, memrchr};

/// The parts of a record that may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The line in which the match ends, where that is not the first.
    pub(super) matched: Vec<u8>,
    /// What the rule's text wants, by name.
    pub(super) values: Vec<(String, Vec<u8>)>,
}

impl Excerpt {
    /// Of a record that a rule took; `most` bytes of each part.
    pub(super) fn of(rule: &Rule, pattern: usize, record: &[u8], most: usize) -> Self {
        let regex = rule.patterns.get(pattern).and_then(|phrase| phrase.pattern().compiled().ok());
        let Some(captures) = regex.and_then(|regex| regex.captures(record)) else { return Self::default() };
        let kept = |part: &[u8]| part.get(..most).unwrap_or(part).to_vec();
        let end = captures.get(0).map_or(0, |whole| whole.end());
        let wanted = rule.text.iter().flat_map(Template::captures);
        let value = |name: &str| Some((name.to_owned(), kept(captures.name(name)?.as_bytes())));
        Self { matched: line_of(record, end).map(kept).unwrap_or_default(), values: wanted.filter_map(value).collect() }
    }
}

/// The line in which a match ends, unless it is the first one.
pub(super) fn line_of(record: &[u8], end: usize) -> Option<&[u8]> {
    let last = end.saturating_sub(1);
    let begin = memrchr(b'\n', record.get(..last)?)? + 1;
    let rest = record.get(begin..)?;
    rest.get(..memchr(b'\n', rest).unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_match_and_what_is_captured_are_kept() {
        let rule: Rule =
            "java: critical /(?s)ERROR.*Caused by: (?<what>\\S+)/ text='{what} in {file}'".parse().expect("a rule");
        let record = format!("ERROR x\n{}Caused by: a.b.OutOfMemoryError at\n  at z", "  at y\n".repeat(2000));
        let excerpt = Excerpt::of(&rule, 0, record.as_bytes(), 40);
        assert_eq!(excerpt.matched, b"Caused by: a.b.OutOfMemoryError at");
        assert_eq!(excerpt.values, [("what".to_owned(), b"a.b.OutOfMemoryError".to_vec())]);
        assert_eq!(line_of(b"ab\ncd", 2), None);
        assert_eq!(line_of(b"ab\ncd", 4), Some(&b"cd"[..]));
        assert_eq!(line_of(b"ab\r\ncd\r\nef", 5), Some(&b"cd\r"[..]));
    }
}
