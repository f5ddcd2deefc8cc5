//! Rotated pieces that a pattern fits as well as their log: `a.log*` means a.log, a.log.1 and a.log.2.gz. They are no
//! logs of their own, but generations that are read when the log is followed; or each line would be told once for each
//! name that its file has had.

use super::marks::{Mark, Marks};
use super::names::{self, Relation};
use std::collections::BTreeSet;
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

fn pieces(paths: &[PathBuf], marks: &Marks) -> BTreeSet<PathBuf> {
    let remembered = |path: &Path| marks.files.iter().find(|mark| mark.path == path);
    let known = marks.files.iter().map(|mark| &mark.path);
    let all: BTreeSet<&Path> = paths.iter().chain(known).map(PathBuf::as_path).collect();
    let is_piece = |path: &&Path| {
        log_of(path, &all).is_some_and(|log| match remembered(path) {
            None => true,
            // What has been read by itself is read to its end by itself.
            Some(Mark { done, .. }) => *done && remembered(log).is_some(),
        })
    };
    all.iter().copied().filter(is_piece).map(Path::to_owned).collect()
}

/// The log that a file is a rotated piece of by its name, if that is among these.
fn log_of<'p>(path: &Path, all: &BTreeSet<&'p Path>) -> Option<&'p Path> {
    let name = path.file_name()?;
    let plain = std::str::from_utf8(names::unpacked(name)).ok()?;
    let ends = plain.char_indices().filter(|(at, c)| *at > 0 && !c.is_alphanumeric()).map(|(at, _)| at);
    let stems = ends.chain([plain.len()]).filter_map(|end| plain.get(..end));
    stems.filter(|stem| names::relation(name, stem.as_ref(), false) == Some(Relation::Generation)).find_map(|stem| {
        let log = path.with_file_name(stem);
        all.get(log.as_path()).copied().filter(|log| *log != path)
    })
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
