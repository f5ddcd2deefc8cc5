//! Which of the mounts are judged. No I/O: the table has been read.

use super::options::Fs;
use super::pattern::{Names, Pattern};
use crate::host::fstype::{Class, class};
use crate::host::mount_tree::Tree;
use crate::host::mounts::{Mount, Table};
use crate::model::text;
use fnv::FnvHashMap;
use std::borrow::Cow;
use std::os::unix::ffi::OsStrExt as _;

/// Where container runtimes, snaps and desktop sessions keep mounts that belong to them and come and go with them.
const OWNED_BY_OTHERS: [&[u8]; 14] = [
    b"/run/containerd/",
    b"/run/credentials/",
    b"/run/docker/",
    b"/run/k3s/",
    b"/run/netns/",
    b"/run/snapd/",
    b"/run/user/",
    b"/snap/",
    b"/var/lib/containerd/",
    b"/var/lib/containers/",
    b"/var/lib/docker/",
    b"/var/lib/kubelet/",
    b"/var/lib/lxd/",
    b"/var/snap/",
];

/// Files of the host that a container runtime binds into every container.
const BOUND_INTO_CONTAINERS: [&[u8]; 4] =
    [b"/etc/hosts", b"/etc/hostname", b"/etc/resolv.conf", b"/dev/termination-log"];

/// Where media that people put in and take out are mounted (Filesystem Hierarchy Standard 3.0, 3.11; udisks(8)).
const REMOVABLE: [&[u8]; 2] = [b"/media/", b"/run/media/"];

/// Why a mount is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeftOut {
    Pseudo,
    Image,
    Removable,
    Container,
    System,
    Automount,
    SameAs(usize),
    NotIncluded,
    Excluded,
}

/// A mount that is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Its place in the table.
    pub index: usize,
    /// Whether the user named it, so that an answer about it is owed.
    pub named: bool,
}

/// The outcome.
#[derive(Debug, Default)]
pub(super) struct Selection {
    /// In the order of their mount points.
    pub chosen: Vec<Chosen>,
    /// The other visible mounts.
    pub left_out: Vec<(usize, LeftOut)>,
    /// Patterns of `--include` that nothing fits.
    pub idle: Vec<String>,
}

/// The names of a mount as people see them.
pub(super) struct Shown<'m> {
    pub mount: Cow<'m, str>,
    pub device: Cow<'m, str>,
    pub fstype: Cow<'m, str>,
}

impl<'m> Shown<'m> {
    pub(super) fn new(mount: &'m Mount<'_>) -> Self {
        let (device, fstype) = (text::clean(&mount.source), text::clean(&mount.fstype));
        Self { mount: text::clean(&mount.point), device, fstype }
    }

    fn names(&self) -> Names<'_> {
        Names { mount: &self.mount, device: &self.device, fstype: &self.fstype }
    }
}

/// Selects. `held` are the mounts that hold the user's paths: when there are any, they are all that is judged, beside
/// what `--include` names.
pub(super) fn select(options: &Fs, table: &Table<'_>, tree: &Tree<'_>, held: &[usize]) -> Selection {
    let mut out = Selection::default();
    let mut included = vec![false; options.include.len()];
    let mut first: FnvHashMap<_, usize> = FnvHashMap::default();
    let mut candidates: Vec<Chosen> = Vec::new();
    let everything = options.include.is_empty() && options.paths().next().is_none();
    for index in tree.visible() {
        let Some(mount) = table.mounts.get(index) else { continue };
        let by_default = left_out_by_default(mount);
        if by_default == Some(LeftOut::Automount) {
            out.left_out.push((index, LeftOut::Automount));
            continue;
        }
        if held.contains(&index) {
            out.chosen.push(Chosen { index, named: true });
            continue;
        }
        // An image that is expected has only to be there: it is full by nature.
        let expected = by_default != Some(LeftOut::Image)
            && options.expect.iter().any(|path| path.as_os_str().as_bytes() == &*mount.point);
        let (mut fits, mut definite) = (everything || expected, expected);
        if !options.include.is_empty() {
            let shown = Shown::new(mount);
            for (pattern, used) in options.include.iter().zip(&mut included) {
                if pattern.matches(shown.names()) {
                    *used = true;
                    fits = true;
                    definite |= pattern.is_definite();
                }
            }
        }
        match by_default {
            _ if !fits => out.left_out.push((index, LeftOut::NotIncluded)),
            Some(why) if !definite => out.left_out.push((index, why)),
            _ => candidates.push(Chosen { index, named: definite }),
        }
    }
    // One file system, however often it is mounted: at its shortest mount point, the way df does it.
    let length = |index: usize| table.mounts.get(index).map_or(0, |m| m.point.len());
    for candidate in &candidates {
        if let Some(mount) = table.mounts.get(candidate.index) {
            let kept = first.entry((mount.device, &*mount.fstype)).or_insert(candidate.index);
            if length(candidate.index) < length(*kept) {
                *kept = candidate.index;
            }
        }
    }
    for candidate in candidates {
        let Some(mount) = table.mounts.get(candidate.index) else { continue };
        let kept = first.get(&(mount.device, &*mount.fstype)).copied().unwrap_or(candidate.index);
        // Only what the user wrote out in full is judged beside its twin.
        let twin = kept != candidate.index && !is_spelled_out(options, mount);
        if twin {
            out.left_out.push((candidate.index, LeftOut::SameAs(kept)));
        } else if !options.exclude.is_empty() && is_excluded(options, mount) {
            out.left_out.push((candidate.index, LeftOut::Excluded));
        } else {
            out.chosen.push(candidate);
        }
    }
    out.chosen.sort_by_key(|chosen| table.mounts.get(chosen.index).map(|m| &*m.point));
    let idle = options.include.iter().zip(included).filter(|(_, used)| !used);
    out.idle = idle.map(|(pattern, _)| pattern.text().to_owned()).collect();
    out
}

/// Patterns of `--exclude` that no visible mount fits: a configuration for many machines has them, or a slip of the pen.
pub(super) fn idle_excludes<'o>(options: &'o Fs, table: &Table<'_>, tree: &Tree<'_>) -> Vec<&'o str> {
    let mounts = || tree.visible().filter_map(|index| table.mounts.get(index));
    let fits_none = |pattern: &&Pattern| !mounts().any(|mount| pattern.matches(Shown::new(mount).names()));
    options.exclude.iter().filter(fits_none).map(Pattern::text).collect()
}

fn is_excluded(options: &Fs, mount: &Mount<'_>) -> bool {
    let shown = Shown::new(mount);
    options.exclude.iter().any(|pattern| pattern.matches(shown.names()))
}

fn is_spelled_out(options: &Fs, mount: &Mount<'_>) -> bool {
    let shown = Shown::new(mount);
    options.include.iter().any(|pattern| pattern.is_one_mount() && pattern.matches(shown.names()))
}

/// What a person who types `df` does not want to see.
///
/// tmpfs is in, as it is for df: a full /run, /dev/shm or /tmp stops services. Left out are those of user sessions,
/// containers and single services, which come and go, and read-only ones, which cannot fill.
fn left_out_by_default(mount: &Mount<'_>) -> Option<LeftOut> {
    let point = &*mount.point;
    let below = |folders: &[&[u8]]| folders.iter().any(|folder| point.starts_with(folder));
    let Ok(fstype) = std::str::from_utf8(&mount.fstype) else { return None };
    match class(fstype) {
        Class::Pseudo => Some(LeftOut::Pseudo),
        Class::Automount => Some(LeftOut::Automount),
        Class::Image => Some(LeftOut::Image),
        // The root of a container is what its user has; any other layer is counted where its files really are.
        Class::Overlay => (point != b"/").then_some(LeftOut::Container),
        Class::Memory if below(&OWNED_BY_OTHERS) => Some(LeftOut::Container),
        Class::Memory if mount.is_super_read_only() || below(&[b"/sys/", b"/proc/"]) => Some(LeftOut::System),
        _ if below(&REMOVABLE) => Some(LeftOut::Removable),
        Class::Data if &*mount.root != b"/" && BOUND_INTO_CONTAINERS.contains(&point) => Some(LeftOut::Container),
        Class::Data | Class::Memory => None,
    }
}

impl LeftOut {
    /// In words, where it is worth a line of its own.
    pub(super) fn words(self, table: &Table<'_>) -> Option<String> {
        Some(match self {
            Self::Pseudo | Self::NotIncluded | Self::System => return None,
            Self::Image => "a read-only image".to_owned(),
            Self::Removable => "removable".to_owned(),
            Self::Container => "part of a container, a snap or a session".to_owned(),
            Self::Automount => "an automount that waits to be used".to_owned(),
            Self::SameAs(other) => {
                let other = table.mounts.get(other).map(|m| text::clean(&m.point)).unwrap_or_default();
                format!("the same file system as {other}")
            }
            Self::Excluded => "excluded".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;
