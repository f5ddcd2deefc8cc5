//! A command line becomes words as in a shell, without one.

/// The words of a command line: quoted with '...' or "...", or by `\` in front of a character.
///
/// # Errors
/// A quote that is not closed; nothing to run; or what only a shell can do.
pub(in crate::host::logs) fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_ascii_whitespace() => words.extend(word.take()),
            '\'' => loop {
                match chars.next() {
                    Some('\'') => break word = Some(word.unwrap_or_default()),
                    Some(c) => word.get_or_insert_default().push(c),
                    None => return Err(unclosed(line, '\'')),
                }
            },
            '"' => loop {
                match chars.next() {
                    Some('"') => break word = Some(word.unwrap_or_default()),
                    // Before other characters it is itself, as in a shell.
                    Some('\\') => match chars.next() {
                        Some(c @ ('"' | '\\' | '$' | '`')) => word.get_or_insert_default().push(c),
                        Some(c) => word.get_or_insert_default().extend(['\\', c]),
                        None => return Err(unclosed(line, '"')),
                    },
                    Some(c @ ('$' | '`')) => return Err(shell(line, c)),
                    Some(c) => word.get_or_insert_default().push(c),
                    None => return Err(unclosed(line, '"')),
                }
            },
            '\\' => match chars.next() {
                Some(c) => word.get_or_insert_default().push(c),
                None => return Err(format!("'{line}': '\\' stands at the end of the command")),
            },
            '|' | '&' | ';' | '<' | '>' | '(' | ')' | '$' | '`' => return Err(shell(line, c)),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    match words.first() {
        Some(program) if !program.is_empty() && !line.contains('\0') => Ok(words),
        _ => Err(format!("'command:{line}' names no command")),
    }
}

fn unclosed(line: &str, quote: char) -> String {
    format!("'{line}': a {quote} of the command is not closed")
}

fn shell(line: &str, c: char) -> String {
    format!("'{line}': {c} is for a shell, and there is none: quote it with '...', or write command:sh -c '...'")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_those_of_a_shell() {
        let said = words(r#" errpt  -a 'a b' "c \"d\" \x" e\ f'g'"h" '' x='|'"#).unwrap_or_default();
        assert_eq!(said, ["errpt", "-a", "a b", r#"c "d" \x"#, "e fgh", "", "x=|"]);
        assert_eq!(words("sh -c 'dmesg | tail $N'").map(|words| words.len()), Ok(3));
        for wrong in
            ["", " ", "''", "'' x", "a 'b", "a \"b", "a \"b\\", "a \\", "a | b", "a > b", "a $b", "a \"$b\"", "a\0"]
        {
            assert!(words(wrong).is_err(), "{wrong}");
        }
        let said = words("dmesg | tail").err().unwrap_or_default();
        assert!(said.contains("sh -c"), "{said}");
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(wanted in prop::collection::vec("[^\0]{1,12}", 1..5)) {
            let quoted: Vec<String> = wanted.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
            prop_assert_eq!(words(&quoted.join(" ")), Ok(wanted));
        }

        #[test]
        fn any_line_is_harmless(line in "\\PC*") {
            let _ = words(&line);
        }
    }
}
