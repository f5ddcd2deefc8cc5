//! A log that is open: what it is, and whether a remembered position is in it.

use super::marks::Mark;
use super::position::{FINGERPRINT, Position, fingerprint};
use serde::{Deserialize, Serialize};
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// What tells a file apart from others of the same name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Id {
    #[serde(default)]
    pub(super) dev: u64,
    #[serde(default)]
    pub(super) ino: u64,
    /// When it was made, in nanoseconds since 1970; 0 where the file system does not say.
    #[serde(default)]
    pub(super) born: i64,
}

impl Id {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let born = metadata.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let born = born.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX));
        Self { dev: metadata.dev(), ino: metadata.ino(), born }
    }

    pub(super) fn is_same(self, other: Self) -> bool {
        (self.dev, self.ino) == (other.dev, other.ino)
    }
}

/// Nanoseconds since 1970 of the last change.
pub(super) fn mtime(metadata: &Metadata) -> i64 {
    metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec())
}

/// A regular file that is open.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) id: Id,
    /// Its size when it was opened: what is written later is for the next run.
    pub(super) size: u64,
    pub(super) mtime: i64,
    /// The first bytes of its content.
    pub(super) head: Vec<u8>,
}

impl Opened {
    /// Opens a log, without waiting for whoever may be at the other end of it.
    ///
    /// # Errors
    /// As the system says; or it is no regular file.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        let mut opened = Self {
            path: path.to_owned(),
            file,
            id: Id::of(&metadata),
            size: metadata.len(),
            mtime: mtime(&metadata),
            head: Vec::new(),
        };
        opened.head = opened.bytes(0, FINGERPRINT)?;
        Ok(opened)
    }

    /// Up to `count` bytes from `offset` on, not beyond its size.
    pub(super) fn bytes(&self, offset: u64, count: usize) -> io::Result<Vec<u8>> {
        let there = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; count.min(there)];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset.saturating_add(filled as u64)) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// The remembered position, if what is before it is here.
    pub(super) fn find(&self, mark: &Mark) -> io::Result<Option<Position>> {
        let covered = mark.covered();
        if self.size < mark.offset || self.head.get(..covered).is_none_or(|head| fingerprint(head) != mark.head) {
            return Ok(None);
        }
        let at = self.at(mark.offset, mark.inside)?;
        Ok((at.tail().len() == covered && fingerprint(at.tail()) == mark.tail).then_some(at))
    }

    /// A position of which only the place is known.
    pub(super) fn at(&self, offset: u64, inside: bool) -> io::Result<Position> {
        let before = offset.min(FINGERPRINT as u64);
        let tail = self.bytes(offset - before, usize::try_from(before).unwrap_or(0))?;
        Ok(Position::new(offset, inside, tail))
    }
}
