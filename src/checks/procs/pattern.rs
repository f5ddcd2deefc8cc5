//! What a value is compared with: a name, a pattern with `*` and `?`, or a regular expression.

use crate::model::glob::Glob;
use crate::model::text;
use regex::bytes::Regex;
use std::fmt;

/// A pattern of a whole value (`=`), or of a part of it (`~`).
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// One name.
    Literal(String),
    /// `*` and `?`.
    Glob(Glob),
    /// A regular expression, found anywhere unless it is anchored.
    Regex(Box<Regex>),
    /// A text, found anywhere. Only the short options make it; it is shown as the regular expression it stands for.
    Part(String),
}

impl Pattern {
    /// The pattern behind `=`.
    pub(super) fn glob(text: &str) -> Self {
        let glob = Glob::new(text);
        if glob.is_literal() { Self::Literal(text.to_owned()) } else { Self::Glob(glob) }
    }

    /// The pattern behind `~`.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub(super) fn regex(text: &str) -> Result<Self, String> {
        // The crate draws a picture of several lines; the last one says what is wrong.
        let why = |error: regex::Error| error.to_string().lines().last().unwrap_or_default().to_owned();
        Regex::new(text).map(|regex| Self::Regex(Box::new(regex))).map_err(|e| format!("'{text}': {}", why(e)))
    }

    /// Whether a value fits. What is not UTF-8 in it, or would harm an output, is compared as it is shown.
    pub(super) fn fits(&self, value: &[u8]) -> bool {
        match self {
            Self::Literal(name) => {
                let odd = |byte: &u8| !(0x20..0x7f).contains(byte) || *byte == b'|';
                value == name.as_bytes() || (value.iter().any(odd) && text::clean(value) == name.as_str())
            }
            Self::Glob(glob) => glob.matches(&text::clean(value)),
            Self::Regex(regex) => regex.is_match(value),
            Self::Part(part) => value.windows(part.len().max(1)).any(|window| window == part.as_bytes()),
        }
    }

    /// The text that every fitting value begins with.
    pub(super) fn head(&self) -> String {
        match self {
            Self::Literal(name) => name.clone(),
            Self::Glob(glob) => glob.to_string().split(['*', '?']).next().unwrap_or_default().to_owned(),
            Self::Regex(_) | Self::Part(_) => String::new(),
        }
    }

    /// Whether it is for a part of a value.
    pub(super) const fn is_partial(&self) -> bool {
        matches!(self, Self::Regex(_) | Self::Part(_))
    }

    /// The pattern as it was written.
    pub(super) fn text(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Literal(name) => name.as_str().into(),
            Self::Glob(glob) => glob.to_string().into(),
            Self::Regex(regex) => regex.as_str().into(),
            Self::Part(part) => regex::escape(part).into(),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_shown_as_a_regular_expression() {
        let part = Pattern::Part("a.b".to_owned());
        assert!(part.fits(b"xa.by") && !part.fits(b"axb") && !part.fits(b"a"));
        assert_eq!(part.to_string(), "a\\.b");
    }

    #[test]
    fn three_kinds() -> Result<(), String> {
        assert!(Pattern::glob("sshd").fits(b"sshd") && !Pattern::glob("sshd").fits(b"sshd2"));
        assert!(Pattern::glob("ora_*_KIS").fits(b"ora_pmon_KIS"));
        assert!(Pattern::glob("a\\nb\\xff").fits(b"a\nb\xff"));
        assert!(Pattern::regex("pm[o]n")?.fits(b"ora_pmon_KIS") && !Pattern::regex("^pmon")?.fits(b"ora_pmon"));
        assert!(Pattern::regex("(?i)STÖRUNG")?.fits("störung".as_bytes()));
        assert!(Pattern::regex("a(").is_err_and(|why| why.starts_with("'a(': ") && !why.contains('\n')));
        Ok(())
    }
}
