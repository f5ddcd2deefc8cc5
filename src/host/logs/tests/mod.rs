//! Logs on a disk, read as a check would read them.
mod files;
mod hostile;
mod many;
mod random;
mod since;

use super::{Encoding, Marks, Read, Source, Wishes, read};
use crate::runtime::deadline::Deadline;
use crate::runtime::root::Root;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Somebody who reads a source run by run.
struct Follower {
    dir: tempfile::TempDir,
    source: Source,
    wishes: Wishes,
    marks: Marks,
}

impl Follower {
    /// `source` is a name in a folder of its own.
    fn new(source: &str, wishes: Wishes) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let source = format!("{}/{source}", dir.path().display()).parse().expect("a source");
        Self { dir, source, wishes, marks: Marks::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn append(&self, name: &str, text: impl AsRef<[u8]>) {
        append(&self.path(name), text.as_ref());
    }

    fn rename(&self, from: &str, to: &str) {
        std::fs::rename(self.path(from), self.path(to)).expect("renamed");
    }

    /// Nobody has written to it for a minute.
    fn rest(&self, name: &str) {
        self.rest_for(name, 60);
    }

    fn rest_for(&self, name: &str, seconds: u64) {
        let file = std::fs::File::options().append(true).open(self.path(name)).expect("opened");
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).expect("a time");
    }

    /// One run: what was read, and the text.
    fn run(&mut self) -> (Read, String) {
        let mut text = Vec::new();
        let done = self.read(&mut |block| {
            text.extend_from_slice(block);
            ControlFlow::Continue(())
        });
        (done, String::from_utf8(text).expect("UTF-8"))
    }

    fn read(&mut self, sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Read {
        let deadline = Deadline::after(Duration::from_secs(600));
        // As it is kept.
        let kept = serde_json::to_string(&self.marks).expect("written");
        let marks = serde_json::from_str(&kept).expect("read");
        let done = read(&self.source, &marks, &self.wishes, &Root::default(), &deadline, &mut |block| sink(block.text));
        let done = done.expect("a source of files");
        self.marks = done.marks.clone();
        done
    }

    /// The text of a run that must have nothing to complain of.
    fn text(&mut self) -> String {
        let (done, text) = self.run();
        assert!(done.lost.is_empty() && done.problems.is_empty(), "{done:?}");
        text
    }

    /// The text of a run that must say that lines may be lost, and what it says.
    fn lossy(&mut self) -> (String, String) {
        let (done, text) = self.run();
        assert_eq!(done.lost.len(), 1, "{done:?}");
        (text, done.lost.into_iter().map(|gap| gap.why).collect())
    }
}

fn append(path: &Path, text: &[u8]) {
    use std::io::Write as _;
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).expect("opened");
    file.write_all(text).expect("written");
}

fn from_start() -> Wishes {
    Wishes { from_start: true, ..Wishes::default() }
}
