//! The faults of an ordinary server, each caused, seen by name, and mended: load, memory, processes, what logs say. A full
//! file system is in `full_disks`.
//!
//! The machine may be busy with other things: every limit is on what the fault alone changes, and every state is waited
//! for, in bounds.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::harness::{Culprit, Need, Ran, Scratch, Worker, eventually, run, skipped};

/// One use of a check, with a memory of its own.
fn check(scratch: &Scratch, plugin: &str, options: &[&str]) -> Ran {
    let [program, state] = [scratch.plugin(plugin), scratch.state(plugin)];
    run(&[&[program.as_str(), "--state-dir", &state], options].concat())
}

/// Runs it until it says what is wanted.
fn until(what: &str, wanted: impl Fn(&Ran) -> bool, look: impl Fn() -> Ran) -> Ran {
    eventually(what, || Some(look()).filter(|ran| wanted(ran)))
}

#[test]
fn load_turns_and_recovers_and_names_who_burns() {
    if skipped("landscape::load_turns_and_recovers_and_names_who_burns", &[]) {
        return;
    }
    let scratch = Scratch::new();
    scratch.folder("bin");
    let name = format!("burner_{}", std::process::id());
    let program = scratch.executable(Path::new("/bin/sh"), &format!("bin/{name}"));
    // The share of programs of low priority is the burner's alone, whatever else runs here.
    let look = || check(&scratch, "check_cpu", &["--sample", "500ms", "-c", "nice=2%"]);
    let over = |ran: &Ran| ran.code == Some(2) && ran.stdout.contains("nice above 2 %");
    until("no burner", |ran| !over(ran), look);

    let burner = Culprit::start(&["nice", "-n", "5", program.to_str().unwrap(), "-c", "while :; do :; done"]);
    let culprit = format!("{name} (pid {})", burner.pid());
    let said = until("a burner by name", |ran| over(ran) && ran.stdout.contains(&culprit), look).said();
    assert!(said.first.starts_with("CPU CRITICAL - "), "{said:#?}");
    // The same process, as check_procs sees it.
    let expectation = format!("burner: name={name} cpu=:2%");
    let runs = || check(&scratch, "check_procs", &["--expect", &expectation]);
    until("a busy process", |ran| ran.code == Some(2) && ran.stdout.contains("cpu above 2 %"), runs);

    burner.stop();
    until("recovery", |ran| !over(ran), look);
}

#[test]
fn memory_turns_and_recovers_and_names_who_holds_it() {
    let python = "/usr/bin/python3";
    if skipped("landscape::memory_turns_and_recovers_and_names_who_holds_it", &[Need::Program(python, "python3")]) {
        return;
    }
    let scratch = Scratch::new();
    let available = available();
    // Large beside what else may come and go meanwhile, small beside the machine.
    let size = (available / 4).min(4 << 30);
    let limit = format!("available_bytes={}:", available - size / 2);
    let look = || check(&scratch, "check_mem", &["-c", &limit]);
    let over = |ran: &Ran| ran.code == Some(2) && ran.stdout.contains("available_bytes below");
    until("memory enough", |ran| !over(ran), look);

    let program = format!("import time; held = b'x' * {size}; time.sleep(3600)");
    let holder = Culprit::start(&[python, "-c", &program]);
    let culprit = format!("(pid {})", holder.pid());
    let said = until("the holder by name", |ran| over(ran) && ran.stdout.contains(&culprit), look).said();
    assert!(said.first.starts_with("MEM CRITICAL - "), "{said:#?}");

    holder.stop();
    until("recovery", |ran| !over(ran), look);
}

/// Bytes, as the kernel estimates them.
fn available() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[test]
fn a_process_missing_or_started_twice_is_critical_until_it_is_mended() {
    let scratch = Scratch::new();
    let mut worker = Worker::new(&scratch, "landscape");
    let expectation = worker.expectation();
    let expectation: Vec<&str> = expectation.iter().map(String::as_str).collect();
    let look = || check(&scratch, "check_procs", &expectation);
    let said = look().expect(2).said();
    assert!(said.first.contains("worker: not running, expected exactly 1"), "{said:#?}");

    worker.start();
    until("one worker", |ran| ran.code == Some(0), look);
    worker.start();
    let said = until("two workers", |ran| ran.code == Some(2), look).said();
    assert!(said.first.contains(&format!("worker: 2 processes ({})", worker.name())), "{said:#?}");

    worker.stop();
    look().expect(2);
    worker.start();
    until("one worker again", |ran| ran.code == Some(0), look);
}

/// Appends lines to a log.
fn append(log: &Path, lines: &str) {
    let mut file = fs::File::options().create(true).append(true).open(log).unwrap();
    file.write_all(lines.as_bytes()).unwrap();
}

#[test]
fn a_hardware_error_in_a_log_stays_until_somebody_says_that_it_is_mended() {
    if skipped("landscape::a_hardware_error_in_a_log_stays_until_somebody_says_that_it_is_mended", &[]) {
        return;
    }
    let scratch = Scratch::new();
    let log = scratch.path().join("kern.log");
    let look = |more: &[&str]| {
        let options = [&[log.to_str().unwrap(), "--preset", "kernel-hardware"], more].concat();
        check(&scratch, "check_logscan", &options)
    };
    append(&log, "Nov 23 08:00:00 kis1 kernel: usb 1-1: new high-speed USB device number 2\n");
    assert_eq!(look(&[]).code, Some(0));
    append(
        &log,
        "Nov 23 08:01:00 kis1 kernel: mce: [Hardware Error]: Uncorrected hardware memory error in user-access\n",
    );
    let first = look(&[]);
    assert!(first.code != Some(0) && first.stdout.contains("Uncorrected hardware memory error"), "{first:?}");
    append(&log, "Nov 23 08:02:00 kis1 kernel: all is well again, says a driver\n");
    let retry = look(&[]);
    assert!(retry.code == first.code && retry.stdout.contains("Uncorrected hardware memory error"), "{retry:?}");
    assert_eq!(look(&["--reset", "*"]).code, Some(0));
    assert_eq!(look(&[]).code, Some(0));
}

#[test]
fn an_alert_log_turns_and_recovers_when_the_error_is_no_longer_among_its_last_lines() {
    let name = "landscape::an_alert_log_turns_and_recovers_when_the_error_is_no_longer_among_its_last_lines";
    if skipped(name, &[]) {
        return;
    }
    let scratch = Scratch::new();
    let log = scratch.path().join("alert_KIS.log");
    let look = || {
        let options = [log.to_str().unwrap(), "--tail", "50", "--critical-pattern", "ORA-"];
        check(&scratch, "check_logscan", &options)
    };
    append(&log, "Thread 1 advanced to log sequence 4711 (LGWR switch)\n");
    assert_eq!(look().code, Some(0));
    append(&log, "ORA-00600: internal error code, arguments: [kdsgrp1], [], []\n");
    append(&log, &"Thread 1 advanced to log sequence 4712 (LGWR switch)\n".repeat(49));
    let said = look();
    assert!(said.code == Some(2) && said.stdout.contains("ORA-00600: internal error code"), "{said:?}");
    append(&log, "Thread 1 advanced to log sequence 4713 (LGWR switch)\n");
    assert_eq!(look().code, Some(0));
}
