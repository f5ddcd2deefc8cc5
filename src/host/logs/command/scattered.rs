//! Old lines that have gone from the midst of an output, as errclear takes entries of one kind out of AIX's error log.

use super::change::{Mark, SURE};
use std::collections::BTreeSet;
use std::ops::Range;

/// Which lines are new where the others are old ones in their old order, some of which are missing; `heading` lines at
/// the beginning stay as they are. `None` where it is not so.
pub(super) fn new_lines(mark: &Mark, heading: usize, now: &[u64]) -> Option<Range<usize>> {
    let before = || Some(heading..heading + leading(mark.head.get(heading..)?, mark, now.get(heading..)?)?);
    let behind = || {
        let mirrored = |lines: &[u64]| lines.iter().rev().copied().collect::<Vec<u64>>();
        let new = leading(&mirrored(&mark.tail), mark, &mirrored(now))?;
        Some(now.len() - new..now.len())
    };
    match mark.newest_first {
        Some(true) => before(),
        Some(false) => behind(),
        // A line that is told twice is better than one that is lost.
        None => [before(), behind()].into_iter().flatten().max_by_key(Range::len),
    }
}

/// How many lines stand before the old ones, of which `known` are the nearest in their order.
fn leading(known: &[u64], mark: &Mark, now: &[u64]) -> Option<usize> {
    // What is farther away than what is remembered one by one cannot be known again.
    let all: BTreeSet<u64> = mark.head.iter().chain(&mark.tail).copied().collect();
    let is_whole = mark.lines <= (mark.head.len().max(mark.tail.len())) as u64;
    let fits = |from: usize| {
        let (mut rest, mut found) = (known.iter(), BTreeSet::new());
        for line in now.get(from..).unwrap_or_default() {
            if rest.any(|old| old == line) {
                found.insert(*line);
            } else {
                return found.len() >= SURE && !is_whole && !all.contains(line);
            }
        }
        !found.is_empty()
    };
    (0..now.len()).find(|from| now.get(*from).is_some_and(|line| known.contains(line)) && fits(*from))
}

#[cfg(test)]
mod tests {
    use super::super::change::change;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_that_both_have_by_chance_makes_them_no_outputs_of_one_log() {
        let of = |from: u64| (from..from + 100).chain([7]).chain(from + 100..from + 200).collect::<Vec<_>>();
        let mark = Mark::of(&of(1000), Some(true));
        assert_eq!(new_lines(&mark, 0, &of(2000)), None);
        let mark = Mark::of(&[1, 2, 3, 4], Some(true));
        assert_eq!(new_lines(&mark, 0, &[9, 1, 3]), Some(0..1));
        assert_eq!(new_lines(&mark, 0, &[9, 1, 8]), None);
        // Out of their order: told again rather than lost.
        assert_eq!(new_lines(&mark, 0, &[9, 3, 1]), Some(0..2));
    }

    proptest! {
        /// Different lines come at one end and go anywhere: each is new once.
        #[test]
        fn what_is_new_is_told_once(
            steps in prop::collection::vec((0..6_u64, prop::collection::vec(0..100_usize, 0..4)), 1..12),
            first: bool,
            heading in 0..2_u64,
        ) {
            let (mut lines, mut next, mut mark): (Vec<u64>, u64, Option<Mark>) = (vec![1, 2, 3], 4, None);
            for (come, go) in steps {
                let new: BTreeSet<u64> = (next..next + come).collect();
                lines.extend(&new);
                next += come;
                for at in go {
                    // One that was there before stays: with none nobody knows.
                    if lines.len() > come as usize + 1 {
                        lines.remove(at % (lines.len() - come as usize));
                    }
                }
                let mut output = lines.clone();
                if first {
                    output.reverse();
                }
                output.splice(0..0, (0..heading).map(|line| u64::MAX - line));
                let change = mark.as_ref().map(|mark| change(mark, &output));
                if let Some(change) = &change {
                    let told: BTreeSet<u64> = output[change.new.clone()].iter().copied().collect();
                    prop_assert!(!change.is_lost);
                    prop_assert_eq!(&told, &new);
                }
                mark = Some(Mark::of(&output, Some(first)));
            }
        }
    }
}
