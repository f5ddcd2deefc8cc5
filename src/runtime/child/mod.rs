//! The one runner of other programs: own process group, capped output, a deadline that is kept.

mod capture;
mod pidfd;
mod watch;

pub use watch::{Ending, Limits, Running, Stuck, Watched, start};

use super::backstop;
use super::deadline::Deadline;
use super::failure::Failure;
use anyhow::{Context as _, anyhow};
use capture::Each;
use nix::sys::memfd::{MFdFlags, memfd_create};
use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::ops::ControlFlow;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;
use watch::start_reading;

/// How long a group that was asked to end may take before it is killed; less where there is little time in all.
const GRACE: Duration = Duration::from_millis(500);
/// How long the end of what was killed is waited for. A process that is stuck in the kernel does not end.
const LAST_WAIT: Duration = Duration::from_millis(50);

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

/// Takes the variables that speak to us out of the environment that a program will have.
pub fn without_ours(command: &mut Command) -> &mut Command {
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("VITALS") {
            command.env_remove(variable);
        }
    }
    command
}

/// Runs a program to its end, reading at most `cap` bytes of each of its outputs.
///
/// The deadline is that of this call: a program that does not end is asked to while there is still time to kill it.
/// Variables of ours are taken out of its environment. What the program leaves behind in its group is killed.
///
/// # Errors
/// When it cannot be started, or has not ended by the deadline: then its group has been killed.
pub fn run(command: &mut Command, deadline: &Deadline, cap: usize) -> Result<Ended, Failure> {
    let watched = watch(command, Stdio::null(), deadline, cap, cap, None)?;
    ended(command, watched)
}

/// As [`run`], for a program that reads `input` as its standard input, such as what must not be seen in its arguments.
/// The bytes lie in memory alone.
///
/// # Errors
/// As [`run`].
pub fn run_reading(command: &mut Command, input: &[u8], deadline: &Deadline, cap: usize) -> Result<Ended, Failure> {
    let reading = || "cannot prepare the input of a child";
    let mut file = File::from(memfd_create(c"input", MFdFlags::MFD_CLOEXEC).with_context(reading)?);
    file.write_all(input).and_then(|()| file.rewind()).with_context(reading)?;
    let watched = watch(command, file.into(), deadline, cap, cap, None)?;
    ended(command, watched)
}

fn ended(command: &Command, watched: Watched) -> Result<Ended, Failure> {
    let Watched { ending, stdout, stderr, cut, .. } = watched;
    match ending {
        Ending::Ended(status) => Ok(Ended { status, stdout, stderr, cut }),
        Ending::Late | Ending::Stuck(_) => {
            let name = command.get_program().to_string_lossy();
            Err(Failure::unknown(anyhow!("{name} did not end in time and was killed")).in_time())
        }
    }
}

/// What became of a program whose output was given away.
#[derive(Debug)]
pub struct Streamed {
    /// How it ended by itself; `None` where it was ended, by the deadline or because nobody wanted more.
    pub status: Option<ExitStatus>,
    /// What it wrote to standard error, up to the cap.
    pub stderr: Vec<u8>,
}

/// Runs a program as [`run`] does, and gives its standard output away piece by piece, however long it is. When `each`
/// breaks, the program is ended.
///
/// # Errors
/// When it cannot be started.
pub fn stream(
    command: &mut Command,
    deadline: &Deadline,
    cap: usize,
    each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<Streamed, Failure> {
    let Watched { ending, stderr, .. } = watch(command, Stdio::null(), deadline, 0, cap, Some(each))?;
    let status = if let Ending::Ended(status) = ending { Some(status) } else { None };
    Ok(Streamed { status, stderr })
}

fn watch(
    command: &mut Command,
    input: Stdio,
    deadline: &Deadline,
    stdout: usize,
    stderr: usize,
    each: Option<Each<'_>>,
) -> Result<Watched, Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    without_ours(command);
    let grace = GRACE.min(deadline.remaining() / 10);
    let deadline = deadline.at_most(deadline.remaining().saturating_sub(grace));
    // A signal between start and record would leave the child behind.
    let running = backstop::undisturbed(|| {
        start_reading(command, input).inspect(|running| backstop::record_child(running.group().as_raw()))
    });
    let running = running.with_context(|| format!("cannot start {name}"))?;
    let limits = Limits { deadline, grace, last_wait: LAST_WAIT, stdout, stderr, cancel: None };
    Ok(running.watch_each(&limits, each).context("cannot wait for a child")?)
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
    fn what_it_reads_is_no_argument() {
        let input = "x".repeat(200_000);
        let ended = run_reading(Command::new("wc").arg("-c"), input.as_bytes(), &Deadline::after(GRACE * 40), 100);
        assert_eq!(ended.map(|e| e.stdout).ok(), Some(b"200000\n".to_vec()));
    }

    #[test]
    fn a_flood_is_capped() {
        let ended = sh("head -c 3000000 /dev/zero", 20, 1000);
        assert_eq!(ended.ok().map(|e| (e.stdout.len(), e.cut, e.status.success())), Some((1000, true, true)));
    }

    #[test]
    fn an_output_is_given_away_until_nobody_wants_more() {
        let mut given = 0;
        let deadline = Deadline::after(Duration::from_secs(20));
        let mut head = Command::new("head");
        let streamed = stream(head.args(["-c", "3000000", "/dev/zero"]), &deadline, 100, &mut |bytes| {
            given += bytes.len();
            ControlFlow::Continue(())
        });
        assert_eq!(given, 3_000_000);
        assert!(streamed.is_ok_and(|streamed| streamed.status.is_some_and(|status| status.success())));
        let mut pieces = 0;
        let streamed = stream(Command::new("cat").arg("/dev/zero"), &deadline, 100, &mut |_| {
            pieces += 1;
            ControlFlow::Break(())
        });
        assert_eq!((pieces, streamed.ok().map(|streamed| streamed.status)), (1, Some(None)));
        assert!(!deadline.is_over());
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
