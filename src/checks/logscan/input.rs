//! What is no file and is put together before it is judged: standard input, and the output of a command.

use super::record::Start;
use crate::host::logs::{self, Block, Log};
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use anyhow::anyhow;
use memchr::memrchr;
use std::io::{self, Read as _};
use std::ops::ControlFlow;
use std::path::Path;

/// Read of standard input at one time.
const BUFFER: usize = 256 * 1024;

/// What a command has written that is new, put together: its newest record may come first.
#[derive(Default)]
pub(super) struct Output {
    text: Vec<u8>,
    offset: u64,
}

impl Output {
    pub(super) fn add(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        if self.text.is_empty() {
            self.offset = block.offset;
        }
        self.text.extend_from_slice(block.text);
        if !block.text.ends_with(b"\n") {
            self.text.push(b'\n');
        }
        ControlFlow::Continue(())
    }

    /// The oldest record first.
    pub(super) fn give(
        self,
        name: &Path,
        start: &Start,
        newest_first: bool,
        sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
    ) {
        let turned = newest_first.then(|| logs::reversed(&self.text, |line| start.begins_with(line)));
        let text = turned.as_deref().unwrap_or(&self.text);
        if !text.is_empty() {
            let _ = sink(&Block { log: Log::text(name), file: name, text, offset: self.offset, cut: false });
        }
    }
}

/// What came of standard input.
pub(super) struct Given {
    pub(super) bytes: u64,
    /// It went on when the time was over.
    pub(super) more: bool,
}

/// All of standard input, to its end or to the deadline.
pub(super) fn standard_input(
    deadline: &Deadline,
    sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
) -> Result<Given, Failure> {
    let mut input = io::stdin().lock();
    let (mut buffer, mut given) = (Vec::new(), Given { bytes: 0, more: false });
    loop {
        if deadline.is_over() {
            given.more = true;
            return Ok(given);
        }
        let kept = buffer.len();
        buffer.resize(kept + BUFFER, 0);
        let read = match input.read(buffer.get_mut(kept..).unwrap_or_default()) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                buffer.truncate(kept);
                continue;
            }
            read => read.map_err(|error| anyhow!(error).context("standard input"))?,
        };
        buffer.truncate(kept + read);
        given.bytes += read as u64;
        // Without an end of line so much is a line all the same.
        let whole = if read == 0 || buffer.len() >= 4 * BUFFER {
            buffer.len()
        } else {
            memrchr(b'\n', &buffer).map_or(0, |end| end + 1)
        };
        let rest = buffer.split_off(whole);
        let block = Block {
            log: Log::text(Path::new("standard input")),
            file: Path::new("standard input"),
            text: &buffer,
            offset: 0,
            cut: false,
        };
        let flow = if buffer.is_empty() { ControlFlow::Continue(()) } else { sink(&block) };
        buffer = rest;
        if read == 0 || flow.is_break() {
            return Ok(given);
        }
    }
}
