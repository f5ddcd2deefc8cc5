//! What is searched for in place of the texts: few windows, each of which stands for all texts that begin with it.

use super::literals::Required;
use super::tail::{Match, Tail};
use std::ops::Range;

/// The packed search looks at so many bytes at once, and compares the rest.
pub(super) const WIDTH: usize = 4;
/// As many can be searched for in one packed pass.
const PASS: usize = 64;
/// The shortest window decides at how many bytes a packed search looks. Up to so many windows three are enough and take
/// half the time of four; with more, three find too much, and short windows get a pass of their own.
const FEW: usize = 16;
/// The width of one of few windows.
const NARROW: usize = 3;

/// A text that an entry requires, and where its rarest bytes are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'r> {
    pub(super) entry: usize,
    text: &'r [u8],
    tail: Option<&'r Tail>,
    offset: usize,
    /// So much of the text is in its window.
    known: usize,
}

/// Some bytes, and the texts that contain them.
#[derive(Debug)]
pub(super) struct Window<'r> {
    pub(super) bytes: &'r [u8],
    pub(super) owners: Vec<Owner<'r>>,
}

impl<'r> Owner<'r> {
    /// One for each of the texts.
    pub(super) fn all(entry: usize, required: &'r Required) -> impl Iterator<Item = Self> {
        let tail = required.tail.as_ref();
        required.texts.iter().map(move |text| Self { tail, ..Self::new(entry, text) })
    }

    fn new(entry: usize, text: &'r [u8]) -> Self {
        Self { entry, text, tail: None, offset: rarest(text), known: 0 }
    }

    /// Whether the entry's pattern matches in `line` with the text whose window is at `place`.
    pub(super) fn is_at(&self, block: &[u8], place: usize, line: &Range<usize>) -> Match {
        let (before, rest) = self.text.split_at_checked(self.offset).unwrap_or_default();
        let behind = rest.get(self.known..).unwrap_or_default();
        let Some(start) = place.checked_sub(self.offset).filter(|start| *start >= line.start) else { return Match::No };
        let end = start + self.text.len();
        let is_there = end <= line.end
            && is_same(block.get(start..place), before)
            && is_same(block.get(place + self.known..end), behind);
        match self.tail {
            _ if !is_there => Match::No,
            None => Match::Perhaps,
            Some(tail) => tail.is_at(block.get(end..line.end).unwrap_or_default()),
        }
    }

    /// The window, of `width` bytes at most.
    fn window(&self, width: usize) -> &'r [u8] {
        let behind = self.text.get(self.offset..).unwrap_or(self.text);
        behind.get(..width).unwrap_or(behind)
    }
}

/// The windows of these texts, in groups that are searched for together.
pub(super) fn groups(mut owners: Vec<Owner<'_>>) -> Vec<Vec<Window<'_>>> {
    owners.sort_by(|a, b| a.window(usize::MAX).cmp(b.window(usize::MAX)));
    // The longer, the fewer false finds; shorter ones are shared by more texts.
    let mut windows = Vec::new();
    for width in [usize::MAX, 2 * WIDTH, WIDTH] {
        windows = shared(&owners, width);
        if windows.len() <= PASS {
            break;
        }
    }
    let (long, short): (Vec<_>, Vec<_>) = if windows.len() > FEW {
        windows.into_iter().partition(|window| window.bytes.len() >= WIDTH)
    } else {
        narrow(&mut windows);
        (windows, Vec::new())
    };
    let mut groups = Vec::new();
    for kind in [long, short] {
        let mut rest = kind;
        while !rest.is_empty() {
            let more = rest.split_off(rest.len().min(PASS));
            groups.push(std::mem::replace(&mut rest, more));
        }
    }
    groups
}

/// The windows of texts that are in the order of these: none is the beginning of another, so that at one place there is
/// one of them at most.
fn shared<'r>(owners: &[Owner<'r>], width: usize) -> Vec<Window<'r>> {
    let mut windows: Vec<Window<'r>> = Vec::new();
    for owner in owners {
        let bytes = owner.window(width);
        match windows.last_mut() {
            Some(last) if bytes.starts_with(last.bytes) => {
                last.owners.push(Owner { known: last.bytes.len(), ..*owner })
            }
            _ => windows.push(Window { bytes, owners: vec![Owner { known: bytes.len(), ..*owner }] }),
        }
    }
    windows
}

/// Shortens one of several windows, that by which least is found too much.
fn narrow(windows: &mut [Window<'_>]) {
    if windows.len() < 2 || windows.iter().any(|window| window.bytes.len() <= NARROW) {
        return;
    }
    let heads: Vec<&[u8]> = windows.iter().map(|window| window.bytes.get(..NARROW).unwrap_or_default()).collect();
    // The windows are in order: such as begin alike are neighbours.
    let is_only = |(at, head): &(usize, &&[u8])| {
        let before = at.checked_sub(1).and_then(|at| heads.get(at));
        before != Some(*head) && heads.get(at + 1) != Some(*head)
    };
    let alone = heads.iter().enumerate().filter(is_only);
    let best = alone.min_by(|(_, a), (_, b)| chance(a).total_cmp(&chance(b))).map(|(at, _)| at);
    if let Some(window) = best.and_then(|at| windows.get_mut(at)) {
        window.bytes = window.bytes.get(..NARROW).unwrap_or(window.bytes);
        window.owners.iter_mut().for_each(|owner| owner.known = NARROW);
    }
}

/// Mostly there is nothing left to compare, and often not much: less than what a call costs.
fn is_same(there: Option<&[u8]>, text: &[u8]) -> bool {
    text.is_empty() || there.is_some_and(|there| there.last() == text.last() && there == text)
}

/// Where the rarest bytes of a text begin: that is what a search stops at.
fn rarest(text: &[u8]) -> usize {
    text.windows(WIDTH).map(chance).enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(at, _)| at)
}

/// The chance that these bytes are at a place of a log.
pub(super) fn chance(bytes: &[u8]) -> f64 {
    bytes.iter().map(|byte| rate(*byte)).product()
}

/// How often a byte is met in logs, roughly: an order is all that is needed.
const fn rate(byte: u8) -> f64 {
    match byte {
        b' ' | b'e' | b'0' | b'1' => 0.07,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' | b't' | b'2' | b':' | b'.' | b'-' | b'/' => 0.04,
        b'3'..=b'9' | b'c' | b'd' | b'l' | b'm' | b'p' | b'u' => 0.025,
        b'a'..=b'z' | b'=' | b'_' | b',' | b'"' | b'[' | b']' => 0.01,
        b'A'..=b'Z' | b'(' | b')' => 0.006,
        _ => 0.001,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_begins_at_the_rarest_bytes() {
        let found = Owner::new(0, b"connection to QX7Z lost").window(WIDTH);
        assert!(found == b"QX7Z" || found == b" QX7", "{found:?}");
    }

    #[test]
    fn one_of_few_windows_is_narrow() {
        let widths = |texts: &[&'static str]| -> Vec<usize> {
            let owners = texts.iter().enumerate().map(|(entry, text)| Owner::new(entry, text.as_bytes()));
            groups(owners.collect()).iter().flatten().map(|window| window.bytes.len()).collect()
        };
        let narrow = widths(&["no route to host", "FATAL", "(((-x"]);
        assert_eq!(narrow.iter().filter(|width| **width == NARROW).count(), 1, "{narrow:?}");
        // Where two begin alike, a window for one of them would be the other's, too.
        assert_eq!(widths(&["(((a", "(((b"]), [4, 4]);
        assert_eq!(widths(&["FATAL"]), [5]);
    }

    #[test]
    fn texts_share_windows_where_there_are_too_many() {
        let texts: Vec<String> = (0..500).map(|n| format!("ORA-{:05} or worse", n * 197)).collect();
        let owners = || texts.iter().enumerate().map(|(entry, text)| Owner::new(entry, text.as_bytes()));
        let shared = groups(owners().collect());
        assert_eq!((shared.len(), shared[0].len(), shared[0][0].owners.len()), (1, 1, 500));
        assert_eq!(groups(owners().take(50).collect())[0].len(), 50);
        let many: Vec<String> = (0..200_u32).map(|n| format!("{}#{}", n * 7919, n * 104_729)).collect();
        let owners: Vec<Owner<'_>> = many.iter().enumerate().map(|(e, text)| Owner::new(e, text.as_bytes())).collect();
        let groups = groups(owners);
        assert!(groups.len() > 1 && groups.iter().all(|group| group.len() <= PASS));
        assert_eq!(groups.iter().flatten().map(|window| window.owners.len()).sum::<usize>(), 200);
    }
}
