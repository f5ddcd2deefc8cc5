//! Which mounts can be seen, and which one holds a path.

use super::mounts::{Mount, Table};
use std::cmp::Ordering;

/// The mounts that a path can lead to, found once for a table.
#[derive(Debug)]
pub struct Tree<'a> {
    table: &'a Table<'a>,
    visible: Vec<bool>,
}

impl<'a> Tree<'a> {
    /// Finds what is visible: not below or beneath another mount. Takes n log n for n mounts.
    ///
    /// A mount is hidden when another one lies on its own top, on a folder between it and the mount that carries it,
    /// or when the mount that carries it is hidden.
    #[must_use]
    pub fn new(table: &'a Table<'a>) -> Self {
        let mounts = &table.mounts;
        // By parent, then by place, a folder directly before what lies below it.
        let mut order: Vec<usize> = (0..mounts.len()).collect();
        // The root of all may be its own parent: that is nobody's child.
        let parent = |m: &Mount<'_>| if m.parent == m.id { u64::MAX } else { m.parent };
        let key = |i: usize| mounts.get(i).map_or((0, &b""[..]), |m| (parent(m), &*m.point));
        order.sort_by(|a, b| compare(key(*a), key(*b)).then(a.cmp(b)));
        let mut covered = vec![false; mounts.len()];
        let mut cover: Option<usize> = None;
        for index in &order {
            let (parent, point) = key(*index);
            match cover.map(|c| (c, key(c))) {
                Some((_, (p, above))) if p == parent && above != point && is_within(point, above) => {
                    set(&mut covered, *index);
                }
                // Two on one place with one parent: the later one is on top.
                Some((before, (p, same))) if p == parent && same == point => {
                    set(&mut covered, before);
                    cover = Some(*index);
                }
                _ => cover = Some(*index),
            }
        }
        let topped = |i: usize| {
            let top = |m: &Mount<'_>| order.binary_search_by(|o| compare(key(*o), (m.id, &m.point))).is_ok();
            mounts.get(i).is_some_and(top)
        };
        let reachable = reachable(table, &covered);
        let visible = (0..mounts.len()).map(|i| reachable.get(i) == Some(&true) && !topped(i)).collect();
        Self { table, visible }
    }

    /// The places in the table of all visible mounts, in the table's order.
    pub fn visible(&self) -> impl Iterator<Item = usize> + '_ {
        self.visible.iter().enumerate().filter(|(_, visible)| **visible).map(|(index, _)| index)
    }

    /// The visible mount that holds a path: the one with the longest mount point in front of it.
    #[must_use]
    pub fn holder(&self, path: &[u8]) -> Option<usize> {
        let point = |i: usize| self.table.mounts.get(i).map_or(&b""[..], |m| &*m.point);
        self.visible().filter(|i| is_within(path, point(*i))).max_by_key(|i| point(*i).len())
    }

    /// The visible mount on exactly this mount point.
    #[must_use]
    pub fn at(&self, point: &[u8]) -> Option<usize> {
        self.visible().find(|i| self.table.mounts.get(*i).is_some_and(|m| &*m.point == point))
    }
}

fn set(list: &mut [bool], index: usize) {
    if let Some(place) = list.get_mut(index) {
        *place = true;
    }
}

/// Whether every mount on the way from the root is uncovered.
fn reachable(table: &Table<'_>, covered: &[bool]) -> Vec<bool> {
    let mounts = &table.mounts;
    let ids: fnv::FnvHashMap<u64, usize> = mounts.iter().enumerate().map(|(i, m)| (m.id, i)).collect();
    let mut known: Vec<Option<bool>> = covered.iter().map(|covered| covered.then_some(false)).collect();
    for start in 0..mounts.len() {
        let mut path = Vec::new();
        let mut at = start;
        let answer = loop {
            match known.get(at) {
                Some(Some(known)) => break *known,
                // A parent outside the table is what this process stands on.
                None => break true,
                Some(None) => {}
            }
            // Marked before it is left, so that a table with a circle ends too.
            if let Some(place) = known.get_mut(at) {
                *place = Some(true);
            }
            path.push(at);
            at = mounts.get(at).and_then(|m| ids.get(&m.parent)).copied().unwrap_or(usize::MAX);
        };
        for index in path {
            if let Some(place) = known.get_mut(index) {
                *place = Some(answer);
            }
        }
    }
    known.into_iter().map(|known| known == Some(true)).collect()
}

/// Whether `path` is `folder` or lies below it.
#[must_use]
pub fn is_within(path: &[u8], folder: &[u8]) -> bool {
    let folder = folder.strip_suffix(b"/").unwrap_or(folder);
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// A path and the folders above it, `/` at the end.
pub fn upwards(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    fn above<'p>(path: &&'p [u8]) -> Option<&'p [u8]> {
        let slash = path.iter().rposition(|b| *b == b'/')?;
        path.get(..slash.max(1)).filter(|above| above.len() < path.len())
    }
    std::iter::successors(Some(path), above)
}

/// By parent, then by path with `/` before all other bytes: what lies below a folder follows it directly.
fn compare(a: (u64, &[u8]), b: (u64, &[u8])) -> Ordering {
    let slash_first = |byte: &u8| if *byte == b'/' { 0 } else { *byte };
    a.0.cmp(&b.0).then_with(|| a.1.iter().map(slash_first).cmp(b.1.iter().map(slash_first)))
}

#[cfg(test)]
mod tests {
    use super::super::mounts::parse;
    use super::*;
    use proptest::prelude::*;

    /// The visible ids of lines `id parent point`.
    fn seen(lines: &[&str]) -> Vec<u64> {
        let text: String = lines
            .iter()
            .map(|line| {
                let mut words = line.split(' ');
                let mut word = || words.next().unwrap_or_default();
                format!("{} {} 8:1 / {} rw - ext4 /dev/a rw\n", word(), word(), word())
            })
            .collect();
        let table = parse(text.as_bytes());
        let tree = Tree::new(&table);
        tree.visible().map(|i| table.mounts[i].id).collect()
    }

    #[test]
    fn what_lies_under_another_mount_is_hidden() {
        // Stacked on one mount point, each on the last.
        assert_eq!(seen(&["1 0 /", "2 1 /a", "3 2 /a", "4 3 /a"]), [1, 4]);
        // A later mount on the folder above, with one below it that is seen; a name that only begins alike.
        assert_eq!(seen(&["1 0 /", "2 1 /a/b", "5 1 /a-b", "3 1 /a", "4 3 /a/b"]), [1, 5, 3, 4]);
        // What is mounted in something hidden is hidden with it.
        assert_eq!(seen(&["1 0 /", "2 1 /a/b", "4 2 /a/b/c", "3 1 /a"]), [1, 3]);
        // The root itself, twice; the first is its own parent.
        assert_eq!(seen(&["1 1 /", "2 1 /", "3 2 /a"]), [2, 3]);
        assert_eq!(seen(&["1 1 /", "3 1 /a"]), [1, 3]);
        // Two on one place with one parent: the last counts.
        assert_eq!(seen(&["1 0 /", "2 1 /a", "3 1 /a"]), [1, 3]);
    }

    #[test]
    fn the_longest_mount_point_holds_a_path() {
        let table = parse(
            b"1 0 8:1 / / rw - ext4 a rw\n2 1 8:2 / /var rw - ext4 b rw\n3 2 8:3 / /var/lib rw - ext4 c rw\n\
              4 1 8:4 / /var rw - ext4 d rw\n",
        );
        let tree = Tree::new(&table);
        assert_eq!(tree.holder(b"/var/lib/x"), Some(3), "the mount below the later /var is hidden");
        assert_eq!(tree.holder(b"/variable"), Some(0));
        assert_eq!((tree.at(b"/var"), tree.at(b"/var/lib")), (Some(3), None));
    }

    #[test]
    fn the_way_up_ends_at_the_root() {
        assert_eq!(upwards(b"/a/b").collect::<Vec<_>>(), [&b"/a/b"[..], b"/a", b"/"]);
        assert_eq!(upwards(b"/").collect::<Vec<_>>(), [b"/"]);
        assert_eq!(upwards(b"").count(), 1);
    }

    proptest! {
        #[test]
        fn any_table_ends(lines in prop::collection::vec((0u8..12, 0u8..12, "(/[ab-]){0,3}"), 0..40)) {
            let lines: Vec<String> = lines.iter().map(|(id, parent, path)| format!("{id} {parent} /{path}")).collect();
            let _ = seen(&lines.iter().map(|line| &**line).collect::<Vec<_>>());
        }
    }
}
