//! Where a remembered position is, when it is not where it was: in a file that was renamed, copied or packed.

use super::kin::{Kin, Kinship, Names};
use super::marks::Mark;
use super::opened::{Id, Opened, mtime};
use super::pattern::Pattern;
use super::piece::Piece;
use super::position::FINGERPRINT;
use super::{Gap, Wishes};
use crate::runtime::deadline::Deadline;
use crate::runtime::root::Root;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};

/// What is around the logs of a source.
pub(super) struct Around<'a> {
    pub(super) root: &'a Root,
    pub(super) rotated: Vec<Pattern>,
    pub(super) deadline: &'a Deadline,
    /// The files of the source themselves: they are read in their own name.
    pub(super) members: Vec<Id>,
    /// More files fit the pattern than are looked at.
    pub(super) surplus: bool,
    /// Not all of the source's files are where they were.
    pub(super) searched: bool,
    seen: Seen,
}

/// A log, the file that it led to, and what lay around both.
type Surroundings = (PathBuf, PathBuf, Names);

/// What was where when it was looked at.
#[derive(Debug, Default)]
struct Seen {
    /// The files of the source by their names; `None` where there was none.
    names: Vec<(PathBuf, Option<Id>)>,
    /// What lay around a log, and around the file that it led to.
    kinships: RefCell<Vec<Surroundings>>,
    /// Something is elsewhere already.
    moved: Cell<bool>,
}

/// The way from a remembered position to the present file, which is not part of it.
#[derive(Debug, Default)]
pub(super) struct Way {
    pub(super) pieces: Vec<Piece>,
    /// Why lines may be lost, in words.
    pub(super) lost: Vec<Gap>,
    /// Whether the position was found.
    pub(super) found: bool,
}

impl<'a> Around<'a> {
    pub(super) fn new(root: &'a Root, wishes: &Wishes, deadline: &'a Deadline) -> Self {
        let rotated = wishes.rotated.iter().map(|glob| Pattern::glob(glob)).collect();
        Self { root, rotated, deadline, members: Vec::new(), surplus: false, searched: false, seen: Seen::default() }
    }

    /// A name of the source leads to this file, or to none. Returns whether no other name does.
    pub(super) fn saw(&mut self, path: &Path, id: Option<Id>) -> bool {
        let is_new = !id.is_some_and(|id| self.members.iter().any(|member| member.is_same(id)));
        self.members.extend(id.filter(|_| is_new));
        self.seen.names.push((path.to_owned(), id));
        is_new
    }

    /// Whether more was looked at than files where they were.
    pub(super) fn has_searched(&self) -> bool {
        self.searched || !self.seen.kinships.borrow().is_empty()
    }

    /// Whether all that was looked at is still where it was. A folder that is listed while files in it are renamed may
    /// lack one of them; and where a log was rotated since it was opened, what comes behind it is among its generations.
    pub(super) fn is_still(&self) -> bool {
        let id = |path: &Path| fs::metadata(path).ok().map(|metadata| Id::of(&metadata));
        let same = |a: Option<Id>, b: Option<Id>| match (a, b) {
            (Some(a), Some(b)) => a.is_same(b),
            (a, b) => a.is_none() && b.is_none(),
        };
        let around = |log: &Path, led: &Path| Kinship::of(log, led, &self.rotated, |path| self.root.path(path)).names();
        !self.seen.moved.get()
            && self.seen.kinships.borrow().iter().all(|(log, led, names)| around(log, led) == *names)
            && self.seen.names.iter().all(|(path, was)| same(id(path), *was))
    }

    /// What lies around a log.
    fn look(&self, mark: &Mark) -> Kinship {
        let kinship = Kinship::of(&mark.path, &mark.real, &self.rotated, |path| self.root.path(path));
        let (names, mut seen) = (kinship.names(), self.seen.kinships.borrow_mut());
        match seen.iter().find(|(log, led, _)| *log == mark.path && *led == mark.real) {
            Some((_, _, before)) if *before != names => self.seen.moved.set(true),
            Some(_) => {}
            None => seen.push((mark.path.clone(), mark.real.clone(), names)),
        }
        kinship
    }

    /// What lies around a log; without the generations that were read before, which are looked after by themselves.
    fn all_kin(&self, mark: &Mark) -> Kinship {
        let mut kinship = self.look(mark);
        for behind in &mark.behind {
            kinship.files.retain(|kin| !(may_be(behind, kin) && Piece::find(kin, behind, self.deadline).is_some()));
        }
        kinship
    }

    /// What has been added to the generations before since they were read to their ends. They may have been renamed or
    /// packed since; the mark then learns their new names, and forgets what is gone. That may have been written to
    /// before.
    pub(super) fn late(&self, mark: &mut Mark) -> (Vec<Piece>, Vec<Gap>) {
        let (mut pieces, mut gaps) = (Vec::new(), Vec::new());
        let open = Mark::last_open(&mark.behind);
        for (at, behind) in std::mem::take(&mut mark.behind).into_iter().enumerate() {
            if self.members.iter().any(|member| behind.is_of(*member)) {
                // It was empty, and older by its time than one that was still written to: it is the present file.
                continue;
            }
            if is_as_it_was(&behind) {
                mark.behind.push(behind);
            } else if let Some(mut piece) = self.find_late(mark, &behind) {
                piece.finished = piece.opened.is_at_rest();
                let (real, id) = (piece.opened.path.clone(), piece.opened.id);
                mark.behind.push(Mark { real, id, ..behind });
                pieces.push(piece);
            } else if at >= open && behind.may_be_open() {
                let why = format!("{} is gone: lines written to it at last may be lost", behind.file().display());
                gaps.push(Gap { why, unsure: true });
            }
        }
        (pieces, gaps)
    }

    fn find_late(&self, mark: &Mark, behind: &Mark) -> Option<Piece> {
        // Its number may be another file's by now: only the content tells.
        let opened = Opened::open(behind.file()).ok().filter(|opened| behind.is_of(opened.id));
        let here = opened.and_then(|opened| {
            let (at, content) = opened.find(behind, self.deadline).ok()??;
            Some(Piece::new(opened, at, content))
        });
        here.or_else(|| {
            let kinship = self.look(mark);
            let mut likely = kinship.files.iter().filter(|kin| may_be(behind, kin));
            likely.find_map(|kin| Piece::find(kin, behind, self.deadline))
        })
    }

    fn kinship(&self, mark: &Mark) -> Kinship {
        let mut kinship = self.all_kin(mark);
        kinship.files.retain(|kin| !self.members.iter().any(|member| member.is_same(kin.id)));
        kinship
    }

    /// Follows a log whose present file, if there is one, does not hold the remembered position.
    pub(super) fn way(&self, mark: &Mark, present: Option<&Opened>) -> Way {
        let kinship = self.kinship(mark);
        let holder = self.holder(mark, &kinship);
        let mut way = Way { found: holder.is_some(), ..Way::default() };
        let mut newer = newer(mark, &kinship, holder.as_ref().map(|(kin, _)| kin));
        newer.retain(|kin| !present.is_some_and(|present| is_copy(kin, present)));
        way.lost.extend(lost(mark, present, holder.as_ref().map(|(kin, _)| kin), !newer.is_empty()));
        way.pieces.extend(holder.map(|(_, piece)| piece).filter(|_| mark.offset > 0));
        for kin in newer {
            match Piece::whole(kin, self.deadline) {
                Ok(piece) => way.pieces.push(piece),
                Err(error) => {
                    let why = format!("{} cannot be read ({error}): lines may be lost", kin.path.display());
                    way.lost.push(why.into());
                }
            }
        }
        // The end of the last one that is not empty may be half a line, which its writer will finish.
        let last = way.pieces.iter().rposition(|piece| piece.opened.size > 0);
        for (at, piece) in way.pieces.iter_mut().enumerate() {
            piece.finished = Some(at) < last || piece.opened.is_at_rest();
        }
        way
    }

    /// The file that holds the position.
    fn holder(&self, mark: &Mark, kinship: &Kinship) -> Option<(Kin, Piece)> {
        let mut likely: Vec<&Kin> = kinship.files.iter().collect();
        likely.sort_by_key(|kin| {
            (!mark.is_of(kin.id), !kin.is_since(mark.mtime), kin.packed.is_some(), Reverse(kin.size))
        });
        if mark.offset == 0 {
            // Nothing was in it: only its number tells.
            likely.retain(|kin| kin.packed.is_none() && mark.is_of(kin.id));
        }
        let remembered = Kin::remembered(mark)
            .filter(|kin| mark.offset > 0 || mark.is_of(kin.id))
            .filter(|kin| !self.members.iter().any(|id| id.is_same(kin.id)));
        let found = |kin: &Kin| Piece::find(kin, mark, self.deadline).map(|piece| (kin.clone(), piece));
        likely.into_iter().find_map(found).or_else(|| remembered.as_ref().and_then(found))
    }

    /// Whether a file at whose place the position seems to be is another than it was: it was copied and emptied, or
    /// replaced by one that begins alike, and the old content is elsewhere.
    pub(super) fn is_another(&self, mark: &Mark, opened: &Opened) -> bool {
        let same = mark.is_of(opened.id);
        let changed = (opened.size, opened.mtime) != (mark.size, mark.mtime);
        if same && (mark.offset >= FINGERPRINT as u64 || !changed) {
            return false;
        }
        if !same && mark.offset == 0 {
            return true;
        }
        self.all_kin(mark).since(mark.mtime).filter(|kin| !kin.id.is_same(opened.id)).any(|kin| {
            let renamed = !same && mark.is_of(kin.id);
            // What had nothing in it is found anywhere. What was copied before it was emptied is of the same moment.
            let later = mark.offset > 0 || mark.size > 0 || kin.is_after(mark.mtime);
            (renamed || (kin.generation && later))
                && Piece::find(kin, mark, self.deadline)
                    .is_some_and(|piece| renamed || goes_on_otherwise(piece, opened))
        })
    }
}

/// Whether a file that was read to its end is where it was, and nothing has come since.
fn is_as_it_was(mark: &Mark) -> bool {
    let as_it_was =
        |file: fs::Metadata| Id::of(&file).is_same(mark.id) && (file.len(), mtime(&file)) == (mark.size, mark.mtime);
    mark.done && fs::metadata(mark.file()).is_ok_and(as_it_was)
}

/// Whether a file can be the one in which a position is, by its number or because it is packed.
fn may_be(mark: &Mark, kin: &Kin) -> bool {
    match kin.packed {
        None => mark.is_of(kin.id),
        Some(_) => mark.is_of(kin.id) || (mark.offset > 0 && kin.is_since(mark.mtime)),
    }
}

/// Whether a file is a copy that somebody makes, or has made, of the present log: it is no generation of its own while
/// that has not been emptied.
fn is_copy(kin: &Kin, present: &Opened) -> bool {
    if kin.packed.is_some() || kin.size == 0 {
        return false;
    }
    let Ok(copy) = Opened::open(&kin.path) else { return false };
    // What was renamed is older than what was made in its place.
    let older = copy.id.born != 0 && copy.id.born < present.id.born;
    let from = copy.size.saturating_sub(FINGERPRINT as u64);
    let length = usize::try_from(copy.size - from).unwrap_or(FINGERPRINT);
    // It may hold more than there was in the log when that was opened.
    let same = |at: u64, count: usize| {
        copy.bytes(at, count).is_ok_and(|it| present.bytes_now(at, it.len()).is_ok_and(|now| now == it))
    };
    !older && same(0, FINGERPRINT) && same(from, length)
}

/// The generations behind the one that holds the position, or those that were written to since; the oldest first.
fn newer<'k>(mark: &Mark, kinship: &'k Kinship, holder: Option<&Kin>) -> Vec<&'k Kin> {
    let is_newer = |kin: &&Kin| match holder {
        // Nothing had been read: all that was written since is new, and what was begun at that moment.
        _ if mark.offset == 0 => {
            let later = kin.is_after(mark.mtime) || (mark.size > 0 && kin.is_since(mark.mtime));
            (kin.generation && later) || (mark.is_of(kin.id) && kin.packed.is_none())
        }
        Some(holder) => {
            let itself = holder.id.is_same(kin.id) || holder.piece() == kin.piece();
            !itself && kin.is_of_kind(holder) && kinship.is_newer(kin, holder)
        }
        None => kin.generation && kin.is_since(mark.mtime),
    };
    kinship.files.iter().filter(is_newer).collect()
}

/// Whether the rest of a piece is something else than that of a file at the same place. A copy is never longer than what
/// was copied: if the file is shorter now, it was emptied, and only begins alike.
fn goes_on_otherwise(piece: Piece, opened: &Opened) -> bool {
    let offset = piece.at.offset;
    let there = piece.next_bytes();
    !there.is_empty() && opened.bytes_now(offset, there.len()).is_ok_and(|here| here != there)
}

/// What copytruncate leaves open.
pub(super) fn copied(log: &Path) -> Gap {
    let why = format!("{} was copied and emptied: lines written in between may be lost", log.display());
    Gap { why, unsure: true }
}

/// Why lines may be lost. `later` says whether there are generations that were written to since the last run.
fn lost(mark: &Mark, present: Option<&Opened>, holder: Option<&Kin>, later: bool) -> Option<Gap> {
    if mark.gone {
        return None;
    }
    let log = mark.path.display();
    let emptied = present.is_some_and(|present| mark.is_of(present.id));
    let why = match holder {
        Some(holder) if emptied && !mark.is_of(holder.id) => return Some(copied(&mark.path)),
        Some(_) => return None,
        None if emptied && mark.offset == 0 && later => return Some(copied(&mark.path)),
        None if present.is_none() => "is gone: lines written to it since the last run may be lost",
        None if emptied => "was emptied, and no copy of it is found: lines may be lost",
        None => "was replaced, and the file read before is not found: lines may be lost",
    };
    // Of an empty file nothing tells that it is one of the generations that are read now; it mostly is.
    let unsure = mark.offset == 0 && later;
    Some(Gap { why: format!("{log} {why}"), unsure })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::os::unix::fs::symlink;
    use std::time::Duration;

    /// A link that leads to a newer file since it was opened: that is no generation before it.
    #[test]
    fn a_log_that_is_rotated_meanwhile_is_looked_for_again() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let log = dir.path().join("a.log");
        let lead = |number: usize| {
            fs::write(dir.path().join(format!("b-2026000{number}.log")), format!("{number}\n"))?;
            symlink(format!("b-2026000{number}.log"), dir.path().join("link"))?;
            fs::rename(dir.path().join("link"), &log)
        };
        let (wishes, root, deadline) = (Wishes::default(), Root::default(), Deadline::after(Duration::from_secs(600)));
        lead(1)?;
        let first = Opened::open(&log)?;
        let mark = Mark::of(&log, &first, &first.at(first.size, false)?, true).with_real(None);
        lead(2)?;
        let look = |meanwhile: &dyn Fn() -> io::Result<()>| -> io::Result<bool> {
            let mut around = Around::new(&root, &wishes, &deadline);
            let present = Opened::open(&log)?;
            around.saw(&log, Some(present.id));
            meanwhile()?;
            around.way(&mark, Some(&present));
            Ok(around.is_still())
        };
        assert!(look(&|| Ok(()))?);
        assert!(!look(&|| lead(3))?);
        assert!(look(&|| Ok(()))?);
        Ok(())
    }
}
