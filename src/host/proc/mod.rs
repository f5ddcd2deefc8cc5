//! Processes, read from a kept handle of /proc: one openat, one read and one close for each file that is needed.

pub mod cgroup;
pub mod kernel;
mod listing;
pub mod numbers;
pub mod own;
pub mod stat;
pub mod units;
pub mod users;
pub mod view;

use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use anyhow::{Context as _, anyhow};
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat};
use nix::sys::stat::{Mode, fstatat};
use nix::sys::statfs::{PROC_SUPER_MAGIC, fstatfs};
use std::ffi::{CStr, OsString};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::PathBuf;

/// The longest `PID/file` that is asked for.
const LONGEST_PATH: usize = 48;
/// What is read of one file at most: a command line may have megabytes (execve(2), "Limits on size").
const LARGEST: usize = 4 << 20;
/// The first size of a buffer: more than any file but a long command line.
pub const BUFFER: usize = 4096;

/// Why something of a process is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// The process has ended, or has no such thing.
    Gone,
    /// The kernel refuses: somebody else's process, and no right to look into it.
    Refused,
    /// An earlier attempt has not come back.
    Stuck,
}

impl From<Errno> for Miss {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::ENOENT | Errno::ESRCH | Errno::ENOTDIR => Self::Gone,
            _ => Self::Refused,
        }
    }
}

/// The process folder of a machine.
#[derive(Debug)]
pub struct Procs {
    dir: OwnedFd,
    path: PathBuf,
    live: bool,
}

impl Procs {
    /// Opens /proc below a root.
    ///
    /// # Errors
    /// When it is not there.
    pub fn open(root: &Root) -> Result<Self, Failure> {
        let path = root.path("/proc");
        let dir = nix::fcntl::open(&path, OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC, Mode::empty())
            .map_err(io::Error::from)
            .with_context(|| format!("cannot open {}", path.display()))?;
        let live = !root.is_elsewhere() || fstatfs(&dir).is_ok_and(|fs| fs.filesystem_type() == PROC_SUPER_MAGIC);
        Ok(Self { dir, path, live })
    }

    /// Whether this is a proc file system, not a copy of one.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.live
    }

    /// All process IDs, ascending.
    ///
    /// # Errors
    /// When the folder cannot be read, or is no process folder at all.
    pub fn pids(&self) -> Result<Vec<u32>, Failure> {
        let cannot = || format!("cannot list {}", self.path.display());
        let listing = openat(&self.dir, c".", OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC, Mode::empty());
        let mut pids = listing::numbers(listing.with_context(cannot)?.as_fd()).with_context(cannot)?;
        if pids.is_empty() {
            return Err(anyhow!("no processes in {}: is a proc file system mounted there?", self.path.display()).into());
        }
        // As the kernel lists them; a copy need not be in order.
        if !pids.is_sorted() {
            pids.sort_unstable();
        }
        Ok(pids)
    }

    /// Reads a file of a process into a buffer and says how much of it is filled. The buffer keeps its length, so
    /// that it is not cleared for each file.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn read(&self, pid: u32, file: &str, buffer: &mut Vec<u8>) -> Result<usize, Miss> {
        if buffer.len() < BUFFER {
            buffer.resize(BUFFER, 0);
        }
        let fd =
            in_folder(pid, file, |path| openat(&self.dir, path, OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty()))?;
        let mut filled = 0;
        loop {
            match nix::unistd::read(&fd, buffer.get_mut(filled..).unwrap_or_default()) {
                // Files of /proc give all that there is in one go: what comes short is the end.
                Ok(n) if filled + n < buffer.len() => return Ok(filled + n),
                Ok(n) => filled += n,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
            if filled >= LARGEST {
                return Ok(filled);
            }
            buffer.resize(buffer.len() * 2, 0);
        }
    }

    /// Where a link of a process leads.
    ///
    /// # Errors
    /// [`Miss`]; kernel threads and zombies have no `exe`.
    pub fn link(&self, pid: u32, file: &str) -> Result<OsString, Miss> {
        in_folder(pid, file, |path| nix::fcntl::readlinkat(&self.dir, path))
    }

    /// The effective user of a process: the owner of its folder (proc(5); the folder itself, unlike the files in it,
    /// keeps its owner whatever the process may dump). A copy has it in `status` only.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn owner(&self, pid: u32, buffer: &mut Vec<u8>) -> Result<u32, Miss> {
        if self.live {
            return Ok(in_folder(pid, "", |path| fstatat(&self.dir, path, AtFlags::empty()))?.st_uid);
        }
        let filled = self.read(pid, "status", buffer)?;
        numbers::after(buffer.get(..filled).unwrap_or_default(), b"\nUid:", 1).ok_or(Miss::Gone)
    }

    /// How many entries a folder of a process has.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn entries(&self, pid: u32, folder: &str) -> Result<u64, Miss> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let fd = in_folder(pid, folder, |path| openat(&self.dir, path, flags, Mode::empty()))?;
        let mut dir = Dir::from_fd(fd)?;
        let mut count = 0;
        for entry in dir.iter() {
            count += u64::from(!entry?.file_name().to_bytes().starts_with(b"."));
        }
        Ok(count)
    }

    /// The name of a process, at most 15 characters.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn comm(&self, pid: u32) -> Result<Vec<u8>, Miss> {
        let mut buffer = Vec::new();
        let filled = self.read(pid, "comm", &mut buffer)?;
        buffer.truncate(filled);
        if buffer.ends_with(b"\n") {
            buffer.pop();
        }
        Ok(buffer)
    }

    /// The numbers of a process.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn stat(&self, pid: u32) -> Result<stat::Stat, Miss> {
        let mut buffer = Vec::new();
        let filled = self.read(pid, "stat", &mut buffer)?;
        stat::parse(buffer.get(..filled).unwrap_or_default()).map(|(_, stat)| stat).ok_or(Miss::Gone)
    }
}

/// Calls with the path `PID/file`, built on the stack.
fn in_folder<T>(pid: u32, file: &str, call: impl FnOnce(&CStr) -> nix::Result<T>) -> Result<T, Miss> {
    let mut path = [0; LONGEST_PATH];
    let mut digits = [0; 10];
    let parts = [numbers::written(pid, &mut digits), b"/", file.as_bytes()];
    let mut places = path.iter_mut();
    for (byte, place) in parts.iter().flat_map(|part| part.iter()).zip(&mut places) {
        *place = *byte;
    }
    // A path that fills all of it has no end, and is refused here.
    let path = CStr::from_bytes_until_nul(&path).map_err(|_| Miss::Gone)?;
    Ok(call(path)?)
}
