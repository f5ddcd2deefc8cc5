//! How much room a file system has: statvfs(3), or what another machine said.

use super::mounts::unescape;
use nix::errno::Errno;
use std::path::Path;

/// The room of a file system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Space {
    /// Bytes in all.
    pub size: u64,
    /// Bytes that nobody uses, those kept for root included.
    pub free: u64,
    /// Bytes that users can still write; below zero when what is kept for root is in use.
    pub available: i64,
    /// Files that it can hold; 0 where there is no such limit.
    pub files: u64,
    /// Files that can still be made.
    pub files_free: u64,
}

impl Space {
    /// From the numbers of statvfs(3), in blocks.
    #[must_use]
    pub fn from_blocks(block: u64, [blocks, free, available, files, files_free]: [u64; 5]) -> Self {
        // Some systems count below zero in an unsigned number, as df knows.
        let available = i128::from(available.cast_signed()) * i128::from(block);
        Self {
            size: blocks.saturating_mul(block),
            free: free.min(blocks).saturating_mul(block),
            available: i64::try_from(available).unwrap_or(if available < 0 { i64::MIN } else { i64::MAX }),
            files,
            files_free: files_free.min(files),
        }
    }

    /// Asks the kernel.
    ///
    /// # Errors
    /// As statvfs(3).
    pub fn of(path: &Path) -> Result<Self, Errno> {
        let got = loop {
            match nix::sys::statvfs::statvfs(path) {
                Err(Errno::EINTR) => {}
                other => break other?,
            }
        };
        let block = if got.fragment_size() > 0 { got.fragment_size() } else { got.block_size() };
        let numbers = [got.blocks(), got.blocks_free(), got.blocks_available(), got.files(), got.files_free()];
        Ok(Self::from_blocks(block, numbers))
    }

    /// Bytes in use.
    #[must_use]
    pub const fn used(&self) -> u64 {
        self.size.saturating_sub(self.free)
    }

    /// The numbers as bytes, for a pipe within one machine.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = [self.size, self.free, self.available.cast_unsigned(), self.files, self.files_free];
        numbers.into_iter().flat_map(u64::to_ne_bytes).collect()
    }

    /// What [`Space::to_bytes`] wrote.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (numbers, []) = bytes.as_chunks::<8>() else { return None };
        let [size, free, available, files, files_free] =
            <[[u8; 8]; 5]>::try_from(numbers).ok()?.map(u64::from_ne_bytes);
        Some(Self { size, free, available: available.cast_signed(), files, files_free })
    }
}

/// The sizes that another machine had: lines of a mount point as the mount table writes it, a tab, and `bsize blocks
/// bfree bavail files ffree`. A line that is none is left out.
#[must_use]
pub fn snapshot(text: &[u8]) -> fnv::FnvHashMap<Vec<u8>, Space> {
    text.split(|b| *b == b'\n').filter_map(line).collect()
}

fn line(line: &[u8]) -> Option<(Vec<u8>, Space)> {
    let tab = line.iter().position(|b| *b == b'\t')?;
    let (point, numbers) = (line.get(..tab)?, std::str::from_utf8(line.get(tab + 1..)?).ok()?);
    // An available number may be below zero, as df shows it.
    let mut numbers = numbers
        .split_whitespace()
        .map(|word| word.parse::<u64>().ok().or_else(|| word.parse::<i64>().ok().map(i64::cast_unsigned)));
    let mut next = || numbers.next().flatten();
    let block = next()?;
    let space = Space::from_blocks(block, [next()?, next()?, next()?, next()?, next()?]);
    Some((unescape(point).into_owned(), space))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blocks_become_bytes() {
        let space = Space::from_blocks(4096, [100, 30, 25, 10, 4]);
        assert_eq!(space, Space { size: 409_600, free: 122_880, available: 102_400, files: 10, files_free: 4 });
        assert_eq!(space.used(), 286_720);
        assert_eq!(Space::from_blocks(1, [10, 1, u64::MAX - 1, 0, 0]).available, -2);
        assert_eq!(Space::from_blocks(u64::MAX, [u64::MAX, 1, i64::MAX as u64, 0, 5]).available, i64::MAX);
    }

    #[test]
    fn the_root_of_this_machine_has_a_size() {
        assert!(Space::of(Path::new("/")).is_ok_and(|space| space.size > 0 && space.used() <= space.size));
        assert_eq!(Space::of(Path::new("/nonexistent")), Err(Errno::ENOENT));
    }

    #[test]
    fn a_snapshot_has_a_line_for_each() {
        let found = snapshot(b"/a\\040b\t1024 10 5 4 3 2\nbad\n/c\t1 2\n/d\t1 10 1 -1 0 0\n");
        assert_eq!(found.len(), 2);
        assert_eq!(found.get(&b"/a b"[..]).map(|s| (s.size, s.available, s.files)), Some((10_240, 4096, 3)));
        assert_eq!(found.get(&b"/d"[..]).map(|s| s.available), Some(-1));
    }

    proptest! {
        #[test]
        fn bytes_read_back(block in 1u64..1 << 20, numbers: [u64; 5]) {
            let space = Space::from_blocks(block, numbers);
            prop_assert_eq!(Space::from_bytes(&space.to_bytes()), Some(space));
            prop_assert!(space.used() <= space.size);
        }

        #[test]
        fn any_snapshot_is_read(text: Vec<u8>) {
            let _ = snapshot(&text);
        }
    }
}
