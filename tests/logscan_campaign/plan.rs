//! What a round is like: writer and runs read it from the same number.

use crate::random::Random;
use std::path::Path;
use std::process::{Command, Stdio};

/// How a log is rotated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Style {
    /// a.log becomes a.log.1
    Counted,
    /// a.log becomes a.log-20260101
    Dated,
    /// a.log is a link to b-20260101.log
    Linked,
    /// Each day has a file: a-20260101.log
    Days,
    /// a.log is copied and emptied
    Copied,
}

/// The plan of one round.
#[derive(Clone, Debug)]
pub struct Plan {
    pub style: Style,
    /// A packer and the ending that it makes.
    pub packer: Option<(&'static str, &'static str)>,
    /// Generations that are kept.
    pub kept: usize,
    /// Unread lines may be destroyed: the log emptied, deleted, replaced; old generations removed.
    pub destructive: bool,
    /// Runs are killed.
    pub kills: bool,
    /// The check is given a pattern, not a name.
    pub glob: bool,
    /// What the writer does.
    pub steps: usize,
}

impl Plan {
    pub fn of(round: u64) -> Self {
        let mut dice = Random::new(round ^ 0x706c_616e);
        let styles = [Style::Counted, Style::Counted, Style::Dated, Style::Linked, Style::Days, Style::Copied];
        let style = styles[dice.below(styles.len())];
        let packers = [None, Some(("gzip", ".gz")), Some(("xz", ".xz")), Some(("zstd", ".zst"))];
        // It takes long; see the writer.
        let slow = dice.one_in(30).then_some(("bzip2", ".bz2"));
        let packer = slow.or(packers[dice.below(packers.len())]).filter(|(program, _)| is_there(program));
        let destructive = dice.one_in(3);
        let kept = if destructive { 1 + dice.below(4) } else { usize::MAX };
        let glob = matches!(style, Style::Counted | Style::Dated | Style::Copied) && dice.one_in(5);
        Self { style, packer, kept, destructive, kills: dice.one_in(2), glob, steps: 20 + dice.below(50) }
    }

    /// Whether the check is given a pattern.
    pub fn is_of_pattern(&self) -> bool {
        self.glob || self.style == Style::Days
    }

    /// The source as the check is given it.
    pub fn source(&self, folder: &Path) -> String {
        let name = match self.style {
            Style::Days => "a-%Y%m%d.log",
            _ if self.glob => "a*.log",
            _ => "a.log",
        };
        folder.join(name).display().to_string()
    }
}

fn is_there(program: &str) -> bool {
    let quiet = |command: &mut Command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    quiet(Command::new(program).arg("--version"))
}
