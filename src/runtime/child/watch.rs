//! Waits for a program: for its outputs, its end, the deadline, and whoever wants it ended.

use super::capture::{Capture, Each};
use super::pidfd;
use crate::runtime::backstop;
use crate::runtime::deadline::Deadline;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::{Pid, getpgid};
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

/// How often the end of a child is looked for where the kernel cannot tell it.
const TICK: Duration = Duration::from_millis(5);

/// How long those of its group that were killed may take to let go of its outputs.
const FAREWELL: Duration = Duration::from_millis(20);

/// What a run may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a> {
    /// Then the group is asked to end.
    pub deadline: Deadline,
    /// This long after that, it is killed.
    pub grace: Duration,
    /// This long after that, it counts as stuck in the kernel.
    pub last_wait: Duration,
    /// Bytes kept of standard output.
    pub stdout: usize,
    /// Bytes kept of standard error.
    pub stderr: usize,
    /// When this becomes readable or its other end is closed, the deadline has come.
    pub cancel: Option<BorrowedFd<'a>>,
}

/// What became of a run.
#[derive(Debug)]
pub struct Watched {
    /// How it ended.
    pub ending: Ending,
    /// What it wrote to standard output, up to the cap.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, up to the cap.
    pub stderr: Vec<u8>,
    /// Whether it wrote more than that.
    pub cut: bool,
    /// Whether somebody outside its group still holds its outputs.
    pub left_behind: bool,
}

/// How a run ended.
#[derive(Debug)]
pub enum Ending {
    /// By itself.
    Ended(ExitStatus),
    /// We ended it: it had not in its time.
    Late,
    /// It could not be ended.
    Stuck(Stuck),
}

/// A process that not even SIGKILL ends now: it waits in the kernel, without anything of ours.
#[derive(Debug)]
pub struct Stuck(Child);

impl Stuck {
    /// Whether it has gone at last; then it has been reaped.
    pub fn has_gone(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }
}

#[cfg(test)]
impl Stuck {
    /// A process that is taken for one.
    pub(crate) fn of(child: Child) -> Self {
        Self(child)
    }
}

/// A running program in a process group of its own.
#[derive(Debug)]
pub struct Running {
    child: Child,
    group: Pid,
    end: Option<OwnedFd>,
}

/// Starts a program with its outputs in our hands and nothing to read.
///
/// The standard library takes `posix_spawn` for this: no fork, whose cost grows with our memory.
///
/// # Errors
/// When it cannot be started.
pub fn start(command: &mut Command) -> io::Result<Running> {
    start_reading(command, Stdio::null())
}

/// As [`start`], with something to read.
pub(super) fn start_reading(command: &mut Command, input: Stdio) -> io::Result<Running> {
    command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let child = command.spawn()?;
    let group = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
    Ok(Running { child, group, end: pidfd::open(group) })
}

impl Running {
    /// The process group, which is also the number of the program.
    #[must_use]
    pub const fn group(&self) -> Pid {
        self.group
    }

    /// Waits until the program has ended, or has been ended. What it leaves behind in its group is killed.
    ///
    /// # Errors
    /// When the kernel refuses to wait for it, which it does for no child of ours.
    pub fn watch(self, limits: &Limits<'_>) -> io::Result<Watched> {
        self.watch_each(limits, None)
    }

    /// The same; its standard output is given to somebody piece by piece, if there is one, and not kept. When he
    /// breaks, the deadline has come.
    pub(super) fn watch_each(mut self, limits: &Limits<'_>, each: Option<Each<'_>>) -> io::Result<Watched> {
        let mut stdout = Capture::new(self.child.stdout.take(), limits.stdout).given_to(each);
        let mut stderr = Capture::new(self.child.stderr.take(), limits.stderr);
        let mut stage = Stage::Free;
        let mut deadline = limits.deadline;
        let mut cancel = limits.cancel;
        let mut buffer = Vec::new();
        let ending = loop {
            if deadline.is_over() {
                (stage, deadline) = match stage {
                    Stage::Free => (Stage::Asked, Deadline::after(limits.grace)),
                    Stage::Asked => (Stage::Killed, Deadline::after(limits.last_wait)),
                    Stage::Killed => {
                        backstop::forget_child(self.group.as_raw());
                        break Ending::Stuck(Stuck(self.child));
                    }
                };
                self.signal(if stage == Stage::Asked { Signal::SIGTERM } else { Signal::SIGKILL });
            }
            let seen = self.wait(&stdout, &stderr, cancel, &deadline);
            if seen.stdout {
                stdout.take(&mut buffer);
            }
            if seen.stderr {
                stderr.take(&mut buffer);
            }
            if (seen.cancelled || stdout.enough) && stage == Stage::Free {
                // Asked once: from here on only the clock counts.
                (cancel, deadline) = (None, deadline.at_most(Duration::ZERO));
            }
            if seen.ended && has_ended(self.group)? {
                // Unreaped until now: nobody else could have got the number of its group.
                let _ = killpg(self.group, Signal::SIGKILL);
                backstop::forget_child(self.group.as_raw());
                let status = self.child.wait()?;
                break if stage == Stage::Free { Ending::Ended(status) } else { Ending::Late };
            }
        };
        // A program that has ended but left a child with our pipe is not waited for.
        for patience in [Duration::ZERO, FAREWELL] {
            let deadline = Deadline::after(patience);
            stdout.drain(&mut buffer, &deadline);
            stderr.drain(&mut buffer, &deadline);
        }
        let left_behind = stdout.fd().is_some() || stderr.fd().is_some();
        let cut = stdout.cut || stderr.cut;
        Ok(Watched { ending, stdout: stdout.bytes, stderr: stderr.bytes, cut, left_behind })
    }

    /// Reaches its group, and the program itself where it has left that. Unreaped, its number is still its own.
    fn signal(&self, signal: Signal) {
        let _ = killpg(self.group, signal);
        if getpgid(Some(self.group)) != Ok(self.group) {
            let _ = kill(self.group, signal);
        }
    }

    /// Waits for anything that may happen, until the deadline.
    fn wait(
        &self,
        stdout: &Capture<'_, ChildStdout>,
        stderr: &Capture<'_, ChildStderr>,
        cancel: Option<BorrowedFd<'_>>,
        deadline: &Deadline,
    ) -> Seen {
        let end = self.end.as_ref().map(|end| end.as_fd());
        let sources = [stdout.fd(), stderr.fd(), cancel, end];
        let mut fds: Vec<PollFd<'_>> = sources.iter().flatten().map(|fd| PollFd::new(*fd, PollFlags::POLLIN)).collect();
        let deadline = if end.is_some() { *deadline } else { deadline.at_most(TICK) };
        let _ = poll(&mut fds, deadline.poll_timeout());
        let mut events = fds.iter().map(|fd| fd.any().unwrap_or(false));
        let [stdout, stderr, cancelled, ended] =
            sources.map(|source| source.is_some() && events.next().unwrap_or(false));
        Seen { stdout, stderr, cancelled, ended: ended || end.is_none() }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Free,
    Asked,
    Killed,
}

struct Seen {
    stdout: bool,
    stderr: bool,
    cancelled: bool,
    ended: bool,
}

/// Whether the program has ended. It is left unreaped.
fn has_ended(pid: Pid) -> io::Result<bool> {
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    Ok(waitid(Id::Pid(pid), look)? != WaitStatus::StillAlive)
}
