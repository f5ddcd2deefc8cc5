//! What is kept of a record between two runs, because its end may be still to come.

use super::splitter::Open;
use crate::checks::logscan::rule::Rules;
use crate::host::logs::Log;
use crate::model::bytes;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Bytes that are kept of the records of one source.
const MOST: usize = 256 * 1024;
/// Records that are kept of one source: as many as it has logs.
const MOST_RECORDS: usize = 256;

/// A record that was judged with what there was of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::checks::logscan) struct Pending {
    /// The name of its log.
    #[serde(with = "bytes")]
    log: Vec<u8>,
    /// The file that its last line was in.
    file: u64,
    /// What there was of it.
    #[serde(with = "bytes", skip_serializing_if = "Vec::is_empty")]
    text: Vec<u8>,
    /// It is longer than what is judged of one, or the first rule of all has taken it: its other lines change nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    full: bool,
    /// The rule that has taken it.
    #[serde(skip_serializing_if = "String::is_empty")]
    rule: String,
}

impl Pending {
    pub(super) fn new(log: &Path, file: u64, open: Open, rules: &Rules) -> Self {
        let rule = open.taken.and_then(|at| rules.get(at)).map(|rule| rule.name.clone()).unwrap_or_default();
        Self { log: log.as_os_str().as_bytes().to_vec(), file, text: open.text, full: open.full, rule }
    }

    pub(super) fn open(self, rules: &Rules) -> Open {
        let taken = rules.iter().position(|rule| rule.name == self.rule);
        Open::kept(self.text, self.full, taken)
    }

    pub(super) fn log(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.log))
    }

    pub(super) const fn file(&self) -> u64 {
        self.file
    }

    /// How well it fits to the lines of a log that come next; `None` where they do not go on with it.
    pub(super) fn fits(&self, log: Log<'_>) -> Option<u8> {
        let same = (self.log() == log.path, log.file != 0 && self.file == log.file);
        match same {
            (true, true) => Some(0),
            // The file has another name by now.
            (false, true) => Some(1),
            // The log goes on in another file.
            (true, false) if !log.late => Some(2),
            _ => None,
        }
    }
}

/// Keeps to the bounds: what was read last is kept first. Without its text it is still known whether it was taken.
pub(super) fn bound(all: &mut Vec<Pending>) {
    let mut left = MOST;
    all.truncate(MOST_RECORDS);
    all.retain_mut(|pending| {
        match left.checked_sub(pending.text.len()) {
            Some(rest) => left = rest,
            None => pending.text = Vec::new(),
        }
        !pending.text.is_empty() || pending.full || !pending.rule.is_empty()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_and_what_was_taken_stays_known() {
        let one =
            |text: usize, rule: &str| Pending { text: vec![b'x'; text], rule: rule.to_owned(), ..Pending::default() };
        let mut all = vec![one(100_000, "a"), one(100_000, ""), one(100_000, "a"), one(100_000, ""), one(1000, "")];
        bound(&mut all);
        let sizes: Vec<usize> = all.iter().map(|pending| pending.text.len()).collect();
        assert_eq!(sizes, [100_000, 100_000, 0, 1000]);
        let mut many = vec![one(1, ""); 1000];
        bound(&mut many);
        assert_eq!(many.len(), MOST_RECORDS);
    }

    #[test]
    fn any_text_comes_back() -> serde_json::Result<()> {
        let pending =
            Pending { log: b"/\xFF".to_vec(), file: u64::MAX, text: b"a\\\n\xFE\0".to_vec(), ..Pending::default() };
        assert_eq!(serde_json::from_str::<Pending>(&serde_json::to_string(&pending)?)?, pending);
        assert_eq!(serde_json::from_str::<Pending>("{}")?, Pending::default());
        Ok(())
    }
}
