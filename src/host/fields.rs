//! The kernel's files of lines `name value`: meminfo, vmstat, the stat files of control groups.

/// The names and values of a text; units and further columns are left out, and so are lines without a value.
///
/// In one pass: vmstat has close to 200 lines, of which a few matter.
pub fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let name = upto(rest, |byte| byte.is_ascii_whitespace());
            let after = rest.get(name.len()..)?;
            let blanks = upto(after, |byte| !matches!(byte, b' ' | b'\t'));
            let after = after.get(blanks.len()..)?;
            let value = upto(after, |byte| byte.is_ascii_whitespace());
            let after = after.get(value.len()..)?;
            let unread = upto(after, |byte| byte == b'\n');
            // Behind the end of the line, or at the end of the text.
            rest = after.get(unread.len() + 1..).unwrap_or_default();
            if !name.is_empty() && !value.is_empty() {
                return Some((name.strip_suffix(':').unwrap_or(name), value));
            }
            if rest.is_empty() {
                return None;
            }
        }
    })
}

/// The text before the first byte of a kind. Such a byte is ASCII, so no character is cut.
fn upto(text: &str, kind: impl Fn(u8) -> bool) -> &str {
    let end = text.bytes().position(kind).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// A counter or a size: digits alone, as the kernel writes them.
#[must_use]
pub fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// The number of one name.
#[must_use]
pub fn find(text: &str, name: &str) -> Option<u64> {
    pairs(text).find(|(key, _)| *key == name).and_then(|(_, value)| number(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_and_values() {
        let text =
            "MemTotal:  24684084 kB\nActive(anon):\t1740 kB\nHugePages_Total:       0\noom_kill 3\nempty:\n\nx\n";
        let all: Vec<_> = pairs(text).collect();
        assert_eq!(
            all,
            [("MemTotal", "24684084"), ("Active(anon)", "1740"), ("HugePages_Total", "0"), ("oom_kill", "3")]
        );
        assert_eq!(find(text, "oom_kill"), Some(3));
        assert_eq!(find(text, "oom"), None);
    }

    #[test]
    fn only_digits_are_a_number() {
        assert_eq!(number("18446744073709551615"), Some(u64::MAX));
        for text in ["", "-1", "+1", "1.5", "0x1", "max", "18446744073709551616"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(name in "[a-zA-Z_()]{1,12}", value: u64, rest in "( kB)?") {
            prop_assert_eq!(find(&format!("other 1\n{name}x 2\n{name}: {value}{rest}\n"), &name), Some(value));
            prop_assert_eq!(find(&format!("{name} {value}"), &name), Some(value));
        }

        #[test]
        fn any_text_is_taken(text in "([ä a-z:0-9\t\r]{0,9}\n?){0,6}") {
            prop_assert!(pairs(&text).count() <= text.lines().count());
            for (name, value) in pairs(&text) {
                prop_assert!(!value.is_empty() && text.contains(name) && text.contains(value));
            }
        }
    }
}
