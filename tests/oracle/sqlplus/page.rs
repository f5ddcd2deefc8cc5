//! Answers as `SET MARKUP HTML ON ENTMAP ON` shows them.

use std::fmt::Write as _;

use crate::stand_in::{Answer, Kind, Value, written};

/// Rows to a page, as SET PAGESIZE says; its head is repeated.
const PAGE: usize = 50_000;

/// A table; numbers are on the right, and null is a space that does not break.
pub fn table(answer: &Answer) -> String {
    let mut out = String::from("<p>\n<table border='1' width='90%' align='center' summary='Script output'>\n");
    for rows in answer.rows.chunks(PAGE) {
        out.push_str("<tr>\n");
        for (name, _) in &answer.columns {
            let _ = write!(out, "<th scope=\"col\">\n{}\n</th>\n", escaped(name));
        }
        out.push_str("</tr>\n");
        for row in rows {
            out.push_str("<tr>\n");
            for (value, (_, kind)) in row.iter().zip(&answer.columns) {
                let align = if *kind == Kind::Number { " align=\"right\"" } else { "" };
                let shown = match value {
                    Value::Null => "&nbsp;".to_owned(),
                    Value::Number(digits) => format!("{digits:>50}"),
                    // As the session's NLS formats say.
                    Value::Date(seconds, _) => written(*seconds),
                    Value::Timestamp(seconds, nanos) => format!("{}.{nanos:09}", written(*seconds)),
                    other => escaped(&other.to_string()),
                };
                let _ = write!(out, "<td{align}>\n{shown}\n</td>\n");
            }
            out.push_str("</tr>\n");
        }
    }
    out + "</table>\n<p>\n"
}

/// A text between tags.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
