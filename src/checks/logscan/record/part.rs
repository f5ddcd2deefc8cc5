//! What there is to judge at one time.

use super::start::Start;
use crate::checks::logscan::scan::{Hit, Scanner, trimmed};
use std::ops::ControlFlow;

/// Some text of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::checks::logscan) enum Part<'t> {
    /// Whole lines, or whole records where there are such.
    Whole(&'t [u8]),
    /// One record, or its beginning.
    One {
        text: &'t [u8],
        /// The rule that has taken a part of it before, by its place: only one before that takes it again.
        taken: Option<usize>,
        /// It began in an earlier block.
        earlier: bool,
    },
}

impl Part<'_> {
    /// Calls `take` with all that a rule takes, and where in the part that is. Of one record it returns which rule it is.
    ///  Records begin at `start`; without it each line is judged by itself.
    ///
    /// # Errors
    /// When a pattern is too large to be compiled.
    pub(in crate::checks::logscan) fn judge(
        self,
        scanner: &Scanner<'_>,
        start: Option<&Start>,
        mut take: impl FnMut(Hit<'_>),
    ) -> Result<Option<usize>, String> {
        let (text, taken) = match self {
            Self::One { text, taken, .. } => (text, taken),
            Self::Whole(text) => {
                let sink = |hit: Hit<'_>| {
                    take(hit);
                    ControlFlow::Continue(())
                };
                match start {
                    None => scanner.scan(text, sink)?,
                    Some(start) => scanner.scan_records(text, |from, place| start.around(text, from, place), sink)?,
                }
                return Ok(None);
            }
        };
        let text = trimmed(text.strip_suffix(b"\n").unwrap_or(text));
        let Some((rule, pattern)) = scanner.judge_line(text)? else { return Ok(None) };
        if taken.is_some_and(|before| rule >= before) {
            return Ok(None);
        }
        take(Hit { rule, pattern, start: 0, line: text });
        Ok(Some(rule))
    }
}
