//! Rotated pieces that a pattern fits as well as their log: `a.log*` means a.log, a.log.1 and a.log.2.gz. They are no
//! logs of their own, but generations that are read when the log is followed; or each line would be told once for each
//! name that its file has had.

use super::marks::{Mark, Marks};
use super::names::{self, Relation};
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// The logs among these files: those that are no piece of another one, be it there or remembered.
pub(super) fn logs(paths: Vec<PathBuf>, marks: &Marks) -> Vec<PathBuf> {
    let pieces = pieces(&paths, marks);
    paths.into_iter().filter(|path| !pieces.contains(path)).collect()
}

/// What is remembered of logs, without that of pieces: they have been read to their end.
pub(super) fn of_logs(paths: &[PathBuf], marks: &Marks) -> Marks {
    let pieces = pieces(paths, marks);
    let mut marks = marks.clone();
    marks.files.retain(|mark| !pieces.contains(&mark.path));
    marks
}

fn pieces(paths: &[PathBuf], marks: &Marks) -> HashSet<PathBuf> {
    // As texts: paths are compared part by part.
    let remembered: HashMap<&OsStr, &Mark> = marks.files.iter().map(|mark| (mark.path.as_os_str(), mark)).collect();
    let all: HashSet<&OsStr> = paths.iter().map(|path| path.as_os_str()).chain(remembered.keys().copied()).collect();
    let is_piece = |path: &&OsStr| {
        log_of(path, &all).is_some_and(|log| match remembered.get(path) {
            None => true,
            // What has been read by itself is read to its end by itself.
            Some(Mark { done, .. }) => *done && remembered.contains_key(log),
        })
    };
    all.iter().copied().filter(is_piece).map(PathBuf::from).collect()
}

/// The log that a file is a rotated piece of by its name, if that is among these.
fn log_of<'p>(path: &OsStr, all: &HashSet<&'p OsStr>) -> Option<&'p OsStr> {
    let name = Path::new(path).file_name()?;
    let folder = path.len().checked_sub(name.len())?;
    let plain = names::unpacked(name);
    let text = std::str::from_utf8(plain).ok()?;
    let ends = text.char_indices().filter(|(at, c)| *at > 0 && !c.is_alphanumeric()).map(|(at, _)| at);
    let mut logs = ends.chain([plain.len()]).filter_map(|end| {
        let stem = OsStr::from_bytes(plain.get(..end)?);
        let log = all.get(OsStr::from_bytes(path.as_bytes().get(..folder + end)?)).copied()?;
        (log != path && names::relation(name, stem, false) == Some(Relation::Generation)).then_some(log)
    });
    logs.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logs_of(paths: &[&str], marks: &[(&str, bool)]) -> Vec<String> {
        let mark = |(path, done): &(&str, bool)| Mark { path: path.into(), done: *done, ..Mark::default() };
        let marks = Marks { known: true, files: marks.iter().map(mark).collect(), ..Marks::default() };
        let paths = logs(paths.iter().map(PathBuf::from).collect(), &marks);
        paths.iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn pieces_are_told_from_logs() {
        let paths =
            ["/l/a.log", "/l/a.log.1", "/l/a.log.2.gz", "/l/a.log-20260101", "/l/a.log~", "/l/b.log.1", "/k/a.log.1"];
        assert_eq!(logs_of(&paths, &[]), ["/l/a.log", "/l/b.log.1", "/k/a.log.1"]);
        assert_eq!(logs_of(&["/l/a.log2", "/l/a.log", "/l/a.log.err", "/l/a1.log"], &[]).len(), 4);
        // The log is not there for a moment, or was packed.
        assert!(logs_of(&["/l/a.log.1", "/l/a.log.1.gz"], &[("/l/a.log", true)]).is_empty());
        assert_eq!(logs_of(&["/l/a.log.1", "/l/a.log.1.gz"], &[]), ["/l/a.log.1"]);
        // What is being read by itself goes on so.
        assert_eq!(logs_of(&["/l/a.log", "/l/a.log.1"], &[("/l/a.log", true), ("/l/a.log.1", false)]).len(), 2);
        assert_eq!(logs_of(&["/l/a.log", "/l/a.log.1"], &[("/l/a.log", true), ("/l/a.log.1", true)]).len(), 1);
        assert_eq!(logs_of(&["/l/a.log", "/l/a.log.1"], &[("/l/a.log.1", true)]).len(), 2);
    }
}
