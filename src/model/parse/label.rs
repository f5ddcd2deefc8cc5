//! Where the next piece of performance data ends, and what in it is its label.

/// Bytes of a label at most.
pub(super) const LONGEST_LABEL: usize = 1024;

/// Bytes of the front of a label that is given to those behind it: each of them costs it once more.
const LONGEST_FRONT: usize = 200;

/// A piece of performance data.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    /// A label and the fields behind its `=`.
    Item(String, &'a str),
    /// What is none.
    Broken,
}

/// The first piece and what follows it. The text begins with no white space.
pub(super) fn next(text: &str) -> (Piece<'_>, &str) {
    if let Some((label, after)) = quoted(text) {
        let (fields, rest) = until_space(after);
        return (item(label, fields), rest);
    }
    let Some((label, after)) = text.split_once('=') else { return (Piece::Broken, "") };
    // A bar is no part of a label: what is in front of it is something else.
    if let Some((_, label)) = label.rsplit_once('|') {
        return (Piece::Broken, text.get(text.len() - after.len() - 1 - label.len()..).unwrap_or_default());
    }
    let (fields, rest) = until_space(after);
    // A quote that is never closed.
    if label.starts_with('\'') {
        return (Piece::Broken, rest);
    }
    let label = label.trim_end();
    // `a=b=5`: the label has an `=` of its own, unless there are two values.
    let (label, fields) = match fields.rsplit_once('=') {
        Some((more, _)) if starts_with_a_value(fields) || more.contains('|') => return (Piece::Broken, rest),
        Some((more, fields)) => (format!("{label}={more}"), fields),
        None => (label.to_owned(), fields),
    };
    (item(label, fields), rest)
}

fn item(label: String, fields: &str) -> Piece<'_> {
    if label.is_empty() || label.len() > LONGEST_LABEL { Piece::Broken } else { Piece::Item(label, fields) }
}

fn until_space(text: &str) -> (&str, &str) {
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

fn starts_with_a_value(fields: &str) -> bool {
    fields.starts_with(|c: char| c.is_ascii_digit() || "+-.,".contains(c))
}

/// The label between quotes, of which two stand for one, and what is behind its `=`.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut label = String::new();
    loop {
        let (part, after) = rest.split_once('\'')?;
        label.push_str(part);
        match after.strip_prefix('\'') {
            Some(more) => {
                label.push('\'');
                rest = more;
            }
            None => return Some((label, after.strip_prefix('=')?)),
        }
    }
}

/// The front that a label of several parts gives to the labels behind it, as check_multi writes them.
#[derive(Debug, Default)]
pub(super) struct Front(String);

impl Front {
    /// The whole label.
    pub(super) fn complete(&mut self, label: String) -> Option<String> {
        if let Some((front, _)) = label.rsplit_once("::") {
            front.clone_into(&mut self.0);
            return Some(label);
        }
        if self.0.is_empty() {
            return Some(label);
        }
        let whole = self.0.len() + 2 + label.len();
        (self.0.len() <= LONGEST_FRONT && whole <= LONGEST_LABEL).then(|| format!("{}::{label}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(mut text: &str) -> Vec<String> {
        let mut found = Vec::new();
        while !text.is_empty() {
            let (piece, rest) = next(text);
            found.push(match piece {
                Piece::Item(label, fields) => format!("{label}>{fields}"),
                Piece::Broken => "?".to_owned(),
            });
            text = rest.trim_start();
        }
        found
    }

    #[test]
    fn labels_end_at_the_equals_sign() {
        for (text, want) in [
            ("a=1 b=2", &["a>1", "b>2"][..]),
            ("free space=1 'in quotes'=2", &["free space>1", "in quotes>2"]),
            ("'it''s'=1 'a=b c'=2 a'b=3", &["it's>1", "a=b c>2", "a'b>3"]),
            ("q?x=y=5 z=1=2 w=3", &["q?x=y>5", "?", "w>3"]),
            ("a=1 | b=2 x=y|z=3", &["a>1", "?", "b>2", "?"]),
            ("'open=1 b=2", &["?", "b>2"]),
            ("=1 ''=2 a=", &["?", "?", "a>"]),
            ("no value", &["?"]),
            ("a =1\tb=2", &["a>1", "b>2"]),
        ] {
            assert_eq!(labels(text), want, "{text}");
        }
        assert_eq!(labels(&format!("{}=1 b=2", "x".repeat(LONGEST_LABEL + 1))), ["?", "b>2"]);
    }

    #[test]
    fn a_front_lasts_until_the_next() {
        let mut front = Front::default();
        let labels = ["a", "x::y::b", "c", "z::d", "::e", "f"].map(|label| front.complete(label.to_owned()));
        let labels: Vec<&str> = labels.iter().flatten().map(String::as_str).collect();
        assert_eq!(labels, ["a", "x::y::b", "x::y::c", "z::d", "::e", "f"]);
    }
}
