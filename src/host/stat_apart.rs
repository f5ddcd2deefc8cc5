//! The sizes of file systems that may never answer: each is asked by a child that nobody waits for.
//!
//! A child that is stuck keeps a lock for as long as it lives. The next run finds the lock held and does not touch the
//! file system again, so no second process piles up behind the first.

use super::space::Space;
use crate::runtime::apart::{self, Asked, Outcome};
use crate::runtime::deadline::Deadline;
use crate::runtime::state::{Claim, StateDir};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::kill;
use nix::time::{ClockId, clock_gettime};
use nix::unistd::Pid;
use std::fs::File;
use std::io::{Seek as _, Write as _};

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Children at one time, and so the most that one run can leave behind.
const MOST: usize = 32;
/// How often a lock is tried that another run holds while it asks for itself.
const TICK: Duration = Duration::from_millis(20);

/// What a file system answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Its sizes.
    Space(Space),
    /// An error.
    Failed(Errno),
    /// Nothing, for this long; the process that waits for it.
    Stuck {
        /// The process that is stuck, where it is known.
        pid: Option<i32>,
        /// Since when.
        waited: Duration,
    },
    /// It has not been asked, and why.
    NotAsked(String),
}

/// What a question needs.
#[derive(Debug)]
pub struct Asking<'a> {
    /// Where the locks are; without it nothing is known of earlier runs.
    pub state: Option<&'a StateDir>,
    /// How long an answer may take.
    pub patience: Duration,
    /// By when all must be over.
    pub deadline: Deadline,
    /// The call itself.
    pub call: fn(&Path) -> Result<Space, Errno>,
}

/// A child under way.
struct Pending {
    index: usize,
    asked: Asked,
    since: Instant,
    until: Deadline,
    /// Held by the child as well.
    _lock: Option<File>,
}

impl Asking<'_> {
    /// Asks for all paths at the same time, a bounded number of them at once. The replies are in the paths' order.
    #[must_use]
    pub fn all(&self, paths: &[PathBuf]) -> Vec<Reply> {
        let mut replies: Vec<Option<Reply>> = vec![None; paths.len()];
        let mut pending: Vec<Pending> = Vec::new();
        let mut held: Vec<usize> = Vec::new();
        let mut stuck = 0;
        for (index, path) in paths.iter().enumerate() {
            while pending.len() + stuck >= MOST && !pending.is_empty() {
                stuck += settle(&mut pending, &mut replies);
            }
            let reply = if stuck >= MOST {
                Some(Reply::NotAsked(format!("{MOST} others do not answer")))
            } else {
                match self.start(index, path) {
                    Ok(Started::Child(child)) => {
                        pending.push(child);
                        None
                    }
                    Ok(Started::Held) => {
                        held.push(index);
                        None
                    }
                    Err(reply) => Some(reply),
                }
            };
            put(&mut replies, index, reply);
        }
        while !pending.is_empty() {
            settle(&mut pending, &mut replies);
        }
        self.wait_for_others(&held, paths, &mut replies);
        replies.into_iter().map(|reply| reply.unwrap_or_else(|| Reply::NotAsked("no time was left".into()))).collect()
    }

    /// Starts a child for one path, unless another run's child is at it.
    fn start(&self, index: usize, path: &Path) -> Result<Started, Reply> {
        if self.deadline.is_over() {
            return Err(Reply::NotAsked("no time was left".to_owned()));
        }
        let mut lock = None;
        if let Some(state) = self.state {
            match state.claim("fs", &path.to_string_lossy()) {
                Ok(Claim::Ours(ours)) => {
                    // What the last holder wrote is not true of this one.
                    let _ = ours.set_len(0);
                    lock = Some(ours);
                }
                Ok(Claim::Theirs(said)) => {
                    let (pid, waited) = Held::read(&said).map_or((None, Duration::ZERO), Held::waited);
                    // One that has just begun is most likely another run that will have its answer soon.
                    let stuck = waited >= self.patience;
                    return if stuck { Err(Reply::Stuck { pid, waited }) } else { Ok(Started::Held) };
                }
                // A full or read-only disk under the locks: better asked without than not at all.
                Err(_) => {}
            }
        }
        let keep = lock.as_ref().and_then(|lock| lock.try_clone().ok()).map(Into::into);
        let call = self.call;
        let asked = apart::ask(keep, || encode(call(path)))
            .map_err(|error| Reply::NotAsked(format!("no process could be started for it: {error}")))?;
        if let Some(lock) = &mut lock {
            Held { pid: asked.pid(), since: boot_time() }.write(lock);
        }
        let until = self.deadline.at_most(self.patience);
        Ok(Started::Child(Pending { index, asked, since: Instant::now(), until, _lock: lock }))
    }

    /// What another run was asking at the same moment: once that is over it is asked here, or found to be stuck.
    fn wait_for_others(&self, held: &[usize], paths: &[PathBuf], replies: &mut [Option<Reply>]) {
        let until = self.deadline.at_most(self.patience);
        let begun = Instant::now();
        let mut left: Vec<usize> = held.to_vec();
        while !left.is_empty() {
            let over = until.is_over();
            left.retain(|index| {
                let Some(path) = paths.get(*index) else { return false };
                match self.start(*index, path) {
                    Ok(Started::Child(child)) => {
                        let mut pending = vec![child];
                        settle(&mut pending, replies);
                        false
                    }
                    Ok(Started::Held) if over => {
                        put(replies, *index, Some(Reply::Stuck { pid: None, waited: begun.elapsed() }));
                        false
                    }
                    Ok(Started::Held) => true,
                    Err(reply) => {
                        put(replies, *index, Some(reply));
                        false
                    }
                }
            });
            if !left.is_empty() {
                std::thread::sleep(TICK.min(until.remaining()));
            }
        }
    }
}

enum Started {
    Child(Pending),
    Held,
}

/// Waits until at least one child has answered or run out of time, and takes what there is; returns how many are stuck.
fn settle(pending: &mut Vec<Pending>, replies: &mut [Option<Reply>]) -> usize {
    let first = pending.iter().map(|p| p.until.remaining()).min().unwrap_or_default();
    let timeout = i32::try_from(first.as_micros().div_ceil(1000)).ok().and_then(|ms| PollTimeout::try_from(ms).ok());
    let mut ready: Vec<bool> = Vec::new();
    {
        let mut fds: Vec<PollFd<'_>> = pending.iter().map(|p| PollFd::new(p.asked.pipe(), PollFlags::POLLIN)).collect();
        let polled = poll(&mut fds, timeout.unwrap_or(PollTimeout::MAX));
        ready.extend(fds.iter().map(|fd| polled.is_ok() && fd.any().unwrap_or(true)));
    }
    let (mut stuck, mut waiting) = (0, Vec::new());
    for (child, ready) in std::mem::take(pending).into_iter().zip(ready) {
        if !ready && !child.until.is_over() {
            waiting.push(child);
            continue;
        }
        let reply = match child.asked.answer(&child.until) {
            Outcome::Answer(bytes) => decode(&bytes),
            Outcome::Died => Reply::NotAsked("the process that asked it was ended".to_owned()),
            Outcome::Stuck(pid) => {
                stuck += 1;
                Reply::Stuck { pid: Some(pid), waited: child.since.elapsed() }
            }
        };
        put(replies, child.index, Some(reply));
    }
    *pending = waiting;
    stuck
}

fn put(replies: &mut [Option<Reply>], index: usize, reply: Option<Reply>) {
    if let Some(place) = replies.get_mut(index) {
        *place = reply;
    }
}

/// Who holds a lock, as its file says: the process, and the time since boot when it was asked.
struct Held {
    pid: i32,
    since: f64,
}

impl Held {
    fn read(said: &str) -> Option<Self> {
        let (pid, since) = said.trim().split_once(' ')?;
        Some(Self { pid: pid.parse().ok()?, since: since.parse().ok().filter(|s: &f64| s.is_finite())? })
    }

    fn write(&self, mut file: &File) {
        // Only an explanation for the next run: the lock itself is what counts.
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(format!("{} {}\n", self.pid, self.since).as_bytes()));
    }

    fn waited(self) -> (Option<i32>, Duration) {
        // A process that is gone wrote this for an earlier lock.
        if kill(Pid::from_raw(self.pid), None) == Err(Errno::ESRCH) {
            return (None, Duration::ZERO);
        }
        let seconds = (boot_time() - self.since).clamp(0.0, 1e9);
        (Some(self.pid), Duration::from_secs_f64(seconds))
    }
}

/// Seconds since boot, time asleep included: a lock does not outlive a boot.
fn boot_time() -> f64 {
    clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(0.0, |time| Duration::from(time).as_secs_f64())
}

fn encode(answer: Result<Space, Errno>) -> Vec<u8> {
    match answer {
        Ok(space) => space.to_bytes(),
        Err(errno) => (errno as i32).to_ne_bytes().to_vec(),
    }
}

fn decode(bytes: &[u8]) -> Reply {
    match <[u8; 4]>::try_from(bytes) {
        Ok(errno) => Reply::Failed(Errno::from_raw(i32::from_ne_bytes(errno))),
        Err(_) => Space::from_bytes(bytes).map_or(Reply::Failed(Errno::EIO), Reply::Space),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACE: Space = Space { size: 10, free: 5, available: 4, files: 3, files_free: 2 };

    /// Stands for a kernel: some paths answer, some fail, some do not come back for seconds.
    fn call(path: &Path) -> Result<Space, Errno> {
        match path.to_str().unwrap_or_default() {
            "/gone" => Err(Errno::ESTALE),
            path if path.starts_with("/hangs") => {
                std::thread::sleep(Duration::from_secs(3));
                Ok(SPACE)
            }
            _ => Ok(SPACE),
        }
    }

    fn asking(state: Option<&StateDir>) -> Asking<'_> {
        let (patience, deadline) = (Duration::from_millis(300), Deadline::after(Duration::from_secs(20)));
        Asking { state, patience, deadline, call }
    }

    #[test]
    fn the_others_answer_beside_one_that_hangs() -> Result<(), crate::runtime::failure::Failure> {
        let dir = tempfile::tempdir()?;
        let state = StateDir::locate(Some(dir.path()))?;
        let paths = ["/a", "/hangs", "/gone", "/b"].map(PathBuf::from);
        let first = asking(Some(&state)).all(&paths);
        assert_eq!((&first[0], &first[2], &first[3]), (&Reply::Space(SPACE), &Reply::Failed(Errno::ESTALE), &first[0]));
        let Reply::Stuck { pid: Some(stuck), .. } = first[1] else { unreachable!("{:?}", first[1]) };
        // The next run does not ask again, and knows who is stuck and since when.
        let again = asking(Some(&state)).all(&paths);
        let Reply::Stuck { pid, waited } = again[1] else { unreachable!("{:?}", again[1]) };
        assert_eq!(pid, Some(stuck));
        assert!(waited >= Duration::from_millis(300));
        assert_eq!(again[0], Reply::Space(SPACE));
        // Once the child has come back, its lock is free.
        std::thread::sleep(Duration::from_secs(3));
        let last = Asking { patience: Duration::from_secs(10), ..asking(Some(&state)) };
        assert_eq!(last.all(&[PathBuf::from("/hangs")]), [Reply::Space(SPACE)]);
        Ok(())
    }

    #[test]
    fn another_run_that_is_just_asking_is_waited_for() -> Result<(), crate::runtime::failure::Failure> {
        let dir = tempfile::tempdir()?;
        let state = StateDir::locate(Some(dir.path()))?;
        let Claim::Ours(theirs) = state.claim("fs", "/a")? else { unreachable!("a new lock is free") };
        let thread = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            drop(theirs);
        });
        let patient = Asking { patience: Duration::from_secs(10), ..asking(Some(&state)) };
        assert_eq!(patient.all(&[PathBuf::from("/a")]), [Reply::Space(SPACE)]);
        assert!(thread.join().is_ok());
        Ok(())
    }

    #[test]
    fn no_run_leaves_more_than_a_few_behind() {
        let paths: Vec<PathBuf> = (0..40).map(|i| PathBuf::from(format!("/hangs/{i}"))).collect();
        let replies = asking(None).all(&paths);
        let stuck = replies.iter().filter(|reply| matches!(reply, Reply::Stuck { .. })).count();
        let left = replies.iter().filter(|reply| matches!(reply, Reply::NotAsked(_))).count();
        assert_eq!((stuck, left), (MOST, 40 - MOST));
    }

    #[test]
    fn many_that_answer_are_all_asked() {
        let paths: Vec<PathBuf> = (0..100).map(|i| PathBuf::from(format!("/{i}"))).collect();
        assert!(asking(None).all(&paths).iter().all(|reply| *reply == Reply::Space(SPACE)));
    }
}
