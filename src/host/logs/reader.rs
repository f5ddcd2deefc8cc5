//! From the bytes of a file to blocks of whole lines.
//!
//! read(2) into one buffer that is used again, 256 KiB at a time. Mapping the file would save a third where one pattern
//! is looked for and nothing where five are (measured with rg, which can do either), and a gigabyte of log would become
//! a gigabyte of resident memory. Sizes from 32 to 512 KiB cost the same, and so do places in the buffer that are not
//! aligned: 0.14 s for a gigabyte, all of it the kernel's copy.
//!
//! A block ends at the last newline in the buffer; the rest is moved to the front. Lines are not looked for one by one:
//! whether one is too long is found by steps of that length.

use super::encoding::Form;
use super::log::Log;
use super::position::Position;
use super::{Block, Wishes};
use crate::runtime::deadline::Deadline;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

/// Measured: larger reads are not faster, and this fits into the second cache.
const BUFFER: usize = 256 * 1024;

/// What a file is, for its reader.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    pub(super) log: Log<'a>,
    pub(super) path: &'a Path,
    pub(super) form: Form,
    /// The length of the byte order mark.
    pub(super) bom: usize,
    /// Nothing is read from here on.
    pub(super) end: u64,
    /// Nobody will write to it again: its last line counts without a newline.
    pub(super) finished: bool,
}

/// Gives blocks until somebody wants no more.
pub(super) struct Reader<'a> {
    wishes: &'a Wishes,
    deadline: &'a Deadline,
    sink: &'a mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
    buffer: Vec<u8>,
    text: Vec<u8>,
    /// Bytes that were read over or given.
    pub(super) bytes: u64,
    /// Lines that were given only in part.
    pub(super) cut_lines: u64,
    /// The rest is for the next run.
    pub(super) stopped: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        wishes: &'a Wishes,
        deadline: &'a Deadline,
        sink: &'a mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
    ) -> Self {
        Self { wishes, deadline, sink, buffer: Vec::new(), text: Vec::new(), bytes: 0, cut_lines: 0, stopped: false }
    }

    /// Gives the lines from `at` on, which goes on to what has been given.
    ///
    /// # Errors
    /// As the stream says; `at` is behind the last line that was given.
    pub(super) fn read(&mut self, text: Text<'_>, stream: &mut dyn Read, at: &mut Position) -> io::Result<()> {
        let longest = self.wishes.longest_line.max(text.form.unit());
        if self.buffer.is_empty() {
            // A line that is just not too long must fit, with its newline and the beginning of the next.
            self.buffer = vec![0; BUFFER.max(longest.saturating_mul(2))];
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut filled = 0;
        let result = loop {
            let ended = match fill(stream, &mut buffer, &mut filled, text.end.saturating_sub(at.offset)) {
                Ok(ended) => ended,
                Err(error) => break Err(error),
            };
            let used = self.give(text, buffer.get(..filled).unwrap_or_default(), ended, longest, at);
            buffer.copy_within(used..filled, 0);
            filled -= used;
            if self.stopped || (ended && used == 0) {
                break Ok(());
            }
        };
        self.buffer = buffer;
        result
    }

    /// Gives what can be given of `bytes`, which begin at `at`. Returns how many were used.
    fn give(&mut self, text: Text<'_>, bytes: &[u8], ended: bool, longest: usize, at: &mut Position) -> usize {
        let form = text.form;
        let even = bytes.len() - bytes.len() % form.unit();
        let mut used = 0;
        while !self.stopped {
            let rest = bytes.get(used..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            if at.inside {
                // The rest of a line that is too long.
                let end = form.first_end(rest);
                let all = if ended && text.finished { rest.len() } else { even.saturating_sub(used) };
                at.inside = end.is_none();
                let skipped = rest.get(..end.unwrap_or(all)).unwrap_or_default();
                if skipped.is_empty() {
                    break;
                }
                used += self.pass(skipped, at);
                self.stop_if_enough(end.is_none());
                continue;
            }
            let whole = match form.last_end(rest) {
                Some(end) => end,
                // Half a unit may be that of its newline.
                None if rest.len() - rest.len() % form.unit() > longest => 0,
                None if ended && text.finished => rest.len(),
                None => break,
            };
            let first =
                if whole == 0 { Some(0) } else { too_long(form, rest.get(..whole).unwrap_or_default(), longest) };
            let (lines, cut) = match first {
                Some(0) => (longest - longest % form.unit(), true),
                Some(start) => (start, false),
                None => (whole, false),
            };
            let lines = rest.get(..lines).unwrap_or_default();
            self.say(text, lines, cut, at);
            used += lines.len();
        }
        used
    }

    /// Gives one block.
    fn say(&mut self, text: Text<'_>, lines: &[u8], cut: bool, at: &mut Position) {
        let bom = if at.offset == 0 { text.bom } else { 0 };
        let mut decoded = std::mem::take(&mut self.text);
        let shown = text.form.decode(lines.get(bom..).unwrap_or_default(), &mut decoded);
        let block = Block { log: text.log, file: text.path, text: shown, offset: at.offset, cut };
        let flow = if shown.is_empty() { ControlFlow::Continue(()) } else { (self.sink)(&block) };
        self.text = decoded;
        self.pass(lines, at);
        if cut {
            self.cut_lines += 1;
            at.inside = true;
        }
        self.stopped |= flow.is_break();
        self.stop_if_enough(true);
    }

    fn pass(&mut self, read: &[u8], at: &mut Position) -> usize {
        at.pass(read);
        self.bytes = self.bytes.saturating_add(read.len() as u64);
        read.len()
    }

    fn stop_if_enough(&mut self, look_at_the_time: bool) {
        self.stopped |= self.bytes >= self.wishes.most_bytes || (look_at_the_time && self.deadline.is_over());
    }
}

/// Fills the buffer as far as `left` allows, which counts from its beginning. Returns whether nothing more will come.
fn fill(stream: &mut dyn Read, buffer: &mut [u8], filled: &mut usize, left: u64) -> io::Result<bool> {
    let limit = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
    while let Some(room) = buffer.get_mut(*filled..limit).filter(|room| !room.is_empty()) {
        match stream.read(room) {
            Ok(0) => return Ok(true),
            Ok(read) => *filled += read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(limit as u64 == left)
}

/// Where the first line begins that is longer than `longest`, newline not counted.
fn too_long(form: Form, bytes: &[u8], longest: usize) -> Option<usize> {
    let mut start = 0;
    while bytes.len() - start > longest {
        // The last newline within reach: no line before it can be too long.
        let reach = bytes.get(start..).and_then(|rest| rest.get(..longest + form.unit()).or(Some(rest)))?;
        match form.last_end(reach) {
            Some(end) => start += end,
            None => return (reach.len() > longest).then_some(start),
        }
    }
    None
}
