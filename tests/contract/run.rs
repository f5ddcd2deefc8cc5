//! Running a plugin as a scheduler does: both pipes read to their end, the end waited for, everything timed.

use crate::{common, launch};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Nothing here may take longer; it is far above what a case allows itself, for slow machines.
pub const LIMIT: Duration = Duration::from_secs(60);
/// What a run may take beyond its time limit: the machine's slowness, not ours.
pub const SLACK: Duration = Duration::from_secs(4);

/// Who is run.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// The binary's name: `check_mem`.
    pub name: String,
    /// The binary, and the name it is started under.
    pub path: PathBuf,
    pub arg0: String,
    /// Arguments without which it has nothing to do.
    pub needs: Vec<OsString>,
}

impl Plugin {
    /// A plugin of the package.
    pub fn real(name: &str) -> Self {
        Self { name: name.to_owned(), path: common::bin(name), arg0: name.to_owned(), needs: minimum(name) }
    }

    /// Starts a command line for it.
    pub fn command(&self) -> Run {
        Run { plugin: self.clone(), arguments: self.needs.clone(), ..Run::new(self.clone()) }
    }

    /// The word in front of the state: `MEM`.
    pub fn word(&self) -> String {
        self.name.trim_start_matches("check_").to_uppercase()
    }
}

/// What a plugin must be told before it can do anything. One that needs nothing is not named.
fn minimum(name: &str) -> Vec<OsString> {
    let arguments: &[&str] = match name {
        "check_files" => &["/etc"],
        "check_listener" => &["127.0.0.1:1"],
        "check_logscan" => &["/etc/passwd", "--critical-pattern", "no such line"],
        "check_ping" => &["-H", "127.0.0.1"],
        _ => &[],
    };
    arguments.iter().map(Into::into).collect()
}

/// One run that is being put together.
#[derive(Debug)]
pub struct Run {
    plugin: Plugin,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    state: PathBuf,
    launch: Vec<String>,
    wrapper: Vec<OsString>,
    stdout: Option<Stdio>,
    _temporary: Option<tempfile::TempDir>,
}

/// What came of it.
#[derive(Debug)]
pub struct Ran {
    pub plugin: Plugin,
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub took: Duration,
}

impl Run {
    fn new(plugin: Plugin) -> Self {
        let temporary = tempfile::tempdir().expect("a state folder");
        Self {
            plugin,
            arguments: Vec::new(),
            environment: Vec::new(),
            state: temporary.path().to_owned(),
            launch: Vec::new(),
            wrapper: Vec::new(),
            stdout: None,
            _temporary: Some(temporary),
        }
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Arguments, divided by blanks.
    pub fn args(mut self, arguments: &str) -> Self {
        self.arguments.extend(arguments.split_whitespace().map(OsString::from));
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// `$STATE_DIRECTORY` instead of a folder of its own.
    pub fn state(mut self, dir: &Path) -> Self {
        dir.clone_into(&mut self.state);
        self
    }

    /// Through the launcher: what a parent may leave to its child (`launch.rs`).
    pub fn launched(mut self, how: &str) -> Self {
        self.launch.push(how.to_owned());
        self
    }

    /// Through another program: `setpriv …`.
    pub fn under(mut self, words: &[&str]) -> Self {
        self.wrapper.extend(words.iter().map(OsString::from));
        self
    }

    pub fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.stdout = Some(stdout.into());
        self
    }

    fn build(&mut self) -> Command {
        let mut command = if self.wrapper.is_empty() {
            let mut command = Command::new(&self.plugin.path);
            command.arg0(&self.plugin.arg0);
            command
        } else {
            let mut command = Command::new(self.wrapper.first().expect("a wrapper"));
            command.args(self.wrapper.iter().skip(1)).arg(&self.plugin.path);
            command
        };
        if !self.launch.is_empty() {
            assert!(self.wrapper.is_empty(), "one or the other");
            command = launch::command(&self.launch, &self.plugin);
        }
        command.args(&self.arguments);
        // Nothing of whoever runs the tests shines through.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("STATE_DIRECTORY", &self.state).env("TZ", "UTC").env("LC_ALL", "C");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stderr(Stdio::piped()).process_group(0);
        command.stdout(self.stdout.take().unwrap_or_else(Stdio::piped));
        command
    }

    /// Starts it and leaves it running.
    pub fn start(mut self) -> Running {
        let start = Instant::now();
        let mut command = self.build();
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Running { child, start, run: self }
    }

    /// Runs it to its end.
    pub fn done(self) -> Ran {
        self.start().end()
    }
}

/// A run that has not ended.
pub struct Running {
    child: Child,
    start: Instant,
    run: Run,
}

impl Running {
    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("a process id"))
    }

    pub fn signal(&self, signal: Signal) {
        nix::sys::signal::kill(self.pid(), signal).expect("it still runs");
    }

    /// Waits until the process itself has put its handlers for the deadline in place and sleeps: it is at work.
    pub fn wait_until_at_work(&self) {
        let status = format!("/proc/{}/status", self.pid());
        let term = 1u64 << (Signal::SIGTERM as u64 - 1);
        eventually("the plugin is at work", || {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let caught = field("SigCgt:").and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(0);
            caught & term != 0 && field("State:").is_some_and(|state| state.starts_with('S'))
        });
    }

    /// Waits for the end of it, and of both pipes.
    pub fn end(mut self) -> Ran {
        let group = self.pid();
        let stdout = read_in_background(self.child.stdout.take());
        let stderr = read_in_background(self.child.stderr.take());
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("wait") {
                break status;
            }
            if self.start.elapsed() > LIMIT {
                let _ = killpg(group, Signal::SIGKILL);
                panic!("{} {:?} did not end", self.run.plugin.name, self.run.arguments);
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let left = || LIMIT.saturating_sub(self.start.elapsed());
        let read = stdout.recv_timeout(left()).and_then(|out| Ok((out, stderr.recv_timeout(left())?)));
        let Ok((stdout, stderr)) = read else {
            let _ = killpg(group, Signal::SIGKILL);
            panic!("{} {:?} ended but left its pipes open", self.run.plugin.name, self.run.arguments);
        };
        Ran { plugin: self.run.plugin.clone(), status, stdout, stderr, took: self.start.elapsed() }
    }
}

fn read_in_background(pipe: Option<impl Read + Send + 'static>) -> std::sync::mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut all = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut all);
        }
        let _ = sender.send(all);
    });
    receiver
}

/// Waits for a condition, within the limit of all cases.
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < LIMIT, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

impl Ran {
    /// The code; a process that a signal ended has none, which is never right.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| panic!("ended by signal {:?}: {self:?}", self.status.signal()))
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn first_line(&self) -> &str {
        self.text().lines().next().unwrap_or_else(|| panic!("no output: {self:?}"))
    }

    /// In time: the limit that was given, and some slack for a busy machine.
    pub fn within(self, seconds: f64) -> Self {
        assert!(self.took < Duration::from_secs_f64(seconds) + SLACK, "took {:?}: {self:?}", self.took);
        self
    }

    /// The code is this one, whatever was printed.
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "{self:?}");
        self
    }

    /// The text contains all of these.
    pub fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.text().contains(part), "'{part}' is missing: {}", self.text());
        }
        self
    }

    pub fn says_not(self, part: &str) -> Self {
        assert!(!self.text().contains(part), "'{part}' must not be in: {}", self.text());
        self
    }
}
