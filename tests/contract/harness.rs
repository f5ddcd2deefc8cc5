//! A small test runner. The usual ones own `main`, or bring a clap with other features than the plugins have: then
//! the binaries of `cargo test` would not be those that are shipped.
//!
//! `cargo test --test contract -- FILTER…` runs the cases whose name contains one of the filters; `--list` names them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;

/// How a case ended.
pub enum Outcome {
    Passed,
    Skipped(&'static str),
}

/// A case with its name.
pub struct Trial {
    name: String,
    run: Box<dyn FnOnce() -> Outcome + Send>,
}

impl Trial {
    pub fn new(name: String, run: impl FnOnce() -> Outcome + Send + 'static) -> Self {
        Self { name, run: Box::new(run) }
    }
}

/// Runs the cases that the command line asks for, so many at a time.
pub fn run(mut trials: Vec<Trial>, at_a_time: usize) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    trials.retain(|trial| filters.is_empty() || filters.iter().any(|filter| trial.name.contains(*filter)));
    if arguments.iter().any(|argument| argument == "--list") {
        trials.iter().for_each(|trial| println!("{}: test", trial.name));
        return ExitCode::SUCCESS;
    }
    println!("\nrunning {} tests", trials.len());
    let all = trials.len();
    trials.reverse();
    let (queue, failed, skipped) = (Mutex::new(trials), Mutex::new(Vec::new()), Mutex::new(0));
    std::thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                while let Some(Trial { name, run }) = next(&queue) {
                    // The reason of a failure is told by the panic itself, on standard error.
                    match catch_unwind(AssertUnwindSafe(run)) {
                        Ok(Outcome::Passed) => println!("test {name} ... ok"),
                        Ok(Outcome::Skipped(why)) => {
                            println!("test {name} ... skipped: {why}");
                            *skipped.lock().expect("no panic holds it") += 1;
                        }
                        Err(_) => {
                            println!("test {name} ... FAILED");
                            failed.lock().expect("no panic holds it").push(name);
                        }
                    }
                }
            });
        }
    });
    let (failed, skipped) = (failed.into_inner().expect("no panic"), skipped.into_inner().expect("no panic"));
    for name in &failed {
        println!("failed: {name}");
    }
    println!("\ntest result: {} passed; {} failed; {skipped} skipped\n", all - failed.len() - skipped, failed.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(101) }
}

fn next(queue: &Mutex<Vec<Trial>>) -> Option<Trial> {
    queue.lock().expect("no panic holds it").pop()
}
