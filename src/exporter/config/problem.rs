//! What is wrong with a configuration, and where.

use super::limits::MAX_PROBLEMS;
use crate::model::text::{clean, clean_str, cut};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Characters of a message; texts that it quotes may be long.
const MAX_MESSAGE: usize = 500;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file it is in.
    pub file: PathBuf,
    /// The line, from 1; `None` where it is the file as a whole.
    pub line: Option<usize>,
    /// What is wrong and what to do, in one harmless line.
    pub message: String,
}

/// `FILE:LINE: message`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = clean(self.file.as_os_str().as_bytes());
        match self.line {
            Some(line) => write!(f, "{file}:{line}: {}", self.message),
            None => write!(f, "{file}: {}", self.message),
        }
    }
}

/// All that was found wrong in one reading; never empty when it is returned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    found: BTreeSet<Problem>,
    more: usize,
}

impl Problems {
    /// By file and line.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.found.iter()
    }

    /// Takes one in. The same of the same place (each row of a template says it) is one.
    pub(super) fn add(&mut self, place: &Place, message: impl AsRef<str>) {
        let message = cut(&clean_str(&message.as_ref().replace('\n', ", ")), MAX_MESSAGE).into_owned();
        let problem = Problem { file: place.file.to_path_buf(), line: place.line, message };
        if self.found.len() < MAX_PROBLEMS {
            self.found.insert(problem);
        } else if !self.found.contains(&problem) {
            self.more += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

/// One problem per line.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.found.iter().enumerate() {
            let end = if number == 0 { "" } else { "\n" };
            write!(f, "{end}{problem}")?;
        }
        if self.more > 0 { write!(f, "\nand {} more", self.more) } else { Ok(()) }
    }
}

impl std::error::Error for Problems {}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    file: Arc<Path>,
    line: Option<usize>,
}

impl Place {
    /// A file as a whole.
    pub(super) fn whole(file: &Path) -> Self {
        Self { file: file.into(), line: None }
    }
}

/// `FILE:LINE`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// Where the lines of a file begin.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    file: Arc<Path>,
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn new(file: &Path, text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { file: file.into(), starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// The line in which a span of bytes begins.
    pub(super) fn place(&self, span: Range<usize>) -> Place {
        Place { file: Arc::clone(&self.file), line: Some(self.starts.partition_point(|start| *start <= span.start)) }
    }

    pub(super) fn whole(&self) -> Place {
        Place { file: Arc::clone(&self.file), line: None }
    }
}

/// A text from outside within a message.
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", cut(text, 80))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_the_line_it_begins_in() {
        let lines = Lines::new(Path::new("a.toml"), "a\nbc\n\nd");
        let line = |at| lines.place(at..at).to_string();
        assert_eq!(
            [0, 1, 2, 3, 5, 6, 99].map(line).map(|place| place.replace("a.toml:", "")),
            ["1", "1", "2", "2", "3", "4", "4"]
        );
    }

    #[test]
    fn problems_are_listed_once_in_order_and_harmlessly() {
        let lines = Lines::new(Path::new("a\n.toml"), "\n\n");
        let mut problems = Problems::default();
        problems.add(&lines.place(1..1), "b\u{1b}[1m");
        problems.add(&lines.place(1..1), "b\u{1b}[1m");
        problems.add(&lines.whole(), "a\nc");
        assert_eq!(problems.to_string(), "a\\n.toml: a, c\na\\n.toml:2: b\\x1b[1m");
        for number in 0..300 {
            problems.add(&lines.whole(), number.to_string());
        }
        assert!(problems.to_string().ends_with("\nand 102 more"), "{problems}");
    }
}
