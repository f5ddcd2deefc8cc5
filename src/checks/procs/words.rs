//! Words with quotes: how an expectation is divided, and how a value is written so that it stays whole.

/// Divides at white space that stands in no quotes; `'…'` and `"…"` keep what is in them as it is, and may stand
/// anywhere in a word. A backslash is nothing special: regular expressions are full of them.
///
/// # Errors
/// A quote that does not end.
pub(super) fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(mark) if c == mark => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    if let Some(mark) = quote {
        return Err(format!("a quote {mark} does not end"));
    }
    words.extend(word);
    Ok(words)
}

/// The text as it must be written to be read as one word.
pub(super) fn quoted(text: &str) -> String {
    if !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '\'' || c == '"') {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\"'\"'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_keep_spaces() {
        assert_eq!(split(" a='b c'\t\"d'e\" ''"), Ok(vec!["a=b c".to_owned(), "d'e".to_owned(), String::new()]));
        assert!(split("a='b").is_err());
        assert_eq!(split(""), Ok(vec![]));
    }

    proptest! {
        #[test]
        fn quoted_words_stay_whole(words: Vec<String>) {
            let line: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            prop_assert_eq!(split(&line.join(" ")), Ok(words));
        }
    }
}
