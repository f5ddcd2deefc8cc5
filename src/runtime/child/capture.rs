//! One output of a program, read up to a cap.

use crate::runtime::deadline::Deadline;
use nix::poll::{PollFd, PollFlags, poll};
use std::io::{ErrorKind, Read};
use std::ops::ControlFlow;
use std::os::fd::{AsFd, BorrowedFd};

/// Somebody who takes an output piece by piece, until he breaks.
pub(super) type Each<'e> = &'e mut dyn FnMut(&[u8]) -> ControlFlow<()>;

/// Read at one time.
const BUFFER: usize = 16 * 1024;
/// Reads that empty any pipe: 1 MiB at most (pipe(7), /proc/sys/fs/pipe-max-size).
const MOST_READS: usize = 64;
/// Room for what most programs write, taken at once.
const USUAL: usize = 512;

pub(super) struct Capture<'e, R> {
    pipe: Option<R>,
    cap: usize,
    /// Who takes it instead of it being kept.
    each: Option<Each<'e>>,
    /// He wants no more: the rest is dropped.
    pub(super) enough: bool,
    /// What was kept.
    pub(super) bytes: Vec<u8>,
    /// Whether there was more than that.
    pub(super) cut: bool,
}

impl<'e, R: Read + AsFd> Capture<'e, R> {
    pub(super) const fn new(pipe: Option<R>, cap: usize) -> Self {
        Self { pipe, cap, each: None, enough: false, bytes: Vec::new(), cut: false }
    }

    /// The same, given to somebody piece by piece.
    pub(super) fn given_to(self, each: Option<Each<'e>>) -> Self {
        Self { each, ..self }
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
            Some(Ok(n)) if n > 0 && self.each.is_some() => {
                if let Some(each) = self.each.as_mut().filter(|_| !self.enough) {
                    self.enough = each(buffer.get(..n).unwrap_or_default()).is_break();
                }
            }
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
