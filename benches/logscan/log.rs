//! The logs, and the patterns that are looked for in them.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::cases::{Log, NEW_LINES, Patterns, SLICE};
use crate::compile::{DYNAMIC, compile, folder};

/// Each line: a pattern, a tab, and a template of lines that it matches.
const PATTERNS: &str = include_str!("patterns.txt");

pub(crate) struct Logs {
    folder: PathBuf,
    generator: PathBuf,
    size: u64,
    /// The one that is there.
    now: Cell<Option<Log>>,
}

impl Logs {
    pub(crate) fn prepare(at: &Path, mib: u64) -> Result<Self> {
        fs::create_dir_all(at).with_context(|| format!("create {}", at.display()))?;
        let generator = folder("logscan-bench")?.join("loglines");
        if !compile("loglines", &generator, DYNAMIC) {
            bail!("cannot compile benches/loglines.c: is there a C compiler?");
        }
        Ok(Self { folder: at.to_owned(), generator, size: mib << 20, now: Cell::new(None) })
    }

    /// Bytes of a case's log.
    pub(crate) fn size(&self, log: Log) -> u64 {
        log.mib.map_or(self.size, |mib| mib << 20)
    }

    /// The whole log, a slice of it, and what is to be appended. Only one log is kept: it fills the page cache.
    pub(crate) fn of(&self, log: Log) -> Result<[PathBuf; 3]> {
        let [whole, slice, new] = ["log", "slice", "new"].map(|name| self.folder.join(name));
        if self.now.get() != Some(log) {
            let _ = fs::remove_file(&whole);
            self.generate(log, self.size(log), 1, &whole)?;
            let mut beginning = Vec::new();
            File::open(&whole)?.take(SLICE).read_to_end(&mut beginning)?;
            fs::write(&slice, beginning)?;
            self.generate(log, 64 << 10, 2, &new)?;
            let text = fs::read_to_string(&new)?;
            fs::write(&new, text.split_inclusive('\n').take(NEW_LINES).collect::<String>())?;
            self.now.set(Some(log));
        }
        Ok([whole, slice, new])
    }

    /// Adds the new lines to a log, for those that follow it.
    pub(crate) fn append(&self, whole: &Path, new: &Path) -> Result<()> {
        OpenOptions::new().append(true).open(whole)?.write_all(&fs::read(new)?)?;
        self.now.set(None);
        Ok(())
    }

    fn generate(&self, log: Log, bytes: u64, seed: u64, to: &Path) -> Result<()> {
        let numbers = [bytes, log.per_million.into(), log.kinds as u64, seed].map(|number| number.to_string());
        let mut child = Command::new(&self.generator)
            .args(numbers)
            .stdin(Stdio::piped())
            .stdout(File::create(to).with_context(|| format!("create {}", to.display()))?)
            .spawn()?;
        // It reads no more than it needs.
        let _ = child.stdin.take().context("no input")?.write_all(PATTERNS.as_bytes());
        if !child.wait()?.success() {
            bail!("loglines could not write {}", to.display());
        }
        Ok(())
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        for name in ["log", "slice", "new"] {
            let _ = fs::remove_file(self.folder.join(name));
        }
    }
}

impl Patterns {
    /// Whether these are texts, not regular expressions.
    pub(crate) const fn are_texts(self) -> bool {
        matches!(self, Self::Texts(_))
    }

    /// In a syntax that all the tools understand alike.
    pub(crate) fn list(self) -> Vec<String> {
        let all = PATTERNS.lines().filter_map(|line| Some(line.split_once('\t')?.0.to_owned()));
        match self {
            Self::First(count) => all.take(count).collect(),
            Self::Texts(count) => {
                ["Out of memory", "ORA-00600", "I/O error, dev", "FATAL", "MSA|AE|"].map(String::from)[..count].to_vec()
            }
            // Letters and digits in an order that no line of the log has.
            Self::WithoutText => (0..50)
                .map(|n| format!("[g-z]{{{}}}[0-9]{{{}}}[A-F][g-z]{{{}}}", 2 + n % 5, 3 + n / 5 % 5, 2 + n / 25))
                .collect(),
            Self::EveryLine => vec![".".to_owned()],
        }
    }
}
