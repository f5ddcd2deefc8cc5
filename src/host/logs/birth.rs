//! When a file was made: it tells a file from a later one that was given the same inode. The standard library asks for
//! it with glibc only.
#![expect(unsafe_code, reason = "statx(2) has no safe binding")]

use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd as _;

/// Nanoseconds since 1970; 0 where the system or the file system does not say.
pub(super) fn of(file: &File) -> i64 {
    let mut buffer = MaybeUninit::<libc::statx>::zeroed();
    let (fd, mask) = (file.as_raw_fd(), libc::STATX_BTIME);
    // SAFETY: the path is an empty C text, and the kernel writes one `struct statx` into a buffer of that size.
    let done =
        unsafe { libc::syscall(libc::SYS_statx, fd, c"".as_ptr(), libc::AT_EMPTY_PATH, mask, buffer.as_mut_ptr()) };
    // SAFETY: all bits zero are a value of this structure of numbers.
    let told = unsafe { buffer.assume_init() };
    if done != 0 || told.stx_mask & mask == 0 {
        return 0;
    }
    told.stx_btime.tv_sec.saturating_mul(1_000_000_000).saturating_add(i64::from(told.stx_btime.tv_nsec))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    #[test]
    fn it_is_what_the_standard_library_says() -> std::io::Result<()> {
        let file = tempfile::tempfile()?;
        let known = file.metadata()?.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        if let Some(known) = known {
            assert_eq!(i128::from(of(&file)), known.as_nanos() as i128);
        }
        Ok(())
    }
}
