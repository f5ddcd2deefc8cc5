//! A place in a file's content, and how it is known again.

use std::hash::Hasher as _;

/// So many bytes at the beginning, and so many before the place, are what it is known by.
pub(super) const FINGERPRINT: usize = 1024;

/// A place in the content of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Position {
    pub(super) offset: u64,
    /// In a line whose beginning has been given already.
    pub(super) inside: bool,
    /// The last bytes before the place.
    tail: Vec<u8>,
}

impl Position {
    pub(super) fn new(offset: u64, inside: bool, tail: Vec<u8>) -> Self {
        Self { offset, inside, tail }
    }

    /// The last KiB before the place, or what there is.
    pub(super) fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// Goes on by what was read.
    pub(super) fn pass(&mut self, read: &[u8]) {
        self.offset = self.offset.saturating_add(read.len() as u64);
        if read.len() < FINGERPRINT {
            let surplus = (self.tail.len() + read.len()).saturating_sub(FINGERPRINT);
            self.tail.drain(..surplus.min(self.tail.len()));
        } else {
            self.tail.clear();
        }
        self.tail.extend_from_slice(read.get(read.len().saturating_sub(FINGERPRINT)..).unwrap_or_default());
    }
}

/// FNV-1a. It tells contents of logs apart; nobody gains by making two that look alike.
pub(super) fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash = fnv::FnvHasher::default();
    hash.write(bytes);
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_that_of_all_that_was_read() {
        let text: Vec<u8> = (0..10_000_u32).map(|n| (n * 7 % 251) as u8).collect();
        for pieces in [1, 10, 1000, 1023, 1024, 1025, 5000] {
            let mut at = Position::default();
            for piece in text.chunks(pieces) {
                at.pass(piece);
                let end = usize::try_from(at.offset).unwrap_or_default();
                assert_eq!(at.tail(), &text[end.saturating_sub(FINGERPRINT)..end]);
            }
        }
    }
}
