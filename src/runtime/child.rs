//! The one runner of other programs: own process group, capped output, a deadline that is kept.

use super::backstop;
use super::deadline::Deadline;
use super::failure::Failure;
use anyhow::{Context as _, anyhow};
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// How long a group that was asked to end may take before it is killed; less where there is little time in all.
const GRACE: Duration = Duration::from_millis(500);
/// How long the end of what was killed is waited for. A process that is stuck in the kernel does not end.
const LAST_WAIT: Duration = Duration::from_millis(50);
/// How often the end of a child is looked for once its pipes are closed.
const TICK: Duration = Duration::from_millis(5);

/// What a program left.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output, up to the cap.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, up to the cap.
    pub stderr: Vec<u8>,
    /// Whether it wrote more than the cap.
    pub cut: bool,
}

/// Runs a program to its end, reading at most `cap` bytes of each of its outputs.
///
/// The deadline is that of this call: a program that does not end is asked to while there is still time to kill it.
/// Variables of ours are taken out of its environment. What the program leaves behind in its group is killed.
///
/// # Errors
/// When it cannot be started, or has not ended by the deadline: then its group has been killed.
pub fn run(command: &mut Command, deadline: &Deadline, cap: usize) -> Result<Ended, Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("VITALS") {
            command.env_remove(variable);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let grace = GRACE.min(deadline.remaining() / 10);
    let deadline = &deadline.at_most(deadline.remaining().saturating_sub(grace));
    // A signal between start and record would leave the child behind.
    let running = backstop::undisturbed(|| command.spawn().map(|child| Running::new(child, grace)));
    let mut running = running.with_context(|| format!("cannot start {name}"))?;
    let (mut stdout, mut stderr) =
        (Captured::new(running.child.stdout.take()), Captured::new(running.child.stderr.take()));
    while stdout.pipe.is_some() || stderr.pipe.is_some() {
        if deadline.is_over() {
            return Err(running.late(&name));
        }
        // A program that has ended but left a child with our pipe is not waited for.
        if running.has_ended()? {
            stdout.drain(cap);
            stderr.drain(cap);
            break;
        }
        wait_readable((&stdout, &stderr), &deadline.at_most(Duration::from_millis(50)));
        stdout.take(cap);
        stderr.take(cap);
    }
    loop {
        if running.has_ended()? {
            let status = running.finish()?;
            let cut = stdout.cut || stderr.cut;
            return Ok(Ended { status, stdout: stdout.bytes, stderr: stderr.bytes, cut });
        }
        if deadline.is_over() {
            return Err(running.late(&name));
        }
        std::thread::sleep(TICK);
    }
}

/// A child whose whole group ends with this value.
struct Running {
    child: Child,
    group: Pid,
    grace: Duration,
    over: bool,
}

impl Running {
    fn new(child: Child, grace: Duration) -> Self {
        let group = Pid::from_raw(i32::try_from(child.id()).unwrap_or(0));
        backstop::record_child(group.as_raw());
        Self { child, group, grace, over: false }
    }

    /// Whether the program has ended. It is left unreaped: until then nobody else can get the number of its group.
    fn has_ended(&self) -> Result<bool, Failure> {
        let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        let status = waitid(Id::Pid(self.group), look).context("cannot wait for a child")?;
        Ok(status != WaitStatus::StillAlive)
    }

    /// Kills what is left of the group, then reaps the program.
    fn finish(&mut self) -> Result<ExitStatus, Failure> {
        self.end_group();
        Ok(self.child.wait().context("cannot wait for a child")?)
    }

    fn end_group(&mut self) {
        let _ = killpg(self.group, Signal::SIGKILL);
        backstop::forget_child(self.group.as_raw());
        self.over = true;
    }

    fn wait_a_little(&self, time: Duration) {
        let wait = Deadline::after(time);
        while !wait.is_over() && matches!(self.has_ended(), Ok(false)) {
            std::thread::sleep(TICK.min(wait.remaining()));
        }
    }

    fn late(&mut self, name: &str) -> Failure {
        let _ = killpg(self.group, Signal::SIGTERM);
        self.wait_a_little(self.grace);
        Failure::unknown(anyhow!("{name} did not end in time and was killed")).in_time()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.over {
            self.end_group();
            self.wait_a_little(LAST_WAIT);
            let _ = self.child.try_wait();
        }
    }
}

struct Captured<R> {
    pipe: Option<R>,
    bytes: Vec<u8>,
    cut: bool,
}

impl<R: Read + AsFd> Captured<R> {
    const fn new(pipe: Option<R>) -> Self {
        Self { pipe, bytes: Vec::new(), cut: false }
    }

    fn readable(&self) -> bool {
        self.pipe.as_ref().is_some_and(|pipe| {
            let mut fds = [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)];
            poll(&mut fds, nix::poll::PollTimeout::ZERO) == Ok(1)
        })
    }

    /// Reads once if there is something; beyond the cap it is read and dropped, so that the writer does not block.
    fn take(&mut self, cap: usize) {
        if !self.readable() {
            return;
        }
        let mut buffer = [0; 16 * 1024];
        match self.pipe.as_mut().map(|pipe| pipe.read(&mut buffer)) {
            Some(Ok(n)) if n > 0 => {
                let room = cap.saturating_sub(self.bytes.len());
                self.cut |= n > room;
                self.bytes.extend_from_slice(buffer.get(..n.min(room)).unwrap_or_default());
            }
            Some(Err(e)) if e.kind() == std::io::ErrorKind::Interrupted => {}
            _ => self.pipe = None,
        }
    }

    fn drain(&mut self, cap: usize) {
        while self.readable() && !self.cut {
            self.take(cap);
        }
    }
}

fn wait_readable<A: Read + AsFd, B: Read + AsFd>((a, b): (&Captured<A>, &Captured<B>), deadline: &Deadline) {
    let pipes = [a.pipe.as_ref().map(AsFd::as_fd), b.pipe.as_ref().map(AsFd::as_fd)];
    let mut fds: Vec<PollFd<'_>> = pipes.into_iter().flatten().map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
    let _ = poll(&mut fds, deadline.poll_timeout());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn sh(script: &str, seconds: u64, cap: usize) -> Result<Ended, Failure> {
        run(Command::new("/bin/sh").args(["-c", script]), &Deadline::after(Duration::from_secs(seconds)), cap)
    }

    #[test]
    fn both_outputs_and_the_code_arrive() {
        let ended = sh("echo out; echo err >&2; exit 7", 20, 100);
        let got = ended.ok().map(|e| (e.stdout, e.stderr, e.status.code(), e.cut));
        assert_eq!(got, Some((b"out\n".to_vec(), b"err\n".to_vec(), Some(7), false)));
    }

    #[test]
    fn a_flood_is_capped() {
        let ended = sh("head -c 3000000 /dev/zero", 20, 1000);
        assert_eq!(ended.ok().map(|e| (e.stdout.len(), e.cut, e.status.success())), Some((1000, true, true)));
    }

    #[test]
    fn who_ignores_term_is_killed_and_a_left_child_is_not_waited_for() {
        let start = Instant::now();
        let late = sh("trap '' TERM; while :; do sleep 60; done", 1, 100);
        assert!(late.err().is_some_and(|f| f.timed_out()));
        let left = sh("sleep 60 & echo done", 30, 100);
        assert_eq!(left.ok().map(|e| e.stdout), Some(b"done\n".to_vec()));
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_child_can_be_asked_to_end() {
        // Without a shell: some begin by clearing the mask.
        let mut grep = Command::new("grep");
        grep.args(["-E", "SigBlk|SigIgn", "/proc/self/status"]);
        let ended = run(&mut grep, &Deadline::after(Duration::from_secs(20)), 1000);
        let masks = ended.map(|e| String::from_utf8_lossy(&e.stdout).into_owned()).unwrap_or_default();
        let ours = (1u64 << 1) | (1 << 13) | (1 << 14); // SIGINT, SIGALRM, SIGTERM
        let held: Vec<u64> = masks
            .split_whitespace()
            .filter_map(|word| u64::from_str_radix(word, 16).ok())
            .map(|mask| mask & ours)
            .collect();
        assert_eq!(held, [0, 0], "{masks}");
    }

    #[test]
    fn what_cannot_be_started_is_named() {
        let failure = run(&mut Command::new("/nonexistent/tool"), &Deadline::after(GRACE), 1);
        assert!(failure.err().is_some_and(|f| f.to_string().starts_with("cannot start /nonexistent/tool: No such")));
    }
}
