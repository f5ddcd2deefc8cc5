//! `--once`: every check a single time, for a look by hand and for scripts.

use super::cli::say;
use super::config::{Check, Config};
use super::outcome::Outcome;
use super::reload::runner;
use crate::model::status::Status;
use nix::unistd::pipe2;
use std::os::fd::AsFd as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Runs all, prints a line for each in the order of their names, and ends with the worst state.
pub(super) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    // Its memories are its own: what it sees is still news to the exporter that runs beside it.
    let runner = runner(config, "once");
    let (cancel, _go_on) = pipe2(nix::fcntl::OFlag::O_CLOEXEC)?;
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..config.concurrency.min(config.checks.len()) {
            scope.spawn(|| {
                while let Some(check) = config.checks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (outcome, _) = runner.run(check, cancel.as_fd());
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((check, outcome));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let worst = results.iter().map(|(_, outcome)| outcome.status).max().unwrap_or(Status::Ok);
    let text: String = results.iter().map(|(check, outcome)| line(check, outcome)).collect();
    say(&text)?;
    Ok(ExitCode::from(worst.code()))
}

fn line(check: &Check, outcome: &Outcome) -> String {
    format!("{:<8} {}: {}\n", outcome.status, check.id, outcome.summary)
}
