//! What a command has written, put together before it is judged.

use super::record::Start;
use crate::host::logs::{self, Block, Log};
use std::ops::ControlFlow;
use std::path::Path;

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
