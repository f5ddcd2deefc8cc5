//! What fuzz targets reach of the inside: built for them alone.

use super::Wishes;
use super::encoding::{Encoding, Form};
use super::log::Log;
use super::pattern::Pattern;
use super::position::Position;
use super::reader::{Reader, Text};
use crate::runtime::deadline::Deadline;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

/// What a log of these bytes is read as, up to one end after another as a writer would have come that far: its lines,
/// and how many were cut. After the last end nothing more is written.
#[must_use]
pub fn lines(bytes: &[u8], ends: &[usize], encoding: Encoding, longest_line: usize) -> (Vec<Vec<u8>>, u64) {
    let wishes = Wishes { longest_line, ..Wishes::default() };
    let deadline = Deadline::after(Duration::from_secs(3600));
    let (mut given, path) = (Vec::new(), Path::new("a.log"));
    let mut sink = |block: &super::Block<'_>| {
        given.push((block.text.to_vec(), block.cut));
        ControlFlow::Continue(())
    };
    let mut reader = Reader::new(&wishes, &deadline, &mut sink);
    let mut at = Position::default();
    // The encoding is told from the whole beginning, as a log's is that has some bytes already.
    let (form, bom) = Form::of(encoding, bytes);
    for (number, end) in ends.iter().enumerate() {
        let finished = number + 1 == ends.len();
        let text = Text { log: Log::text(path), path, form, bom, end: *end as u64, finished };
        let from = usize::try_from(at.offset).unwrap_or(usize::MAX);
        let mut rest = bytes.get(from..(*end).min(bytes.len())).unwrap_or_default();
        let _ = reader.read(text, &mut rest, &mut at);
    }
    let cut = reader.cut_lines;
    let mut lines = Vec::new();
    for (text, is_cut) in given {
        assert!(!is_cut || !text.contains(&b'\n'), "a part of one line");
        lines.extend(text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec));
    }
    (lines, cut)
}

/// All of a stream is taken up, or what a position says is left of it.
pub fn passed(bytes: &[u8], encoding: Encoding) -> u64 {
    let (wishes, deadline) = (Wishes::default(), Deadline::after(Duration::from_secs(3600)));
    let mut sink = |_: &super::Block<'_>| ControlFlow::Continue(());
    let mut reader = Reader::new(&wishes, &deadline, &mut sink);
    let (form, bom) = Form::of(encoding, bytes);
    let (path, mut at, mut stream) = (Path::new("a.log"), Position::default(), bytes.chain(std::io::empty()));
    let text = Text { log: Log::text(path), path, form, bom, end: u64::MAX, finished: true };
    let _ = reader.read(text, &mut stream, &mut at);
    at.offset
}

/// Whether a name, of one part, fits a pattern with dates or a glob.
///
/// # Errors
/// The pattern is wrong.
pub fn fits(pattern: &str, dated: bool, name: &[u8]) -> Result<bool, String> {
    let pattern = if dated { Pattern::dated(pattern)? } else { Pattern::glob(pattern) };
    Ok(pattern.fits_name(name))
}
