//! The files of one source, each followed from where it was left.

use super::kin::Kinship;
use super::last;
use super::marks::{MOST_FILES, Mark, Marks};
use super::opened::{Id, Opened, mtime};
use super::packed::Codec;
use super::piece::Piece;
use super::reader::Reader;
use super::trace::{self, Around};
use super::{Gap, Problem, Read, Wishes};
use crate::runtime::deadline::Deadline;
use crate::runtime::root::Root;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Files are renamed while they are looked for; after so many times it is taken as it is.
const TRIES: usize = 16;

/// Lists the files of a source, and notes what that shows.
pub(super) type Names<'a> = dyn Fn(&mut Read) -> Vec<PathBuf> + 'a;

/// A file of the source, and the way that leads to it.
struct Group {
    path: PathBuf,
    pieces: Vec<Piece>,
    /// What was written to the generations before after those were read.
    late: Vec<Piece>,
    /// What stays remembered while nothing of it is read.
    keep: Option<Mark>,
    lost: Vec<Gap>,
    /// Orders the groups: the oldest is read first.
    mtime: i64,
    /// It has only changed its name: rotated away, it comes before what is written now.
    moved: bool,
    /// The log itself does not exist.
    missing: bool,
}

impl Group {
    fn new(path: &Path, mut keep: Option<Mark>, around: &Around<'_>) -> Self {
        let (late, lost) = keep.as_mut().map(|mark| around.late(mark)).unwrap_or_default();
        Self {
            path: path.to_owned(),
            pieces: Vec::new(),
            late,
            keep,
            lost,
            mtime: i64::MAX,
            moved: false,
            missing: false,
        }
    }

    fn left(&self) -> u64 {
        self.late.iter().chain(&self.pieces).map(Piece::left).sum()
    }
}

/// How files are followed.
pub(super) struct Follow<'a> {
    pub(super) wishes: &'a Wishes,
    pub(super) root: &'a Root,
    pub(super) deadline: &'a Deadline,
    /// The source is one log by name, not a pattern: that it is missing is worth a word.
    pub(super) single: bool,
}

impl Follow<'_> {
    /// Reads what is new in the files of these names.
    pub(super) fn read(&self, names: &Names<'_>, marks: &Marks, reader: &mut Reader<'_>) -> Read {
        let (mut groups, mut read) = self.find(names, marks);
        groups.sort_by(|a, b| (a.mtime, !a.moved, &a.path).cmp(&(b.mtime, !b.moved, &b.path)));
        read.marks.known = true;
        let mut left = 0_u64;
        for mut group in groups {
            read.files += usize::from(!group.missing);
            if reader.stopped {
                left = left.saturating_add(group.left());
                read.marks.files.extend(group.keep);
                continue;
            }
            read.lost.append(&mut group.lost);
            let (mark, rest) = self.read_group(group, reader, &mut read);
            left = left.saturating_add(rest);
            read.marks.files.extend(mark);
        }
        if reader.stopped && left > 0 {
            read.left = Some(left);
        }
        read.marks.files.sort_by(|a, b| a.path.cmp(&b.path));
        read
    }

    /// What there is to read, looked for until nothing was renamed meanwhile. Where a log's files are renamed all the
    /// time, nothing is concluded: that is for the next run, which must take it as it is.
    fn find(&self, names: &Names<'_>, marks: &Marks) -> (Vec<Group>, Read) {
        let mut tries = 1;
        loop {
            let mut read = Read::default();
            let (paths, floor) = newest(names(&mut read));
            read.marks.floor = floor.unwrap_or(marks.floor).max(marks.floor);
            let mut around = Around::new(self.root, self.wishes, self.deadline);
            around.surplus = floor.is_some();
            let groups = self.groups(&paths, marks, &mut around, &mut read);
            let still = || around.is_still() && newest(names(&mut Read::default())).0 == paths;
            if !around.has_searched() || self.deadline.is_over() || still() {
                return (groups, read);
            }
            if tries == TRIES {
                // Of a pattern's files there may always be new ones.
                if !self.single || marks.unsettled {
                    return (groups, read);
                }
                let marks = Marks { unsettled: true, ..marks.clone() };
                return (Vec::new(), Read { marks, files: paths.len(), more: true, ..Read::default() });
            }
            tries += 1;
        }
    }

    /// Reads one group. Returns what to remember of it, and how many bytes are left.
    fn read_group(&self, group: Group, reader: &mut Reader<'_>, read: &mut Read) -> (Option<Mark>, u64) {
        let before = group.keep.as_ref().map(|mark| (mark.id, mark.offset));
        let (idle, nowhere) = (group.pieces.is_empty(), group.missing && group.pieces.is_empty());
        let settled = group.keep.as_ref().is_some_and(|mark| mark.quiet);
        let mut behind = group.keep.as_ref().map(|mark| mark.behind.clone()).unwrap_or_default();
        let (mut mark, mut left) = (group.keep, 0);
        for mut late in group.late {
            if let Err(error) = late.read(&group.path, true, self.wishes.encoding, reader) {
                read.problems.push(Problem::new(&late.opened.path, error));
            }
            let before = behind.iter_mut().find(|mark| mark.is_of(late.opened.id));
            before.into_iter().for_each(|it| *it = Mark::of(&group.path, &late.opened, &late.at, late.done));
            left += late.left();
        }
        let (mut ended, mut emptied): (Option<Mark>, bool) = (None, false);
        for mut piece in group.pieces {
            if reader.stopped {
                left += piece.left();
                continue;
            }
            let was_done = piece.done;
            if let Err(error) = piece.read(&group.path, false, self.wishes.encoding, reader) {
                if piece.finished {
                    let path = piece.opened.path.display();
                    read.lost.push(format!("the rest of {path} cannot be read: lines may be lost").into());
                }
                read.problems.push(Problem::new(&piece.opened.path, error));
            }
            if piece.emptied
                && let Some(mark) = &mark
            {
                // The place before it leads the next run to its copy. Its own time does not: the copy may be older.
                emptied = true;
                if !mark.is_of(piece.opened.id) {
                    // By that place the next run does not see it.
                    let why = format!("{} was emptied while it was read: lines may be lost", group.path.display());
                    read.lost.push(Gap { why, unsure: true });
                }
                continue;
            }
            // One that was known to be at its end is known still.
            if !(was_done && piece.opened.packed.is_some()) {
                behind.extend(ended.take());
                let now = Mark::of(&group.path, &piece.opened, &piece.at, piece.done);
                ended = Some(now.clone());
                mark = Some(now.with_real(mark.take()));
            }
            if reader.stopped {
                left += piece.left();
            }
        }
        mark = mark.map(|mark| mark.with_behind(behind));
        if let Some(mark) = &mut mark {
            mark.gone |= nowhere;
            mark.quiet = if idle {
                mark.quiet
            } else {
                !emptied && before.is_some_and(|it| mark.is_of(it.0) && mark.offset == it.1)
            };
            // Of a pattern's files, one that is gone and was read to its end needs no more care, unless its writer may
            // still have open what it was renamed to.
            let over = (mark.gone || (settled && mark.quiet && !mark.may_be_open())) && !self.has_pieces(mark);
            if group.missing && !self.single && !reader.stopped && over {
                return (None, left);
            }
        }
        (mark, left)
    }

    /// Whether there are rotated pieces of a log.
    fn has_pieces(&self, mark: &Mark) -> bool {
        let kinship = Kinship::of(&mark.path, Path::new(""), &[], |path| self.root.path(path));
        kinship.files.iter().any(|kin| kin.generation)
    }

    /// What there is to read, each file with the way to it.
    fn groups(&self, paths: &[PathBuf], marks: &Marks, around: &mut Around<'_>, read: &mut Read) -> Vec<Group> {
        let mut own: BTreeMap<&Path, &Mark> = marks.files.iter().map(|mark| (mark.path.as_path(), mark)).collect();
        let (mut groups, mut opened) = (Vec::new(), Vec::new());
        for path in paths {
            let mark = own.get(path.as_path()).copied();
            let packed = path.file_name().and_then(Codec::of).is_some();
            if let Some(mark) = mark.filter(|_| packed || !self.single)
                && let Some(id) = untouched(path, mark)
            {
                own.remove(path.as_path());
                if !around.saw(path, Some(id)) {
                    continue;
                }
                groups.push(Group::new(path, Some(Mark { quiet: true, ..mark.clone() }), around));
                continue;
            }
            match Opened::open(path) {
                Ok(file) if around.saw(path, Some(file.id)) => opened.push(file),
                // A link among the files of a pattern is no log of its own.
                Ok(_) => drop(own.remove(path.as_path())),
                Err(error) => {
                    let missing = error.kind() == io::ErrorKind::NotFound;
                    if missing {
                        around.saw(path, None);
                    }
                    if !missing || self.single {
                        read.problems.push(Problem::new(path, error));
                    }
                    if !missing {
                        // It may be readable again at the next run.
                        let keep = own.remove(path.as_path());
                        groups.extend(keep.map(|mark| Group::new(path, Some(mark.clone()), around)));
                    }
                }
            }
        }
        let mut strangers = Vec::new();
        for file in opened {
            let place = own.get(file.path.as_path()).and_then(|mark| {
                let place = file.find(mark, self.deadline).ok()??;
                (!around.is_another(mark, &file)).then_some(place)
            });
            match place {
                Some((at, content)) => {
                    let keep = own.remove(file.path.as_path()).cloned();
                    let group = Group::new(&file.path.clone(), keep, around);
                    groups.push(with_piece(group, Piece::new(file, at, content)));
                }
                None => strangers.push(file),
            }
        }
        around.searched |= !(strangers.is_empty() && own.is_empty());
        // Files of the source that have only changed their name.
        let mut new = Vec::new();
        let present: BTreeMap<PathBuf, Id> = strangers.iter().map(|file| (file.path.clone(), file.id)).collect();
        for file in strangers {
            let moved = own.values().find_map(|mark| {
                let place = file.find(mark, self.deadline).ok()??;
                let elsewhere = mark.path != file.path && (mark.offset > 0 || mark.is_of(file.id));
                elsewhere.then(|| ((*mark).clone(), place))
            });
            match moved {
                Some((mark, (at, content))) => {
                    own.remove(mark.path.as_path());
                    let (old, group_id, emptied) = (mark.path.clone(), file.id, mark.clone());
                    let keep = Mark { path: file.path.clone(), ..mark };
                    let group = Group::new(&keep.path.clone(), Some(keep), around);
                    let mut group = with_piece(group, Piece::new(file, at, content));
                    group.pieces.iter_mut().for_each(|piece| piece.finished = piece.opened.is_at_rest());
                    group.moved = true;
                    if present.get(&old).is_some_and(|id| emptied.is_of(*id) && !emptied.is_of(group_id)) {
                        group.lost.push(trace::copied(&old));
                    }
                    groups.push(group);
                }
                None => new.push(file),
            }
        }
        for file in new {
            let mark = own.remove(file.path.as_path());
            groups.extend(self.arrival(file, mark, marks, around, read));
        }
        for (path, mark) in own {
            groups.push(self.departure(path, mark, around, read));
        }
        groups
    }

    /// A file that does not hold what is remembered of its name, or of whose name nothing is remembered.
    fn arrival(
        &self,
        file: Opened,
        mark: Option<&Mark>,
        marks: &Marks,
        around: &Around<'_>,
        read: &mut Read,
    ) -> Option<Group> {
        let mut group = Group::new(&file.path.clone(), mark.cloned(), around);
        if let Some(mark) = mark {
            let way = around.way(mark, Some(&file));
            if !way.found && self.deadline.is_over() {
                read.problems.push(no_time(&file.path));
                return Some(group);
            }
            group.pieces = way.pieces;
            group.lost.extend(way.lost);
        } else if !marks.known && !self.wishes.from_start {
            match last::end(&file, self.wishes, self.deadline) {
                Ok(at) => {
                    read.files += 1;
                    read.began.push(file.path.clone());
                    let done = file.packed.is_some() || at.offset == file.size;
                    read.marks.files.push(Mark::of(&file.path, &file, &at, done).with_real(None));
                }
                Err(error) => read.problems.push(Problem::new(&file.path, error)),
            }
            return None;
        } else if marks.known && file.mtime < marks.floor {
            return None;
        }
        let path = file.path.clone();
        match Piece::all(file, self.deadline) {
            Ok(piece) => Some(with_piece(group, piece)),
            Err(error) => {
                read.problems.push(Problem::new(&path, error));
                Some(group)
            }
        }
    }

    /// A log that is not there any more.
    fn departure(&self, path: &Path, mark: &Mark, around: &Around<'_>, read: &mut Read) -> Group {
        let mut group = Group::new(path, Some(mark.clone()), around);
        if !self.single && fs::exists(path).unwrap_or(false) {
            if !around.surplus {
                // It has come back since the folder was listed: the next run will see.
                return group;
            }
            group.missing = true;
            if untouched(path, mark).is_none() {
                let log = path.display();
                let why = format!("{MOST_FILES} newer files fit the pattern: lines of {log} may be lost");
                group.lost.push(why.into());
            }
            return group;
        }
        let way = around.way(mark, None);
        if !way.found && self.deadline.is_over() {
            read.problems.push(no_time(path));
            return group;
        }
        group.missing = true;
        group.pieces = way.pieces;
        group.lost.extend(way.lost);
        // Old files of a pattern are deleted by design.
        if !self.single && !way.found && mark.quiet && mark.done {
            group.lost.retain(|_| mark.may_be_open());
            group.lost.iter_mut().for_each(|gap| gap.unsure = true);
        }
        if let Some(last) = group.pieces.last_mut() {
            // Its writer may still have it open.
            last.finished = last.opened.packed.is_some();
            group.mtime = last.opened.mtime;
        }
        group
    }
}

/// The search is for the next run: nothing may be concluded from it.
fn no_time(path: &Path) -> Problem {
    Problem::new(path, io::Error::new(io::ErrorKind::TimedOut, "there was no time to look for what was rotated away"))
}

fn with_piece(mut group: Group, piece: Piece) -> Group {
    group.mtime = piece.opened.mtime;
    group.pieces.push(piece);
    group
}

/// Whether a file is as it was when it was read to its end, so that it need not be opened.
fn untouched(path: &Path, mark: &Mark) -> Option<Id> {
    let metadata = fs::metadata(path).ok()?;
    let id = Id::of(&metadata);
    let same = metadata.is_file()
        && id.is_same(mark.id)
        && mark.is_of(id)
        && metadata.len() == mark.size
        && mtime(&metadata) == mark.mtime;
    (same && (mark.done || mark.quiet)).then_some(id)
}

/// The newest files of a pattern, and the time of the newest that is left out.
fn newest(paths: Vec<PathBuf>) -> (Vec<PathBuf>, Option<i64>) {
    if paths.len() <= MOST_FILES {
        return (paths, None);
    }
    let time = |path: &PathBuf| fs::metadata(path).map_or(i64::MAX, |metadata| mtime(&metadata));
    let mut timed: Vec<(i64, PathBuf)> = paths.into_iter().map(|path| (time(&path), path)).collect();
    timed.sort();
    let surplus = timed.len() - MOST_FILES;
    let floor = timed.get(surplus - 1).map(|(time, _)| time.saturating_add(1));
    (timed.drain(surplus..).map(|(_, path)| path).collect(), floor)
}
