//! One output of a program, read up to a cap.

use crate::runtime::deadline::Deadline;
use nix::poll::{PollFd, PollFlags, poll};
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd};

/// Read at one time.
const BUFFER: usize = 16 * 1024;
/// Reads that empty any pipe: 1 MiB at most (pipe(7), /proc/sys/fs/pipe-max-size).
const MOST_READS: usize = 64;
/// Room for what most programs write, taken at once.
const USUAL: usize = 512;

pub(super) struct Capture<R> {
    pipe: Option<R>,
    cap: usize,
    /// What was kept.
    pub(super) bytes: Vec<u8>,
    /// Whether there was more than that.
    pub(super) cut: bool,
}

impl<R: Read + AsFd> Capture<R> {
    pub(super) const fn new(pipe: Option<R>, cap: usize) -> Self {
        Self { pipe, cap, bytes: Vec::new(), cut: false }
    }

    /// The pipe, until its end was read.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Reads once; blocks unless the pipe is known to be readable. Beyond the cap it is read and dropped, so that the
    /// writer does not block.
    pub(super) fn take(&mut self, buffer: &mut Vec<u8>) {
        buffer.resize(BUFFER, 0);
        match self.pipe.as_mut().map(|pipe| pipe.read(buffer)) {
            Some(Ok(n)) if n > 0 => {
                let room = self.cap.saturating_sub(self.bytes.len());
                self.cut |= n > room;
                self.bytes.reserve(n.min(room).max(USUAL.min(room)));
                self.bytes.extend_from_slice(buffer.get(..n.min(room)).unwrap_or_default());
            }
            Some(Err(e)) if e.kind() == ErrorKind::Interrupted => {}
            _ => self.pipe = None,
        }
    }

    /// Takes what is there, up to the cap, and what comes until the deadline. Somebody may write for ever: more than
    /// a pipe holds is not read.
    pub(super) fn drain(&mut self, buffer: &mut Vec<u8>, deadline: &Deadline) {
        for _ in 0..MOST_READS {
            if self.cut || !self.fd().is_some_and(|fd| is_readable(fd, deadline)) {
                return;
            }
            self.take(buffer);
        }
    }
}

fn is_readable(fd: BorrowedFd<'_>, deadline: &Deadline) -> bool {
    poll(&mut [PollFd::new(fd, PollFlags::POLLIN)], deadline.poll_timeout()) == Ok(1)
}
