//! What is new in an output, told by what is remembered of the one before.
//!
//! An output grows at its end (dmesg) or at its beginning (errpt), and may lose old lines at its other side; a heading
//! may stay above. Each way in which old and new output can overlap is looked for: the remembered last lines somewhere in
//! the new output, or those of them that are left at its beginning; and the mirror image of that with the first lines.
//! Where several ways fit, because lines repeat, the one counts that leaves more lines as new: a line may be told twice,
//! but is not lost. Only a way that is borne out by [`SURE`] different lines beats one that is borne out by fewer, which
//! may be no more than a ruler above and below a table.

use super::scattered;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::hash::Hasher as _;
use std::ops::Range;

/// So many lines at either end are remembered one by one.
const KEPT: usize = 64;
/// So many different lines in a row are no chance.
pub(super) const SURE: usize = 8;

/// What is remembered of an output: fingerprints of its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::host::logs) struct Mark {
    /// How many lines there were.
    pub(super) lines: u64,
    /// All of them as one.
    all: u64,
    /// The first and the last ones, in the order of the output.
    pub(super) head: Vec<u64>,
    pub(super) tail: Vec<u64>,
    /// New lines come before the old ones; `None` where that has not shown yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) newest_first: Option<bool>,
}

impl Mark {
    /// Of these lines' fingerprints.
    pub(super) fn of(lines: &[u64], newest_first: Option<bool>) -> Self {
        Self {
            lines: lines.len() as u64,
            all: all(lines),
            head: lines.get(..KEPT).unwrap_or(lines).to_vec(),
            tail: lines.get(lines.len().saturating_sub(KEPT)..).unwrap_or_default().to_vec(),
            newest_first,
        }
    }

    /// What is remembered may come from anywhere.
    fn is_plausible(&self) -> bool {
        let kept = usize::try_from(self.lines).unwrap_or(usize::MAX).min(KEPT);
        self.head.len() == kept && self.tail.len() == kept
    }
}

/// What is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// Which lines, by their number.
    pub(super) new: Range<usize>,
    /// They are in the order from the newest to the oldest.
    pub(super) is_reversed: bool,
    /// What is known of the order now.
    pub(super) newest_first: Option<bool>,
    /// Nothing of what was there is found again.
    pub(super) is_lost: bool,
}

/// A way in which both outputs can overlap.
#[derive(Clone, Debug)]
struct Way {
    new: Range<usize>,
    is_sure: bool,
}

/// Compares an output with the one before.
pub(super) fn change(mark: &Mark, now: &[u64]) -> Change {
    let newest_first = mark.newest_first;
    let whole = |is_lost| Change { new: 0..now.len(), is_reversed: false, newest_first, is_lost };
    if !mark.is_plausible() {
        return whole(true);
    }
    let Ok(lines) = usize::try_from(mark.lines) else { return whole(true) };
    if lines == 0 {
        return whole(false);
    }
    if now.len() == lines && all(now) == mark.all {
        return Change { new: 0..0, is_reversed: false, newest_first, is_lost: false };
    }
    let (mut later, mut earlier) = (appended(mark, lines, now), prepended(mark, lines, now));
    if newest_first == Some(true) && !earlier.is_empty() {
        later.clear();
    } else if newest_first == Some(false) && !later.is_empty() {
        earlier.clear();
    }
    let is_sure = later.iter().chain(&earlier).any(|way| way.is_sure);
    later.retain(|way| way.is_sure == is_sure);
    earlier.retain(|way| way.is_sure == is_sure);
    let start = later.iter().chain(&earlier).map(|way| way.new.start).min();
    let end = later.iter().chain(&earlier).map(|way| way.new.end).max();
    let (Some(start), Some(end)) = (start, end) else {
        let scattered = scattered::new_lines(mark, heading(mark, now).min(now.len()), now);
        return scattered.map_or_else(
            || whole(true),
            |new| {
                let is_reversed = newest_first == Some(true) && !new.is_empty();
                Change { new, is_reversed, newest_first, is_lost: false }
            },
        );
    };
    let new = start..end.max(start);
    let is_decided = !new.is_empty() && (later.is_empty() != earlier.is_empty());
    let is_reversed = is_decided && later.is_empty();
    let newest_first = if is_decided { Some(is_reversed) } else { newest_first };
    Change { new, is_reversed, newest_first, is_lost: false }
}

/// The ways in which new lines can stand behind the old ones.
fn appended(mark: &Mark, lines: usize, now: &[u64]) -> Vec<Way> {
    let below = |heading: usize| {
        let now = now.get(heading..)?;
        let (lines, tail) = (lines.checked_sub(heading)?, &mark.tail);
        let tail = tail.get(tail.len().saturating_sub(lines)..)?;
        let (old, is_sure) = overlap(tail, lines, now.len(), |at| now.get(at).copied())?;
        Some(Way { new: heading + old..heading + now.len(), is_sure })
    };
    let way = below(0).or_else(|| below(heading(mark, now)));
    way.into_iter().collect()
}

/// The ways in which new lines can stand before the old ones: seen in a mirror, they stand behind them.
fn prepended(mark: &Mark, lines: usize, now: &[u64]) -> Vec<Way> {
    let below = |heading: usize| {
        let mirrored: Vec<u64> = mark.head.get(heading..)?.iter().rev().copied().collect();
        let count = now.len().checked_sub(heading)?;
        let at = |at: usize| now.get(now.len().checked_sub(at + 1)?).copied();
        let (old, is_sure) = overlap(&mirrored, lines.checked_sub(heading)?, count, at)?;
        Some(Way { new: heading..now.len() - old, is_sure })
    };
    let heading = heading(mark, now);
    [Some(0), Some(heading).filter(|heading| *heading > 0)].into_iter().flatten().filter_map(below).collect()
}

/// How many lines at the beginning are the same.
fn heading(mark: &Mark, now: &[u64]) -> usize {
    mark.head.iter().zip(now).take_while(|(old, new)| old == new).count()
}

/// How many lines at the beginning of an output are old ones, given the last of these, and how many there were. The
/// fewest that are possible, but at least one; and whether that is sure.
fn overlap(tail: &[u64], lines: usize, count: usize, now: impl Fn(usize) -> Option<u64>) -> Option<(usize, bool)> {
    let most = lines.min(count);
    let fits = |old: usize| {
        let known = old.min(tail.len());
        // From the end on: the last line tells most.
        (1..=known).all(|back| tail.len().checked_sub(back).and_then(|at| tail.get(at)).copied() == now(old - back))
    };
    let is_sure = |old: usize| {
        let known = tail.get(tail.len().saturating_sub(old)..).unwrap_or_default();
        known.iter().collect::<BTreeSet<_>>().len() >= SURE
    };
    let mut chance = None;
    for old in (1..=most).filter(|old| !tail.is_empty() && fits(*old)) {
        if is_sure(old) {
            return Some((old, true));
        }
        chance = chance.or(Some((old, false)));
        // Further ones are not more sure.
        if old >= tail.len() {
            break;
        }
    }
    chance
}

fn all(lines: &[u64]) -> u64 {
    let mut hash = fnv::FnvHasher::default();
    lines.iter().for_each(|line| hash.write_u64(*line));
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(old: &[u64], now: &[u64]) -> (Vec<u64>, bool, bool) {
        let change = change(&Mark::of(old, None), now);
        (now[change.new].to_vec(), change.is_reversed, change.is_lost)
    }

    fn lines(range: Range<u64>) -> Vec<u64> {
        range.collect()
    }

    #[test]
    fn what_is_new_is_told_by_what_was_there() {
        let new = |lines: &[u64]| (lines.to_vec(), false, false);
        assert_eq!(told(&[], &[1, 2]), new(&[1, 2]));
        assert_eq!(told(&[1, 2], &[1, 2]), new(&[]));
        assert_eq!(told(&[1, 2], &[1, 2, 3]), new(&[3]));
        assert_eq!(told(&[1, 2, 3], &[3, 4]), new(&[4]));
        assert_eq!(told(&[1, 2, 3], &[2, 3]), new(&[]));
        assert_eq!(told(&[1, 2, 3], &[9, 8, 1, 2]), (vec![9, 8], true, false));
        assert_eq!(told(&[1, 2, 3], &[1, 2]), new(&[]));
        // A heading stays.
        assert_eq!(told(&[7, 1, 2], &[7, 9, 8, 1]), (vec![9, 8], true, false));
        assert_eq!(told(&[7, 1, 2, 3], &[7, 3, 4]), new(&[4]));
        // Nothing is found again.
        assert_eq!(told(&[1, 2], &[3, 4]), (vec![3, 4], false, true));
        assert_eq!(told(&[1, 2], &[]), (vec![], false, true));
        // Longer than what is remembered line by line.
        assert_eq!(told(&lines(0..500), &lines(300..510)), new(&lines(500..510)));
        assert_eq!(told(&lines(0..500), &lines(490..510)), new(&lines(500..510)));
        let (old, now): (Vec<_>, Vec<_>) = ((0..500).rev().collect(), (300..510).rev().collect());
        assert_eq!(told(&old, &now), ((500..510).rev().collect(), true, false));
    }

    #[test]
    fn what_repeats_is_told_again_rather_than_lost() {
        // One more of three, or two dropped and three more; at either side.
        assert_eq!(told(&[5, 5, 5], &[5, 5, 5, 5]).0.len(), 4);
        // A ruler above and below makes no doubt where there is enough between.
        let table = [vec![0], lines(1..20), vec![0]].concat();
        assert_eq!(told(&table, &[&table[..], &[99]].concat()), (vec![99], false, false));
    }

    /// One step: how many lines come, and how many of the oldest go.
    fn steps() -> impl Strategy<Value = Vec<(usize, usize)>> {
        prop::collection::vec((0..100_usize, 0..100_usize), 1..8)
    }

    /// Outputs of a history, each with the lines that are new in it, and how many of its lines are old.
    fn history(
        steps: &[(usize, usize)],
        first: bool,
        heading: u64,
        mut next: impl FnMut() -> u64,
    ) -> Vec<(Vec<u64>, Vec<u64>, usize)> {
        let (mut lines, mut outputs) = (Vec::<u64>::new(), Vec::new());
        for (come, go) in steps {
            let new: Vec<u64> = (0..*come).map(|_| next()).collect();
            let go = (*go).min(lines.len() + come);
            lines.extend(&new);
            lines.drain(..go);
            let new = new.into_iter().rev().take(lines.len()).rev().collect::<Vec<_>>();
            let mut output = lines.clone();
            if first {
                output.reverse();
            }
            output.splice(0..0, (0..heading).map(|line| u64::MAX - line));
            outputs.push((output, new.clone(), lines.len() - new.len()));
        }
        outputs
    }

    proptest! {
        #[test]
        fn different_lines_are_told_once(steps in steps(), first: bool, heading in 0..3_u64) {
            let (mut mark, mut counter, mut old_lines) = (Mark::default(), 0, 0);
            let next = || { counter += 1; counter };
            for (at, (output, mut new, old)) in history(&steps, first, heading, next).into_iter().enumerate() {
                let change = change(&mark, &output);
                if at > 0 && old > 0 {
                    if first {
                        new.reverse();
                    }
                    prop_assert_eq!(&output[change.new.clone()], &new[..]);
                    prop_assert!(!change.is_lost);
                    // Until lines have come once, nobody can know the order.
                    prop_assert!(!change.is_reversed || first);
                } else if at > 0 && old_lines > 0 && !output.is_empty() && heading == 0 {
                    prop_assert_eq!(&change.new, &(0..output.len()));
                    prop_assert!(change.is_lost);
                }
                old_lines = output.len();
                mark = Mark::of(&output, change.newest_first);
            }
        }

        #[test]
        fn lines_that_repeat_are_not_lost(steps in steps(), first: bool, seed: u64, letters in 1..7_u64) {
            let mut random = seed;
            let next = || {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (random >> 33) % letters
            };
            let (mut mark, mut before) = (Mark::default(), Vec::new());
            for (output, new, old) in history(&steps, first, 0, next) {
                let change = change(&mark, &output);
                // What looks the same is the same; and of an output of which nothing is left, anything may be.
                if old > 0 && output != before {
                    for letter in 0..letters {
                        let count = |lines: &[u64]| lines.iter().filter(|line| **line == letter).count();
                        prop_assert!(count(&output[change.new.clone()]) >= count(&new), "{:?} {:?}", before, output);
                    }
                }
                // A history in which all is replaced can teach the wrong order.
                mark = Mark::of(&output, if old > 0 { change.newest_first } else { None });
                before = output;
            }
        }

        #[test]
        fn any_mark_is_harmless(lines: u64, all: u64, kept in prop::collection::vec(0..3_u64, 0..70), newest_first: Option<bool>, now in prop::collection::vec(0..3_u64, 0..100)) {
            for lines in [lines, kept.len() as u64, 64] {
                let mark = Mark { lines, all, head: kept.clone(), tail: kept.clone(), newest_first };
                let change = change(&mark, &now);
                prop_assert!(change.new.start <= change.new.end && change.new.end <= now.len());
            }
        }
    }
}
