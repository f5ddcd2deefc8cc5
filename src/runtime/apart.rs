//! Calls that may never return, made in a child that nobody waits for.
//!
//! statfs(2) on a dead network file system cannot be interrupted, and a process that exits while one of its threads
//! is stuck in it stays a zombie. So such a call is made in a child of its own: in its own session, holding none of
//! our pipes, so that a scheduler that waits for the end of our output never waits for it.
#![expect(unsafe_code, reason = "fork and descriptors of the child")]

use super::backstop;
use super::deadline::Deadline;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{ForkResult, Pid, fork, pipe2};
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

/// Seconds after which a child ends itself, if what it is stuck in can be interrupted at all.
const LONGEST_LIFE: u32 = 600;

/// A question put to a child.
#[derive(Debug)]
pub struct Asked {
    child: Pid,
    answers: OwnedFd,
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The bytes that the work returned.
    Answer(Vec<u8>),
    /// The time ran out; the child is left alone.
    Stuck(i32),
    /// The child ended without a whole answer.
    Died,
}

/// Starts `work` in a child. `keep` is a descriptor that stays open in the child until it ends, such as a lock.
///
/// The work must be small: it runs in a copy of this process, without its descriptors.
///
/// # Errors
/// When no pipe or process can be made.
pub fn ask(keep: Option<OwnedFd>, work: impl FnOnce() -> Vec<u8>) -> io::Result<Asked> {
    let (answers, write) = pipe2(nix::fcntl::OFlag::O_CLOEXEC)?;
    // A signal that reaches the child before it stands alone would make it answer in our name.
    // SAFETY: the process has one thread, so the child's memory is whole.
    let forked = backstop::undisturbed(|| match unsafe { fork() }? {
        ForkResult::Child => {
            let fd = settle(write.as_raw_fd(), keep.as_ref().map(|fd| fd.as_raw_fd()));
            // Both have been closed with all the others.
            std::mem::forget((write, keep));
            Ok(Forked::Child(fd))
        }
        ForkResult::Parent { child } => Ok::<_, Errno>(Forked::Parent(child)),
    })?;
    match forked {
        Forked::Parent(child) => Ok(Asked { child, answers }),
        Forked::Child(write) => {
            // A panic must not run our caller's code a second time.
            let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_default();
            let length = u32::try_from(answer.len()).unwrap_or(0).to_ne_bytes();
            write_all(write, &length);
            write_all(write, &answer);
            // SAFETY: ends the child without the parent's exit handlers.
            unsafe { libc::_exit(0) }
        }
    }
}

enum Forked {
    Parent(Pid),
    Child(RawFd),
}

/// Makes the child stand alone: own session, no descriptors but its pipe (3) and what it keeps (4).
fn settle(write: RawFd, keep: Option<RawFd>) -> RawFd {
    // SAFETY: plain system calls on numbers; nothing in this process relies on the descriptors any more.
    unsafe {
        libc::setsid();
        for signal in [libc::SIGALRM, libc::SIGTERM, libc::SIGINT] {
            libc::signal(signal, libc::SIG_DFL);
        }
        libc::alarm(LONGEST_LIFE);
        // Out of the way first: one of the two may sit where the other belongs.
        let high_write = libc::fcntl(write, libc::F_DUPFD, 16);
        let high_keep = keep.map(|fd| libc::fcntl(fd, libc::F_DUPFD, 16));
        if high_write < 0 || high_keep.is_some_and(|fd| fd < 0) {
            libc::_exit(1);
        }
        let null = libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
        for fd in 0..3 {
            // Where there is no /dev/null, nothing: above all not the pipes that a scheduler waits for.
            if libc::dup2(null, fd) < 0 {
                libc::close(fd);
            }
        }
        libc::dup2(high_write, 3);
        let first = match high_keep {
            Some(fd) => {
                libc::dup2(fd, 4);
                5
            }
            None => 4,
        };
        if libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, 0) != 0 {
            for fd in first..1024 {
                libc::close(fd);
            }
        }
    }
    3
}

fn write_all(fd: RawFd, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        // SAFETY: a valid buffer.
        let written = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(written) {
            Ok(n) if n > 0 => bytes = bytes.get(n..).unwrap_or_default(),
            _ => return,
        }
    }
}

impl Asked {
    /// Waits for the answer until the deadline.
    #[must_use]
    pub fn answer(self, deadline: &Deadline) -> Outcome {
        let mut got = Vec::new();
        loop {
            if let Some((head, body)) = got.split_first_chunk::<4>()
                && body.len() >= u32::from_ne_bytes(*head) as usize
            {
                let answer = body.to_vec();
                self.reap();
                return Outcome::Answer(answer);
            }
            let mut fds = [PollFd::new(self.answers.as_fd(), PollFlags::POLLIN)];
            match poll(&mut fds, deadline.poll_timeout()) {
                Ok(0) => {
                    self.reap();
                    return Outcome::Stuck(self.child.as_raw());
                }
                Ok(_) => {}
                Err(Errno::EINTR) => continue,
                Err(_) => return Outcome::Died,
            }
            let mut buffer = [0; 4096];
            match nix::unistd::read(&self.answers, &mut buffer) {
                Ok(0) => {
                    self.reap();
                    return Outcome::Died;
                }
                Ok(n) => got.extend_from_slice(buffer.get(..n).unwrap_or_default()),
                Err(Errno::EINTR) => {}
                Err(_) => return Outcome::Died,
            }
        }
    }

    /// Waits until there is something to read, and says whether there is.
    #[must_use]
    pub fn ready(&self, deadline: &Deadline) -> bool {
        loop {
            let mut fds = [PollFd::new(self.answers.as_fd(), PollFlags::POLLIN)];
            match poll(&mut fds, deadline.poll_timeout()) {
                Ok(0) => return false,
                Err(Errno::EINTR) => {}
                Ok(_) | Err(_) => return true,
            }
        }
    }

    /// The child's process ID.
    #[must_use]
    pub const fn child(&self) -> i32 {
        self.child.as_raw()
    }

    /// Takes the child's exit if it has happened; else init will.
    fn reap(&self) {
        let _ = waitpid(self.child, Some(WaitPidFlag::WNOHANG));
    }

    /// The pipe that becomes readable when the answer is there.
    #[must_use]
    pub fn pipe(&self) -> BorrowedFd<'_> {
        self.answers.as_fd()
    }

    /// The child.
    #[must_use]
    pub const fn pid(&self) -> i32 {
        self.child.as_raw()
    }
}

/// Asks and waits, for a single question.
///
/// # Errors
/// As [`ask`].
pub fn call(deadline: &Deadline, limit: Duration, work: impl FnOnce() -> Vec<u8>) -> io::Result<Outcome> {
    Ok(ask(None, work)?.answer(&deadline.at_most(limit)))
}
