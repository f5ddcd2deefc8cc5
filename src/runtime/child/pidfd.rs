//! A process as a descriptor: its end can be awaited together with its outputs.
#![expect(unsafe_code, reason = "pidfd_open(2) has no safe binding in nix")]

use nix::unistd::Pid;
use std::os::fd::{FromRawFd as _, OwnedFd, RawFd};

/// The process as a descriptor that is readable once it has ended; `None` where the kernel (before Linux 5.3) or a
/// filter of system calls has none. The process must be an unreaped child of ours: then the number is still its own.
pub(super) fn open(pid: Pid) -> Option<OwnedFd> {
    // SAFETY: two plain numbers; the kernel sets close-on-exec.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    let fd = RawFd::try_from(fd).ok().filter(|fd| *fd >= 0)?;
    // SAFETY: the kernel has just made it, and nobody else has it.
    Some(unsafe { OwnedFd::from_raw_fd(fd) })
}
