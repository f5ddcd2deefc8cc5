//! Text from outside, made harmless.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Makes text from outside fit for one line of any scheduler.
///
/// Control characters, `|` (it would begin performance data) and characters that change the direction or
/// visibility of text are shown as escapes; so are the bytes that are not UTF-8.
#[must_use]
pub fn clean(bytes: &[u8]) -> Cow<'_, str> {
    // What nearly all text is made of, told without decoding it.
    let plain = bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'|');
    match std::str::from_utf8(bytes) {
        Ok(text) if plain || !text.chars().any(is_harmful) => Cow::Borrowed(text),
        _ => Cow::Owned(escaped(bytes)),
    }
}

/// [`clean`] for text that is known to be UTF-8.
#[must_use]
pub fn clean_str(text: &str) -> Cow<'_, str> {
    clean(text.as_bytes())
}

fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if is_harmful(c) && u32::from(c) < 0x100 => {
                    let _ = write!(out, "\\x{:02x}", u32::from(c));
                }
                c if is_harmful(c) => {
                    let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
                }
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || c == '|'
        // Line and paragraph separators, directional marks, embeddings, isolates, zero-width characters.
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Cuts text to at most `limit` bytes at a character's end, with `…` where something was cut.
#[must_use]
pub fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    const MARK: &str = "…";
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let mut end = limit.saturating_sub(MARK.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let kept = text.get(..end).unwrap_or_default();
    Cow::Owned(if limit < MARK.len() { kept.to_owned() } else { format!("{kept}{MARK}") })
}

/// `1 process`, `2 processes`: a count with its noun.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn harmless_text_is_not_copied() {
        assert!(matches!(clean("Störung in /var".as_bytes()), Cow::Borrowed(_)));
    }

    #[test]
    fn what_could_harm_is_shown() {
        assert_eq!(clean(b"a|b\nc\x1b[1m\xff\t\x00"), "a\\x7cb\\nc\\x1b[1m\\xff\\t\\x00");
        assert_eq!(clean("a\u{202e}b\u{85}".as_bytes()), "a\\u{202e}b\\x85");
    }

    #[test]
    fn a_cut_is_marked_and_keeps_characters_whole() {
        assert_eq!(cut("störung", 7), "stö…");
        assert_eq!(cut("störung", 6), "st…");
        assert_eq!(cut("kurz", 4), "kurz");
        assert_eq!(cut("störung", 2), "");
    }

    proptest! {
        #[test]
        fn clean_text_stays_as_it_is(bytes: Vec<u8>) {
            let once = clean(&bytes).into_owned();
            prop_assert!(!once.chars().any(is_harmful));
            prop_assert_eq!(clean_str(&once).into_owned(), once);
        }

        #[test]
        fn a_cut_never_exceeds_its_limit(text: String, limit in 0usize..40) {
            prop_assert!(cut(&text, limit).len() <= limit);
        }
    }
}
