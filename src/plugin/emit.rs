//! The last step: the answer leaves the process, or nobody takes the run for OK.

use crate::model::status::Status;
use crate::runtime::backstop;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io;
use std::ops::ControlFlow;
use std::os::fd::AsFd as _;
use std::process::ExitCode;

/// Prints the answer and says whether that went well. One that cannot be written stands by its code, except that
/// nobody may take it for OK.
pub(super) fn emit(text: &str, status: Status) -> (ExitCode, bool) {
    // A signal may come while a full pipe keeps us waiting.
    backstop::answering(unheard(status).code());
    let heard = write(text.as_bytes()).is_ok();
    let status = if heard { status } else { unheard(status) };
    backstop::answering(status.code());
    (ExitCode::from(status.code()), heard)
}

/// A text of many lines for a person, written in pieces as it comes.
#[derive(Debug, Default)]
pub(super) struct Lines {
    waiting: String,
    deaf: bool,
}

impl Lines {
    /// Bytes that are written at once.
    const PIECE: usize = 16 * 1024;

    /// Takes one more line; breaks where nobody reads.
    pub(super) fn say(&mut self, line: &str) -> ControlFlow<()> {
        self.waiting += line;
        self.waiting.push('\n');
        if self.waiting.len() >= Self::PIECE {
            self.write();
        }
        if self.deaf { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Writes the rest. Success, unless there was nobody to read it.
    pub(super) fn end(mut self) -> ExitCode {
        self.write();
        ExitCode::from(if self.deaf { Status::Unknown.code() } else { Status::Ok.code() })
    }

    fn write(&mut self) {
        self.deaf |= write(self.waiting.as_bytes()).is_err();
        self.waiting.clear();
    }
}

/// The state of an answer that did not come out.
pub(super) const fn unheard(status: Status) -> Status {
    match status {
        Status::Ok => Status::Unknown,
        other => other,
    }
}

/// Writes to standard output, past the buffer of the standard library: a parent that reads without blocking may have
/// left us a pipe that does not block either, and is only waited for. The alarm ends that wait.
fn write(mut text: &[u8]) -> io::Result<()> {
    let stdout = io::stdout();
    while !text.is_empty() {
        match nix::unistd::write(&stdout, text) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => text = text.get(written..).unwrap_or_default(),
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => {
                let _ = poll(&mut [PollFd::new(stdout.as_fd(), PollFlags::POLLOUT)], PollTimeout::NONE);
            }
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}
