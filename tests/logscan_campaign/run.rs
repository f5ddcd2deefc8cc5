//! One run of the check: how it is treated, and what is heard of it.

use crate::common;
use crate::writer::now;
use nix::fcntl::{FcntlArg, fcntl};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a pipe holds at least: an answer is longer.
const SMALL_PIPE: i32 = 4096;

/// How a run is treated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// It is left alone.
    Whole,
    /// It is killed after so many microseconds.
    Killed(u64),
    /// The same, and nobody reads before: it may be killed in the middle of its answer.
    Choked(u64),
    /// Its answer cannot be written.
    Unheard,
    /// It is told to remember nothing.
    Dry,
}

/// How the check is called in one round.
#[derive(Clone, Debug)]
pub struct Call {
    pub source: String,
    pub rules: PathBuf,
    pub state: PathBuf,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Ran {
    pub fate: Fate,
    /// Times of the monotonic clock.
    pub begun: u64,
    pub ended: u64,
    /// It ended by itself.
    pub alive: bool,
    pub answer: Option<Answer>,
}

/// An answer that was read whole.
#[derive(Debug, Default)]
pub struct Answer {
    /// By number of the line: in this run, and in the memory.
    pub told: BTreeMap<u32, u64>,
    pub seen: BTreeMap<u32, u64>,
    /// Lines whose event is a state now.
    pub critical: BTreeSet<u32>,
    /// Where it says that lines may be lost.
    pub lost: Vec<String>,
    /// It left something for the next run.
    pub left: bool,
    /// What else it says of the whole.
    pub notes: Vec<String>,
}

impl Call {
    fn command(&self, identity: &str, more: &[&str]) -> Command {
        let mut command = Command::new(common::bin("check_logscan"));
        command.arg(&self.source).arg("--rules").arg(&self.rules).arg("--state-dir").arg(&self.state);
        command.args(["--state-id", identity, "--from-start", "--missing", "ok", "--hold", "0", "--output", "json"]);
        // Lost lines are told by the run that misses them alone; the rules have a hold time of their own.
        // All of an answer, however many rules there are.
        command.args(["--max-output", "16777216", "--timeout", "60"]).args(more);
        command.env_remove("VITALS_STATE_ID").env_remove("STATE_DIRECTORY").env_remove("VITALS_OUTPUT");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        command
    }

    /// Starts a run; [`Started::end`] waits for it.
    pub fn start(&self, identity: &str, fate: Fate, more: &[&str]) -> Started {
        let dry: &[&str] = if fate == Fate::Dry { &["--dry-run"] } else { &[] };
        let mut command = self.command(identity, &[dry, more].concat());
        if fate == Fate::Unheard {
            command.stdout(File::options().write(true).open("/dev/full").expect("a full device"));
        }
        let begun = now();
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Started { child, fate, begun }
    }

    pub fn run(&self, identity: &str, fate: Fate, more: &[&str]) -> Ran {
        self.start(identity, fate, more).end()
    }
}

/// A run that goes on.
pub struct Started {
    child: Child,
    fate: Fate,
    begun: u64,
}

impl Started {
    pub fn end(mut self) -> Ran {
        let pipe = self.child.stdout.take();
        if let Fate::Choked(_) = self.fate
            && let Some(pipe) = &pipe
        {
            // It is too late where more is in it already.
            let _ = fcntl(pipe, FcntlArg::F_SETPIPE_SZ(SMALL_PIPE));
        }
        let by_itself = match self.fate {
            Fate::Killed(after) | Fate::Choked(after) => self.kill(Duration::from_micros(after)),
            _ => None,
        };
        let mut said = String::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_string(&mut said).expect("UTF-8");
        }
        let status = self.child.wait().expect("waited for");
        Ran {
            fate: self.fate,
            begun: self.begun,
            ended: by_itself.unwrap_or_else(now),
            alive: status.signal().is_none(),
            answer: Answer::of(&said),
        }
    }

    /// The moment is what is tested: a sleep would be rounded to the scheduler's idea of it. Returns when it ended before
    /// by itself.
    fn kill(&mut self, after: Duration) -> Option<u64> {
        let begun = Instant::now();
        while begun.elapsed() < after {
            if self.child.try_wait().expect("a state").is_some() {
                return Some(now());
            }
        }
        self.child.kill().expect("killed");
        None
    }
}

impl Answer {
    /// `None` where it is not whole.
    fn of(said: &str) -> Option<Self> {
        let answer: Value = serde_json::from_str(said).ok()?;
        let mut all = Self::default();
        let texts = |list: &Value, key: &str| -> Vec<String> {
            let list = list.as_array().into_iter().flatten();
            list.filter_map(|one| if key.is_empty() { one.as_str() } else { one[key].as_str() }.map(str::to_owned))
                .collect()
        };
        for finding in answer["findings"].as_array().into_iter().flatten() {
            let Some(number) = finding["item"].as_str().and_then(|item| item.strip_prefix('e')?.parse().ok()) else {
                continue;
            };
            if finding["status"] == "CRITICAL" {
                all.critical.insert(number);
            }
            for metric in finding["metrics"].as_array().into_iter().flatten() {
                let value = metric["value"].as_u64().unwrap_or(0);
                match metric["name"].as_str() {
                    Some("matches") if value > 0 => drop(all.told.insert(number, value)),
                    Some("matches_seen") if value > 0 => drop(all.seen.insert(number, value)),
                    _ => {}
                }
            }
        }
        // A log that was copied and emptied is a note, what is known to be lost a finding.
        let said = [texts(&answer["findings"], "text"), texts(&answer["notes"], "")].concat();
        let said = said.into_iter().filter(|text| !text.contains("EVENT") && !text.ends_with("no match"));
        (all.lost, all.notes) = said.partition(|text| text.contains("may be lost"));
        all.left = all.notes.iter().any(|text| text.contains("left for the next run"));
        Some(all)
    }
}

/// Rules of which each takes one line: an answer then tells which lines it is about.
pub fn rules(folder: &Path, lines: u32) -> PathBuf {
    let rule = |number| {
        format!(
            "[[rule]]\nname = \"e{number}\"\nlevel = \"critical\"\nfixed = ['EVENT {number:06} ']\nhold = \"1h\"\n\n"
        )
    };
    let path = folder.join("lines.toml");
    std::fs::write(&path, (1..=lines).map(rule).collect::<String>()).expect("written");
    path
}
