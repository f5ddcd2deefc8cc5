//! Entries become blocks of whole lines.

use super::cursor::Cursor;
use super::export::Entry;
use super::line;
use crate::host::logs::{Block, Log, Wishes};
use crate::runtime::deadline::Deadline;
use std::ops::ControlFlow;
use std::path::Path;

/// Bytes of a block, about.
const BLOCK: usize = 64 * 1024;

/// Collects lines, and gives them block by block.
pub(super) struct Lines<'a> {
    name: &'a Path,
    wishes: &'a Wishes,
    deadline: &'a Deadline,
    sink: &'a mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
    text: Vec<u8>,
    /// The last entry whose line is in `text`, or that has none.
    taken: Option<Cursor>,
    /// The last entry that was given, with all before it.
    pub(super) given: Option<Cursor>,
    /// Bytes of lines that were given.
    pub(super) bytes: u64,
    pub(super) cut_lines: u64,
    /// The rest is for the next run.
    pub(super) stopped: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(
        name: &'a Path,
        wishes: &'a Wishes,
        deadline: &'a Deadline,
        sink: &'a mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
    ) -> Self {
        Self {
            name,
            wishes,
            deadline,
            sink,
            text: Vec::new(),
            taken: None,
            given: None,
            bytes: 0,
            cut_lines: 0,
            stopped: false,
        }
    }

    /// Bytes that are kept of a line.
    pub(super) const fn longest(&self) -> usize {
        self.wishes.longest_line
    }

    /// Takes an entry; breaks when there is enough.
    pub(super) fn take(&mut self, entry: &Entry, cursor: Cursor) -> ControlFlow<()> {
        let start = self.text.len();
        let cut = line::append(entry, self.wishes.longest_line, &mut self.text);
        match cut {
            // What is cut is a block of its own.
            Some(true) => {
                let line = self.text.split_off(start);
                self.flush();
                if self.stopped {
                    return ControlFlow::Break(());
                }
                self.taken = Some(cursor);
                self.text = line;
                self.cut_lines += 1;
                self.give(true);
            }
            Some(false) => {
                self.taken = Some(cursor);
                self.text.push(b'\n');
            }
            None => self.taken = Some(cursor),
        }
        if self.text.len() >= BLOCK {
            self.flush();
        }
        if self.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Gives what is there.
    pub(super) fn flush(&mut self) {
        self.give(false);
    }

    fn give(&mut self, cut: bool) {
        if !self.text.is_empty() {
            let block = Block { log: Log::text(self.name), file: self.name, text: &self.text, offset: self.bytes, cut };
            self.stopped |= (self.sink)(&block).is_break();
            self.bytes = self.bytes.saturating_add(self.text.len() as u64);
            self.text.clear();
            self.stopped |= self.bytes >= self.wishes.most_bytes || self.deadline.is_over();
        }
        self.given = self.taken.take().or(self.given.take());
    }
}
