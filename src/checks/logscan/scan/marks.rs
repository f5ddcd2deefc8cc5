//! Which entries come into question for a line: a bit for each, 64 at a time.

use super::tail::Match;

/// Of 64 entries.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    /// The pattern may match.
    pub(super) possible: u64,
    /// It does.
    pub(super) certain: u64,
}

impl Marks {
    /// None of so many entries.
    pub(super) fn none(entries: usize) -> Vec<Self> {
        vec![Self::default(); entries.div_ceil(64)]
    }

    /// Notes what was found of an entry.
    pub(super) fn set(marks: &mut [Self], entry: usize, found: Match) {
        let bit = 1 << (entry % 64);
        if let Some(marks) = marks.get_mut(entry / 64)
            && found != Match::No
        {
            marks.possible |= bit;
            if found == Match::Yes {
                marks.certain |= bit;
            }
        }
    }
}
