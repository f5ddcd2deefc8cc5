//! How many instructions a command executes in user space: what it does itself, whatever the machine.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// What can count them on this machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counter {
    Perf,
    Callgrind,
    Missing,
    Off,
}

impl Counter {
    pub(crate) fn detect() -> Self {
        let nothing = ["/bin/true".into()];
        [Self::Perf, Self::Callgrind]
            .into_iter()
            .find(|counter| counter.count(&nothing).is_some())
            .unwrap_or(Self::Missing)
    }

    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Perf => "perf stat, instructions:u, with children",
            Self::Callgrind => "valgrind --tool=callgrind (Ir), user space, with children that exec",
            Self::Missing => "not counted: perf has no hardware counters here, valgrind is not installed",
            Self::Off => "not counted (--no-instructions)",
        }
    }

    /// In one run of the command and the programs that it starts.
    pub(crate) fn count(self, argv: &[OsString]) -> Option<u64> {
        let folder = tempfile::tempdir().ok()?;
        match self {
            Self::Perf => perf(argv, &folder.path().join("perf")),
            Self::Callgrind => callgrind(argv, folder.path()),
            Self::Missing | Self::Off => None,
        }
    }
}

fn silent(program: &str) -> Command {
    let mut command = Command::new(program);
    // Under cargo a variable such as RUST_BACKTRACE may be set, which a scheduler does not.
    command.env_remove("RUST_BACKTRACE").env_remove("VITALS_OUTPUT").env("LC_ALL", "C");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn perf(argv: &[OsString], report: &Path) -> Option<u64> {
    silent("perf")
        .args(["stat", "-x,", "-e", "instructions:u", "-o"])
        .arg(report)
        .arg("--")
        .args(argv)
        .status()
        .ok()?;
    // "<not supported>" where the number would be, in most virtual machines.
    fs::read_to_string(report).ok()?.lines().find_map(|line| line.split(',').next()?.parse().ok())
}

/// One log for each process. A child that was forked and did not exec begins with its parent's count, so it is
/// left out: it carries its parent's command line.
fn callgrind(argv: &[OsString], folder: &Path) -> Option<u64> {
    let log = folder.join("%p");
    let mut log_option = OsString::from("--log-file=");
    log_option.push(log);
    silent("valgrind")
        .args(["--tool=callgrind", "--trace-children=yes", "--callgrind-out-file=/dev/null"])
        .arg(log_option)
        .args(argv)
        .status()
        .ok()?;
    let logs: Vec<Process> =
        fs::read_dir(folder).ok()?.flatten().filter_map(|log| Process::read(&log.path())).collect();
    let forked = |process: &&Process| {
        logs.iter().any(|parent| parent.pid == process.parent && parent.command == process.command)
    };
    let counts: Vec<u64> = logs.iter().filter(|process| !forked(process)).map(|process| process.count).collect();
    (!counts.is_empty()).then(|| counts.iter().sum())
}

struct Process {
    pid: String,
    parent: String,
    command: String,
    count: u64,
}

impl Process {
    fn read(log: &Path) -> Option<Self> {
        let text = fs::read_to_string(log).ok()?;
        let field = |key: &str| {
            text.lines().find_map(|line| Some(line.split_once("== ")?.1.strip_prefix(key)?.trim().to_owned()))
        };
        Some(Self {
            pid: log.file_name()?.to_str()?.to_owned(),
            parent: field("Parent PID:")?,
            command: field("Command:")?,
            count: field("Collected :")?.parse().ok()?,
        })
    }
}
