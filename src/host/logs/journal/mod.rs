//! Messages of the systemd journal, read by journalctl from the entry on that was read last.
//!
//! journalctl and not the files: it is on every machine that has a journal, knows each of its formats, and belongs to
//! its systemd; the options are those that systemd 219 has. Its output is taken as it comes ([`export`]), so that a
//! backlog of any size costs no memory; a run that has enough ends it.
//!
//! `--after-cursor` is not used: up to systemd 240 or so it passes over one entry even where the remembered one is gone.
//! `--cursor` begins with the remembered entry, and so shows whether that is still there. Where a filter lets nothing
//! through for long, the place moves on with the journal: an entry that nothing is missed behind must not be gone one
//! day, and that be told as a loss.
//!
//! Entries come in the order of the journal. One that is added with an earlier time than the remembered one, as by
//! systemd-journal-remote from a machine that was cut off, is not seen: such journals want a source of their own
//! (`file=`) each.

mod ask;
mod cursor;
mod export;
mod fields;
mod line;
mod lines;
#[cfg(test)]
mod tests;

use super::window::DISORDER;
use super::{Block, Marks, Read, Wishes};
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use ask::{End, Journal};
use cursor::Cursor;
use fields::Arguments;
pub(super) use fields::parse;
use lines::Lines;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What is remembered of a journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Mark {
    /// The last entry that was read, or that was passed by; `None`: the journal was empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<Cursor>,
    /// The filter lets it through: journalctl must show it.
    fits: bool,
}

/// Reads what is new.
///
/// # Errors
/// The fields cannot be understood.
pub(super) fn read(
    name: &Path,
    fields: &[(String, String)],
    marks: &Marks,
    wishes: &Wishes,
    root: &Root,
    deadline: &Deadline,
    sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
) -> Result<Read, Failure> {
    let journal = Journal::new(Path::new("journalctl"), name, Arguments::of(fields, root)?, deadline);
    Ok(read_from(journal, marks, wishes, sink))
}

fn read_from(
    mut journal: Journal<'_>,
    marks: &Marks,
    wishes: &Wishes,
    sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
) -> Read {
    let mut read = Read { marks: marks.clone(), files: 1, ..Read::default() };
    let mut lines = Lines::new(journal.name, wishes, journal.deadline, sink);
    if wishes.whole || wishes.last_lines.is_some() {
        // Whether an entry is of the wanted time is judged by its line; this only saves asking for all there are.
        if let Some(since) = &wishes.since {
            journal.arguments.filter.push(format!("--since=@{:.0}", (since.from.0 - DISORDER).floor().max(0.0)));
        }
        let pass = pass(&mut journal, wishes.last_lines, None, &mut lines);
        read.more = matches!(pass.end, End::Enough | End::Late);
    } else if marks.known || wishes.from_start {
        follow(&mut journal, marks.journal.clone().unwrap_or_default(), &mut lines, &mut read);
    } else {
        let (end, cursor) = journal.last_entry();
        // What is missing now is new when it comes.
        read.marks.known = matches!(end, End::Whole | End::Missing);
        if end == End::Whole {
            read.marks.journal = Some(Mark { cursor, fits: false });
            read.began.push(PathBuf::from(journal.name));
        }
    }
    (read.bytes, read.cut_lines) = (lines.bytes, lines.cut_lines);
    journal.look_for_gaps();
    read.problems.extend(journal.problem);
    read
}

/// Gives what came since.
fn follow(journal: &mut Journal<'_>, mark: Mark, lines: &mut Lines<'_>, read: &mut Read) {
    let is_filtered = !journal.arguments.filter.is_empty();
    let old = mark.cursor.clone().filter(Cursor::is_plausible);
    let mut is_gone = mark.cursor.is_some() && old.is_none();
    let mut last = None;
    if is_filtered {
        // Looked at before the entries are that pass: whatever is written later lies behind it.
        let (end, cursor) = journal.last_entry();
        read.marks.known |= matches!(end, End::Whole | End::Missing);
        if end != End::Whole || old.as_ref().zip(cursor.as_ref()).is_some_and(|(old, last)| old.is_same(last)) {
            return;
        }
        last = cursor;
        if let Some(old) = old.as_ref().filter(|_| !mark.fits) {
            let Some(is_there) = journal.has(old) else { return };
            is_gone = !is_there;
        }
    }
    let from = old.as_ref().filter(|_| !journal.misplaced);
    let mut passed = pass(journal, None, from, lines);
    if journal.misplaced {
        is_gone = true;
    } else if old.is_some() && (mark.fits || !is_filtered) && (passed.others || passed.end == End::Whole) {
        is_gone = !passed.came;
    }
    let is_behind = || last.as_ref().zip(old.as_ref()).is_some_and(|(last, old)| last.is_after(old));
    if is_gone && old.is_some() && !passed.others && passed.end != End::Late && !is_behind() {
        // Nothing lies behind the place, so what there is lies before it: another journal, or another clock.
        passed = pass(journal, None, None, lines);
    }
    if is_gone {
        let name = journal.name.display();
        let why = format!("{name}: the entry that was read last is no longer in the journal: lines may be lost");
        read.lost.push(why.into());
    }
    read.more = matches!(passed.end, End::Enough | End::Late);
    read.marks.known |= passed.end != End::Failed || lines.given.is_some();
    let is_later = old.is_none() || is_gone || is_behind();
    if let Some(given) = lines.given.take() {
        // What the current boot is changes: the remembered entry need not pass then.
        let fits = !journal.arguments.filter.iter().any(|filter| filter.starts_with("_BOOT_ID="));
        read.marks.journal = Some(Mark { cursor: Some(given), fits });
    } else if passed.end == End::Whole && is_later && (is_filtered || is_gone) {
        read.marks.journal = Some(Mark { cursor: last, fits: false });
    }
}

/// What became of a pass over the entries.
struct Passed {
    end: End,
    /// The entry where it was to begin was among them.
    came: bool,
    /// Others were.
    others: bool,
}

/// Gives the entries from one on, which is known already; or from the first on, or only so many at the end.
fn pass(journal: &mut Journal<'_>, count: Option<usize>, from: Option<&Cursor>, lines: &mut Lines<'_>) -> Passed {
    let arguments: Vec<String> = count
        .map(|count| format!("--lines={count}"))
        .into_iter()
        .chain(from.map(Cursor::argument))
        .chain(journal.arguments.filter.iter().cloned())
        .collect();
    let (mut came, mut others) = (false, false);
    let end = journal.ask(&arguments, lines.longest(), &mut |entry| {
        let Some(cursor) = Cursor::of(entry.cursor()) else { return ControlFlow::Continue(()) };
        if from.is_some_and(|from| from.is_same(&cursor)) {
            came = true;
            return ControlFlow::Continue(());
        }
        others = true;
        lines.take(entry, cursor)
    });
    lines.flush();
    Passed { end, came, others }
}
