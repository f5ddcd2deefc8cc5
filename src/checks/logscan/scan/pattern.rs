//! One pattern: what a line is searched for.

use super::block::in_block;
use super::literals::Required;
use super::weight::is_heavy;
use regex::bytes::{Regex, RegexBuilder};
use std::sync::OnceLock;

/// Memory of one compiled pattern: such as `\w{1000}` is refused.
const LARGEST: usize = 2 * 1024 * 1024;

/// A regular expression, or a text that stands for itself.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    text: String,
    required: Option<Required>,
    /// Where no text is required: the pattern that finds such lines in a block.
    in_block: Option<String>,
    /// Compiled when it is needed first: most runs find no line that comes into question.
    compiled: OnceLock<Regex>,
}

impl Pattern {
    /// A regular expression in the syntax of the `regex` crate.
    ///
    /// # Errors
    /// What is wrong with it, in one line; also when it is too large.
    pub(crate) fn regex(text: &str) -> Result<Self, String> {
        let hir = regex_syntax::ParserBuilder::new().utf8(false).build().parse(text);
        let hir = hir.map_err(|error| format!("'{text}' is no regular expression: {}", reason(&error)))?;
        let required = Required::of(&hir);
        let in_block = required.is_none().then(|| in_block(&hir).to_string());
        let pattern = Self { text: text.to_owned(), required, in_block, compiled: OnceLock::new() };
        // Better refused now than in the night when the first line comes into question.
        if is_heavy(&hir) {
            pattern.compiled()?;
        }
        Ok(pattern)
    }

    /// A text, as it stands.
    pub(crate) fn fixed(text: &str, ignore_case: bool) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty text is in every line".to_owned());
        }
        let escaped = regex::escape(text);
        if ignore_case {
            return Self::regex(&format!("(?i){escaped}"));
        }
        match Required::fixed(text) {
            None => Self::regex(&escaped),
            required => Ok(Self { text: escaped, required, in_block: None, compiled: OnceLock::new() }),
        }
    }

    /// The regular expression.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What every match contains.
    pub(crate) const fn required(&self) -> Option<&Required> {
        self.required.as_ref()
    }

    /// Where no text is required: a pattern that matches in a block wherever this one matches in a line.
    pub(crate) fn in_block(&self) -> Option<&str> {
        self.in_block.as_deref()
    }

    /// The pattern, compiled.
    ///
    /// # Errors
    /// When it would take too much memory.
    pub(crate) fn compiled(&self) -> Result<&Regex, String> {
        if let Some(regex) = self.compiled.get() {
            return Ok(regex);
        }
        let regex = RegexBuilder::new(&self.text).size_limit(LARGEST).dfa_size_limit(LARGEST).build();
        let regex = regex.map_err(|_| format!("'{}' is too large for a pattern: repeat less in it", self.text))?;
        Ok(self.compiled.get_or_init(|| regex))
    }

    /// Whether the line matches.
    ///
    /// # Errors
    /// As [`Self::compiled`].
    pub(crate) fn matches(&self, line: &[u8]) -> Result<bool, String> {
        Ok(self.compiled()?.is_match(line))
    }
}

/// The last line of the parser's drawing says what it is.
fn reason(error: &regex_syntax::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_a_line() {
        let wrong = Pattern::regex("a(b").expect_err("unclosed");
        assert_eq!(wrong, "'a(b' is no regular expression: unclosed group");
        assert!(Pattern::regex(r"(\w{500}){50}").is_err_and(|why| why.contains("too large")));
        assert!(Pattern::fixed("", false).is_err());
    }

    #[test]
    fn a_text_stands_for_itself() {
        let dots = Pattern::fixed("a.b", false).expect("a text");
        assert!(dots.matches(b"x a.b y") == Ok(true) && dots.matches(b"axb") == Ok(false));
        let any = Pattern::fixed("Störung", true).expect("a text");
        assert_eq!(any.matches("STÖRUNG".as_bytes()), Ok(true));
    }
}
