//! The numbers among the names of a folder, straight from getdents64(2): a process folder has thousands, and
//! readdir(3) handles them one by one.
#![expect(unsafe_code, reason = "getdents64(2) has no safe binding")]

use super::numbers::whole;
use nix::errno::Errno;
use std::os::fd::{AsRawFd as _, BorrowedFd};

/// What the kernel fills in one go.
const BUFFER: usize = 32 << 10;
/// Where an entry keeps its length, and where its name begins (`struct linux_dirent64`).
const LENGTH_AT: usize = 16;
const NAME_AT: usize = 19;

/// The entries whose whole name is a number, in the order of the folder.
///
/// # Errors
/// As the system says.
pub(super) fn numbers(folder: BorrowedFd<'_>) -> nix::Result<Vec<u32>> {
    let mut found = Vec::with_capacity(1024);
    let mut buffer = vec![0_u8; BUFFER];
    loop {
        // SAFETY: the kernel writes at most `BUFFER` bytes into a buffer of that size.
        let filled = unsafe { libc::syscall(libc::SYS_getdents64, folder.as_raw_fd(), buffer.as_mut_ptr(), BUFFER) };
        match usize::try_from(Errno::result(filled)?) {
            Ok(0) | Err(_) => return Ok(found),
            Ok(filled) => take(buffer.get(..filled).unwrap_or_default(), &mut found),
        }
    }
}

fn take(mut entries: &[u8], found: &mut Vec<u32>) {
    while let Some(length) = entries.get(LENGTH_AT..).and_then(<[u8]>::first_chunk::<2>) {
        let length = usize::from(u16::from_ne_bytes(*length));
        let name = entries.get(NAME_AT..length).and_then(|name| name.split(|byte| *byte == 0).next());
        found.extend(name.and_then(whole::<u32>));
        entries = entries.get(length.max(NAME_AT)..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::fd::AsFd as _;

    #[test]
    fn only_numbers_are_taken() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        for name in ["7", "4242", "self", "12x", ".8"] {
            std::fs::write(folder.path().join(name), "")?;
        }
        let mut found = numbers(std::fs::File::open(folder.path())?.as_fd())?;
        found.sort_unstable();
        assert_eq!(found, [7, 4242]);
        assert_eq!(numbers(std::fs::File::open("/proc/self/stat")?.as_fd()), Err(Errno::ENOTDIR));
        Ok(())
    }

    proptest! {
        #[test]
        fn any_bytes_come_to_an_end(bytes: Vec<u8>) {
            take(&bytes, &mut Vec::new());
        }
    }
}
