//! journalctl: how it is asked, and what its words on standard error mean.

use super::cursor::Cursor;
use super::export::{Entry, Export};
use super::fields::Arguments;
use crate::host::logs::Problem;
use crate::model::text;
use crate::runtime::child;
use crate::runtime::deadline::Deadline;
use anyhow::anyhow;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, ExitStatus};

/// Kept of what journalctl says on standard error, and shown of it.
const SAID: usize = 4096;
const SHOWN: usize = 200;

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With all there is.
    Whole,
    /// There is no journal.
    Missing,
    /// With an error.
    Failed,
    /// Nobody wanted more.
    Enough,
    /// The deadline came.
    Late,
}

/// One journal, and the entries of it that are wanted.
pub(super) struct Journal<'a> {
    program: &'a Path,
    pub(super) name: &'a Path,
    pub(super) arguments: Arguments,
    pub(super) deadline: &'a Deadline,
    /// What was wrong first.
    pub(super) problem: Option<Problem>,
    /// journalctl does not understand the remembered place.
    pub(super) misplaced: bool,
    /// Entries that were seen, wanted or not.
    entries: u64,
}

impl<'a> Journal<'a> {
    pub(super) fn new(program: &'a Path, name: &'a Path, arguments: Arguments, deadline: &'a Deadline) -> Self {
        Self { program, name, arguments, deadline, problem: None, misplaced: false, entries: 0 }
    }

    /// The last entry of all; `None` while there is none.
    pub(super) fn last_entry(&mut self) -> (End, Option<Cursor>) {
        let mut last = None;
        let end = self.ask(&["--lines=1".to_owned()], 0, &mut |entry| {
            last = Cursor::of(entry.cursor());
            ControlFlow::Continue(())
        });
        (end, last)
    }

    /// Whether an entry is still there; `None` where that cannot be found out.
    pub(super) fn has(&mut self, cursor: &Cursor) -> Option<bool> {
        let mut first = None;
        let end = self.ask(&[cursor.argument()], 0, &mut |entry| {
            first = Cursor::of(entry.cursor());
            ControlFlow::Break(())
        });
        match end {
            End::Whole | End::Enough => Some(first.is_some_and(|first| first.is_same(cursor))),
            End::Failed if self.misplaced => Some(false),
            End::Missing | End::Failed | End::Late => None,
        }
    }

    /// Asks whether anything is missing, where that may be: in the export format, journalctl passes over in silence that
    /// there is no journal, and what the user may not see of it.
    pub(super) fn look_for_gaps(&mut self) {
        let may_see_all = self.entries > 0 && nix::unistd::geteuid().is_root();
        if self.problem.is_none() && !may_see_all && !self.deadline.is_over() {
            self.run("--output=short", &["--lines=0".to_owned()], 0, &mut |_| ControlFlow::Continue(()));
        }
    }

    /// Runs journalctl with these arguments, and gives its entries.
    pub(super) fn ask(
        &mut self,
        arguments: &[String],
        longest: usize,
        each: &mut dyn FnMut(&Entry) -> ControlFlow<()>,
    ) -> End {
        self.run("--output=export", arguments, longest, each)
    }

    fn run(
        &mut self,
        output: &str,
        arguments: &[String],
        longest: usize,
        each: &mut dyn FnMut(&Entry) -> ControlFlow<()>,
    ) -> End {
        let mut command = Command::new(self.program);
        command.args(["--no-pager", output]).args(&self.arguments.place).args(arguments);
        let (mut export, mut enough, mut entries) = (Export::new(longest), false, 0_u64);
        let streamed = child::stream(&mut command, self.deadline, SAID, &mut |bytes| {
            let flow = export.feed(bytes, &mut |entry| {
                entries += 1;
                each(entry)
            });
            enough |= flow.is_break();
            flow
        });
        self.entries += entries;
        match streamed {
            Err(failure) => {
                self.note(true, format!("{failure}: journal: needs systemd and its journalctl in the PATH"));
                End::Failed
            }
            Ok(_) if enough => End::Enough,
            Ok(child::Streamed { status: Some(status), stderr }) => self.judge(status, &stderr),
            Ok(child::Streamed { status: None, .. }) => {
                if entries == 0 {
                    let what = "did not answer in time: give more time (-t), or ask for fewer entries with its fields";
                    self.note(false, format!("journalctl {what}"));
                }
                End::Late
            }
        }
    }

    /// What the words of journalctl mean. They are not translated. It has ended by itself.
    fn judge(&mut self, status: ExitStatus, stderr: &[u8]) -> End {
        let has = |words: &str| String::from_utf8_lossy(stderr).contains(words);
        let lines: Vec<&[u8]> = stderr.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        let first = lines.first().map_or_else(String::new, |line| text::cut(&text::clean(line), SHOWN).into_owned());
        let rights = "let the check run as a member of the group systemd-journal (or adm)";
        if has("insufficient permissions") || has("Permission denied") {
            self.note(false, format!("no right to read the journal ({first}): {rights}"));
            End::Failed
        } else if has("No journal files were found") || (!status.success() && has("No such file or directory")) {
            self.note(true, format!("there is no journal ({first}): does journald keep one, does it lie elsewhere?"));
            End::Missing
        } else if status.success() {
            if has("not seeing messages") {
                self.note(false, format!("only the user's own messages of the journal are seen: {rights}"));
            } else if ["ignoring file", "orrupt", "Bad message"].iter().any(|words| has(words)) {
                self.note(false, format!("a part of the journal cannot be read ({first}): see journalctl --verify"));
            }
            End::Whole
        } else if has("Failed to add filter for units: No data available") {
            // No unit fits the pattern yet.
            End::Whole
        } else {
            if has("seek to cursor") {
                self.misplaced = true;
            } else {
                self.note(false, format!("journalctl failed ({status}): {first}"));
            }
            End::Failed
        }
    }

    fn note(&mut self, missing: bool, text: String) {
        let failure = anyhow!("{}: {text}", self.name.display()).into();
        self.problem.get_or_insert(Problem { path: self.name.to_owned(), missing, failure });
    }
}
