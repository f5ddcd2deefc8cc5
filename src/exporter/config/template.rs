//! `[[template]]`: its checks once for every row.

use super::format::{Entry, ForEach, Template, Value};
use super::limits::MAX_CHECKS;
use super::placeholder::{self, Row, fill};
use super::settings::Notes;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// Hands out every check of a template, until the taker has no more room.
pub(super) fn expand(
    template: &Spanned<Template>,
    notes: &mut Notes<'_>,
    take: &mut impl FnMut(Range<usize>, &Entry, &mut Notes<'_>) -> bool,
) {
    let checks = &template.get_ref().check;
    if checks.is_empty() {
        notes.add(template.span(), "the template has no check: add [[template.check]]");
    }
    let Some(for_each) = &template.get_ref().for_each else {
        notes.add(template.span(), "the template has no rows: add for_each, or make its checks [[check]]");
        return;
    };
    let Some(rows) = Rows::new(for_each, notes) else { return };
    if rows.count().and_then(|rows| rows.checked_mul(checks.len())).is_none_or(|all| all > MAX_CHECKS) {
        notes.add(for_each.span(), format!("for_each: gives more than {MAX_CHECKS} checks: shorten it"));
        return;
    }
    for check in checks {
        for row in rows.iter() {
            // What is wrong with a placeholder is so in every row: the first tells it.
            let Some(entry) = filled(check.get_ref(), &row, notes) else { break };
            if !take(check.span(), &entry, notes) {
                return;
            }
        }
    }
}

/// A check with the values of a row; `None` when a placeholder has been noted as a problem.
fn filled(check: &Entry, row: &Row, notes: &mut Notes<'_>) -> Option<Entry> {
    let mut all = true;
    let entry = check.map_texts(|text| {
        let (text, span) = (text.get_ref(), text.span());
        fill(text, row).unwrap_or_else(|why| {
            all = false;
            notes.add(span, why);
            String::new()
        })
    });
    all.then_some(entry)
}

/// The rows of a template, made one by one.
enum Rows<'a> {
    Lists(Vec<(&'a str, &'a [Value])>),
    Listed(Vec<Row>),
}

impl<'a> Rows<'a> {
    /// `None` when something has been noted as a problem.
    fn new(for_each: &'a Spanned<ForEach>, notes: &mut Notes<'_>) -> Option<Self> {
        match for_each.get_ref() {
            ForEach::Lists(lists) => {
                let mut good = keys(lists, for_each.span(), notes);
                for values in lists.values().filter(|values| values.get_ref().is_empty()) {
                    notes.add(values.span(), "for_each: a list without values makes no check: add one");
                    good = false;
                }
                let pair = |(key, values): (&'a Spanned<String>, &'a Spanned<Vec<Value>>)| {
                    (key.get_ref().as_str(), values.get_ref().as_slice())
                };
                good.then(|| Self::Lists(lists.iter().map(pair).collect()))
            }
            ForEach::Rows(rows) => {
                let Some(first) = rows.first() else {
                    notes.add(for_each.span(), "for_each: a list without rows makes no check: add one");
                    return None;
                };
                let mut good = keys(first.get_ref(), first.span(), notes);
                for row in rows.iter().filter(|row| !row.get_ref().keys().eq(first.get_ref().keys())) {
                    let keys: Vec<&str> = first.get_ref().keys().map(|key| key.get_ref().as_str()).collect();
                    let why = format!("for_each: a row has other keys than the first: give it {}", keys.join(", "));
                    notes.add(row.span(), why);
                    good = false;
                }
                let listed = |row: &Spanned<BTreeMap<Spanned<String>, Value>>| {
                    row.get_ref().iter().map(|(key, value)| (key.get_ref().clone(), value.0.clone())).collect()
                };
                good.then(|| Self::Listed(rows.iter().map(listed).collect()))
            }
        }
    }

    /// How many there are, where that can be said at all.
    fn count(&self) -> Option<usize> {
        match self {
            Self::Lists(lists) => lists.iter().try_fold(1_usize, |all, (_, values)| all.checked_mul(values.len())),
            Self::Listed(rows) => Some(rows.len()),
        }
    }

    fn iter(&self) -> impl Iterator<Item = Row> {
        (0..self.count().unwrap_or_default()).filter_map(|number| self.row(number))
    }

    /// One row by its number, which is taken apart like that of a clock: each list is a digit.
    fn row(&self, number: usize) -> Option<Row> {
        match self {
            Self::Listed(rows) => rows.get(number).cloned(),
            Self::Lists(lists) => {
                let mut rest = number;
                let digit = |(key, values): &(&str, &[Value])| {
                    let value = values.get(rest.checked_rem(values.len())?)?;
                    rest /= values.len();
                    Some(((*key).to_owned(), value.0.clone()))
                };
                lists.iter().map(digit).collect()
            }
        }
    }
}

/// Whether there are keys, and all of them can stand between braces.
fn keys<V>(map: &BTreeMap<Spanned<String>, V>, span: Range<usize>, notes: &mut Notes<'_>) -> bool {
    if map.is_empty() {
        notes.add(span, "for_each: without a key there is nothing to repeat: add one");
    }
    let good = |key: &Spanned<String>| notes.take("for_each", key.span(), placeholder::key(key.get_ref())).is_some();
    // Every one is looked at, so that every problem is told.
    !map.is_empty() & map.keys().map(good).fold(true, |all, one| all & one)
}
