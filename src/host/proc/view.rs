//! One process at a time, each of its files read when it is first asked for, and once.

use super::numbers::after;
use super::stat::{self, Stat};
use super::{Miss, Procs};
use crate::runtime::mark::Mark;
use std::os::unix::ffi::OsStringExt as _;

/// The kernel keeps this many bytes of a name (TASK_COMM_LEN less the end).
pub const SHORT_NAME: usize = 15;
/// A command line is searched for the full name in so many arguments: `interpreter -option script`.
const NAME_ARGUMENTS: usize = 3;

/// A buffer that is filled at most once for each process.
#[derive(Debug, Default)]
struct Filled {
    bytes: Vec<u8>,
    state: Option<Result<usize, Miss>>,
}

impl Filled {
    fn text(&self) -> &[u8] {
        let length = self.state.and_then(Result::ok).unwrap_or(0);
        self.bytes.get(..length).unwrap_or_default()
    }

    /// The text, from `fill` if it is not known yet.
    fn get(&mut self, fill: impl FnOnce(&mut Vec<u8>) -> Result<usize, Miss>) -> Result<&[u8], Miss> {
        let state = match self.state {
            Some(state) => state,
            None => *self.state.insert(fill(&mut self.bytes)),
        };
        state.map(|_| self.text())
    }
}

/// A process under the glass.
#[derive(Debug)]
pub struct View<'p> {
    procs: &'p Procs,
    pid: u32,
    /// Whether the numbers will be needed anyway: then the name is taken from them.
    stat_first: bool,
    stat: Option<Result<Stat, Miss>>,
    comm: Filled,
    name: Filled,
    exe: Filled,
    cmdline: Filled,
    cgroup: Filled,
    scratch: Vec<u8>,
    /// Which process is being read while a read may block.
    mark: Option<&'p Mark>,
    /// Processes whose memory is locked: not to be touched.
    stuck: &'p [u32],
}

impl<'p> View<'p> {
    /// A view of nothing yet. `mark` is told which process is read when that may block; those in `stuck` are not.
    #[must_use]
    pub fn new(procs: &'p Procs, mark: Option<&'p Mark>, stuck: &'p [u32]) -> Self {
        Self {
            procs,
            pid: 0,
            stat_first: false,
            stat: None,
            comm: Filled::default(),
            name: Filled::default(),
            exe: Filled::default(),
            cmdline: Filled::default(),
            cgroup: Filled::default(),
            scratch: Vec::new(),
            mark,
            stuck,
        }
    }

    /// Turns to a process; `stat_first` where its numbers will be needed anyway.
    pub fn turn_to(&mut self, pid: u32, stat_first: bool) {
        (self.pid, self.stat_first, self.stat) = (pid, stat_first, None);
        for filled in [&mut self.comm, &mut self.name, &mut self.exe, &mut self.cmdline, &mut self.cgroup] {
            filled.state = None;
        }
    }

    /// Which process it is.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// Its numbers, if they have been read already.
    #[must_use]
    pub fn stat_if_read(&self) -> Option<Stat> {
        self.stat.and_then(Result::ok)
    }

    /// Its numbers.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn stat(&mut self) -> Result<Stat, Miss> {
        if let Some(stat) = self.stat {
            return stat;
        }
        let stat = self.procs.read(self.pid, "stat", &mut self.scratch).and_then(|filled| {
            let (name, stat) = stat::parse(self.scratch.get(..filled).unwrap_or_default()).ok_or(Miss::Gone)?;
            self.comm.bytes.clear();
            self.comm.bytes.extend_from_slice(name);
            self.comm.state = Some(Ok(name.len()));
            Ok(stat)
        });
        *self.stat.insert(stat)
    }

    /// Its name as the kernel keeps it: cut after 15 bytes.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn comm(&mut self) -> Result<&[u8], Miss> {
        if self.stat_first && self.comm.state.is_none() {
            self.stat()?;
        }
        let (procs, pid) = (self.procs, self.pid);
        self.comm.get(|bytes| {
            let filled = procs.read(pid, "comm", bytes)?;
            Ok(filled - usize::from(bytes.get(..filled).is_some_and(|text| text.ends_with(b"\n"))))
        })
    }

    /// Its full name. One that the kernel may have cut is looked up in the executable's name and the command line:
    /// what begins with it there is it.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn name(&mut self) -> Result<&[u8], Miss> {
        if self.comm()?.len() != SHORT_NAME {
            return self.comm();
        }
        if self.name.state.is_none() {
            let found = self.full_name();
            self.name.state = Some(found.map(|name| {
                self.name.bytes = name;
                self.name.bytes.len()
            }));
        }
        self.name.get(|_| Err(Miss::Gone))
    }

    /// Its full name, if it has been looked up already.
    #[must_use]
    pub fn known_name(&self) -> Option<&[u8]> {
        matches!(self.name.state, Some(Ok(_))).then(|| self.name.text())
    }

    fn full_name(&mut self) -> Result<Vec<u8>, Miss> {
        let short = self.comm()?.to_vec();
        // Without the right to follow the link, the command line may still tell.
        if let Ok(exe) = self.exe() {
            let name = base(exe);
            if name.starts_with(&short) {
                return Ok(name.to_vec());
            }
        }
        let arguments = self.cmdline()?.split(|byte| *byte == 0).take(NAME_ARGUMENTS);
        let full = arguments.map(base).find(|name| name.starts_with(&short)).map(<[u8]>::to_vec);
        Ok(full.unwrap_or(short))
    }

    /// The path of its executable; empty for a kernel thread or a zombie.
    ///
    /// # Errors
    /// [`Miss`]: other users' links are for the privileged only.
    pub fn exe(&mut self) -> Result<&[u8], Miss> {
        let (procs, pid) = (self.procs, self.pid);
        self.exe.get(|bytes| {
            *bytes = match procs.link(pid, "exe") {
                Ok(path) => path.into_vec(),
                Err(Miss::Gone) => Vec::new(),
                Err(miss) => return Err(miss),
            };
            // An update has replaced the file on disk (proc_pid_exe(5)).
            Ok(bytes.strip_suffix(b" (deleted)").map_or(bytes.len(), <[u8]>::len))
        })
    }

    /// Its arguments, each ended by a zero byte; empty for a kernel thread or a zombie.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn cmdline(&mut self) -> Result<&[u8], Miss> {
        let guard = Guard { mark: self.mark, stuck: self.stuck, pid: self.pid };
        let procs = self.procs;
        self.cmdline.get(|bytes| guard.read(procs, "cmdline", bytes))
    }

    /// Its `cgroup` file; empty where the kernel has none.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn cgroup(&mut self) -> Result<&[u8], Miss> {
        let (procs, pid) = (self.procs, self.pid);
        self.cgroup.get(|bytes| match procs.read(pid, "cgroup", bytes) {
            Err(Miss::Gone) => Ok(0),
            other => other,
        })
    }

    /// Its effective user.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn user(&mut self) -> Result<u32, Miss> {
        self.procs.owner(self.pid, &mut self.scratch)
    }

    /// Its proportional share of memory in bytes: what it shares is divided by the number of those who share it.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn pss(&mut self) -> Result<u64, Miss> {
        let guard = Guard { mark: self.mark, stuck: self.stuck, pid: self.pid };
        let filled = guard.read(self.procs, "smaps_rollup", &mut self.scratch)?;
        let text = self.scratch.get(..filled).unwrap_or_default();
        after::<u64>(text, b"\nPss:", 0).map(|kib| kib.saturating_mul(1024)).ok_or(Miss::Gone)
    }

    /// How many files it has open.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn open_files(&mut self) -> Result<u64, Miss> {
        self.procs.entries(self.pid, "fd")
    }

    /// How many files it may open (the soft limit); `None` without a limit.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn most_files(&mut self) -> Result<Option<u64>, Miss> {
        let filled = self.procs.read(self.pid, "limits", &mut self.scratch)?;
        Ok(after(self.scratch.get(..filled).unwrap_or_default(), b"Max open files", 0))
    }
}

/// Reads what needs the lock of a process' memory, which may be held for ever.
struct Guard<'p> {
    mark: Option<&'p Mark>,
    stuck: &'p [u32],
    pid: u32,
}

impl Guard<'_> {
    fn read(&self, procs: &Procs, file: &str, buffer: &mut Vec<u8>) -> Result<usize, Miss> {
        if self.stuck.contains(&self.pid) {
            return Err(Miss::Stuck);
        }
        let Some(mark) = self.mark else { return procs.read(self.pid, file, buffer) };
        mark.set(self.pid);
        let read = procs.read(self.pid, file, buffer);
        mark.set(0);
        read
    }
}

/// The last part of a path.
fn base(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}
