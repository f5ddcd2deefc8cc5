//! Runs the checks on their schedule: one thread that keeps the time, and as many that run plugins as are needed.
//!
//! A thread for each running plugin, not an async runtime: starting a program can itself block in the kernel, and a
//! thread that is stuck there can be given up while the others go on.

mod state;
#[cfg(test)]
mod tests;

use super::config::Config;
use super::console;
use super::run::{Runner, wall_clock};
use super::standing::{Phase, Snapshot, Standing};
use nix::unistd::pipe2;
use state::{Change, State};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Stack of a thread that runs plugins; reading JSON of 128 levels needs the most of it.
const STACK: usize = 512 * 1024;
/// How long running plugins may take to end when the exporter does.
const FAREWELL: Duration = Duration::from_secs(4);

/// What the exporter itself is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Plugins that are running.
    pub running: usize,
    /// Plugins that are due and wait for their turn.
    pub queued: usize,
    /// Runs that cannot be ended: their processes, or the threads that start them, are stuck in the kernel.
    pub stuck: usize,
    /// Plugins that may run at one time.
    pub concurrency: usize,
}

/// The running schedule.
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

struct Shared {
    inner: Mutex<Inner>,
    /// Something happened that the keeper of the time must know.
    time: Condvar,
    /// There is something to run, or to stop for.
    work: Condvar,
    /// Readable as soon as `Inner::go_on` is closed.
    cancel: OwnedFd,
}

struct Inner {
    state: State,
    runner: Runner,
    concurrency: usize,
    threads: usize,
    idle: usize,
    notices: Vec<String>,
    /// Open as long as plugins may run.
    go_on: Option<OwnedFd>,
}

impl Engine {
    /// Starts to run the checks.
    ///
    /// # Errors
    /// When there is no descriptor or thread to be had.
    pub(super) fn start(config: &Config, runner: Runner) -> io::Result<Self> {
        let (cancel, go_on) = pipe2(nix::fcntl::OFlag::O_CLOEXEC)?;
        let inner = Inner {
            state: State::new(config, (Instant::now(), wall_clock())),
            runner,
            concurrency: config.concurrency,
            threads: 0,
            idle: 0,
            notices: Vec::new(),
            go_on: Some(go_on),
        };
        let shared = Arc::new(Shared { inner: Mutex::new(inner), time: Condvar::new(), work: Condvar::new(), cancel });
        let keeper = Arc::clone(&shared);
        thread::Builder::new().name("schedule".to_owned()).stack_size(STACK).spawn(move || keep_time(&keeper))?;
        Ok(Self(shared))
    }

    /// Goes on with another configuration.
    pub(super) fn configure(&self, config: &Config, runner: Runner) {
        let mut inner = self.0.lock();
        inner.state.configure(config, (Instant::now(), wall_clock()));
        inner.runner = runner;
        inner.concurrency = config.concurrency;
        drop(inner);
        self.0.time.notify_one();
        self.0.work.notify_all();
    }

    /// Says what is wrong with the exporter itself, until something else is.
    pub(super) fn notice(&self, notices: Vec<String>) {
        self.0.lock().notices = notices;
    }

    /// All that is known now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let inner = self.0.lock();
        let (standings, notices) = (inner.state.standings(), inner.notices.clone());
        Snapshot { standings, notices, now: Instant::now(), wall: wall_clock() }
    }

    /// How many checks have no result yet, nor ever will because they are stuck.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let is_waiting = |s: &Standing| s.verdict.is_none() && !matches!(s.phase, Phase::Stuck(_));
        self.0.lock().state.standings().iter().filter(|standing| is_waiting(standing)).count()
    }

    /// What the exporter itself is doing.
    #[must_use]
    pub fn load(&self) -> Load {
        let inner = self.0.lock();
        Load {
            running: inner.threads - inner.idle,
            queued: inner.state.queued(),
            stuck: inner.state.given_up() + inner.state.stuck(),
            concurrency: inner.concurrency,
        }
    }

    /// Ends all runs, and waits a while for them.
    pub fn stop(&self) {
        let mut inner = self.0.lock();
        inner.go_on = None;
        self.0.time.notify_all();
        self.0.work.notify_all();
        let end = Instant::now() + FAREWELL;
        while inner.threads > 0 {
            let Some(left) = end.checked_duration_since(Instant::now()) else { return };
            inner = self.0.time.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Shared {
    /// The lock holds nothing half done: whoever panics does so elsewhere.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread that keeps the time.
fn keep_time(shared: &Arc<Shared>) {
    let mut inner = shared.lock();
    while inner.go_on.is_some() {
        let lost = inner.state.given_up();
        let next = inner.state.tick((Instant::now(), wall_clock()));
        // Threads that were given up are replaced.
        inner.threads = inner.threads.saturating_sub(inner.state.given_up().saturating_sub(lost));
        hire(shared, &mut inner);
        let changes = inner.state.changes();
        if !changes.is_empty() {
            drop(inner);
            changes.iter().for_each(tell);
            inner = shared.lock();
            continue;
        }
        let wait = next.saturating_duration_since(Instant::now());
        inner = shared.time.wait_timeout(inner, wait).unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Wakes or starts as many threads as there are runs to make.
fn hire(shared: &Arc<Shared>, inner: &mut Inner) {
    let queued = inner.state.queued();
    for _ in 0..queued.min(inner.idle) {
        shared.work.notify_one();
    }
    let wanted = queued.saturating_sub(inner.idle).min(inner.concurrency.saturating_sub(inner.threads));
    for _ in 0..wanted {
        let worker = Arc::clone(shared);
        let spawned = thread::Builder::new().name("run".to_owned()).stack_size(STACK).spawn(move || work(&worker));
        match spawned {
            Ok(_) => inner.threads += 1,
            Err(error) => {
                // Those that there are go on; the next slot tries again.
                console::log(&format!("cannot start a thread, {} run plugins: {error}", inner.threads));
                break;
            }
        }
    }
}

/// A thread that runs plugins.
fn work(shared: &Shared) {
    let mut inner = shared.lock();
    loop {
        if inner.go_on.is_none() || inner.threads > inner.concurrency {
            inner.threads -= 1;
            shared.time.notify_all();
            return;
        }
        let Some(job) = inner.state.take(Instant::now()) else {
            inner.idle += 1;
            inner = shared.work.wait(inner).unwrap_or_else(PoisonError::into_inner);
            inner.idle -= 1;
            continue;
        };
        let runner = inner.runner.clone();
        drop(inner);
        let (outcome, stuck) = runner.run(&job.check, shared.cancel.as_fd());
        inner = shared.lock();
        if inner.go_on.is_none() {
            // A thread that was given up is not counted any more.
            if inner.state.has_given_up(&job) {
                return;
            }
            continue;
        }
        let finished = inner.state.finish(&job, outcome, stuck, wall_clock());
        // It may be due again sooner, or be stuck and looked after.
        shared.time.notify_one();
        if let Some(change) = &finished.change {
            drop(inner);
            tell(change);
            inner = shared.lock();
        }
        if finished.given_up {
            return;
        }
    }
}

/// A line in the log for a change of state; the first OK is none.
fn tell(change: &Change) {
    let before = change.before.map_or("PENDING", |before| before.status.word());
    let kind = if change.now.is_hard() { "hard" } else { "soft" };
    if change.before.is_some() || change.now.status != crate::model::status::Status::Ok {
        console::log(&format!("{}: {} ({kind}, was {before}): {}", change.id, change.now.status, change.summary));
    }
}
