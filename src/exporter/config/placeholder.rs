//! Placeholders: `{key}` in the texts of a template.
//!
//! `{{` and `}}` are braces that stand for themselves; every other brace belongs to a placeholder.

use super::problem::quote;
use std::collections::BTreeMap;

/// What the placeholders of one check stand for.
pub(super) type Row = BTreeMap<String, String>;

/// A text with the values of a row in it. Values are taken as they are: a brace in one is a brace.
///
/// # Errors
/// A brace without its other, a key that the row does not have, with those that it has.
pub(super) fn fill(text: &str, row: &Row) -> Result<String, String> {
    const BALANCE: &str = "a brace that is meant as such is written twice";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            out.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            out.push('}');
            rest = after;
        } else if let Some(inside) = from.strip_prefix('{') {
            let end = inside.find(['{', '}']).filter(|end| inside[*end..].starts_with('}'));
            let (key, after) = end
                .and_then(|end| Some((inside.get(..end)?, inside.get(end + 1..)?)))
                .ok_or_else(|| format!("{} has a '{{' without its '}}': {BALANCE}", quote(text)))?;
            out.push_str(row.get(key).ok_or_else(|| unknown(key, row))?);
            rest = after;
        } else {
            return Err(format!("{} has a '}}' without its '{{': {BALANCE}", quote(text)));
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn unknown(key: &str, row: &Row) -> String {
    let known: Vec<String> = row.keys().map(|key| format!("{{{key}}}")).collect();
    format!("{} is no key of for_each: use {}", quote(&format!("{{{key}}}")), known.join(", "))
}

/// What a key may be, so that every key can stand between braces.
pub(super) fn key(text: &str) -> Result<(), String> {
    let plain = |c: char| c.is_alphanumeric() || "_-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return Ok(());
    }
    Err(format!("{} is no key: letters, digits, '_' and '-'", quote(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(pairs: &[(&str, &str)]) -> Row {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn keys_become_values_and_double_braces_single_ones() {
        let row = row(&[("host", "a"), ("port", "{80}")]);
        for (text, filled) in [
            ("", ""),
            ("web {port}", "web {80}"),
            ("{host}{host}", "aa"),
            ("{{host}}", "{host}"),
            ("{{{host}}}", "{a}"),
            ("}}{{", "}{"),
        ] {
            assert_eq!(fill(text, &row).as_deref(), Ok(filled), "{text}");
        }
        for (text, why) in [
            ("{", "'{' has a '{' without its '}'"),
            ("{host", "without its '}'"),
            ("{ho{st}", "without its '}'"),
            ("host}", "has a '}' without its '{'"),
            ("{host}}", "has a '}' without its '{'"),
            ("{prot}", "'{prot}' is no key of for_each: use {host}, {port}"),
            ("{}", "'{}' is no key"),
        ] {
            let said = fill(text, &row).err().unwrap_or_default();
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    /// Texts in which braces are common.
    const BRACED: &str = "[{}a-cö ]{0,12}";

    proptest! {
        #[test]
        fn every_text_can_be_written(text in BRACED) {
            let written = text.replace('{', "{{").replace('}', "}}");
            prop_assert_eq!(fill(&written, &Row::new()), Ok(text));
        }

        #[test]
        fn what_is_around_a_placeholder_stays(before in "[^{}]{0,8}", value in BRACED, after in "[^{}]{0,8}") {
            let filled = fill(&format!("{before}{{k}}{after}"), &row(&[("k", &value)]));
            prop_assert_eq!(filled, Ok(format!("{before}{value}{after}")));
        }

        #[test]
        fn the_shape_does_not_depend_on_the_values(text in BRACED, value in BRACED) {
            let empty = fill(&text, &row(&[("a", ""), ("b", "")]));
            let full = fill(&text, &row(&[("a", &value), ("b", &value)]));
            prop_assert_eq!(empty.is_ok(), full.is_ok());
        }
    }
}
