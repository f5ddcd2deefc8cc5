//! What is measured: which log, which patterns, which commands, and what each should reach. The one place to change
//! them.

/// Commands that count the same lines, measured in turn.
pub(crate) struct Case {
    pub(crate) group: &'static str,
    pub(crate) what: String,
    pub(crate) log: Log,
    pub(crate) patterns: Patterns,
    pub(crate) commands: Vec<Command>,
    pub(crate) targets: Vec<Target>,
}

/// A log that is generated for the case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Log {
    /// MiB; `None`: as `--size` says.
    pub(crate) mib: Option<u64>,
    /// So many of a million lines are hits,
    pub(crate) per_million: u32,
    /// of the first so many patterns.
    pub(crate) kinds: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patterns {
    /// The first of patterns.txt.
    First(usize),
    /// The same as texts: the parts without special characters.
    Texts(usize),
    /// 50 that require no text.
    WithoutText,
    /// One that every line matches.
    EveryLine,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Command {
    /// check_logscan --whole.
    Whole,
    /// check_logscan --tail 50.
    Tail,
    /// check_logscan from where the last run ended, 100 lines before the end.
    Follow,
    /// rg -j1 -c --no-mmap: it reads, as check_logscan does.
    RgReads,
    /// rg -j1 -c: it maps the file, and all of the file counts as its memory.
    Rg,
    Grep,
    /// On a slice of the log.
    CheckLogfiles,
    /// As `Follow`.
    CheckLogfilesFollows,
    /// On a slice of the log.
    Mtail,
}

#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// The command's CPU time by ours is at least this.
    Times(Command, f64),
    /// User and system time, in ms.
    CpuMs(f64),
    /// Peak memory, in KiB.
    PeakKib(u64),
}

use Command::{CheckLogfiles, CheckLogfilesFollows, Follow, Grep, Mtail, Rg, RgReads, Tail, Whole};
use Patterns::{EveryLine, First, Texts, WithoutText};

/// Bytes that the slow ones get; what they need is scaled to the log's size.
pub(crate) const SLICE: u64 = 16 << 20;
/// Lines that are new to a run that follows.
pub(crate) const NEW_LINES: usize = 100;

const MEMORY: Target = Target::PeakKib(32 * 1024);

pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for (patterns, words) in [(1, "1 pattern"), (5, "5 patterns"), (50, "50 patterns")] {
        for (per_million, rate) in [(0, "no line matches"), (100, "0.01 % match"), (50_000, "5 % match")] {
            let least = if patterns == 50 { 2.5 } else { 1.0 };
            let (mut commands, mut targets) =
                (vec![Whole, RgReads, Rg, Grep], vec![Target::Times(RgReads, least), MEMORY]);
            if per_million == 100 {
                commands.extend([CheckLogfiles, Mtail]);
                targets.push(Target::Times(CheckLogfiles, 150.0));
            }
            cases.push(Case {
                group: "A whole log",
                what: format!("{words}, {rate}"),
                log: Log { mib: None, per_million, kinds: patterns },
                patterns: First(patterns),
                commands,
                targets,
            });
        }
    }
    cases.push(Case {
        group: "A whole log",
        what: "5 texts, 0.01 % match".into(),
        log: Log { mib: None, per_million: 100, kinds: 5 },
        patterns: Texts(5),
        commands: vec![Whole, RgReads, Rg, Grep],
        targets: vec![Target::Times(RgReads, 1.0), MEMORY],
    });
    for (patterns, what) in
        [(WithoutText, "50 patterns that require no text"), (EveryLine, "1 pattern, every line matches")]
    {
        cases.push(Case {
            group: "What is worst for it",
            what: what.into(),
            log: Log { mib: None, per_million: 0, kinds: 1 },
            patterns,
            commands: vec![Whole, RgReads, Grep],
            targets: vec![MEMORY],
        });
    }
    for mib in [1, 64, 1024] {
        cases.push(Case {
            group: "What a run costs that finds 100 new lines",
            what: format!("50 patterns, behind {mib} MiB"),
            log: Log { mib: Some(mib), per_million: 100, kinds: 50 },
            patterns: First(50),
            commands: vec![Follow, CheckLogfilesFollows],
            targets: vec![Target::CpuMs(2.0), MEMORY],
        });
    }
    cases.push(Case {
        group: "What a run costs that finds 100 new lines",
        what: "the last 50 lines of 1024 MiB, 50 patterns".into(),
        log: Log { mib: Some(1024), per_million: 100, kinds: 50 },
        patterns: First(50),
        commands: vec![Tail],
        targets: vec![Target::CpuMs(2.0), MEMORY],
    });
    cases
}

impl Command {
    /// Whether it is a program of this package.
    pub(crate) const fn is_ours(self) -> bool {
        matches!(self, Whole | Tail | Follow)
    }

    pub(crate) const fn is_sliced(self) -> bool {
        matches!(self, CheckLogfiles | Mtail)
    }

    /// Whether it goes on from where its last run ended.
    pub(crate) const fn follows(self) -> bool {
        matches!(self, Follow | CheckLogfilesFollows)
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Whole => "check_logscan --whole",
            Tail => "check_logscan --tail 50",
            Follow => "check_logscan",
            RgReads => "rg -j1 -c --no-mmap",
            Rg => "rg -j1 -c",
            Grep => "grep -c",
            CheckLogfiles => "check_logfiles, from 16 MiB",
            CheckLogfilesFollows => "check_logfiles",
            Mtail => "mtail, from 16 MiB",
        }
    }
}
