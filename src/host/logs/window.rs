//! The lines of the last so many seconds, by the times that they carry.

use super::times::Times;
use super::{Block, Problem};
use crate::model::stamp::Found;
use crate::model::timestamp::Timestamp;
use anyhow::anyhow;
use memchr::memchr;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// Seconds by which lines of several threads may be in the wrong order.
pub(super) const DISORDER: f64 = 10.0;

/// Which lines are wanted.
#[derive(Clone, Debug)]
pub struct Since {
    /// The lines that were written from this time on.
    pub from: Timestamp,
    /// Reads the times.
    pub times: Arc<Times>,
}

/// What a line says of its time, for a search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Says {
    Nothing,
    /// The day cannot be told from the month, or only by its value.
    Unsure,
    /// The end of what the time may mean, and whether it names its zone.
    Time {
        latest: Timestamp,
        has_zone: bool,
    },
}

impl Since {
    pub(super) fn says(&self, line: &[u8]) -> Says {
        match self.times.find(line) {
            Found::Nothing => Says::Nothing,
            Found::EitherOrder => Says::Unsure,
            Found::Stamp(stamp) if stamp.is_by_value() => Says::Unsure,
            Found::Stamp(stamp) => match self.times.latest(&stamp) {
                Some(latest) => Says::Time { latest, has_zone: stamp.has_zone() },
                None => Says::Nothing,
            },
        }
    }
}

/// Lines whose times could be read, and could not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) lines: u64,
    pub(super) times: u64,
    pub(super) unsure: u64,
}

impl Counts {
    pub(super) fn note(&mut self, says: Says) {
        self.lines += 1;
        match says {
            Says::Nothing => {}
            Says::Unsure => self.unsure += 1,
            Says::Time { .. } => self.times += 1,
        }
    }

    /// Why these lines cannot be told apart by time, in words.
    pub(super) fn problem(self, path: &Path) -> Option<Problem> {
        let log = path.display();
        let why = if self.unsure > self.times {
            anyhow!(
                "--since: the times of {log} may begin with the day or with the month: say it with --time-format, such as \
                 '%m/%d/%y %H:%M:%S'"
            )
        } else if self.lines > 0 && self.times == 0 {
            anyhow!(
                "--since: no line of {log} begins with a time that is known: say how it is written with --time-format, such \
                 as '%d.%m.%Y %H:%M:%S'"
            )
        } else {
            return None;
        };
        Some(Problem { path: path.to_owned(), missing: false, failure: why.into() })
    }
}

/// Lets the lines of a time through. A line that carries none belongs to the one before; before the first time nobody
/// knows, and lines are let through.
#[derive(Debug)]
pub struct Window<'s> {
    since: &'s Since,
    from: Timestamp,
    /// Lines are in the order of their times, but for [`DISORDER`].
    ordered: bool,
    /// So that all that comes is wanted.
    open: bool,
    /// Whether the last line with a time was wanted.
    inside: bool,
    counts: Counts,
}

impl<'s> Window<'s> {
    /// For lines in any order: `errpt` tells the newest first.
    #[must_use]
    pub fn new(since: &'s Since) -> Self {
        Self { since, from: since.from, ordered: false, open: false, inside: true, counts: Counts::default() }
    }

    /// For the lines of a log, in which they are in order; `from` is in the time of its writer.
    pub(super) fn of_log(since: &'s Since, from: Timestamp) -> Self {
        Self { from, ordered: true, ..Self::new(since) }
    }

    /// Gives the wanted lines of a block to `sink`, until it breaks.
    pub fn pass(&mut self, block: &Block<'_>, sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
        // Where the run of wanted lines began, and the line that is looked at.
        let (mut run, mut start) = (None, 0);
        while !self.open && start < block.text.len() {
            let rest = block.text.get(start..).unwrap_or_default();
            let length = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let says = self.since.says(rest.get(..length).unwrap_or(rest));
            self.counts.note(says);
            if let Says::Time { latest, .. } = says {
                self.inside = latest >= self.from;
                self.open = self.ordered && latest.0 >= self.from.0 + DISORDER;
            }
            match (self.inside, run) {
                (true, None) => run = Some(start),
                (false, Some(begin)) => {
                    sink(&part(block, begin, start))?;
                    run = None;
                }
                _ => {}
            }
            start += length;
        }
        match run {
            Some(begin) => sink(&part(block, begin, block.text.len())),
            None if start == 0 && self.open => sink(block),
            None => ControlFlow::Continue(()),
        }
    }

    /// Why the lines could not be told apart by time, once all of them have come.
    #[must_use]
    pub fn problem(&self, path: &Path) -> Option<Problem> {
        self.counts.problem(path)
    }
}

fn part<'b>(block: &Block<'b>, begin: usize, end: usize) -> Block<'b> {
    // The offset is that of the bytes as they are in the file: of a part it is only known where the block begins.
    Block { text: block.text.get(begin..end).unwrap_or_default(), ..*block }
}

#[cfg(test)]
mod tests {
    use super::super::Log;
    use super::*;
    use crate::model::stamp::Format;
    use crate::runtime::root::Root;

    /// 2026-11-23 22:00:00 UTC.
    const NOW: f64 = 1_795_471_200.0;

    fn since(format: Option<&str>) -> Since {
        // Below an empty root local time is UTC.
        let root = Root::new(Some("/nowhere".into()));
        let format = format.map(|format| format.parse::<Format>().expect("a format"));
        Since { from: Timestamp(NOW - 900.0), times: Arc::new(Times::new(Timestamp(NOW), &root, format)) }
    }

    fn passed(window: &mut Window<'_>, blocks: &[&str]) -> String {
        let mut text = String::new();
        for block in blocks {
            let block = Block {
                log: Log::text(Path::new("x")),
                file: Path::new("x"),
                text: block.as_bytes(),
                offset: 0,
                cut: false,
            };
            let flow = window.pass(&block, &mut |block| {
                text += std::str::from_utf8(block.text).expect("text");
                ControlFlow::Continue(())
            });
            assert!(flow.is_continue());
        }
        text
    }

    #[test]
    fn lines_without_a_time_belong_to_the_one_before() {
        let since = since(None);
        let blocks = [
            "head\n2026-11-23 21:44:59 old\n  of old\n",
            "  of old too\n2026-11-23 21:45:00 new\n  of new\n",
            "  of new too\n2026-11-23 21:44:58 late\n of late\n2026-11-23 21:59:00 end",
        ];
        let wanted = "head\n2026-11-23 21:45:00 new\n  of new\n  of new too\n2026-11-23 21:59:00 end";
        let mut window = Window::new(&since);
        assert_eq!(passed(&mut window, &blocks), wanted);
        assert!(window.problem(Path::new("x")).is_none());
        assert_eq!(passed(&mut Window::of_log(&since, since.from), &blocks), wanted);
    }

    #[test]
    fn in_a_log_all_is_wanted_behind_what_is_surely_wanted() {
        let since = since(None);
        let blocks = ["2026-11-23 21:45:11 a\n2026-11-23 21:00:00 b\n", "2026-11-23 21:00:00 c\n"];
        assert_eq!(passed(&mut Window::of_log(&since, since.from), &blocks), blocks.concat());
        assert_eq!(passed(&mut Window::new(&since), &blocks), "2026-11-23 21:45:11 a\n");
    }

    #[test]
    fn what_carries_no_time_is_let_through_and_said() {
        let since = since(None);
        let mut window = Window::new(&since);
        assert_eq!(passed(&mut window, &["a\n", "b\n"]), "a\nb\n");
        let why = window.problem(Path::new("x")).map(|problem| problem.failure.to_string());
        assert!(why.is_some_and(|why| why.contains("--time-format")));
        assert!(Window::new(&since).problem(Path::new("x")).is_none());
    }

    #[test]
    fn an_order_that_only_a_value_tells_must_be_said() {
        let lines = ["11/23/26 21:00:00 a\n11/23/26 21:50:00 b\n"];
        let unsaid = since(None);
        let mut window = Window::new(&unsaid);
        assert_eq!(passed(&mut window, &lines), lines.concat());
        let why = window.problem(Path::new("x")).map(|problem| problem.failure.to_string());
        assert!(why.is_some_and(|why| why.contains("the day or with the month")));
        let said = since(Some("%m/%d/%y %H:%M:%S"));
        let mut window = Window::new(&said);
        assert_eq!(passed(&mut window, &lines), "11/23/26 21:50:00 b\n");
        assert!(window.problem(Path::new("x")).is_none());
    }

    #[test]
    fn times_are_taken_from_shortly_before() {
        let since = since(None);
        let text = b"2026-11-23 21:50:00 a\n b\n c\nMon Nov 23 21:51:00 2026\nORA-600\n";
        let at = |place: usize| since.times.near(text, place).map(|time| (time.0 - NOW) / 60.0);
        assert_eq!([at(0), at(22), at(25), at(53)], [Some(-10.0), Some(-10.0), Some(-10.0), Some(-9.0)]);
        let far = format!("2026-11-23 21:50:00 a\n{}", "x\n".repeat(20));
        assert_eq!(since.times.near(far.as_bytes(), 40), None);
        assert_eq!(since.times.of(b"2026-11-25 00:00:00 a wrong clock"), None);
    }
}
