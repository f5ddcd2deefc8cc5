//! Names that look like one that is not there.

/// Names that are suggested at most.
const MOST: usize = 5;
/// Longer names are not compared: the work grows with the square of the length.
const LONGEST: usize = 128;

/// The names nearest to `wanted`, nearest first.
pub(super) fn near<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let wanted = wanted.to_ascii_lowercase();
    let mut found: Vec<(usize, &str)> = names
        .filter_map(|name| {
            let lower = name.to_ascii_lowercase();
            let within = wanted.len() >= 3 && (lower.contains(&wanted) || wanted.contains(&lower) && lower.len() >= 3);
            // The domain behind a name is not what was mistyped.
            let label = if wanted.contains('.') { &*lower } else { lower.split('.').next().unwrap_or_default() };
            let steps = distance(wanted.as_bytes(), label.as_bytes());
            (within || steps <= wanted.len().div_ceil(3)).then_some((steps, name))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(_, name)| name).take(MOST).collect()
}

/// How many letters are to be put in, left out or changed to come from one to the other (Levenshtein).
fn distance(one: &[u8], other: &[u8]) -> usize {
    if one.len().max(other.len()) > LONGEST {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, b) in row.iter_mut().skip(1).zip(other) {
            let next = (diagonal + usize::from(a != b)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = next;
            left = next;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_between_words() {
        for (one, other, steps) in [("kitten", "sitting", 3), ("", "abc", 3), ("kis", "kis", 0), ("ksi", "kis", 2)] {
            assert_eq!(distance(one.as_bytes(), other.as_bytes()), steps, "{one} {other}");
        }
    }

    #[test]
    fn the_nearest_come_first() {
        let names = ["PACS", "KIS.WORLD", "KISP", "KIS2", "LAB"];
        assert_eq!(near("kis1", names.into_iter()), ["KIS.WORLD", "KIS2", "KISP"]);
        assert_eq!(near("KIS", names.into_iter()), ["KIS.WORLD", "KIS2", "KISP"]);
        assert_eq!(near("zzz", names.into_iter()), [""; 0]);
    }
}
