//! `--once`: every check a single time, for a look by hand and for scripts.

use super::cli::{Asked, Signals, say};
use super::config::{Check, Config};
use super::outcome::Outcome;
use super::reload::runner;
use super::run::{Runner, longest, wall_clock};
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
use anyhow::bail;
use nix::unistd::pipe2;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long those that were asked to end may take when the whole is ended.
const FAREWELL: Duration = Duration::from_secs(4);

enum News {
    Begun(usize, Instant, Timestamp),
    Done(usize, Box<Outcome>),
    Asked(&'static str),
}

/// What the threads share: a thread that the kernel keeps is left alone with it.
struct Shared {
    config: Config,
    runner: Runner,
    next: AtomicUsize,
    cancel: OwnedFd,
}

/// Runs all, prints a line for each in the order of their names, and ends with the worst state.
pub(super) fn run(config: Config) -> anyhow::Result<ExitCode> {
    if config.checks.is_empty() {
        bail!("no check is configured, so nothing is known");
    }
    // Its memories are its own: what it sees is still news to the exporter that runs beside it.
    let runner = runner(&config, "once");
    let (cancel, go_on) = pipe2(nix::fcntl::OFlag::O_CLOEXEC)?;
    let shared = Arc::new(Shared { config, runner, next: AtomicUsize::new(0), cancel });
    let checks = &shared.config.checks;
    let (tell, news) = channel();
    listen(tell.clone())?;
    for _ in 0..shared.config.concurrency.min(checks.len()) {
        hire(&shared, &tell)?;
    }
    let mut running: BTreeMap<usize, (Instant, Timestamp)> = BTreeMap::new();
    let mut lost = BTreeSet::new();
    let mut results: BTreeMap<usize, Outcome> = BTreeMap::new();
    while results.len() < checks.len() {
        let limit = |number: &usize, began: Instant| checks.get(*number).map(|check| began + longest(check));
        let first = running.iter().filter_map(|(number, began)| Some((limit(number, began.0)?, *number))).min();
        let wait = first.map_or(FAREWELL, |(limit, _)| limit.saturating_duration_since(Instant::now()));
        match (news.recv_timeout(wait), first) {
            (Ok(News::Begun(number, began, wall)), _) => drop(running.insert(number, (began, wall))),
            (Ok(News::Done(number, outcome)), _) if !lost.contains(&number) => {
                running.remove(&number);
                results.insert(number, *outcome);
            }
            (Ok(News::Asked(name)), _) => {
                drop(go_on);
                farewell(&shared, running.len(), &news);
                bail!("{name}: the plugins that were running have been ended");
            }
            // Its thread does not come back from the kernel: another takes its place.
            (Err(RecvTimeoutError::Timeout), Some((limit, number))) if limit <= Instant::now() => {
                if let (Some(check), Some((began, wall))) = (checks.get(number), running.remove(&number)) {
                    let now = Instant::now();
                    results.insert(number, Outcome::given_up(check, (wall, now), now.duration_since(began)));
                }
                lost.insert(number);
                hire(&shared, &tell)?;
            }
            _ => {}
        }
    }
    // They stand in the order of their identities.
    let text: String = checks.iter().zip(results.values()).map(|(check, outcome)| line(check, outcome)).collect();
    let worst = results.values().map(|outcome| outcome.status).max().unwrap_or(Status::Ok);
    say(&text)?;
    Ok(ExitCode::from(worst.code()))
}

fn hire(shared: &Arc<Shared>, tell: &Sender<News>) -> io::Result<()> {
    let (shared, tell) = (Arc::clone(shared), tell.clone());
    let work = move || loop {
        let number = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(check) = shared.config.checks.get(number) else { return };
        let _ = tell.send(News::Begun(number, Instant::now(), wall_clock()));
        let (outcome, _) = shared.runner.run(check, shared.cancel.as_fd());
        let _ = tell.send(News::Done(number, Box::new(outcome)));
    };
    thread::Builder::new().spawn(work).map(drop)
}

/// Plugins are in process groups of their own: what ends us from a terminal does not reach them.
fn listen(tell: Sender<News>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _inside = runtime.enter();
        Signals::new()?
    };
    let wait = move || loop {
        if let Asked::End(name) = runtime.block_on(signals.next()) {
            let _ = tell.send(News::Asked(name));
            return;
        }
    };
    thread::Builder::new().name("signals".to_owned()).spawn(wait).map(drop)
}

/// No more are started; those that run have been asked to end.
fn farewell(shared: &Shared, running: usize, news: &std::sync::mpsc::Receiver<News>) {
    shared.next.store(shared.config.checks.len(), Ordering::Relaxed);
    let (end, mut left) = (Instant::now() + FAREWELL, running);
    while left > 0 {
        match news.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(News::Begun(..)) => left += 1,
            Ok(News::Done(..)) => left -= 1,
            Ok(News::Asked(_)) => {}
            Err(_) => return,
        }
    }
}

fn line(check: &Check, outcome: &Outcome) -> String {
    format!("{:<8} {}: {}\n", outcome.status, check.id, outcome.summary)
}
