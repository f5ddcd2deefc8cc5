//! Running a plugin as a scheduler does, and taking apart what it says.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::LIMIT;

/// A plugin's binary: in `VITALS_BIN_DIR` (to test an installed suite), else beside this test.
pub(crate) fn bin(name: &str) -> PathBuf {
    std::env::var_os("VITALS_BIN_DIR").map_or_else(
        || std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join(name),
        |folder| PathBuf::from(folder).join(name),
    )
}

/// The names of all plugins: the files of src/bin.
pub(crate) fn plugins() -> Vec<String> {
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin")).unwrap();
    let names = files.filter_map(|file| file.unwrap().path().file_stem()?.to_str().map(str::to_owned));
    names.filter(|name| name.starts_with("check_")).collect()
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Until the process had ended and both its pipes had: a scheduler waits for all three.
    pub(crate) took: Duration,
}

impl Ran {
    /// The output in its parts.
    pub(crate) fn said(&self) -> Said {
        Said::of(&self.stdout)
    }

    /// This very run, with what was expected of it.
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert_eq!(self.stderr, "", "{self:#?}");
        self
    }
}

/// Runs a command, reads both pipes to their end and waits for it, as every scheduler does.
///
/// # Panics
/// When that is not done within [`LIMIT`].
pub(crate) fn run<S: AsRef<str>>(command: &[S]) -> Ran {
    let words: Vec<&str> = command.iter().map(AsRef::as_ref).collect();
    let start = Instant::now();
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .env_remove("VITALS_OUTPUT")
        .env_remove("STATE_DIRECTORY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap_or_else(|error| panic!("{words:?}: {error}"));
    let group = Pid::from_raw(i32::try_from(child.id()).unwrap());
    let stdout = read_in_background(child.stdout.take().unwrap());
    let stderr = read_in_background(child.stderr.take().unwrap());
    let left = || LIMIT.saturating_sub(start.elapsed());
    let read = (stdout.recv_timeout(left()), stderr.recv_timeout(left()));
    let (Ok(stdout), Ok(stderr)) = read else {
        let _ = killpg(group, Signal::SIGKILL);
        panic!("{words:?} kept its pipes open: {read:?}");
    };
    let mut ended = child.try_wait().unwrap();
    while ended.is_none() {
        if left().is_zero() {
            let _ = killpg(group, Signal::SIGKILL);
            panic!("{words:?} closed its pipes but did not end; it printed {stdout}");
        }
        std::thread::sleep(Duration::from_millis(2));
        ended = child.try_wait().unwrap();
    }
    Ran { code: ended.unwrap().code(), stdout, stderr, took: start.elapsed() }
}

fn read_in_background(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut all = Vec::new();
        let _ = pipe.read_to_end(&mut all);
        let _ = sender.send(String::from_utf8(all).unwrap());
    });
    receiver
}

/// A plugin's output in the parts that the guidelines give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) first: String,
    pub(crate) long: String,
    pub(crate) perfdata: String,
}

impl Said {
    pub(crate) fn of(output: &str) -> Self {
        let (first, long) = output.split_once('\n').unwrap_or((output, ""));
        let (text, perfdata) = first.split_once('|').unwrap_or((first, ""));
        Self {
            first: text.trim_end().to_owned(),
            long: long.trim_end().to_owned(),
            perfdata: perfdata.trim().to_owned(),
        }
    }

    pub(crate) fn perf(&self) -> Vec<Perf> {
        Perf::all(&self.perfdata)
    }
}

/// One item of perfdata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Perf {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) unit: String,
    pub(crate) warn: String,
    pub(crate) crit: String,
    pub(crate) min: String,
    pub(crate) max: String,
}

impl Perf {
    /// Reads `'label'=value[unit];warn;crit;min;max` items.
    ///
    /// # Panics
    /// On anything that does not read so.
    pub(crate) fn all(perfdata: &str) -> Vec<Self> {
        let mut rest = perfdata.trim();
        let mut items = Vec::new();
        while !rest.is_empty() {
            let quoted = rest.strip_prefix('\'').unwrap_or_else(|| panic!("no quoted label: {rest}"));
            let (label, after) = quoted.split_once("'=").unwrap_or_else(|| panic!("no value: {rest}"));
            let (fields, next) = after.split_once(' ').unwrap_or((after, ""));
            let mut fields = fields.split(';');
            let value = fields.next().unwrap();
            let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%').len();
            let (value, unit) = if value == "U" { ("U", "") } else { value.split_at(digits) };
            let mut field = || fields.next().unwrap_or("").to_owned();
            items.push(Self {
                label: label.to_owned(),
                value: value.to_owned(),
                unit: unit.to_owned(),
                warn: field(),
                crit: field(),
                min: field(),
                max: field(),
            });
            assert!(value == "U" || value.parse::<f64>().is_ok(), "{rest}");
            rest = next.trim_start();
        }
        items
    }
}
