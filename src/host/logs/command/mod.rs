//! What a command writes, run by run: what is new is told by what was there ([`change`]).
//!
//! The command is run without a shell. It ends by itself, or with the deadline; of what it writes, so much is read as
//! [`CAP`] says.
//!
//! New lines are given in the order of time: where the newest come first (errpt), the new ones are turned round line by
//! line, so that a line of level ok ends what came before it. Who puts lines together to records wants them as they were
//! written ([`Wishes::as_written`]), and turns the records round ([`Read::newest_first`]). Where the order has not shown
//! yet, at the first run, the lines are given as they stand.

mod change;
mod scattered;
#[cfg(test)]
mod tests;
mod words;

use super::encoding::Form;
use super::position::{Position, fingerprint};
use super::reader::{Reader, Text};
use super::{Block, Gap, Log, Marks, Problem, Read, Wishes};
use crate::model::text;
use crate::runtime::child::{self, Ended};
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use anyhow::anyhow;
pub(super) use change::Mark;
use change::change;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::process::Command;
pub(super) use words::words;

/// Bytes that are read of an output, and lines. What is beyond is not judged, and said.
const CAP: usize = 16 << 20;
const MOST_LINES: usize = 1 << 20;
/// Shown of what a command says on standard error.
const SHOWN: usize = 200;

/// Reads what is new.
///
/// # Errors
/// The command line cannot be taken apart.
pub(super) fn read(
    name: &Path,
    line: &str,
    marks: &Marks,
    wishes: &Wishes,
    deadline: &Deadline,
    sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
) -> Result<Read, Failure> {
    let words = words(line).map_err(|why| anyhow!(why))?;
    let mut read = Read { marks: marks.clone(), files: 1, ..Read::default() };
    let (program, arguments) = words.split_first().ok_or_else(|| anyhow!("'{line}' names no command"))?;
    let ended = match child::run(Command::new(program).args(arguments), deadline, CAP) {
        Ok(ended) => ended,
        Err(failure) => {
            let why = failure.to_string();
            let why = if failure.timed_out() { format!("{why}: give more time (-t)") } else { why };
            read.problems.push(problem(name, why.contains("No such file"), &why));
            return Ok(read);
        }
    };
    if !ended.status.success() {
        read.problems.push(problem(name, false, &why(&ended)));
    }
    let output = Output::new(&ended, wishes);
    let mut reader = Reader::new(wishes, deadline, sink);
    if wishes.whole || wishes.last_lines.is_some() {
        let count = output.lines.len();
        let start = wishes.last_lines.map_or(0, |last| count.saturating_sub(last));
        let given = output.give(name, start..count, &mut reader);
        read.more = given < count - start;
        read.lost.extend(output.is_cut.then(|| beyond(name)));
    } else if marks.known || wishes.from_start {
        output.follow(name, ended.status.success(), marks.command.clone(), &mut reader, &mut read);
    } else if ended.status.success() || !output.lines.is_empty() {
        read.marks.known = true;
        read.marks.command = Some(Mark::of(&output.lines, None));
        read.began.push(PathBuf::from(name));
    }
    (read.bytes, read.cut_lines) = (reader.bytes, reader.cut_lines);
    Ok(read)
}

/// What a command wrote, as lines.
struct Output<'a> {
    bytes: &'a [u8],
    form: Form,
    bom: usize,
    /// Their fingerprints.
    lines: Vec<u64>,
    /// There was more.
    is_cut: bool,
    as_written: bool,
}

impl<'a> Output<'a> {
    fn new(ended: &'a Ended, wishes: &Wishes) -> Self {
        let (form, bom) = Form::of(wishes.encoding, &ended.stdout);
        let mut output = Self {
            bytes: &ended.stdout,
            form,
            bom,
            lines: Vec::new(),
            is_cut: ended.cut && ended.stdout.len() >= CAP,
            as_written: wishes.as_written,
        };
        if output.is_cut {
            // The line in which it was cut is not whole.
            output.bytes = output.bytes.get(..form.last_end(output.bytes).unwrap_or(0)).unwrap_or_default();
        }
        let mut rest = output.bytes;
        while !rest.is_empty() {
            if output.lines.len() == MOST_LINES {
                output.is_cut = true;
                output.bytes = output.bytes.get(..output.bytes.len() - rest.len()).unwrap_or_default();
                break;
            }
            let (line, after) = rest.split_at(form.first_end(rest).unwrap_or(rest.len()));
            output.lines.push(fingerprint(without_end(line)));
            rest = after;
        }
        output
    }

    /// Gives what is new, and remembers what is given.
    fn follow(&self, name: &Path, succeeded: bool, mark: Option<Mark>, reader: &mut Reader<'_>, read: &mut Read) {
        let change = change(&mark.unwrap_or_default(), &self.lines);
        if change.is_lost && !succeeded && self.lines.is_empty() {
            // It could not do its work: nothing is known of what there is.
            return;
        }
        let new = change.new.clone();
        let is_reversed = change.is_reversed && !self.as_written;
        let given =
            if is_reversed { self.give_reversed(name, &new, reader) } else { self.give(name, new.clone(), reader) };
        let is_all = given == new.len();
        (read.more, read.newest_first) = (!is_all, change.is_reversed && !is_reversed);
        read.marks.known = true;
        if change.is_lost && !succeeded {
            // Half an output is no measure for the next one.
            return;
        }
        // What is empty was cleared, as errclear does.
        if change.is_lost && !self.lines.is_empty() {
            let name = name.display();
            let what = "nothing of its last output is found in this one, so all of it is new";
            let why = format!("{name}: {what}: lines may be lost (--whole is for output that is another each time)");
            read.lost.push(why.into());
        }
        // Of what is the newest first, only the old end can be beyond.
        if self.is_cut && change.newest_first != Some(true) {
            read.lost.push(beyond(name));
        }
        let old = |range: Range<usize>| self.lines.get(range).unwrap_or_default();
        let lines = match (is_all, change.is_reversed, is_reversed) {
            (true, _, _) => self.lines.clone(),
            (false, false, _) => old(0..new.start + given).to_vec(),
            (false, true, true) => [old(0..new.start), old(new.end - given..self.lines.len())].concat(),
            // The newest were given without the older ones: all of it again.
            (false, true, false) => return,
        };
        read.marks.command = Some(Mark::of(&lines, change.newest_first));
    }

    /// Gives lines as they stand. Returns how many.
    fn give(&self, name: &Path, lines: Range<usize>, reader: &mut Reader<'_>) -> usize {
        let bytes = self.part(&lines);
        self.read(name, bytes, self.start_of(lines.start), self.bom, reader)
    }

    /// Gives lines from the last to the first. Returns how many.
    fn give_reversed(&self, name: &Path, lines: &Range<usize>, reader: &mut Reader<'_>) -> usize {
        let bytes = self.part(lines);
        let (mut turned, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
        let newline: &[u8] = match self.form {
            Form::Bytes | Form::Latin1 => b"\n",
            Form::Le => b"\n\0",
            Form::Be => b"\0\n",
        };
        while !rest.is_empty() {
            let unit = self.form.unit().min(rest.len());
            let before = rest.get(..rest.len() - unit).unwrap_or_default();
            let start = self.form.last_end(before).unwrap_or(0);
            let line = rest.get(start..).unwrap_or_default();
            turned.extend_from_slice(line);
            if !line.ends_with(newline) {
                turned.extend_from_slice(newline);
            }
            rest = rest.get(..start).unwrap_or_default();
        }
        self.read(name, &turned, self.start_of(lines.start), 0, reader)
    }

    fn read(&self, name: &Path, bytes: &[u8], start: u64, bom: usize, reader: &mut Reader<'_>) -> usize {
        if bytes.is_empty() {
            return 0;
        }
        let text = Text { log: Log::text(name), path: name, form: self.form, bom, end: u64::MAX, finished: true };
        let mut at = Position::new(start, false, Vec::new());
        let mut stream = bytes;
        // Bytes in memory do not fail.
        let _ = reader.read(text, &mut stream, &mut at);
        let used = usize::try_from(at.offset - start).unwrap_or(usize::MAX);
        let mut rest = bytes.get(..used).unwrap_or(bytes);
        let mut count = 0;
        while !rest.is_empty() {
            rest = rest.get(self.form.first_end(rest).unwrap_or(rest.len())..).unwrap_or_default();
            count += 1;
        }
        count
    }

    fn part(&self, lines: &Range<usize>) -> &'a [u8] {
        let [start, end] =
            [lines.start, lines.end].map(|line| usize::try_from(self.start_of(line)).unwrap_or(usize::MAX));
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Where a line begins.
    fn start_of(&self, line: usize) -> u64 {
        let mut rest = self.bytes;
        for _ in 0..line {
            rest = rest.get(self.form.first_end(rest).unwrap_or(rest.len())..).unwrap_or_default();
        }
        (self.bytes.len() - rest.len()) as u64
    }
}

/// A line without its newline: the last one of an output need not have one.
fn without_end(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r' | 0)).map_or(0, |at| at + 1);
    line.get(..end).unwrap_or_default()
}

fn beyond(name: &Path) -> Gap {
    let (name, most) = (name.display(), CAP >> 20);
    let what = "and what is beyond is not read: lines may be lost";
    format!("{name}: it writes more than {most} MiB or {MOST_LINES} lines, {what}").into()
}

fn why(ended: &Ended) -> String {
    let first = ended.stderr.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    let said = first.map(|line| format!(": {}", text::cut(&text::clean(line), SHOWN)));
    format!("the command failed ({}){}", ended.status, said.unwrap_or_default())
}

fn problem(name: &Path, missing: bool, why: &str) -> Problem {
    Problem { path: name.to_owned(), missing, failure: anyhow!("{}: {why}", name.display()).into() }
}
