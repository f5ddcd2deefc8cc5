//! A part of a log that is to be read: from a position in a file to its end.

use super::encoding::{Encoding, Form};
use super::kin::Kin;
use super::log::Log;
use super::marks::Mark;
use super::opened::{Content, Opened};
use super::position::{FINGERPRINT, Position};
use super::reader::{Reader, Text};
use crate::runtime::deadline::Deadline;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// A file, and from where on it is read.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) opened: Opened,
    pub(super) at: Position,
    pub(super) content: Content,
    /// Nobody will write to it again.
    pub(super) finished: bool,
    /// All of it has been read.
    pub(super) done: bool,
    /// It was emptied before anything of it could be read: where that is now, the next run will find.
    pub(super) emptied: bool,
}

impl Piece {
    pub(super) const fn new(opened: Opened, at: Position, content: Content) -> Self {
        let finished = opened.packed.is_some();
        Self { opened, at, content, finished, done: false, emptied: false }
    }

    /// All of a file.
    ///
    /// # Errors
    /// As the system says.
    pub(super) fn all(opened: Opened, deadline: &Deadline) -> io::Result<Self> {
        let (at, content) = opened.content(0, deadline)?;
        Ok(Self::new(opened, at, content))
    }

    /// All of a file that was seen.
    ///
    /// # Errors
    /// As the system says; or the file of this name is another by now.
    pub(super) fn whole(kin: &Kin, deadline: &Deadline) -> io::Result<Self> {
        Self::all(open(kin)?, deadline)
    }

    /// The rest of a file that holds the remembered position.
    pub(super) fn find(kin: &Kin, mark: &Mark, deadline: &Deadline) -> Option<Self> {
        if kin.packed.is_none() && kin.size < mark.offset {
            return None;
        }
        let opened = open(kin).ok()?;
        // A packed file that has been read to its end is not unpacked for nothing.
        let known = mark.done && opened.packed.is_some() && mark.is_of(opened.id);
        if known && (opened.size, opened.mtime) == (mark.size, mark.mtime) {
            let at = Position::new(mark.offset, mark.inside, Vec::new());
            return Some(Self { done: true, ..Self::new(opened, at, Content::Packed(Box::new(io::empty()))) });
        }
        let (at, content) = opened.find(mark, deadline).ok()??;
        Some(Self::new(opened, at, content))
    }

    /// Up to one KiB behind the position.
    pub(super) fn next_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.content {
            Content::Plain => return self.opened.bytes(self.at.offset, FINGERPRINT).unwrap_or_default(),
            // What cannot be unpacked says nothing.
            Content::Packed(stream) => drop(stream.take(FINGERPRINT as u64).read_to_end(&mut bytes)),
        }
        bytes
    }

    /// Bytes that are left: of a packed file, its own size.
    pub(super) fn left(&self) -> u64 {
        match self.content {
            _ if self.done => 0,
            Content::Plain => self.opened.size.saturating_sub(self.at.offset),
            Content::Packed(_) => self.opened.size,
        }
    }

    /// Gives what there is from the position on, as a part of the log `of`; `late` as in [`Log`].
    ///
    /// # Errors
    /// As the system or the packer says; the position is behind what was given.
    pub(super) fn read(
        &mut self,
        of: &Path,
        late: bool,
        encoding: Encoding,
        reader: &mut Reader<'_>,
    ) -> io::Result<()> {
        if self.left() == 0 {
            self.done = true;
            return Ok(());
        }
        let (form, bom) = Form::of(encoding, &self.opened.head);
        let end = if self.opened.packed.is_some() { u64::MAX } else { self.opened.size };
        let (log, begun) = (Log::of(of, &self.opened, late), self.at.offset);
        let text = Text { log, path: &self.opened.path, form, bom, end, finished: self.finished };
        match &mut self.content {
            Content::Plain => {
                let mut stream = Plain { opened: &self.opened, offset: self.at.offset, shrunk: false };
                reader.read(text, &mut stream, &mut self.at)?;
                self.emptied = stream.shrunk && self.at.offset == begun;
                self.done = self.at.offset >= self.opened.size;
            }
            Content::Packed(stream) => {
                reader.read(text, stream, &mut self.at)?;
                self.done = !reader.stopped;
            }
        }
        Ok(())
    }
}

fn open(kin: &Kin) -> io::Result<Opened> {
    let opened = Opened::open(&kin.path)?;
    if opened.id.is_same(kin.id) { Ok(opened) } else { Err(io::Error::other("it was renamed meanwhile")) }
}

/// A plain file as a stream from a place on. It ends where the file has been emptied since it was opened: what is read
/// then may be of what was written later.
struct Plain<'f> {
    opened: &'f Opened,
    offset: u64,
    shrunk: bool,
}

impl Read for Plain<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.opened.file.read_at(buffer, self.offset)?;
        // Cheaper than fstat, and nobody else goes by the file's own place.
        self.shrunk |= (&*self.opened.file).seek(SeekFrom::End(0))? < self.opened.size;
        if self.shrunk {
            return Ok(0);
        }
        self.offset = self.offset.saturating_add(read as u64);
        Ok(read)
    }
}
