//! A place in the journal, as journalctl writes it: `s=…;i=…;b=…;m=…;t=…;x=…`, hexadecimal.

use serde::{Deserialize, Serialize};

/// Longer than any that systemd writes.
const LONGEST: usize = 512;

/// The place of one entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Cursor(String);

impl Cursor {
    /// From the journal.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let cursor = Self(String::from_utf8(bytes.to_vec()).ok()?);
        cursor.is_plausible().then_some(cursor)
    }

    /// Whether it has the form of one: what is remembered may come from anywhere.
    pub(super) fn is_plausible(&self) -> bool {
        let fits = |item: &str| {
            let (name, value) = item.split_once('=').unwrap_or_default();
            name.len() == 1 && !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        self.0.len() <= LONGEST && self.0.split(';').all(fits)
    }

    /// What journalctl is told to begin there, with this entry.
    pub(super) fn argument(&self) -> String {
        format!("--cursor={}", self.0)
    }

    /// Whether both are the same entry. When journald moves its journal from memory to the disk, an entry gets another
    /// number in another sequence; boot, times and content stay.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let same =
            |names: &[&str]| names.iter().all(|name| self.item(name).is_some() && self.item(name) == other.item(name));
        self == other || (self.item("s") != other.item("s") && same(&["b", "m", "t", "x"]))
    }

    /// Whether it is surely behind another.
    pub(super) fn is_after(&self, other: &Self) -> bool {
        let later = |name: &str| self.number(name).zip(other.number(name)).is_some_and(|(own, other)| own > other);
        if self.item("s").is_some() && self.item("s") == other.item("s") { later("i") } else { later("t") }
    }

    fn number(&self, name: &str) -> Option<u64> {
        u64::from_str_radix(self.item(name)?, 16).ok()
    }

    fn item(&self, name: &str) -> Option<&str> {
        self.0
            .split(';')
            .filter_map(|item| item.split_once('='))
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_told_apart_and_ordered() {
        let cursor = |text: &str| Cursor(text.to_owned());
        let one = cursor("s=3a;i=4;b=01;m=3eb;t=660f;x=5d");
        assert!(one.is_plausible() && one.is_same(&one) && !one.is_after(&one));
        let moved = cursor("s=77;i=1;b=01;m=3eb;t=660f;x=5d");
        assert!(one.is_same(&moved) && !one.is_after(&moved));
        let next = cursor("s=3a;i=5;b=01;m=3eb;t=660f;x=5d");
        assert!(!one.is_same(&next) && next.is_after(&one) && !one.is_after(&next));
        assert!(cursor("s=77;i=1;b=02;m=1;t=6610;x=0").is_after(&one));
        for wrong in ["", "s", "s=", "s=x", "s=1;--x=1", "s=1\n", &"s=1;".repeat(200)] {
            assert!(!cursor(wrong).is_plausible(), "{wrong}");
        }
        assert!(!cursor("").is_same(&cursor("s=1")) && !cursor("i=1").is_after(&cursor("i=")));
    }
}
