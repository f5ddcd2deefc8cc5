//! What there is to judge at one time.

use super::start::Start;
use crate::checks::logscan::scan::{Scanner, trimmed};
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
    /// Calls `take` with the rule, its pattern and the text of all that a rule takes. Of one record it returns which rule
    /// that is. Records begin at `start`; without it each line is judged by itself.
    ///
    /// # Errors
    /// When a pattern is too large to be compiled.
    pub(in crate::checks::logscan) fn judge(
        self,
        scanner: &Scanner<'_>,
        start: Option<&Start>,
        mut take: impl FnMut(usize, usize, &[u8]),
    ) -> Result<Option<usize>, String> {
        let (text, taken) = match self {
            Self::One { text, taken, .. } => (text, taken),
            Self::Whole(text) => {
                let sink = |hit: crate::checks::logscan::scan::Hit<'_>| {
                    take(hit.rule, hit.pattern, hit.line);
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
        take(rule, pattern, text);
        Ok(Some(rule))
    }
}
