//! Reads the mount table and asks the chosen file systems for their sizes: all I/O of `check_fs`.

use super::options::Fs;
use super::select::{Chosen, LeftOut, Selection, Shown, idle_excludes, select};
use crate::host::clock::Clock;
use crate::host::fstype::{gives_up_writing, is_unsure};
use crate::host::mount_tree::{Tree, upwards};
use crate::host::mounts::{self, Mount, Table};
use crate::host::resolve;
use crate::host::space::{self, Space};
use crate::host::stat_apart::{Asking, Reply};
use crate::model::text;
use crate::plugin::Context;
use crate::runtime::failure::Failure;
use fnv::{FnvHashMap, FnvHashSet};
use nix::errno::Errno;
use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::Instant;

/// What was read.
#[derive(Debug, Default)]
pub struct Sample {
    /// The judged file systems, in the order of their mount points.
    pub seen: Vec<Seen>,
    /// What the user named and is not there.
    pub missing: Vec<Missing>,
    /// What limits the answer.
    pub notes: Vec<String>,
    /// What was left out, and why.
    pub details: Vec<String>,
    /// Whether every value is shown, those that are not known too.
    pub in_full: bool,
    /// The time since boot at the beginning.
    pub clock: Option<Clock>,
    /// Seconds from then until all had answered or had been given up.
    pub took: f64,
}

/// One file system.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The mount point as it is shown.
    pub name: String,
    /// The device or server.
    pub device: String,
    /// The type.
    pub fstype: String,
    /// Its sizes, or why there are none.
    pub reply: Reply,
    /// Whether it can be written.
    pub access: Access,
    /// Whether the user named it.
    pub named: bool,
}

/// Whether a file system can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It can.
    Writable,
    /// It was mounted read-only.
    ReadOnly,
    /// It was mounted writable, and its driver has stopped that.
    GaveUp,
}

/// Something that the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A path that leads to no file system, and why.
    Path(String, String),
    /// An expected mount; whether an automount waits there.
    Mount(String, bool),
}

/// Probes.
///
/// # Errors
/// When there is no mount table.
pub(super) fn gather(options: &Fs, cx: &Context<'_>) -> Result<Sample, Failure> {
    let snapshot =
        if cx.root.is_elsewhere() { cx.root.read("/statfs").ok().map(|t| space::snapshot(&t)) } else { None };
    let mut text = mounts::read(cx.root)?;
    // The kernel hands the table out in pieces: who is unmounted in between can make another one be missed. What seems
    // to be missing is looked for a second time.
    if !options.expect.is_empty() && !all_there(options, &text) {
        text = mounts::read(cx.root)?;
    }
    let table = mounts::parse(&text);
    let tree = Tree::new(&table);
    let mut sample = Sample { clock: Clock::read(cx.root), in_full: cx.verbosity() > 1, ..Sample::default() };
    let begun = Instant::now();
    if table.unread > 0 {
        sample.notes.push(format!("{} of the mount table not understood", text::count(table.unread, "line", "lines")));
    }
    let held = hold(options, cx, &table, &tree, snapshot.is_none(), &mut sample.missing);
    expected(options, &table, &tree, &mut sample.missing);
    let selection = select(options, &table, &tree, &held);
    sample.notes.extend(selection.idle.iter().map(|pattern| format!("--include {pattern} fits no file system")));
    if cx.verbosity() > 0 {
        explain(&selection, &table, &mut sample.details);
        let idle = idle_excludes(options, &table, &tree);
        sample.details.extend(idle.iter().map(|pattern| format!("--exclude {pattern} fits no file system")));
    }
    let replies = ask(options, cx, (&table, &tree), &selection.chosen, snapshot.as_ref());
    sample.took = begun.elapsed().as_secs_f64();
    for (chosen, reply) in selection.chosen.iter().zip(replies) {
        let Some(mount) = table.mounts.get(chosen.index) else { continue };
        match (reply, chosen.named) {
            // No size and nobody's wish: a view of the kernel that the list of types does not know.
            (Reply::Space(Space { size: 0, .. }), false) => {}
            (Reply::Failed(Errno::ENOENT), false) => {
                let name = text::clean(&mount.point);
                sample.notes.push(format!("{name} is in the mount table but not there: not judged"));
            }
            // FUSE lets nobody in but the user who mounted it, not even root (allow_other in mount.fuse3(8)).
            (Reply::Failed(Errno::EACCES), false) if mount.fstype.starts_with(b"fuse") => {
                let name = text::clean(&mount.point);
                sample.details.push(format!("{name} left out: only the user who mounted it may look"));
            }
            (reply, named) => sample.seen.push(seen(mount, &table, &tree, reply, named)),
        }
    }
    Ok(sample)
}

fn all_there(options: &Fs, text: &[u8]) -> bool {
    let table = mounts::parse(text);
    let tree = Tree::new(&table);
    options.expect.iter().all(|path| tree.at(path.as_os_str().as_bytes()).is_some())
}

/// The mounts that hold the user's paths.
fn hold(
    options: &Fs,
    cx: &Context<'_>,
    table: &Table<'_>,
    tree: &Tree<'_>,
    links: bool,
    missing: &mut Vec<Missing>,
) -> Vec<usize> {
    let mut held = Vec::new();
    for path in options.paths() {
        let shown = || text::clean(path.as_os_str().as_bytes()).into_owned();
        match resolve::holder(cx.root, table, tree, path, links) {
            Ok(index) if table.mounts.get(index).is_some_and(|m| *m.fstype == *b"autofs") => {
                let why = "lies on an automount that waits to be used, and is not touched";
                missing.push(Missing::Path(shown(), why.to_owned()));
            }
            Ok(index) => held.push(index),
            Err(why) => missing.push(Missing::Path(shown(), why)),
        }
    }
    held
}

/// The expected mounts that are not there.
fn expected(options: &Fs, table: &Table<'_>, tree: &Tree<'_>, missing: &mut Vec<Missing>) {
    for path in &options.expect {
        let bytes = path.as_os_str().as_bytes();
        let fstype = tree.at(bytes).and_then(|index| table.mounts.get(index)).map(|m| &*m.fstype);
        if fstype.is_none_or(|fstype| fstype == b"autofs") {
            missing.push(Missing::Mount(text::clean(bytes).into_owned(), fstype.is_some()));
        }
    }
}

fn explain(selection: &Selection, table: &Table<'_>, details: &mut Vec<String>) {
    for (index, why) in &selection.left_out {
        if let (Some(words), Some(mount)) = (why.words(table), table.mounts.get(*index)) {
            details.push(format!("{} left out: {words}", text::clean(&mount.point)));
        }
    }
    let system = selection.left_out.iter().filter(|(_, why)| matches!(why, LeftOut::Pseudo | LeftOut::System)).count();
    if system > 0 {
        details.push(format!("{} left out", text::count(system, "pseudo file system", "pseudo file systems")));
    }
}

/// The replies of the chosen mounts, in their order: those that may hang in children, all the others directly.
fn ask(
    options: &Fs,
    cx: &Context<'_>,
    (table, tree): (&Table<'_>, &Tree<'_>),
    chosen: &[Chosen],
    snapshot: Option<&FnvHashMap<Vec<u8>, Space>>,
) -> Vec<Reply> {
    let mut replies = Vec::with_capacity(chosen.len());
    let (mut apart, mut paths) = (Vec::new(), Vec::new());
    let unsure = unsure(table, tree);
    for one in chosen {
        let Some(mount) = table.mounts.get(one.index) else { continue };
        let reply = if let Some(snapshot) = snapshot {
            snapshot.get(&*mount.point).map_or(Reply::Failed(Errno::ENOENT), |space| Reply::Space(*space))
        } else if !unsure.is_empty() && upwards(&mount.point).any(|folder| unsure.contains(folder)) {
            apart.push(replies.len());
            paths.push(place(cx, mount).into_owned());
            Reply::NotAsked(String::new())
        } else {
            Space::of(&place(cx, mount)).map_or_else(Reply::Failed, Reply::Space)
        };
        replies.push(reply);
    }
    if !paths.is_empty() {
        let asking = Asking { state: cx.state, patience: options.patience(), deadline: cx.deadline, call: Space::of };
        for (index, reply) in apart.into_iter().zip(asking.all(&paths)) {
            if let Some(place) = replies.get_mut(index) {
                *place = reply;
            }
        }
    }
    replies
}

/// The mount points that a path had better not pass: whoever goes to a local disk below a dead server hangs as well.
fn unsure<'t>(table: &'t Table<'_>, tree: &Tree<'_>) -> FnvHashSet<&'t [u8]> {
    let mounts = tree.visible().filter_map(|index| table.mounts.get(index));
    mounts.filter(|mount| is_unsure(&mount.fstype)).map(|mount| &*mount.point).collect()
}

/// Where a mount is, seen from here.
fn place<'m>(cx: &Context<'_>, mount: &'m Mount<'_>) -> Cow<'m, Path> {
    let path = Path::new(OsStr::from_bytes(&mount.point));
    if cx.root.is_elsewhere() { Cow::Owned(cx.root.path(path)) } else { Cow::Borrowed(path) }
}

fn seen(mount: &Mount<'_>, table: &Table<'_>, tree: &Tree<'_>, reply: Reply, named: bool) -> Seen {
    let shown = Shown::new(mount);
    let device = if shown.device.is_empty() { "none".to_owned() } else { shown.device.into_owned() };
    let access = access(mount, table, tree, &shown.fstype);
    Seen { name: shown.mount.into_owned(), device, fstype: shown.fstype.into_owned(), reply, access, named }
}

/// A driver that stops writing after an error changes the file system, but none of its mounts; an administrator who
/// remounts it read-only changes a mount too.
fn access(mount: &Mount<'_>, table: &Table<'_>, tree: &Tree<'_>, fstype: &str) -> Access {
    if mount.is_stopped() {
        return Access::GaveUp;
    }
    if !mount.is_super_read_only() {
        return if mount.is_read_only() { Access::ReadOnly } else { Access::Writable };
    }
    let all_say_writable = || {
        let mut same = tree.visible().filter_map(|i| table.mounts.get(i)).filter(|m| m.device == mount.device);
        same.all(|m| !m.is_read_only())
    };
    if gives_up_writing(fstype) && all_say_writable() { Access::GaveUp } else { Access::ReadOnly }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_a_server_is_not_sure_either() {
        let table = mounts::parse(
            b"1 0 8:1 / / rw - ext4 a rw\n2 1 0:9 / /mnt/nfs rw - nfs4 s:/e rw\n3 2 8:2 / /mnt/nfs/disk rw - xfs b rw\n\
              4 1 0:8 / /net rw - autofs auto rw\n5 1 0:7 / /home/anna/x rw - fuse.sshfs h: rw\n",
        );
        let unsure = unsure(&table, &Tree::new(&table));
        let passes = |path: &[u8]| upwards(path).any(|folder| unsure.contains(folder));
        assert!(passes(b"/mnt/nfs") && passes(b"/mnt/nfs/disk") && passes(b"/net/host") && passes(b"/home/anna/x"));
        assert!(!passes(b"/") && !passes(b"/mnt/nfs2") && !passes(b"/home/anna"));
    }

    /// What the access of the first mount of a table is.
    fn first(lines: &[&str]) -> Access {
        let text = lines.join("\n");
        let table = mounts::parse(text.as_bytes());
        let fstype = String::from_utf8_lossy(&table.mounts[0].fstype).into_owned();
        access(&table.mounts[0], &table, &Tree::new(&table), &fstype)
    }

    #[test]
    fn a_driver_that_gave_up_is_told_from_an_administrator() {
        assert_eq!(first(&["2 1 8:1 / /a rw - ext4 a rw,errors=remount-ro"]), Access::Writable);
        assert_eq!(first(&["2 1 8:1 / /a rw - ext4 a ro,errors=remount-ro"]), Access::GaveUp);
        assert_eq!(first(&["2 1 8:1 / /a rw - ext4 a rw,emergency_ro"]), Access::GaveUp);
        assert_eq!(first(&["2 1 8:1 / /a ro - ext4 a ro"]), Access::ReadOnly);
        assert_eq!(first(&["2 1 8:1 / /a ro - ext4 a rw"]), Access::ReadOnly);
        // Remounted read-only by way of its other mount point.
        assert_eq!(first(&["2 1 8:1 / /a rw - ext4 a ro", "3 1 8:1 /x /b ro - ext4 a ro"]), Access::ReadOnly);
        // A driver that can only read.
        assert_eq!(first(&["2 1 7:1 / /a rw - squashfs a ro"]), Access::ReadOnly);
    }
}
