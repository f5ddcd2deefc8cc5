//! A log that is open: what it is, and whether a remembered position is in it.

use super::birth;
use super::marks::Mark;
use super::packed::Codec;
use super::position::{FINGERPRINT, Position, fingerprint};
use crate::runtime::deadline::Deadline;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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

/// The same of a file by its name; `None` where it is gone.
pub(super) fn time(path: &Path) -> Option<i64> {
    fs::metadata(path).ok().map(|metadata| mtime(&metadata))
}

/// Who has written half a line writes the rest within this time.
const LATELY: Duration = Duration::from_secs(10);

/// Bytes of a packed file that are passed over in one go.
const SKIP: usize = 32 * 1024;

/// Where the content of a file comes from, beginning at a position.
pub(super) enum Content {
    Plain,
    Packed(Box<dyn Read>),
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Plain) { "Plain" } else { "Packed" })
    }
}

/// A regular file that is open.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) file: Arc<File>,
    pub(super) packed: Option<Codec>,
    pub(super) id: Id,
    /// Its size when it was opened, packed as it may be: what is written later is for the next run.
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
        let mut id = Id::of(&metadata);
        if id.born == 0 {
            id.born = birth::of(&file);
        }
        let mut opened = Self {
            path: path.to_owned(),
            file: Arc::new(file),
            packed: path.file_name().and_then(Codec::of),
            id,
            size: metadata.len(),
            mtime: mtime(&metadata),
            head: Vec::new(),
        };
        opened.head = match opened.packed {
            None => opened.bytes(0, FINGERPRINT)?,
            Some(codec) => {
                let mut head = Vec::new();
                codec.unpack(Arc::clone(&opened.file)).take(FINGERPRINT as u64).read_to_end(&mut head)?;
                head
            }
        };
        Ok(opened)
    }

    /// Whether its last line can be taken for finished although it has no end: packed files are, and those to which
    /// nobody has written for a while.
    pub(super) fn is_at_rest(&self) -> bool {
        let written = UNIX_EPOCH + Duration::from_nanos(u64::try_from(self.mtime).unwrap_or(0));
        self.packed.is_some() || SystemTime::now().duration_since(written).unwrap_or(LATELY) >= LATELY
    }

    /// Its content from a place on, and that place if it is the one that is remembered.
    ///
    /// # Errors
    /// As the system or the packer says; or the deadline passed while it was unpacked.
    pub(super) fn find(&self, mark: &Mark, deadline: &Deadline) -> io::Result<Option<(Position, Content)>> {
        let covered = mark.covered();
        let too_short = self.packed.is_none() && self.size < mark.offset;
        if too_short || self.head.get(..covered).is_none_or(|head| fingerprint(head) != mark.head) {
            return Ok(None);
        }
        let (mut at, content) = self.content(mark.offset, deadline)?;
        at.inside = mark.inside;
        let fits = at.offset == mark.offset && at.tail().len() == covered && fingerprint(at.tail()) == mark.tail;
        Ok(fits.then_some((at, content)))
    }

    /// Its content from a place on; a packed one that is shorter ends before.
    ///
    /// # Errors
    /// As [`Opened::find`].
    pub(super) fn content(&self, offset: u64, deadline: &Deadline) -> io::Result<(Position, Content)> {
        let Some(codec) = self.packed else { return Ok((self.at(offset, false)?, Content::Plain)) };
        let mut stream = codec.unpack(Arc::clone(&self.file));
        let (mut at, mut buffer) = (Position::default(), vec![0; SKIP]);
        while at.offset < offset {
            if deadline.is_over() {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "there was no time to unpack it"));
            }
            let wanted = usize::try_from(offset - at.offset).unwrap_or(SKIP).min(SKIP);
            match stream.read(buffer.get_mut(..wanted).unwrap_or_default()) {
                Ok(0) => break,
                Ok(read) => at.pass(buffer.get(..read).unwrap_or_default()),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok((at, Content::Packed(stream)))
    }

    /// Up to `count` bytes of a plain file from `offset` on, not beyond its size.
    pub(super) fn bytes(&self, offset: u64, count: usize) -> io::Result<Vec<u8>> {
        let there = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        self.bytes_now(offset, count.min(there))
    }

    /// The same with what has been written since it was opened.
    pub(super) fn bytes_now(&self, offset: u64, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
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

    /// A position in a plain file of which only the place is known.
    pub(super) fn at(&self, offset: u64, inside: bool) -> io::Result<Position> {
        let before = offset.min(FINGERPRINT as u64);
        let tail = self.bytes(offset - before, usize::try_from(before).unwrap_or(0))?;
        Ok(Position::new(offset, inside, tail))
    }
}
