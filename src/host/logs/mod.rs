//! Reads logs from where they were left, without losing a line: files, however they are rotated; the journal; commands.
//!
//! What is remembered of a file is a place in its content: the offset, fingerprints of the first KiB and of the last one
//! before the offset, and as hints its inode, birth and time ([`Marks`]). At the next run:
//!
//! 1. [`follow`] opens each file of the source. Where the fingerprints fit, it goes on there, and nothing else is
//!    touched: one open, one fstat, two preads; and one stat of the generation before, while its writer may still have
//!    it open.
//! 2. Where they do not, [`trace`] looks among the files around it ([`kin`], [`names`]) for the one that holds the place,
//!    and reads its rest, then the generations behind it, then the present file from its beginning. What cannot be found
//!    is said to be lost.
//! 3. [`reader`] cuts what it reads into blocks of whole lines, made UTF-8 by [`encoding`].
//!
//! By the times that lines carry ([`Times`]) the last so many seconds are read alone ([`since`], [`window`]).
//!
//! The systemd [`journal`] and the output of a [`command`] are followed each in its own way; [`stdin`] is read as it
//! comes.
//!
//! A reader knows no rule and no pattern: it yields blocks. A file on a network mount that hangs is left to the alarm
//! of the deadline.

mod birth;
mod command;
mod encoding;
mod family;
mod follow;
#[cfg(fuzzing)]
pub mod fuzzing;
mod journal;
mod kin;
mod last;
mod log;
mod marks;
mod names;
mod opened;
mod packed;
mod pattern;
mod piece;
mod position;
mod reader;
mod reversed;
mod since;
mod source;
mod stdin;
#[cfg(test)]
mod tests;
mod times;
mod trace;
mod window;

use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use anyhow::anyhow;
pub use encoding::Encoding;
use follow::Follow;
pub use log::Log;
pub use marks::Marks;
use opened::{Content, Opened};
use packed::Codec;
use pattern::Pattern;
use piece::Piece;
use reader::Reader;
pub use reversed::reversed;
pub use source::Source;
use std::collections::BTreeSet;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
pub use times::Times;
pub use window::{Since, Window};

/// What is kept of a line, unless somebody wants more.
pub const LONGEST_LINE: usize = 64 * 1024;

/// How a source is to be read.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// At the first run everything counts, not only what comes later.
    pub from_start: bool,
    /// Globs of rotated files that do not lie beside the log, or have other names. All files that fit are taken as
    /// generations of the log.
    pub rotated: Vec<String>,
    /// How the bytes are to be understood.
    pub encoding: Encoding,
    /// After so many bytes the rest is left for the next run.
    pub most_bytes: u64,
    /// Bytes that are kept of a line; the rest of it is read over.
    pub longest_line: usize,
    /// Only so many lines at the end of each file, with no regard to what is remembered.
    pub last_lines: Option<usize>,
    /// The whole of each file, with no regard to what is remembered.
    pub whole: bool,
    /// Only what was written from a time on, with no regard to what is remembered.
    pub since: Option<Since>,
    /// Lines of a command that writes the newest first stay in its order, and are not turned into that of time: for who
    /// puts several lines together to one.
    pub as_written: bool,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            from_start: false,
            rotated: Vec::new(),
            encoding: Encoding::Auto,
            most_bytes: u64::MAX,
            longest_line: LONGEST_LINE,
            last_lines: None,
            whole: false,
            since: None,
            as_written: false,
        }
    }
}

/// Some whole lines.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// The log that it is a part of.
    pub log: Log<'a>,
    /// The file that they were read from; of other sources, the name that they were given by.
    pub file: &'a Path,
    /// UTF-8, or the bytes as they are where nobody knows their encoding. Each line ends in a newline, except the last
    /// one of a finished file, and one that is cut.
    pub text: &'a [u8],
    /// Where the block begins in the file, in bytes of its content.
    pub offset: u64,
    /// It is the beginning of one line whose rest is left out.
    pub cut: bool,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Read {
    /// What to remember.
    pub marks: Marks,
    /// Why lines may be lost.
    pub lost: Vec<Gap>,
    /// Bytes that are left for the next run, as far as that is known.
    pub left: Option<u64>,
    /// There is more for the next run, nobody knows how much.
    pub more: bool,
    /// The lines of a command were given as it wrote them, the newest first: see [`Wishes::as_written`].
    pub newest_first: bool,
    /// How many logs were looked at.
    pub files: usize,
    /// How many bytes were read, as they are in the files' content.
    pub bytes: u64,
    /// How many lines were given only in part.
    pub cut_lines: u64,
    /// Logs whose present end was taken as their beginning: the first run.
    pub began: Vec<PathBuf>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What somebody should know who looks closer.
    pub notes: Vec<String>,
}

/// Why lines may be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// In words, with the name of the log.
    pub why: String,
    /// Nothing shows that a line is missing, but nobody knows: the log was copied and emptied, as some rotations do by
    /// design, or it was packed before anything of it was read.
    pub unsure: bool,
}

impl From<String> for Gap {
    fn from(why: String) -> Self {
        Self { why, unsure: false }
    }
}

/// A file that could not be read.
#[derive(Debug)]
pub struct Problem {
    /// Which.
    pub path: PathBuf,
    /// It does not exist.
    pub missing: bool,
    /// Why, with the name of the file.
    pub failure: Failure,
}

impl Problem {
    fn new(path: &Path, error: io::Error) -> Self {
        let missing = error.kind() == io::ErrorKind::NotFound;
        let failure = anyhow!(error).context(format!("cannot read {}", path.display())).into();
        Self { path: path.to_owned(), missing, failure }
    }
}

/// Calls `sink` with the lines of a source that are new, in the order in which they were written, until it breaks.
///
/// A break, the deadline and `most_bytes` end the reading after a block; the rest is for the next run.
///
/// # Errors
/// The source as a whole cannot be read. What concerns one file is in [`Read::problems`].
pub fn read(
    source: &Source,
    marks: &Marks,
    wishes: &Wishes,
    root: &Root,
    deadline: &Deadline,
    sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
) -> Result<Read, Failure> {
    let pattern = match source {
        Source::File(_) => None,
        Source::Glob(glob) => Some(Pattern::glob(glob)),
        Source::Dated(dated) => Some(Pattern::dated(dated).map_err(|why| anyhow!(why))?),
        Source::Journal(fields) => {
            let name = PathBuf::from(source.to_string());
            return windowed(&name, wishes, sink, |wishes, sink| {
                journal::read(&name, fields, marks, wishes, root, deadline, sink)
            });
        }
        Source::Command(line) => {
            let name = PathBuf::from(source.to_string());
            return windowed(&name, wishes, sink, |wishes, sink| {
                command::read(&name, line, marks, wishes, deadline, sink)
            });
        }
        Source::Stdin => {
            return windowed(Path::new(stdin::NAME), wishes, sink, |wishes, sink| stdin::read(wishes, deadline, sink));
        }
    };
    let names = |read: &mut Read| match (&pattern, source) {
        (Some(pattern), _) => expand(pattern, marks, root, read),
        (None, Source::File(path)) => vec![root.path(path)],
        (None, _) => Vec::new(),
    };
    let mut read = Read::default();
    if let Some(since) = &wishes.since {
        let paths = names(&mut read);
        read.marks = marks.clone();
        since::Last { since, wishes, root, deadline }.read(&paths, &mut read, sink);
        return Ok(read);
    }
    let mut reader = Reader::new(wishes, deadline, sink);
    if wishes.whole || wishes.last_lines.is_some() {
        let paths = names(&mut read);
        read.marks = marks.clone();
        for path in paths {
            if reader.stopped {
                break;
            }
            match present(&path, wishes, deadline, &mut reader) {
                Ok(()) => read.files += 1,
                Err(error) => read.problems.push(Problem::new(&path, error)),
            }
        }
    } else {
        // At a first run that begins at the start all is wanted, however old.
        let grouped = matches!(source, Source::Glob(_)) && (marks.known || !wishes.from_start);
        let marks = &if grouped { family::of_logs(&names(&mut Read::default()), marks) } else { marks.clone() };
        let logs = |read: &mut Read| if grouped { family::logs(names(read), marks) } else { names(read) };
        read = Follow { wishes, root, deadline, single: pattern.is_none() }.read(&logs, marks, &mut reader);
        if reader.stopped {
            // What came packed, and is left, must still be new at the next run.
            read.marks.newest = marks.newest;
        }
    }
    (read.bytes, read.cut_lines) = (reader.bytes, reader.cut_lines);
    Ok(read)
}

/// What is read of a source that is no file. Where the last so many seconds are wanted, that is all of it, and the lines
/// of that time are let through.
fn windowed(
    name: &Path,
    wishes: &Wishes,
    sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
    read: impl FnOnce(&Wishes, &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>) -> Result<Read, Failure>,
) -> Result<Read, Failure> {
    let Some(since) = &wishes.since else { return read(wishes, sink) };
    let mut window = Window::new(since);
    let all = Wishes { whole: true, ..wishes.clone() };
    let mut done = read(&all, &mut |block| window.pass(block, sink))?;
    done.problems.extend(window.problem(name));
    Ok(done)
}

/// The files of a pattern. Packed ones are rotated pieces of the others, unless the pattern asks for them, or they came
/// and were packed since the last run: then nobody has read them.
fn expand(pattern: &Pattern, marks: &Marks, root: &Root, read: &mut Read) -> Vec<PathBuf> {
    let (mut paths, problems) = pattern.expand(|path| root.path(path));
    if !pattern.is_of_packed() {
        let (packed, plain): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| is_packed(path));
        let there: BTreeSet<&Path> = plain.iter().map(PathBuf::as_path).collect();
        let knows = |path: &Path| marks.files.iter().any(|mark| mark.path == path);
        let newer = |path: &Path| opened::time(path).is_some_and(|time| marks.known && time > marks.newest);
        read.marks.newest =
            plain.iter().chain(&packed).filter_map(|path| opened::time(path)).fold(marks.newest, i64::max);
        let unread = |path: &PathBuf| {
            let unpacked = path.with_extension("");
            let came = newer(path) && !knows(&unpacked) && !there.contains(&*unpacked);
            came || knows(path)
        };
        let unread: Vec<PathBuf> = packed.into_iter().filter(unread).collect();
        paths = plain;
        paths.extend(unread);
    }
    read.problems.extend(problems.into_iter().map(|(path, error)| Problem::new(&path, error)));
    paths
}

fn is_packed(path: &Path) -> bool {
    path.file_name().and_then(Codec::of).is_some()
}

/// Reads a file as it is, or its last lines.
fn present(path: &Path, wishes: &Wishes, deadline: &Deadline, reader: &mut Reader<'_>) -> io::Result<()> {
    let opened = Opened::open(path)?;
    let mut piece = match wishes.last_lines {
        Some(count) => {
            let at = last::lines(&opened, wishes, count, deadline)?;
            Piece::new(opened, at, Content::Plain)
        }
        None => Piece::all(opened, deadline)?,
    };
    piece.finished = true;
    piece.read(path, false, wishes.encoding, reader)
}
