//! One run of one plugin, in a process group of its own.

use super::config::Check;
use super::find::Folders;
use super::outcome::{End, Outcome};
use super::reading::{self, Left};
use crate::model::families::identifier;
use crate::model::timestamp::Timestamp;
use crate::runtime::child::{self, Ending, Limits, Stuck, Watched};
use crate::runtime::deadline::Deadline;
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long a plugin that was asked to end may take before it is killed.
const GRACE: Duration = Duration::from_secs(2);
/// How long the end of what was killed is waited for.
const LAST_WAIT: Duration = Duration::from_millis(500);
/// What starting and reading may take on a busy machine.
const MARGIN: Duration = Duration::from_secs(10);
/// Bytes read of standard output: more than a large answer in JSON has.
const STDOUT: usize = 4 * 1024 * 1024;
/// Bytes read of standard error.
const STDERR: usize = 64 * 1024;
/// Variables that a service manager gives to us alone (sd_notify(3), sd_listen_fds(3)).
const MANAGERS: [&str; 6] =
    ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID"];

/// How plugins are run.
#[derive(Clone, Debug)]
pub(super) struct Runner {
    /// Where they are.
    pub(super) folders: Folders,
    /// What separates their memories from those of other schedulers.
    pub(super) use_name: &'static str,
}

impl Runner {
    /// Runs the plugin to its end, or to the end of its time. What cannot be ended is given back.
    pub(super) fn run(&self, check: &Check, cancel: BorrowedFd<'_>) -> (Outcome, Option<Stuck>) {
        let (started, began) = (wall_clock(), Instant::now());
        let (watched, end, stuck) = match self.start(check, cancel) {
            Ok(watched) => take_apart(watched),
            Err(why) => (None, End::NotStarted(why), None),
        };
        let (stdout, stderr, cut, left_behind) =
            watched.map(|w| (w.stdout, w.stderr, w.cut, w.left_behind)).unwrap_or_default();
        let left = Left { end: &end, stdout: &stdout, stderr: &stderr, cut, left_behind };
        let said = reading::read(&left, check.max_series);
        let ended = Instant::now();
        let outcome = Outcome {
            started,
            ended,
            duration: ended.duration_since(began),
            status: said.status,
            check: said.check.unwrap_or_else(|| kind(check)),
            summary: said.summary,
            long: said.long,
            readings: said.readings,
            stderr: said.stderr,
            end,
            faults: said.faults,
        };
        (outcome, stuck)
    }

    fn start(&self, check: &Check, cancel: BorrowedFd<'_>) -> Result<Watched, String> {
        let (program, arguments) = check.command.split_first().ok_or("the command is empty")?;
        let mut command = if check.shell {
            let mut shell = Command::new("/bin/sh");
            shell.args(["-c", program]);
            shell
        } else {
            let mut command = Command::new(self.folders.find(program)?);
            command.args(arguments);
            command
        };
        child::without_ours(&mut command);
        for variable in MANAGERS {
            command.env_remove(variable);
        }
        command.env("VITALS_OUTPUT", "json").env("VITALS_STATE_ID", format!("{}:{}", self.use_name, check.id));
        command.envs(&check.env);
        let running = child::start(&mut command).map_err(|error| refused(Path::new(command.get_program()), &error))?;
        let limits = Limits {
            deadline: Deadline::after(check.timeout),
            grace: GRACE,
            last_wait: LAST_WAIT,
            stdout: STDOUT,
            stderr: STDERR,
            cancel: Some(cancel),
        };
        running.watch(&limits).map_err(|error| format!("cannot wait for {program}: {error}"))
    }
}

/// The longest that a run of this check takes, from before its start. One that has not come back by then never may:
/// starting a program can itself be stuck in the kernel, such as on a dead network file system.
pub(super) fn longest(check: &Check) -> Duration {
    check.timeout + GRACE + LAST_WAIT + MARGIN
}

/// Now, by the wall clock.
pub(super) fn wall_clock() -> Timestamp {
    Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64()))
}

fn take_apart(mut watched: Watched) -> (Option<Watched>, End, Option<Stuck>) {
    let (end, stuck) = match std::mem::replace(&mut watched.ending, Ending::Late) {
        Ending::Ended(status) => (ended(status), None),
        Ending::Late => (End::TimedOut, None),
        Ending::Stuck(stuck) => (End::Stuck, Some(stuck)),
    };
    (Some(watched), end, stuck)
}

fn ended(status: ExitStatus) -> End {
    status.code().map_or_else(|| End::Signal(status.signal().unwrap_or(0)), End::Code)
}

/// Why a program was not started, and what to do.
fn refused(program: &Path, error: &io::Error) -> String {
    let shown = program.display();
    match error.kind() {
        io::ErrorKind::NotFound if program.exists() => {
            format!("cannot start {shown}: the interpreter that its first line names is missing")
        }
        io::ErrorKind::NotFound => format!("cannot start {shown}: there is no such file"),
        io::ErrorKind::PermissionDenied if program.is_dir() => format!("cannot start {shown}: it is a folder"),
        io::ErrorKind::PermissionDenied => {
            format!(
                "cannot start {shown}: permission denied; it must be executable by the exporter's user, and so must the folders above it"
            )
        }
        _ if error.raw_os_error() == Some(nix::libc::ENOEXEC) => {
            format!("cannot start {shown}: it is neither a program of this machine nor a script with a first line #!")
        }
        _ => format!("cannot start {shown}: {error}"),
    }
}

/// What kind of check a foreign program is: its name without `check_` and without its ending.
pub(super) fn kind(check: &Check) -> String {
    let first = check.command.first().map(String::as_str).unwrap_or_default();
    let word = if check.shell { "shell" } else { first };
    let file = Path::new(word).file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    identifier(file.strip_prefix("check_").filter(|rest| !rest.is_empty()).unwrap_or(&file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exporter::samples::check;

    #[test]
    fn a_foreign_program_is_called_by_its_file() {
        for (program, shell, want) in [
            ("/usr/lib/nagios/plugins/check_load", false, "load"),
            ("check_oracle_health.pl", false, "oracle_health"),
            ("/opt/my tool", false, "my_tool"),
            ("check_", false, "check_"),
            ("exit 0", true, "shell"),
        ] {
            let check = Check { shell, ..check("a", &[program]) };
            assert_eq!(kind(&check), want);
        }
    }

    #[test]
    fn why_a_program_did_not_start_is_said() {
        let none = io::Error::from(io::ErrorKind::NotFound);
        assert!(refused(Path::new("/nowhere/x"), &none).ends_with("there is no such file"));
        assert!(refused(Path::new("/bin/sh"), &none).ends_with("is missing"));
        assert!(refused(Path::new("/"), &io::Error::from(io::ErrorKind::PermissionDenied)).ends_with("it is a folder"));
    }
}
