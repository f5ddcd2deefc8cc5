//! The logs of one source, each with the record that is open in it.

use super::part::Part;
use super::pending::{self, Pending};
use super::splitter::Splitter;
use super::start::Start;
use crate::checks::logscan::rule::Rules;
use crate::checks::logscan::seen::Source;
use crate::host::logs::{Block, Log};
use std::path::{Path, PathBuf};

/// Judges a part that was in a file; as [`super::splitter::Judge`].
type Judge<'j> = &'j mut dyn FnMut(Part<'_>, Source) -> Result<Option<usize>, String>;

/// Puts the records of a source together, from the blocks of its logs and from what an earlier run has kept.
#[derive(Debug)]
pub(in crate::checks::logscan) struct Streams<'r> {
    rules: &'r Rules,
    splitter: Splitter<'r>,
    now: Option<Stream>,
    /// Of earlier runs.
    before: Vec<Pending>,
    /// Of this run.
    left: Vec<Pending>,
}

/// The log that is being read.
#[derive(Debug)]
struct Stream {
    path: PathBuf,
    file: u64,
    /// The file of the last block, as it is shown.
    source: Source,
    /// Late lines of a generation that goes on nowhere.
    aside: bool,
}

impl<'r> Streams<'r> {
    /// `before` is what the last run has kept; `longest` are the bytes that are judged of a record.
    pub(in crate::checks::logscan) const fn new(
        rules: &'r Rules,
        start: &'r Start,
        longest: usize,
        before: Vec<Pending>,
    ) -> Self {
        Self { rules, splitter: Splitter::new(start, longest), now: None, before, left: Vec::new() }
    }

    /// How many records were judged only by their beginning.
    pub(in crate::checks::logscan) const fn cut(&self) -> u64 {
        self.splitter.cut
    }

    /// Takes a block that was in a file.
    ///
    /// # Errors
    /// As the judge.
    pub(in crate::checks::logscan) fn block(
        &mut self,
        block: &Block<'_>,
        source: Source,
        judge: Judge<'_>,
    ) -> Result<(), String> {
        let log = block.log;
        let goes_on = |now: &Stream| now.path == log.path && !log.entry && (!now.aside || log.late);
        if !self.now.as_ref().is_some_and(goes_on) {
            self.leave(judge)?;
            self.meet(log, source);
        }
        let Some(now) = &mut self.now else { return Ok(()) };
        let before = std::mem::replace(&mut now.source, source);
        now.file = log.file;
        self.splitter.block(block.text, block.cut, &mut |part| {
            let earlier = matches!(part, Part::One { earlier: true, .. });
            judge(part, if earlier { before } else { source })
        })?;
        if log.entry { self.leave(judge) } else { Ok(()) }
    }

    /// Takes up what is known of a log.
    fn meet(&mut self, log: Log<'_>, source: Source) {
        let best = |(at, pending): (usize, &Pending)| pending.fits(log).map(|rank| (rank, at));
        let known = self.before.iter().enumerate().filter_map(best).min().filter(|_| !log.entry);
        let aside = log.entry || (log.late && known.is_none());
        self.splitter.open = known.map(|(_, at)| self.before.remove(at).open(self.rules));
        self.now = Some(Stream { path: log.path.to_owned(), file: log.file, source, aside });
    }

    /// Judges what is open, and keeps it for the next run.
    fn leave(&mut self, judge: Judge<'_>) -> Result<(), String> {
        let Some(now) = self.now.take() else { return Ok(()) };
        let open = self.splitter.leave(&mut |part| judge(part, now.source))?;
        if let Some(open) = open.filter(|_| !now.aside) {
            self.left.push(Pending::new(&now.path, now.file, open, self.rules));
        }
        Ok(())
    }

    /// The end of the run: what to remember. Of logs that were not read now, only those that are `known` still, by name
    /// and file.
    ///
    /// # Errors
    /// As the judge.
    pub(in crate::checks::logscan) fn finish(
        mut self,
        judge: Judge<'_>,
        known: impl Fn(&Path, u64) -> bool,
    ) -> Result<Vec<Pending>, String> {
        self.leave(judge)?;
        let mut all = self.left;
        all.extend(self.before.into_iter().filter(|pending| known(pending.log(), pending.file())));
        pending::bound(&mut all);
        Ok(all)
    }
}
