//! Blocks of lines become blocks of whole records, without a look at every line.

use super::part::Part;
use super::start::Start;

/// Judges a part. Of one record it returns the rule that took it, by its place.
pub(in crate::checks::logscan) type Judge<'j> = &'j mut dyn FnMut(Part<'_>) -> Result<Option<usize>, String>;

/// A record whose end is not known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) text: Vec<u8>,
    /// Nothing that may come would change what is known of it.
    pub(super) full: bool,
    /// The rule that has taken it.
    pub(super) taken: Option<usize>,
    /// It was added to since it was judged.
    pub(super) fresh: bool,
    /// That a part of it is passed over has been counted in this run.
    counted: bool,
}

/// Splits the blocks of one log.
#[derive(Debug)]
pub(super) struct Splitter<'s> {
    start: &'s Start,
    /// Bytes of a record that are judged.
    longest: usize,
    pub(super) open: Option<Open>,
    /// Records of which only the beginning was judged.
    pub(super) cut: u64,
}

impl Open {
    /// Kept by an earlier run.
    pub(super) const fn kept(text: Vec<u8>, full: bool, taken: Option<usize>) -> Self {
        Self { text, full, taken, fresh: false, counted: false }
    }
}

impl<'s> Splitter<'s> {
    /// Before the first block.
    pub(super) const fn new(start: &'s Start, longest: usize) -> Self {
        Self { start, longest, open: None, cut: 0 }
    }

    /// Takes a block of lines, of which the last may be without its end; `cut` where it is a part of one.
    ///
    /// # Errors
    /// As the judge.
    pub(super) fn block(&mut self, text: &[u8], cut: bool, judge: Judge<'_>) -> Result<(), String> {
        let mut at = 0;
        if self.open.is_some() {
            let first = self.start.first(text, 0);
            self.add(text.get(..first.unwrap_or(text.len())).unwrap_or_default(), cut && first.is_none());
            let Some(first) = first else { return Ok(()) };
            self.close(judge)?;
            at = first;
        }
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let last = self.last_within(rest);
            let whole = rest.get(..last).unwrap_or_default();
            if !whole.is_empty() {
                judge(Part::Whole(whole))?;
            }
            let record = rest.get(last..).unwrap_or_default();
            // Either the last one, or one that is too long.
            let end = if fits(record, self.longest) { record.len() } else { self.start.end(record, 0) };
            self.open = Some(Open::default());
            self.add(record.get(..end).unwrap_or_default(), cut);
            at += last + end;
            if at < text.len() {
                let open = self.open.take().unwrap_or_default();
                judge(Part::One { text: &open.text, taken: None, earlier: false })?;
            }
        }
        Ok(())
    }

    /// Where the last record of a text begins, or the first one that is too long: at its beginning a record begins.
    fn last_within(&self, text: &[u8]) -> usize {
        let mut begin = 0_usize;
        loop {
            // The next record begins within reach, or this one is too long.
            let reach = begin.saturating_add(self.longest).saturating_add(1);
            match self.start.last(text, begin, reach) {
                Some(next) => begin = next,
                None => return begin,
            }
            if reach >= text.len() {
                return begin;
            }
        }
    }

    /// Adds lines to the record that is open. `cut`: they are a part of one line, and that has been counted.
    fn add(&mut self, lines: &[u8], cut: bool) {
        let Some(open) = self.open.as_mut().filter(|_| !lines.is_empty()) else { return };
        if open.full {
            // Said by every run: where no line begins a record, all that is new would be passed over in silence.
            self.cut += u64::from(!open.counted && open.taken != Some(0));
            open.counted = true;
            return;
        }
        if !open.text.is_empty() && !open.text.ends_with(b"\n") {
            open.text.push(b'\n');
        }
        // One byte more than is judged: what is too long is told by it.
        let room = self.longest.saturating_add(2).saturating_sub(open.text.len());
        open.text.extend_from_slice(lines.get(..room).unwrap_or(lines));
        open.fresh = true;
        (open.full, open.counted) = (cut, cut);
        if !fits(&open.text, self.longest) {
            open.text.truncate(self.longest);
            self.cut += u64::from(!cut);
            (open.full, open.counted) = (true, true);
        }
    }

    /// The record that is open has come to its end.
    fn close(&mut self, judge: Judge<'_>) -> Result<(), String> {
        let Some(open) = self.open.take().filter(|open| open.fresh) else { return Ok(()) };
        judge(Part::One { text: &open.text, taken: open.taken, earlier: true }).map(drop)
    }

    /// Nothing more comes for now: the record that is open is judged with what there is of it, and given away.
    ///
    /// # Errors
    /// As the judge.
    pub(super) fn leave(&mut self, judge: Judge<'_>) -> Result<Option<Open>, String> {
        let Some(mut open) = self.open.take() else { return Ok(None) };
        if open.fresh {
            let taken = judge(Part::One { text: &open.text, taken: open.taken, earlier: true })?;
            open.taken = taken.or(open.taken);
            open.fresh = false;
        }
        // No rule stands before the first.
        open.full |= open.taken == Some(0);
        if open.full {
            open.text = Vec::new();
        }
        Ok(Some(open))
    }
}

/// Whether a record is not too long, its newline not counted.
fn fits(record: &[u8], longest: usize) -> bool {
    record.strip_suffix(b"\n").unwrap_or(record).len() <= longest
}
