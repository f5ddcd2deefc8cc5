//! One pattern as a person writes it: `/REGEX/`, `"TEXT"`, each with an `i` behind it where case does not matter.

use crate::checks::logscan::scan::Pattern;
use std::borrow::Cow;
use std::fmt;

/// Bytes of a pattern: nobody writes more.
const LONGEST: usize = 4096;

/// How the text of a pattern is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::checks::logscan) struct How {
    /// The text stands for itself.
    pub(in crate::checks::logscan) fixed: bool,
    /// Case does not matter.
    pub(in crate::checks::logscan) ignore_case: bool,
}

/// A pattern that is right, with what was written.
#[derive(Clone, Debug)]
pub(in crate::checks::logscan) struct Phrase {
    text: String,
    how: How,
    pattern: Pattern,
}

impl Phrase {
    /// Understands a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(in crate::checks::logscan) fn new(text: &str, how: How) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty pattern is in every line".to_owned());
        }
        if text.len() > LONGEST {
            return Err(format!("a pattern has {} bytes, at most {LONGEST} are allowed", text.len()));
        }
        if text.contains('\n') {
            return Err("a pattern holds no line break: write \\n for that between two lines of a record".to_owned());
        }
        let pattern = match how {
            How { fixed: true, ignore_case } => Pattern::fixed(text, ignore_case),
            How { ignore_case: false, .. } => Pattern::regex(text),
            // Read once as it stands, so that an error shows what was written.
            How { .. } => Pattern::regex(text).and_then(|_| Pattern::regex(&format!("(?i:{text})"))),
        }?;
        Ok(Self { text: text.to_owned(), how, pattern })
    }

    /// A regular expression in which case matters.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(in crate::checks::logscan) fn regex(text: &str) -> Result<Self, String> {
        Self::new(text, How { fixed: false, ignore_case: false })
    }

    /// What the scanner looks for.
    pub(in crate::checks::logscan) const fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// Whether it captures something under this name.
    pub(super) fn captures(&self, name: &str) -> bool {
        !self.how.fixed && [format!("(?<{name}>"), format!("(?P<{name}>")].iter().any(|group| self.text.contains(group))
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (end, text) = if self.how.fixed {
            ("\"", Cow::Owned(self.text.replace('"', "\"\"")))
        } else {
            ("/", slashes_escaped(&self.text))
        };
        f.write_str(end)?;
        f.write_str(&text)?;
        f.write_str(end)?;
        if self.how.ignore_case { f.write_str("i") } else { Ok(()) }
    }
}

/// A text as a value of a key: in quotes where it would not stay whole.
pub(super) fn quoted(text: &str) -> String {
    if !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '\'' || c == '"') {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// What stands before a slash may be a backslash that is escaped itself.
fn slashes_escaped(text: &str) -> Cow<'_, str> {
    if !text.contains('/') {
        return text.into();
    }
    let (mut out, mut escaped) = (String::with_capacity(text.len() + 4), false);
    for c in text.chars() {
        if c == '/' && !escaped {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out.into()
}
