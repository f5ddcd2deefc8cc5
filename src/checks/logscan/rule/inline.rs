//! A rule on the command line: `NAME: LEVEL PATTERN... KEY=VALUE...`
//!
//! A pattern is `/REGEX/` or `"TEXT"` (or `'TEXT'`), with an `i` behind it where case does not matter; `except=` stands
//! in front of one that lets a line go. `\/` is a slash in a regular expression, a quote written twice one in a text.

use super::draft::{Draft, unknown};
use super::phrase::{How, Phrase};
use super::{Level, Rule};
use std::str::FromStr;

const FORM: &str =
    "a rule is NAME: LEVEL PATTERN..., such as 'oracle: critical /ORA-0*600/ except=\"tracing\" hold=1h'";

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once(':').ok_or(FORM)?;
        let mut draft = Draft::named(name).map_err(|why| format!("{why}; {FORM}"))?;
        let name = draft.name.clone();
        let whole = |why: String| format!("{name}: {why}");
        let mut rest = rest.trim_start();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (level, behind) = rest.split_at(end);
        draft.level = Some(level.parse::<Level>().map_err(whole)?);
        rest = behind.trim_start();
        while !rest.is_empty() {
            rest = term(&mut draft, rest).map_err(whole)?.trim_start();
        }
        draft.finish("").map_err(|wrong| whole(wrong.join("; ")))
    }
}

/// Takes one term and returns what is behind it.
fn term<'t>(draft: &mut Draft, text: &'t str) -> Result<&'t str, String> {
    if let Some((phrase, rest)) = pattern(text)? {
        draft.patterns.push(phrase);
        return Ok(rest);
    }
    let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let end = text.find(|c| !is_key(c)).unwrap_or(text.len());
    let (key, value) = text.split_at(end);
    let Some(value) = value.strip_prefix('=').filter(|_| !key.is_empty()) else {
        let word = text.split_whitespace().next().unwrap_or_default();
        return Err(format!("'{word}' is neither /REGEX/, \"TEXT\" nor KEY=VALUE"));
    };
    if key == "except" {
        let (phrase, rest) = pattern(value)?.ok_or("except takes /REGEX/ or \"TEXT\"")?;
        draft.except.push(phrase);
        return Ok(rest);
    }
    let (value, rest) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => delimited(value, quote)?,
        _ => {
            let end = value.find(char::is_whitespace).unwrap_or(value.len());
            (value[..end].to_owned(), &value[end..])
        }
    };
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return Err(format!("{key}: a space is missing behind its value"));
    }
    if !super::draft::KEYS.contains(&key) {
        return Err(format!("{}, except", unknown(key)));
    }
    draft.set(key, &value)?;
    Ok(rest)
}

/// A pattern at the beginning of a text, and what is behind it.
fn pattern(text: &str) -> Result<Option<(Phrase, &str)>, String> {
    let mark = match text.chars().next() {
        Some(mark @ ('/' | '"' | '\'')) => mark,
        _ => return Ok(None),
    };
    let (inner, rest) = delimited(text, mark)?;
    let (ignore_case, rest) = rest.strip_prefix('i').map_or((false, rest), |rest| (true, rest));
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return Err(format!("behind {mark}{inner}{mark} comes a space, or an i where case does not matter"));
    }
    Phrase::new(&inner, How { fixed: mark != '/', ignore_case }).map(|phrase| Some((phrase, rest)))
}

/// What stands between two marks, and what is behind them.
fn delimited(text: &str, mark: char) -> Result<(String, &str), String> {
    let mut inner = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if mark == '/' => {
                let next = chars.next().map(|(_, next)| next);
                if next != Some('/') {
                    inner.push('\\');
                }
                inner.extend(next);
            }
            c if c == mark && mark != '/' && chars.next_if(|(_, next)| *next == mark).is_some() => inner.push(c),
            c if c == mark => return Ok((inner, text.get(at + 1..).unwrap_or_default())),
            c => inner.push(c),
        }
    }
    Err(format!("{text}: the closing {mark} is missing"))
}
