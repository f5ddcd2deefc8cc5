//! The last so many seconds of logs, without remembering a place.
//!
//! In a plain file the place is found by bisection: lines are in the order of their times, but for those of several
//! threads, by [`DISORDER`] at most. The search is for the first line that is not older than that before the wanted time,
//! and from there each line is judged by its own ([`Window`]), so that none is missed. Some thirty reads find it in a
//! file of any size. Packed generations are read from their beginning: there is no other way.
//!
//! A log whose last line says that it was written some quarters of an hour before the file was, is of a writer in
//! another zone: it is searched in his time, rather than found empty.

use super::encoding::Form;
use super::kin::Kinship;
use super::opened::{Content, Id, Opened};
use super::pattern::Pattern;
use super::piece::Piece;
use super::reader::Reader;
use super::window::{Counts, DISORDER, Says, Since, Window};
use super::{Block, Problem, Read, Wishes};
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;
use crate::runtime::deadline::Deadline;
use crate::runtime::root::Root;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What is read at each step of a search.
const STEP: u64 = 16 * 1024;
/// Of a line so much is looked at for its time.
const HEAD: usize = 512;
/// A search goes on so far in lines without a time, before it looks elsewhere.
const FAR: u64 = 1024 * 1024;
/// Zones differ by multiples of this: seconds.
const QUARTER: f64 = 900.0;
/// The most that they differ by from another, and how exactly: seconds.
const MOST_ZONE: f64 = 26.0 * 3600.0;
const EXACT: f64 = 60.0;

/// Reads what was written in the wanted time to these logs and to their rotated generations.
pub(super) struct Last<'a> {
    pub(super) since: &'a Since,
    pub(super) wishes: &'a Wishes,
    pub(super) root: &'a Root,
    pub(super) deadline: &'a Deadline,
}

/// Where to begin in a file.
enum Place {
    At { offset: u64, from: Timestamp },
    Nowhere,
    Unknown(Problem),
}

impl Last<'_> {
    pub(super) fn read(&self, paths: &[PathBuf], read: &mut Read, sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>) {
        let rotated: Vec<Pattern> = self.wishes.rotated.iter().map(|glob| Pattern::glob(glob)).collect();
        let mut logs: Vec<Opened> = Vec::new();
        for path in paths {
            match Opened::open(path) {
                Ok(opened) => logs.push(opened),
                Err(error) => read.problems.push(Problem::new(path, error)),
            }
        }
        let mut members: Vec<Id> = logs.iter().map(|log| log.id).collect();
        logs.sort_by_key(|log| log.mtime);
        let last = logs.last().map(|log| log.path.clone());
        for log in logs {
            read.files += 1;
            let path = log.path.clone();
            for (piece, from) in self.pieces(log, &rotated, &mut members, read) {
                let is_last = last.as_ref() == Some(&piece.opened.path);
                let (whole, stopped) = self.give(&path, piece, from, read, sink);
                if stopped && !(whole && is_last) {
                    read.lost.push(format!("{} was not read to its end: lines may be lost", path.display()).into());
                }
                if stopped {
                    return;
                }
            }
        }
    }

    /// A log and its generations that were written to in the wanted time, the oldest first.
    fn pieces(
        &self,
        log: Opened,
        rotated: &[Pattern],
        members: &mut Vec<Id>,
        read: &mut Read,
    ) -> Vec<(Piece, Timestamp)> {
        let path = log.path.clone();
        let own = match self.piece(log, read) {
            Ok(own) => own,
            Err(problem) => {
                read.problems.push(problem);
                return Vec::new();
            }
        };
        let mut pieces = Vec::new();
        let kinship = Kinship::of(&path, rotated, |path| self.root.path(path));
        for kin in kinship.since(nanoseconds(self.since.from)).filter(|kin| kin.generation) {
            match Opened::open(&kin.path) {
                // Renamed meanwhile, it may be another one.
                Ok(opened) if members.iter().any(|member| member.is_same(opened.id)) => {}
                Ok(opened) => {
                    members.push(opened.id);
                    match self.piece(opened, read) {
                        Ok(piece) => pieces.extend(piece),
                        Err(problem) => read.problems.push(problem),
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => read.problems.push(Problem::new(&kin.path, error)),
            }
        }
        pieces.extend(own);
        pieces
    }

    /// A file from where the wanted time begins, if there is something of it.
    fn piece(&self, opened: Opened, read: &mut Read) -> Result<Option<(Piece, Timestamp)>, Problem> {
        let path = opened.path.clone();
        let problem = |error| Problem::new(&path, error);
        let mut piece = if opened.packed.is_some() {
            (Piece::all(opened, self.deadline).map_err(problem)?, self.since.from)
        } else {
            match self.place(&opened, read).map_err(problem)? {
                Place::At { offset, from } => {
                    let at = opened.at(offset, false).map_err(problem)?;
                    (Piece::new(opened, at, Content::Plain), from)
                }
                Place::Nowhere => return Ok(None),
                Place::Unknown(problem) => return Err(problem),
            }
        };
        piece.0.finished = true;
        Ok(Some(piece))
    }

    /// Gives the lines of a piece. Returns whether that was all of it, and whether nothing more is to be read.
    fn give(
        &self,
        log: &Path,
        mut piece: Piece,
        from: Timestamp,
        read: &mut Read,
        sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
    ) -> (bool, bool) {
        let mut window = Window::of_log(self.since, from);
        let mut sink = |block: &Block<'_>| window.pass(block, sink);
        let mut reader = Reader::new(self.wishes, self.deadline, &mut sink);
        let result = piece.read(log, false, self.wishes.encoding, &mut reader);
        read.bytes += reader.bytes;
        read.cut_lines += reader.cut_lines;
        let stopped = reader.stopped || read.bytes >= self.wishes.most_bytes;
        let path = &piece.opened.path;
        read.problems.extend(result.err().map(|error| Problem::new(path, error)));
        if piece.opened.packed.is_some() {
            read.problems.extend(window.problem(path));
        }
        (piece.done, stopped)
    }

    fn place(&self, opened: &Opened, read: &mut Read) -> io::Result<Place> {
        let (form, bom) = Form::of(self.wishes.encoding, &opened.head);
        let search = Search { opened, form, bom: bom as u64, since: self.since, deadline: self.deadline };
        if opened.size <= bom as u64 {
            return Ok(Place::Nowhere);
        }
        let mut counts = Counts::default();
        let last = search.last(&mut counts)?;
        if let Some(problem) = counts.problem(&opened.path) {
            return Ok(Place::Unknown(problem));
        }
        let mut from = self.since.from;
        if let Some(behind) = last.and_then(|last| zone_behind(last, opened.mtime)) {
            from.0 -= behind;
            read.notes.push(format!(
                "the times in {} are {} behind those of this machine, as of another zone: it is read in its own",
                opened.path.display(),
                Unit::Seconds.show(behind)
            ));
        }
        let place = search.first(Timestamp(from.0 - DISORDER))?;
        Ok(place.map_or(Place::Nowhere, |offset| Place::At { offset, from }))
    }
}

/// A line of a file: where it begins, and what it says.
type Line = (u64, Says);

struct Search<'a> {
    opened: &'a Opened,
    form: Form,
    /// The length of the byte order mark.
    bom: u64,
    since: &'a Since,
    deadline: &'a Deadline,
}

impl Search<'_> {
    /// Where the first line with a time from then on begins. A file that begins with lines without a time is read from
    /// there, unless an older one comes behind them.
    fn first(&self, from: Timestamp) -> io::Result<Option<u64>> {
        let is_old = |says: Says| matches!(says, Says::Time { latest, .. } if latest < from);
        let (mut low, mut high) = (0, self.opened.size);
        while high - low > STEP {
            let middle = self.even(low + (high - low) / 2);
            let found = self.find(middle, high.min(middle + FAR), |says| matches!(says, Says::Time { .. }))?;
            match found {
                Some((at, says)) if is_old(says) => low = at,
                _ => high = middle,
            }
        }
        let mut old = low > 0;
        let found = self.find(low, u64::MAX, |says| {
            old |= is_old(says);
            matches!(says, Says::Time { .. }) && !is_old(says)
        })?;
        Ok(found.map(|(at, _)| if old { at } else { 0 }))
    }

    /// The last line with a time, and what the lines at the end say.
    fn last(&self, counts: &mut Counts) -> io::Result<Option<Says>> {
        let mut high = self.opened.size;
        let least = high.saturating_sub(FAR);
        loop {
            let low = self.even(high.saturating_sub(STEP).max(least));
            let mut last = None;
            self.find(low, high, |says| {
                counts.note(says);
                last = Some(says).filter(|says| matches!(says, Says::Time { .. })).or(last);
                false
            })?;
            if last.is_some() || counts.unsure > 0 || low == 0 {
                return Ok(last);
            }
            if low <= least || low >= high {
                // Nothing is known of the end; does this log carry times at all?
                self.find(0, STEP, |says| {
                    counts.note(says);
                    false
                })?;
                return Ok(None);
            }
            high = low;
        }
    }

    /// The first line that begins in this range of the file and is `wanted`.
    fn find(&self, from: u64, to: u64, mut wanted: impl FnMut(Says) -> bool) -> io::Result<Option<Line>> {
        let to = to.min(self.opened.size);
        // One unit earlier: the newline that makes this the beginning of a line.
        let unit = self.form.unit() as u64;
        let (mut at, mut inside) = if from == 0 { (self.bom, false) } else { (from - unit, true) };
        let mut text = Vec::new();
        while at < to {
            if self.deadline.is_over() {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "there was no time to look for where to begin"));
            }
            let bytes = self.opened.bytes(at, STEP as usize)?;
            let to_the_end = at + bytes.len() as u64 >= self.opened.size;
            let mut start = 0;
            loop {
                let rest = bytes.get(start..).unwrap_or_default();
                let begin = at + start as u64;
                if !inside {
                    if begin >= to || rest.is_empty() {
                        break;
                    }
                    // What is looked at of the line must be there; at the beginning of a step it is.
                    if rest.len() < HEAD && !to_the_end && start > 0 {
                        break;
                    }
                    let head = rest.get(..HEAD).unwrap_or(rest);
                    let head = head.get(..self.form.first_end(head).unwrap_or(head.len())).unwrap_or(head);
                    let says = self.since.says(self.form.decode(head, &mut text));
                    if wanted(says) {
                        return Ok(Some((begin, says)));
                    }
                }
                inside = true;
                let Some(end) = self.form.first_end(rest) else {
                    start = bytes.len();
                    break;
                };
                start += end;
                inside = false;
            }
            if start == 0 {
                break;
            }
            at += start as u64;
        }
        Ok(None)
    }

    fn even(&self, offset: u64) -> u64 {
        offset - offset % self.form.unit() as u64
    }
}

/// Seconds by which the clock of the last line is behind that of the file, if zones explain it.
fn zone_behind(last: Says, mtime: i64) -> Option<f64> {
    let Says::Time { latest, has_zone: false } = last else { return None };
    #[expect(clippy::cast_precision_loss, reason = "seconds are enough")]
    let behind = mtime as f64 / 1e9 - latest.0;
    let quarters = (behind / QUARTER).round() * QUARTER;
    (quarters > 0.0 && quarters <= MOST_ZONE && (behind - quarters).abs() <= EXACT).then_some(quarters)
}

fn nanoseconds(time: Timestamp) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 saturates")]
    let nanoseconds = (time.0 * 1e9) as i64;
    nanoseconds
}
