//! What SQL*Plus wrote: the outputs of the statements, between their marks.

use super::table;
use crate::oracle::fault::{Fault, Kind, Stage};
use crate::oracle::query::Query;
use crate::oracle::rows::Rows;

/// SQL*Plus says this to every statement after a log-in that failed.
const NOT_CONNECTED: &str = "SP2-0640";

/// The answers to the statements.
pub(super) fn read(output: &[u8], queries: &[Query], mark: &str, stderr: &str) -> Vec<Result<Rows, Fault>> {
    let text = String::from_utf8_lossy(output);
    let mut parts = sections(&text, mark);
    let before = parts.remove(0);
    if parts.is_empty() {
        // It did not come as far as the first statement.
        let said = [before, stderr].map(table::plain).join("\n");
        return vec![Err(Fault::told(Stage::Connect, &said)); queries.len()];
    }
    let answer = |(number, query): (usize, &Query)| match parts.get(number) {
        // The mark behind it tells that it is whole.
        Some(part) if number + 1 < parts.len() => section(part, before).map_err(|fault| fault.needing(&query.grants)),
        _ => Err(Fault::new(Kind::Protocol, "sqlplus ended before the statement did")),
    };
    queries.iter().enumerate().map(answer).collect()
}

/// The texts before, between and after the marks, without the rest of a mark's line.
fn sections<'t>(text: &'t str, mark: &str) -> Vec<&'t str> {
    let mut parts = text.split(mark);
    let first = parts.next().unwrap_or_default();
    let after = |part: &'t str| part.split_once('\n').map_or("", |(_, rest)| rest);
    std::iter::once(first).chain(parts.map(after)).collect()
}

/// One statement's output: a table, an error, or nothing where there are no rows.
fn section(part: &str, before: &str) -> Result<Rows, Fault> {
    if let Some(rows) = table::parse(part) {
        let rows = rows.map_err(|why| Fault::new(Kind::Protocol, &why))?;
        // An error after some rows: they are not all.
        let rest = part.rfind("</table>").and_then(|end| part.get(end..)).map(table::plain).unwrap_or_default();
        return if is_error(&rest) { Err(Fault::told(Stage::Query, &rest)) } else { Ok(rows) };
    }
    let said = table::plain(part);
    if said.contains(NOT_CONNECTED) {
        return Err(Fault::told(Stage::Connect, &table::plain(before)));
    }
    if is_error(&said) { Err(Fault::told(Stage::Query, &said)) } else { Ok(Rows::default()) }
}

fn is_error(said: &str) -> bool {
    said.lines().any(|line| ["ORA-", "SP2-", "TNS-", "ERROR"].iter().any(|mark| line.trim_start().starts_with(mark)))
}
