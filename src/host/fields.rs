//! The kernel's files of lines `name value`: meminfo, vmstat, the stat files of control groups.

/// The names and values of a text; units and further columns are left out, and so are lines without a value.
pub fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let (name, rest) = line.split_once(|c: char| c.is_ascii_whitespace())?;
        let value = rest.split_ascii_whitespace().next()?;
        Some((name.strip_suffix(':').unwrap_or(name), value))
    })
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
        fn any_text_is_taken(text: String) {
            prop_assert!(pairs(&text).count() <= text.lines().count());
        }
    }
}
