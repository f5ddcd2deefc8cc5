//! What of our Oracle SQL SQLite does not understand. All else is said in functions of the same name.

/// The statement for SQLite: `SYSDATE` is a call, a name that ends with `#` wants quotes, a division is one of
/// fractions. Texts, quoted names and comments stay as they are.
pub fn translate(oracle: &str) -> String {
    let mut out = String::with_capacity(oracle.len() + 16);
    let mut rest = oracle;
    while let Some(first) = rest.chars().next() {
        let length = token(rest, first);
        let (word, after) = rest.split_at(length);
        match word {
            "/" => out.push_str("* 1.0 /"),
            _ if word.eq_ignore_ascii_case("sysdate") => out.push_str("sysdate()"),
            _ if name(first) && word.ends_with('#') => out.push_str(&format!("\"{word}\"")),
            _ => out.push_str(word),
        }
        rest = after;
    }
    out
}

fn name(c: char) -> bool {
    c.is_alphanumeric() || "_$#".contains(c)
}

/// The length of the text, comment, quoted name, word or single character in front.
fn token(rest: &str, first: char) -> usize {
    let until = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    match first {
        '\'' => until("'", 1),
        '"' => until("\"", 1),
        '-' if rest.starts_with("--") => until("\n", 2),
        '/' if rest.starts_with("/*") => until("*/", 2),
        _ if name(first) => rest.find(|c| !name(c)).unwrap_or(rest.len()),
        _ => first.len_utf8(),
    }
}

#[test]
fn only_what_differs_is_translated() {
    for (oracle, sqlite) in [
        ("SELECT s.serial# FROM v$session s", "SELECT s.\"serial#\" FROM v$session s"),
        ("row_wait_obj#>0", "\"row_wait_obj#\">0"),
        ("(SYSDATE - t.start_date) * 86400", "(sysdate() - t.start_date) * 86400"),
        ("x / 1000", "x * 1.0 / 1000"),
        ("'a / sysdate # it''s' || \"x# / \"", "'a / sysdate # it''s' || \"x# / \""),
        ("-- a / b#\n/* sysdate */ sysdates", "-- a / b#\n/* sysdate */ sysdates"),
        ("'open", "'open"),
        ("a = :1", "a = :1"),
    ] {
        assert_eq!(translate(oracle), sqlite);
    }
}
