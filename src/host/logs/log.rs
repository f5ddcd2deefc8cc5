//! Which log a block belongs to, so that what spans two blocks, two files or two runs can be put together again.

use super::opened::{Id, Opened};
use std::hash::Hasher as _;
use std::path::Path;

/// Where a block has its place.
#[derive(Clone, Copy, Debug)]
pub struct Log<'a> {
    /// The log's own name, also while a file is read that it was renamed to.
    pub path: &'a Path,
    /// Tells the file that is read from others, whatever it is called; 0 where there is none.
    pub file: u64,
    /// It was added to the generation before when that had been read already: it goes on there, not behind the block
    /// that was given last.
    pub late: bool,
    /// It is one entry, such as a journal's: it goes on nowhere.
    pub entry: bool,
}

impl<'a> Log<'a> {
    /// Text that is read in one go, such as a command's output.
    #[must_use]
    pub const fn text(path: &'a Path) -> Self {
        Self { path, file: 0, late: false, entry: false }
    }

    /// One whole entry, of one line or of several.
    #[must_use]
    pub const fn entry(path: &'a Path) -> Self {
        Self { entry: true, ..Self::text(path) }
    }

    pub(super) fn of(path: &'a Path, opened: &Opened, late: bool) -> Self {
        Self { path, file: opened.id.number(), late, entry: false }
    }
}

impl Id {
    /// One number that tells files apart as well as inode and birth do, and is never 0.
    pub(super) fn number(self) -> u64 {
        let mut hash = fnv::FnvHasher::default();
        hash.write_u64(self.ino);
        hash.write_i64(self.born);
        hash.finish().max(1)
    }
}
