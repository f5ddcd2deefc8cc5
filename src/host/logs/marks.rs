//! What is remembered of a source between two runs.

use super::opened::{Id, Opened};
use super::packed::Codec;
use super::position::{FINGERPRINT, Position, fingerprint};
use super::{command, journal};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// More files than this are not remembered of one source.
pub(super) const MOST_FILES: usize = 256;

/// A writer that has been told to open its log anew has done so after this time: nanoseconds.
const STILL_OPEN: i64 = 3600 * 1_000_000_000;

/// Generations that are remembered beside the present one.
const MOST_BEHIND: usize = 8;

/// What is remembered of one source. Whatever it holds, at worst lines are read again, or said to be lost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// Whether the source has been read before: what is new then is read from its beginning.
    pub(super) known: bool,
    /// Files that were last written before this are not new but left out: nanoseconds since 1970.
    pub(super) floor: i64,
    /// The time of the newest file that fitted a pattern at the last run, packed ones too: nanoseconds since 1970.
    pub(super) newest: i64,
    pub(super) files: Vec<Mark>,
    /// The files were renamed all the time at the last run, so that nothing was read.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) unsettled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) journal: Option<journal::Mark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command: Option<command::Mark>,
}

/// A position in the content of one file. The content decides where it is found again; the inode is a hint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Mark {
    /// The log's name, also while its position is in a file that it was renamed to.
    #[serde(with = "path_text")]
    pub(super) path: PathBuf,
    /// The file that held the position, where it has another name too; or one that lies beside it.
    #[serde(with = "path_text", skip_serializing_if = "is_empty")]
    pub(super) real: PathBuf,
    #[serde(flatten)]
    pub(super) id: Id,
    /// Bytes that have been read.
    pub(super) offset: u64,
    /// Bytes that there were in the file, packed as it may be.
    pub(super) size: u64,
    /// Nanoseconds since 1970.
    pub(super) mtime: i64,
    /// Fingerprints of the first KiB, and of the last one before the offset.
    pub(super) head: u64,
    pub(super) tail: u64,
    /// The offset is in the middle of a line whose beginning has been given.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) inside: bool,
    /// The file was read to its end.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) done: bool,
    /// The file is gone, and that has been said.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) gone: bool,
    /// Nothing was new at the last run.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) quiet: bool,
    /// The ends of the generations before, the oldest first: a writer may still have one open for a while.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) behind: Vec<Mark>,
}

impl Marks {
    /// Whether a log of this name, or the file of a block, is remembered; both as in [`Log`](super::Log).
    #[must_use]
    pub fn has(&self, log: &Path, file: u64) -> bool {
        self.files.iter().any(|mark| mark.path == log || mark.id.number() == file)
    }
}

impl Mark {
    pub(super) fn of(path: &Path, opened: &Opened, at: &Position, done: bool) -> Self {
        let head = opened.head.get(..opened.head.len().min(length(at.offset))).unwrap_or_default();
        Self {
            path: path.to_owned(),
            real: if opened.path == path { PathBuf::new() } else { opened.path.clone() },
            id: opened.id,
            offset: at.offset,
            size: opened.size,
            mtime: opened.mtime,
            head: fingerprint(head),
            tail: fingerprint(at.tail()),
            inside: at.inside,
            done,
            gone: false,
            quiet: false,
            behind: Vec::new(),
        }
    }

    /// The same, with the ends of the generations before for as long as somebody may write to them, and of those that
    /// are not older than this one by their times.
    pub(super) fn with_behind(mut self, mut behind: Vec<Self>) -> Self {
        let last = Self::last_open(&behind);
        let mut at = 0..;
        behind.retain(|behind| {
            // A writer may come late to an empty one, whatever was written to the one before meanwhile.
            let is_open = at.next() >= Some(last) || behind.size == 0;
            ((is_open && self.mtime.saturating_sub(behind.mtime) < STILL_OPEN) || behind.mtime >= self.mtime)
                && !behind.is_of(self.id)
        });
        behind.drain(..behind.len().saturating_sub(MOST_BEHIND));
        behind.iter_mut().for_each(|behind| behind.behind.clear());
        self.behind = behind;
        self
    }

    /// The first of some generations that a writer may still have open: the last one in which there is something.
    pub(super) fn last_open(behind: &[Self]) -> usize {
        behind.iter().rposition(|behind| behind.size > 0).unwrap_or(0)
    }

    /// The name of the file that holds the position.
    pub(super) fn file(&self) -> &Path {
        if is_empty(&self.real) { &self.path } else { &self.real }
    }

    /// Whether somebody may still write to the file that holds the position: not long ago he has, and it is not packed.
    pub(super) fn may_be_open(&self) -> bool {
        let packed = self.file().file_name().is_some_and(|name| Codec::of(name).is_some());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_nanos()).unwrap_or(i64::MAX);
        !packed && now.saturating_sub(self.mtime) < STILL_OPEN
    }

    /// Where a link of this name leads is looked up once for each file: the link may lead elsewhere at the next run.
    pub(super) fn with_real(mut self, before: Option<Self>) -> Self {
        if !is_empty(&self.real) {
            return self;
        }
        self.real = match before {
            Some(before) if before.id == self.id && before.path == self.path => before.real,
            before => match fs::canonicalize(&self.path) {
                Ok(real) if real == self.path => PathBuf::new(),
                Ok(real) if fs::metadata(&real).is_ok_and(|file| Id::of(&file).is_same(self.id)) => real,
                // It leads elsewhere by now, or nowhere: the file lies near the one before.
                _ => before.map(|before| before.real).unwrap_or_default(),
            },
        };
        self
    }

    /// How many bytes each fingerprint covers.
    pub(super) fn covered(&self) -> usize {
        length(self.offset)
    }

    /// Whether a file is the very one, as far as its number tells. The device's number may change at a reboot.
    pub(super) fn is_of(&self, id: Id) -> bool {
        self.id.ino == id.ino && (self.id.born == id.born || self.id.born == 0 || id.born == 0)
    }
}

fn length(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX).min(FINGERPRINT)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_false(value: &bool) -> bool {
    !value
}

fn is_empty(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

/// A path as text, so that names in any encoding come back as they were.
mod path_text {
    use crate::model::bytes;
    use serde::{Deserializer, Serializer};
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::path::{Path, PathBuf};

    pub(super) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        bytes::serialize(path.as_os_str().as_bytes(), serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        bytes::deserialize(deserializer).map(|bytes| OsString::from_vec(bytes).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    #[test]
    fn any_name_comes_back() -> serde_json::Result<()> {
        for name in [b"/var/log/a".to_vec(), b"/\xFF\xFE\\x41\\\xC3\xB6 \n".to_vec(), Vec::new()] {
            let mark = Mark { path: OsString::from_vec(name).into(), head: u64::MAX, ..Mark::default() };
            let marks = Marks { known: true, floor: -1, files: vec![mark], ..Marks::default() };
            assert_eq!(serde_json::from_str::<Marks>(&serde_json::to_string(&marks)?)?, marks);
        }
        assert_eq!(serde_json::from_str::<Marks>("{}")?, Marks::default());
        Ok(())
    }
}
