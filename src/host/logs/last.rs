//! The end of a log: where new lines will begin, and where its last lines do.

use super::Wishes;
use super::encoding::Form;
use super::opened::Opened;
use super::position::Position;
use crate::runtime::deadline::Deadline;
use std::io;

/// What is looked at in one go, from the end backward.
const STEP: u64 = 64 * 1024;

/// The place behind the last whole line.
///
/// # Errors
/// As the system or the packer says.
pub(super) fn end(opened: &Opened, wishes: &Wishes, deadline: &Deadline) -> io::Result<Position> {
    if opened.packed.is_some() {
        return opened.content(u64::MAX, deadline).map(|(at, _)| at);
    }
    let (form, _) = Form::of(wishes.encoding, &opened.head);
    let reach = (wishes.longest_line as u64).max(STEP);
    let unit = form.unit() as u64;
    let start = opened.size.saturating_sub(reach).next_multiple_of(unit);
    let bytes = opened.bytes(start, usize::try_from(reach).unwrap_or(usize::MAX))?;
    match form.last_end(&bytes) {
        Some(end) => opened.at(start + end as u64, false),
        None if start == 0 => opened.at(0, false),
        // In the middle of a line that is longer than what is kept of one.
        None => opened.at(opened.size - opened.size % unit, true),
    }
}

/// The place in front of the last `count` lines, of which the last may be without its newline.
///
/// # Errors
/// As the system says; or it is packed, and has no end that could be looked at first.
pub(super) fn lines(opened: &Opened, wishes: &Wishes, count: usize, deadline: &Deadline) -> io::Result<Position> {
    let (form, _) = Form::of(wishes.encoding, &opened.head);
    if opened.packed.is_some() {
        return Err(io::Error::other("it is compressed: its last lines cannot be read alone"));
    }
    let mut end = opened.size;
    let mut missing = count;
    while end > 0 && missing > 0 && !deadline.is_over() {
        let start = end.saturating_sub(STEP).next_multiple_of(form.unit() as u64).min(end.saturating_sub(1));
        let bytes = opened.bytes(start, usize::try_from(end - start).unwrap_or(0))?;
        let mut rest = bytes.as_slice();
        // The newline at the very end belongs to the last line.
        if end == opened.size && form.last_end(rest) == Some(rest.len()) {
            rest = rest.get(..rest.len() - form.unit()).unwrap_or_default();
        }
        while let Some(at) = form.last_end(rest) {
            missing -= 1;
            if missing == 0 {
                return opened.at(start + at as u64, false);
            }
            rest = rest.get(..at - form.unit()).unwrap_or_default();
        }
        end = start;
    }
    if count == 0 { opened.at(opened.size, false) } else { opened.at(end, false) }
}
