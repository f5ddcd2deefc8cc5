//! What a check remembers from run to run: one small file for each identity.
//!
//! A file is replaced as a whole (temporary file, rename), so a reader needs no lock. A check that must not lose an
//! event takes the lock for its whole run; for the others a second run at the same time only keeps its history to
//! itself. The new content is written before the answer, so that a full disk can be said in it, and put in place after
//! the answer, so that a kill in between repeats an event rather than losing it.

use super::failure::Failure;
use crate::model::timestamp::Timestamp;
use anyhow::{Context as _, anyhow};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::hash::Hasher as _;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The version of the envelope.
const VERSION: u32 = 1;
/// No memory of ours is larger.
const LARGEST: u64 = 64 << 20;
/// Where a packaged installation keeps it.
const SYSTEM: &str = "/var/lib/vitals";

/// The folder of all state files.
#[derive(Clone, Debug)]
pub struct StateDir {
    path: PathBuf,
}

/// What the lock protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The answer is right without a memory; history only adds to it.
    Helpful,
    /// Without its memory the check would lose events or tell them twice.
    Vital,
}

impl StateDir {
    /// The folder of `--state-dir`, else `$STATE_DIRECTORY`, else /var/lib/vitals if that exists, else the user's own.
    ///
    /// # Errors
    /// When it cannot be made; the next place in the list is never taken instead.
    pub fn locate(option: Option<&Path>) -> Result<Self, Failure> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let path = if let Some(path) = option {
            path.to_owned()
        } else if let Some(list) = variable("STATE_DIRECTORY") {
            // systemd separates several with colons; the first is the unit's main one (systemd.exec(5)).
            std::env::split_paths(&list).next().unwrap_or_default()
        } else if Path::new(SYSTEM).is_dir() {
            SYSTEM.into()
        } else if let Some(state) = variable("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute()) {
            state.join("vitals")
        } else if let Some(home) = variable("HOME") {
            Path::new(&home).join(".local/state/vitals")
        } else {
            return Err(anyhow!("no place for state: give --state-dir, or set HOME or STATE_DIRECTORY").into());
        };
        // A typing error in an option must not make a tree of folders.
        let made = DirBuilder::new().recursive(option.is_none()).mode(0o700).create(&path);
        match made {
            Err(e) if !path.is_dir() => {
                Err(anyhow!(e).context(format!("cannot make the state folder {}", path.display())).into())
            }
            _ => Ok(Self { path }),
        }
    }

    /// The place of one identity's memory, locked for the whole run where that is vital.
    ///
    /// `waiting` is called before a wait for another run that holds the lock.
    ///
    /// # Errors
    /// When the lock cannot be had.
    pub fn slot(&self, check: &str, identity: &str, need: Need, waiting: impl FnOnce()) -> Result<Slot, Failure> {
        let mut hash = fnv::FnvHasher::default();
        hash.write(identity.as_bytes());
        let path = self.path.join(format!("{check}-{:016x}.json", hash.finish()));
        let lock = match need {
            Need::Helpful => None,
            Need::Vital => Some(wait_for_lock(&path.with_extension("lock"), waiting)?),
        };
        Ok(Slot { path, lock, check: check.to_owned(), identity: identity.to_owned(), loaded: None })
    }

    /// Whether a memory can be kept here, as far as rights tell: a disk that is full shows only when it is written.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        nix::unistd::access(&self.path, nix::unistd::AccessFlags::W_OK).is_ok()
    }

    /// A lock with a name of its own, if nobody holds it: such as for an item that is known to hang.
    ///
    /// # Errors
    /// When the file cannot be opened. `Ok(None)`: another process holds it.
    pub fn try_lock(&self, check: &str, name: &str) -> io::Result<Option<Flock<File>>> {
        let mut hash = fnv::FnvHasher::default();
        hash.write(name.as_bytes());
        try_lock(&self.path.join(format!("{check}-{:016x}.lock", hash.finish())))
    }

    /// As [`StateDir::try_lock`], for a lock that a child inherits, and whose holder writes into its file who it is.
    ///
    /// The lock is let go when the last copy of the descriptor is closed, in whichever process.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn claim(&self, check: &str, name: &str) -> io::Result<Claim> {
        let mut hash = fnv::FnvHasher::default();
        hash.write(name.as_bytes());
        let file = open_lock(&self.path.join(format!("{check}-{:016x}.lock", hash.finish())))?;
        match file.try_lock() {
            Ok(()) => Ok(Claim::Ours(file)),
            Err(TryLockError::WouldBlock) => {
                let mut said = String::new();
                let _ = file.take(LONGEST_NOTE).read_to_string(&mut said);
                Ok(Claim::Theirs(said))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// What a holder of a lock writes about itself is one line.
const LONGEST_NOTE: u64 = 256;

/// What came of an attempt to take a lock.
#[derive(Debug)]
pub enum Claim {
    /// It is ours while this file or a copy of it is open.
    Ours(File),
    /// Another process holds it: what it wrote into the file.
    Theirs(String),
}

/// A link in a folder that others can write to must not lead us elsewhere, and a FIFO there must not keep us.
const WARY: libc::c_int = libc::O_NOFOLLOW | libc::O_NONBLOCK;

fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(WARY).open(path)
}

fn try_lock(path: &Path) -> io::Result<Option<Flock<File>>> {
    match Flock::lock(open_lock(path)?, FlockArg::LockExclusiveNonblock) {
        Ok(lock) => Ok(Some(lock)),
        Err((_, Errno::EWOULDBLOCK)) => Ok(None),
        Err((_, errno)) => Err(errno.into()),
    }
}

fn wait_for_lock(path: &Path, waiting: impl FnOnce()) -> Result<Flock<File>, Failure> {
    let cannot = || format!("cannot lock {}", path.display());
    if let Some(lock) = try_lock(path).with_context(cannot)? {
        return Ok(lock);
    }
    waiting();
    let file = open_lock(path).with_context(cannot)?;
    // The alarm of the deadline ends this wait, with the line that `waiting` prepared.
    Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, errno)| anyhow!(errno).context(cannot()).into())
}

/// The memory of one identity.
#[derive(Debug)]
pub struct Slot {
    path: PathBuf,
    lock: Option<Flock<File>>,
    check: String,
    identity: String,
    loaded: Option<Box<RawValue>>,
}

/// What was found of it.
#[derive(Debug, PartialEq)]
pub enum Loaded<M> {
    /// There is none yet.
    First,
    /// What the last run left, and when.
    Found(M, Timestamp),
    /// It cannot be used, and why; the file has been put aside.
    Unusable(String),
}

#[derive(Serialize)]
struct Written<'a, M> {
    vitals_state: u32,
    check: &'a str,
    identity: &'a str,
    saved: Timestamp,
    memory: &'a M,
}

#[derive(Deserialize)]
struct Envelope {
    vitals_state: u32,
    check: String,
    identity: String,
    saved: Timestamp,
    memory: Box<RawValue>,
}

impl Slot {
    /// Reads the memory. A file that is damaged or from a later version is put aside as `*.unusable`.
    ///
    /// # Errors
    /// When it is there but cannot be read at all.
    pub fn load<M: DeserializeOwned>(&mut self) -> Result<Loaded<M>, Failure> {
        let file = match OpenOptions::new().read(true).custom_flags(WARY).open(&self.path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Loaded::First),
            Err(e) => return Err(anyhow!(e).context(format!("cannot read {}", self.path.display())).into()),
        };
        let mut bytes = Vec::with_capacity(4096);
        file.take(LARGEST).read_to_end(&mut bytes).with_context(|| format!("cannot read {}", self.path.display()))?;
        match self.decode(&bytes) {
            Ok((memory, saved)) => Ok(Loaded::Found(memory, saved)),
            Err(why) => {
                let aside = self.path.with_extension("unusable");
                let kept = fs::rename(&self.path, &aside).is_ok();
                let place = if kept { format!("put aside as {}", aside.display()) } else { "left in place".to_owned() };
                Ok(Loaded::Unusable(format!("{} is not usable ({why}); {place}", self.path.display())))
            }
        }
    }

    fn decode<M: DeserializeOwned>(&mut self, bytes: &[u8]) -> Result<(M, Timestamp), String> {
        #[derive(Deserialize)]
        struct Header {
            vitals_state: u32,
        }
        let later = |version: u32| format!("written by a later version, {version}");
        let envelope: Envelope = serde_json::from_slice(bytes).map_err(|e| {
            // A later version may have another envelope: its number is what counts then.
            match serde_json::from_slice::<Header>(bytes) {
                Ok(header) if header.vitals_state > VERSION => later(header.vitals_state),
                _ => format!("damaged: {e}"),
            }
        })?;
        if envelope.vitals_state > VERSION {
            return Err(later(envelope.vitals_state));
        }
        if (envelope.vitals_state, &*envelope.check, &*envelope.identity) != (VERSION, &*self.check, &*self.identity) {
            return Err(format!("it belongs to {} {}", envelope.check, envelope.identity));
        }
        let memory = serde_json::from_str(envelope.memory.get()).map_err(|e| format!("damaged: {e}"))?;
        self.loaded = Some(envelope.memory);
        Ok((memory, envelope.saved))
    }

    /// Writes the new memory beside the old one; [`Prepared::commit`] puts it in place.
    ///
    /// `Ok(None)` when there is nothing to do: it has not changed, or another run is just writing its own.
    ///
    /// # Errors
    /// When it cannot be written, such as on a full disk.
    pub fn prepare<M: Serialize>(mut self, memory: &M, now: Timestamp) -> Result<Option<Prepared>, Failure> {
        let raw = serde_json::value::to_raw_value(memory).context("cannot encode the memory")?;
        if self.loaded.take().is_some_and(|loaded| loaded.get() == raw.get()) {
            return Ok(None);
        }
        let vital = self.lock.is_some();
        let path = self.path.clone();
        let cannot = || format!("cannot write {}", path.display());
        let lock = match self.lock.take() {
            Some(lock) => lock,
            None => match try_lock(&self.path.with_extension("lock")).with_context(cannot)? {
                Some(lock) => lock,
                None => return Ok(None),
            },
        };
        let written =
            Written { vitals_state: VERSION, check: &self.check, identity: &self.identity, saved: now, memory: &raw };
        let text = serde_json::to_vec(&written).context("cannot encode the memory")?;
        let temporary = self.path.with_extension("tmp");
        let prepared = Prepared { temporary, path: self.path, in_place: false, _lock: lock };
        write_file(&prepared.temporary, &text, vital).with_context(cannot)?;
        Ok(Some(prepared))
    }
}

fn write_file(path: &Path, text: &[u8], durable: bool) -> io::Result<()> {
    let create = || OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = match create() {
        // A leftover of a killed run is replaced, never followed.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            create()?
        }
        created => created?,
    };
    file.write_all(text)?;
    if durable { file.sync_all() } else { Ok(()) }
}

/// A memory that is written but not yet in place.
#[derive(Debug)]
pub struct Prepared {
    temporary: PathBuf,
    path: PathBuf,
    in_place: bool,
    _lock: Flock<File>,
}

impl Prepared {
    /// Puts it in place.
    ///
    /// # Errors
    /// When the file cannot be renamed.
    pub fn commit(mut self) -> io::Result<()> {
        fs::rename(&self.temporary, &self.path)?;
        self.in_place = true;
        Ok(())
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        if !self.in_place {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1e9);

    fn dir() -> Result<(tempfile::TempDir, StateDir), Failure> {
        let temp = tempfile::tempdir()?;
        let dir = StateDir::locate(Some(temp.path()))?;
        Ok((temp, dir))
    }

    fn slot(dir: &StateDir, identity: &str) -> Result<Slot, Failure> {
        dir.slot("x", identity, Need::Helpful, || ())
    }

    fn save(slot: Slot, value: u32) -> Result<bool, Failure> {
        let prepared = slot.prepare(&value, NOW)?;
        Ok(prepared.map(Prepared::commit).transpose()?.is_some())
    }

    #[test]
    fn what_was_saved_is_found_and_identities_are_apart() -> Result<(), Failure> {
        let (_temp, dir) = dir()?;
        assert_eq!(slot(&dir, "a")?.load::<u32>()?, Loaded::First);
        assert!(save(slot(&dir, "a")?, 7)?);
        let mut again = slot(&dir, "a")?;
        assert_eq!(again.load::<u32>()?, Loaded::Found(7, NOW));
        assert!(!save(again, 7)?, "unchanged: not written");
        assert_eq!(slot(&dir, "b")?.load::<u32>()?, Loaded::First);
        Ok(())
    }

    #[test]
    fn damaged_and_future_files_are_put_aside_and_said() -> Result<(), Failure> {
        let (_temp, dir) = dir()?;
        for (content, why) in [
            ("", "damaged"),
            ("{\"vitals_state\":1,\"check\":\"x\"", "damaged"),
            ("{\"vitals_state\":2}", "later version, 2"),
            ("{\"vitals_state\":1,\"check\":\"y\",\"identity\":\"a\",\"saved\":1,\"memory\":1}", "belongs to y a"),
            ("{\"vitals_state\":1,\"check\":\"x\",\"identity\":\"a\",\"saved\":1,\"memory\":\"z\"}", "damaged"),
        ] {
            let mut slot = slot(&dir, "a")?;
            fs::write(&slot.path, content)?;
            let loaded = slot.load::<u32>()?;
            assert!(matches!(&loaded, Loaded::Unusable(said) if said.contains(why)), "{content}: {loaded:?}");
            assert_eq!(fs::read_to_string(slot.path.with_extension("unusable"))?, content);
            assert_eq!(slot.load::<u32>()?, Loaded::First);
        }
        Ok(())
    }

    #[test]
    fn a_prepared_memory_that_is_dropped_leaves_the_old_one() -> Result<(), Failure> {
        let (temp, dir) = dir()?;
        save(slot(&dir, "a")?, 1)?;
        drop(slot(&dir, "a")?.prepare(&2, NOW)?);
        assert_eq!(slot(&dir, "a")?.load::<u32>()?, Loaded::Found(1, NOW));
        let left = fs::read_dir(temp.path())?.flatten().filter(|e| e.path().extension().is_some_and(|x| x == "tmp"));
        assert_eq!(left.count(), 0);
        Ok(())
    }

    #[test]
    fn a_leftover_is_replaced_and_a_link_in_its_place_not_followed() -> Result<(), Failure> {
        let (temp, dir) = dir()?;
        let (leftover, victim) = (slot(&dir, "a")?.path.with_extension("tmp"), temp.path().join("victim"));
        fs::write(&leftover, "half a mem")?;
        assert!(save(slot(&dir, "a")?, 1)?);
        fs::write(&victim, "precious")?;
        std::os::unix::fs::symlink(&victim, &leftover)?;
        assert!(save(slot(&dir, "a")?, 2)?);
        assert_eq!(slot(&dir, "a")?.load::<u32>()?, Loaded::Found(2, NOW));
        assert_eq!(fs::read_to_string(&victim)?, "precious");
        assert!(!leftover.exists());
        Ok(())
    }

    #[test]
    fn a_second_writer_leaves_the_field() -> Result<(), Failure> {
        let (_temp, dir) = dir()?;
        let first = slot(&dir, "a")?.prepare(&1, NOW)?;
        assert!(first.is_some() && slot(&dir, "a")?.prepare(&2, NOW)?.is_none());
        Ok(())
    }

    #[test]
    fn a_vital_memory_is_waited_for() -> Result<(), Failure> {
        let (_temp, dir) = dir()?;
        let held = dir.slot("x", "a", Need::Vital, || ())?;
        let (said, heard) = std::sync::mpsc::channel();
        let other = dir.clone();
        let thread = std::thread::spawn(move || {
            let got = other.slot("x", "a", Need::Vital, || said.send(()).unwrap_or(()));
            got.is_ok()
        });
        assert!(heard.recv().is_ok(), "the wait is announced");
        drop(held);
        assert!(thread.join().unwrap_or(false));
        Ok(())
    }

    #[test]
    fn a_folder_that_cannot_be_is_named() {
        let said = StateDir::locate(Some(Path::new("/proc/none"))).err().map(|f| f.to_string()).unwrap_or_default();
        assert!(said.starts_with("cannot make the state folder /proc/none: "), "{said}");
    }
}
