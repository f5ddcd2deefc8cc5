//! A part of a log that is to be read: from a position in a file to its end.

use super::kin::Kin;
use super::marks::Mark;
use super::opened::Opened;
use super::position::{FINGERPRINT, Position};
use crate::runtime::deadline::Deadline;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;

/// A file, and from where on it is read.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) opened: Opened,
    pub(super) at: Position,
    /// Nobody will write to it again.
    pub(super) finished: bool,
}

impl Piece {
    pub(super) const fn new(opened: Opened, at: Position) -> Self {
        Self { opened, at, finished: false }
    }

    /// All of a file.
    ///
    /// # Errors
    /// As the system says; or the file of this name is another by now.
    pub(super) fn whole(kin: &Kin) -> io::Result<Self> {
        Ok(Self::new(open(kin)?, Position::default()))
    }

    /// The rest of a file that holds the remembered position.
    pub(super) fn find(kin: &Kin, mark: &Mark, _deadline: &Deadline) -> Option<Self> {
        if kin.packed.is_none() && kin.size < mark.offset {
            return None;
        }
        let opened = open(kin).ok()?;
        let at = opened.find(mark).ok()??;
        Some(Self::new(opened, at))
    }

    /// Up to one KiB behind the position.
    pub(super) fn next_bytes(self) -> Vec<u8> {
        self.opened.bytes(self.at.offset, FINGERPRINT).unwrap_or_default()
    }

    /// Bytes that are left, as far as that is known.
    pub(super) fn left(&self) -> u64 {
        self.opened.size.saturating_sub(self.at.offset)
    }
}

fn open(kin: &Kin) -> io::Result<Opened> {
    let opened = Opened::open(&kin.path)?;
    if opened.id.is_same(kin.id) { Ok(opened) } else { Err(io::Error::other("it was renamed meanwhile")) }
}

/// A plain file as a stream from a place on.
pub(super) struct Plain<'f> {
    pub(super) opened: &'f Opened,
    pub(super) offset: u64,
}

impl Read for Plain<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.opened.file.read_at(buffer, self.offset)?;
        self.offset = self.offset.saturating_add(read as u64);
        Ok(read)
    }
}
