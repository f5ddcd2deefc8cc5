//! Tables as SQL*Plus marks them up: `SET MARKUP HTML ON ENTMAP ON`, which every release since 9i knows. What is text
//! is escaped there, so that a cell ends where it seems to; numbers are aligned to the right.

use crate::oracle::rows::Rows;
use crate::oracle::value::Value;

/// What stands for null.
const NULL: &str = "&nbsp;";

/// The rows of a table; `None` when there is none in the text.
pub(super) fn parse(text: &str) -> Option<Result<Rows, String>> {
    let start = text.find("<table")?;
    let end = text.rfind("</table>");
    Some(match end.and_then(|end| text.get(start..end)) {
        Some(table) => rows(table),
        None => Err("a table of sqlplus has no end".to_owned()),
    })
}

fn rows(table: &str) -> Result<Rows, String> {
    let mut found: Option<Rows> = None;
    // The head is repeated on every page.
    for row in table.split("<tr>").skip(1) {
        let columns: Vec<String> = cells(row, "th").map(|(_, name)| plain_cell(name).trim().to_owned()).collect();
        if !columns.is_empty() {
            found.get_or_insert_with(|| Rows::new(columns));
            continue;
        }
        let rows = found.as_mut().ok_or("a table of sqlplus has no head")?;
        let values: Vec<Value> = cells(row, "td").map(|(attributes, content)| value(attributes, content)).collect();
        if values.len() != rows.columns().len() {
            return Err("a row of sqlplus has not as many values as columns".to_owned());
        }
        if !rows.push(values) {
            break;
        }
    }
    found.ok_or_else(|| "a table of sqlplus has no head".to_owned())
}

/// The cells of a row: attributes and content.
fn cells<'r>(row: &'r str, kind: &'r str) -> impl Iterator<Item = (&'r str, &'r str)> {
    let (open, close) = (format!("<{kind}"), format!("</{kind}>"));
    let mut rest = row;
    std::iter::from_fn(move || {
        let start = rest.find(&open)? + open.len();
        let (attributes, behind) = rest.get(start..)?.split_once('>')?;
        let (content, after) = behind.split_once(&close)?;
        rest = after;
        Some((attributes, content))
    })
}

fn value(attributes: &str, content: &str) -> Value {
    let text = plain_cell(content);
    if content.trim() == NULL || text.is_empty() {
        return Value::Null;
    }
    let number = attributes.contains("right").then(|| Value::number(&text)).flatten();
    number.unwrap_or_else(|| Value::text(text))
}

/// The content of a cell, which stands on lines of its own.
fn plain_cell(content: &str) -> String {
    let content = content.strip_prefix('\n').unwrap_or(content);
    unescaped(content.strip_suffix('\n').unwrap_or(content))
}

/// A text without its escapes; those of other characters are left as they are.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let known = [("lt;", '<'), ("gt;", '>'), ("quot;", '"'), ("amp;", '&'), ("#39;", '\'')];
        match known.iter().find_map(|(name, c)| Some((*c, after.strip_prefix(name)?))) {
            Some((c, behind)) => {
                out.push(c);
                rest = behind;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out + rest
}

/// A message without its markup, line by line.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        rest = after.split_once('>').map_or("", |(_, behind)| behind);
    }
    unescaped(&(out + rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn escaped(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    }

    #[test]
    fn a_table_of_two_pages() {
        let head = "<tr>\n<th scope=\"col\">\nNAME\n</th>\n<th scope=\"col\">\nBYTES\n</th>\n</tr>\n";
        let row = |name: &str, bytes: &str| {
            format!("<tr>\n<td>\n{name}\n</td>\n<td align=\"right\">\n       {bytes}\n</td>\n</tr>\n")
        };
        let text = format!(
            "<p>\n<table border='1' summary='Script output'>\n{head}{}{}{head}{}</table>\n<p>\n",
            row("A&lt;/td&gt;&amp;lt;", "9007199254740993"),
            row("&nbsp;", "-.5"),
            row(" two\nlines ", "&nbsp;"),
        );
        let rows = parse(&text).expect("a table").expect("right");
        assert_eq!(rows.columns(), ["NAME", "BYTES"]);
        let got: Vec<_> = rows.iter().map(|row| (row.value("NAME").clone(), row.value("BYTES").clone())).collect();
        let expected = [
            (Value::text("A</td>&lt;"), Value::Integer(9_007_199_254_740_993)),
            (Value::Null, Value::Float(-0.5)),
            (Value::text(" two\nlines "), Value::Null),
        ];
        assert_eq!(got, expected);
    }

    #[test]
    fn what_is_no_whole_table() {
        assert!(parse("ERROR at line 1:<br>\nORA-00942: table<br>").is_none());
        for text in [
            "<table><tr><td>x</td></tr></table>",
            "<table>",
            "<table></table>",
            "<table><tr><th>A</th></tr><tr></tr></table>",
        ] {
            assert!(parse(text).is_some_and(|rows| rows.is_err()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "[^\\r\\x00]{1,40}") {
            let cell = format!("\n{}\n", escaped(&text));
            prop_assert_eq!(value("", &cell), Value::text(text));
        }

        #[test]
        fn nothing_panics(text: String) {
            let _ = parse(&format!("<table{text}</table>"));
            let _ = plain(&text);
        }
    }
}
