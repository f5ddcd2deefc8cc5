//! The files around a log that may hold what was in it: its rotated generations.

use super::marks::Mark;
use super::names::{self, Relation};
use super::opened::{Id, mtime};
use super::packed::Codec;
use super::pattern::Pattern;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// More generations than this are not looked at: the newest are.
const MOST: usize = 256;
const SECOND: i64 = 1_000_000_000;

/// A file that may hold content of a log.
#[derive(Clone, Debug)]
pub(super) struct Kin {
    pub(super) path: PathBuf,
    pub(super) id: Id,
    pub(super) size: u64,
    pub(super) mtime: i64,
    pub(super) packed: Option<Codec>,
    /// By its name it is a piece of the log.
    pub(super) generation: bool,
    /// Names of one shape are made by one way of rotating; empty where the user named the files.
    pub(super) shape: Vec<u8>,
    age: Vec<u128>,
}

/// Files by their names; of packed ones their sizes and times.
pub(super) type Names = BTreeMap<PathBuf, (Id, Option<(u64, i64)>)>;

/// All that lies around a log, the oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinship {
    pub(super) files: Vec<Kin>,
    /// Whether only seconds of their times can be compared: some packers keep no more.
    coarse: bool,
}

impl Kinship {
    /// Looks around a log, and around the file that a link of its name leads to; while a link is switched there is none
    /// for a moment, and `led` is where it led to, if that is known.
    pub(super) fn of(log: &Path, led: &Path, rotated: &[Pattern], root: impl Fn(&Path) -> PathBuf) -> Self {
        let mut found = Vec::new();
        look_around(log, false, &mut found);
        // A link that is switched from file to file: its targets are the generations.
        if let Ok(target) = fs::read_link(log) {
            let beside = log.parent().unwrap_or(Path::new("")).join(target);
            look_around(&fs::canonicalize(log).unwrap_or(beside), true, &mut found);
        } else if !log.exists() {
            look_around(led, true, &mut found);
        }
        for pattern in rotated {
            for path in pattern.expand(&root).0 {
                let name = path.file_name().unwrap_or_default().to_owned();
                found.extend(kin(path, &name, true, Vec::new(), names::age(names::unpacked(&name), OsStr::new(""))));
            }
        }
        // While a file is being packed there are two of it, and the packed one is not whole.
        let plain: BTreeSet<PathBuf> =
            found.iter().filter(|kin| kin.packed.is_none()).map(|kin| kin.path.clone()).collect();
        found.retain(|kin| kin.packed.is_none() || !plain.contains(&kin.piece()));
        let coarse = found.iter().any(|kin| kin.mtime % SECOND == 0);
        let mut kinship = Self { files: found, coarse };
        kinship.files.sort_by_cached_key(|kin| kinship_key(kin, coarse));
        kinship.files.dedup_by(|a, b| a.path == b.path);
        let surplus = kinship.files.len().saturating_sub(MOST);
        kinship.files.drain(..surplus);
        kinship
    }

    /// Which files there are; of packed ones also what they are like, for they may be in the making.
    pub(super) fn names(&self) -> Names {
        let like = |kin: &Kin| kin.packed.map(|_| (kin.size, kin.mtime));
        self.files.iter().map(|kin| (kin.path.clone(), (kin.id, like(kin)))).collect()
    }

    /// Whether one generation is behind another in time.
    pub(super) fn is_newer(&self, kin: &Kin, than: &Kin) -> bool {
        kinship_key(kin, self.coarse) > kinship_key(than, self.coarse)
    }

    /// Generations that were written to at this time or later.
    pub(super) fn since(&self, time: i64) -> impl Iterator<Item = &Kin> {
        self.files.iter().filter(move |kin| kin.is_since(time))
    }
}

impl Kin {
    /// The file that held a position at the last run, where that was not the log itself.
    pub(super) fn remembered(mark: &Mark) -> Option<Self> {
        let name = mark.real.file_name()?;
        let plain = names::unpacked(name);
        kin(mark.real.clone(), name, true, names::shape(plain), names::age(plain, OsStr::new("")))
    }

    /// Whether it may have been written to at this time or later.
    pub(super) fn is_since(&self, time: i64) -> bool {
        if self.mtime % SECOND == 0 { self.mtime / SECOND >= time.div_euclid(SECOND) } else { self.mtime >= time }
    }

    /// Whether it was written to after this time.
    pub(super) fn is_after(&self, time: i64) -> bool {
        if self.mtime % SECOND == 0 { self.mtime / SECOND > time.div_euclid(SECOND) } else { self.mtime > time }
    }

    /// Whether it is a generation like another: made by the same way of rotating, or named by the user.
    pub(super) fn is_of_kind(&self, other: &Self) -> bool {
        self.shape == other.shape || (self.generation && (self.shape.is_empty() || other.shape.is_empty()))
    }

    /// Its name without the ending of a packer: X and X.gz are one piece.
    pub(super) fn piece(&self) -> PathBuf {
        let name = names::unpacked(self.path.file_name().unwrap_or_default());
        self.path.with_file_name(OsStr::from_bytes(name))
    }
}

fn kinship_key(kin: &Kin, coarse: bool) -> (i64, Vec<u128>, PathBuf) {
    (if coarse { kin.mtime.div_euclid(SECOND) } else { kin.mtime }, kin.age.clone(), kin.path.clone())
}

fn look_around(log: &Path, shapes: bool, found: &mut Vec<Kin>) {
    let Some(name) = log.file_name() else { return };
    let folder = log.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // What cannot be listed has no generations that could be read.
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.map_while(Result::ok) {
        let other = entry.file_name();
        let Some(relation) = names::relation(&other, name, shapes).filter(|_| other != name || shapes) else {
            continue;
        };
        let plain = names::unpacked(&other);
        // Pieces of one shape differ by their numbers alone, wherever these stand.
        let (shape, age) = (names::shape(plain), names::age(plain, if shapes { OsStr::new("") } else { name }));
        found.extend(kin(log.with_file_name(&other), &other, relation == Relation::Generation, shape, age));
    }
}

fn kin(path: PathBuf, name: &OsStr, generation: bool, shape: Vec<u8>, age: Vec<u128>) -> Option<Kin> {
    let metadata = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
    Some(Kin {
        path,
        id: Id::of(&metadata),
        size: metadata.len(),
        mtime: mtime(&metadata),
        packed: Codec::of(name),
        generation,
        shape,
        age,
    })
}
