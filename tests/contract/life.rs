//! Lives that end badly: panics, signals, children that do not end, answers too large for any pipe.

use crate::harness::Trial;
use crate::needs::trial;
use crate::run::eventually;
use crate::stand_in::{endless, plain, vital};
use nix::sys::signal::Signal;
use std::io::Read as _;
use vitals::model::render::Format;
use vitals::model::status::Status;

const CASES: &[(&str, fn())] = &[
    ("a_panic_is_one_line", panics),
    ("a_driver_that_panics_is_not_the_end", panic_elsewhere),
    ("time_that_runs_out_names_what_was_waited_for", busy),
    ("failures_have_a_state", failures),
    ("nothing_found_is_unknown", nothing),
    ("all_the_time_there_is_may_be_used", exhaust),
    ("a_program_that_does_not_end_is_killed", child),
    ("a_signal_kills_the_children_too", children_die),
    ("a_call_that_never_returns_is_left_behind", apart),
    ("a_flood_is_cut", flood),
    ("a_slow_reader_gets_all", slow_reader),
    ("a_signal_while_the_answer_is_written", interrupted),
];

pub fn trials() -> impl Iterator<Item = Trial> {
    CASES.iter().map(|(name, case)| trial(format!("life::{name}"), &[], case))
}

fn panics() {
    for act in ["panic", "panic-late"] {
        for format in Format::ALL {
            let ran = plain().command().args("--act").arg(act).arg("--output").arg(format.name()).done();
            assert_eq!(ran.in_form(format, 4096), Status::Unknown);
            if format == Format::Nagios {
                assert_eq!(ran.text().lines().count(), 1);
                ran.says(&["internal error: the ", "stand_in.rs:", "please report it"]);
            }
        }
    }
    // What is remembered is what was before.
    let state = tempfile::tempdir().expect("a folder");
    vital().command().state(state.path()).done().says(&["run 1"]);
    vital().command().state(state.path()).args("--act panic-late").done().exits(3);
    vital().command().state(state.path()).done().says(&["run 2"]);
}

fn panic_elsewhere() {
    assert_eq!(plain().command().args("--act panic-elsewhere").done().ok_form(), Status::Ok);
}

fn busy() {
    let ran = plain().command().args("--act busy -t 0.5").done().within(0.5).exits(3);
    ran.ok_form();
    ran.says(&["no answer within 0.5 s (--timeout): counting the stars"]);
    let ran = plain().command().args("--act await -t 0.5").done().within(0.5).exits(2);
    ran.ok_form();
    ran.says(&["the moon has not answered"]);
    for act in ["busy", "await"] {
        let ran = plain().command().args("-t 0.5:warning --act").arg(act).done().within(0.5);
        assert_eq!(ran.ok_form(), Status::Warning);
        let ran = plain().command().args("-t 0.5:ok --map ok=critical --act").arg(act).done().within(0.5);
        assert_eq!(ran.ok_form(), Status::Critical);
    }
}

fn failures() {
    for (act, time, status) in [
        ("down", "10", Status::Critical),
        ("unknown", "10", Status::Unknown),
        ("late", "10", Status::Critical),
        ("late", "10:warning", Status::Warning),
        ("down", "10:warning", Status::Critical),
    ] {
        for format in Format::ALL {
            let run = plain().command().args("-t").arg(time).arg("--act").arg(act).arg("--output").arg(format.name());
            assert_eq!(run.done().in_form(format, 4096), status, "{act} {time}");
        }
    }
}

fn nothing() {
    let ran = plain().command().args("--act nothing -v --map ok=warning").done();
    assert_eq!(ran.ok_form(), Status::Unknown);
    ran.says(&["nothing was found to check"]).says_not("reported as");
}

/// A probe that keeps to the deadline it is given is never cut off, whatever was done before it.
fn exhaust() {
    for time in ["0.3", "1", "3"] {
        let ran = plain().command().args("--act exhaust -t").arg(time).done();
        assert_eq!(ran.ok_form(), Status::Ok, "{}", ran.text());
    }
    // Waiting for another run's memory is part of the time.
    let state = tempfile::tempdir().expect("a folder");
    let mark = state.path().join("begun");
    let first = vital().command().state(state.path()).args("--seconds 2 --mark").arg(&mark).start();
    eventually("the first run has begun", || mark.exists());
    let second = vital().command().state(state.path()).args("--act exhaust -t 4").done().within(4.0);
    assert_eq!(first.end().ok_form(), Status::Ok);
    assert_eq!(second.ok_form(), Status::Ok, "{}", second.text());
}

fn child() {
    for time in ["0.5", "2"] {
        let ran = plain().command().args("--act child -t").arg(time).done().within(2.0).exits(3);
        ran.ok_form();
        ran.says(&["sleep did not end in time and was killed"]);
    }
    let ran = plain().command().args("--act child -t 0.5:critical").done().within(0.5);
    assert_eq!(ran.ok_form(), Status::Critical);
}

/// Whether a child of this stand-in sleeps, though its parent may be gone.
fn sleeps(parent: u32) -> bool {
    let wanted = format!("/bin/sleep\0{}\0", endless(parent));
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    processes
        .map(|entry| entry.path().join("cmdline"))
        .any(|path| std::fs::read_to_string(path).is_ok_and(|line| line == wanted))
}

fn children_die() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGALRM] {
        let running = plain().command().args("--act child-for-ever -t 30").start();
        let pid = running.pid().as_raw().unsigned_abs();
        eventually("the child runs", || sleeps(pid));
        running.signal(signal);
        assert_eq!(running.end().within(5.0).ok_form(), Status::Unknown);
        eventually("the child is gone", || !sleeps(pid));
    }
}

fn apart() {
    // The end of the output is not held up by the child that is left behind.
    let ran = plain().command().args("--act apart -t 2").done().within(1.0).exits(2);
    ran.ok_form();
    ran.says(&["the moon is stuck"]);
}

fn flood() {
    for (arguments, longest) in [("", 64 << 10), ("--max-output 512", 512), ("--max-output 2000 -vvv", 2000)] {
        for format in Format::ALL {
            let run = plain().command().args("--act flood -t 60 --perfdata value,seen").args(arguments);
            let ran = run.arg("--output").arg(format.name()).done();
            assert_eq!(ran.in_form(format, longest), Status::Warning.max(Status::Critical));
            if matches!(format, Format::Nagios | Format::Checkmk | Format::Xymon) {
                ran.says(&["left out"]);
            }
        }
    }
}

fn slow_reader() {
    let (mut read, write) = std::io::pipe().expect("a pipe");
    let running = plain().command().args("--act flood -t 60 -v --max-output 4M").stdout(write).start();
    let mut text = Vec::new();
    let mut piece = [0; 60_000];
    loop {
        std::thread::sleep(std::time::Duration::from_millis(20));
        match read.read(&mut piece).expect("the pipe") {
            0 => break,
            n => text.extend_from_slice(piece.get(..n).unwrap_or_default()),
        }
    }
    let mut ran = running.end();
    ran.stdout = text;
    assert_eq!(ran.in_form(Format::Nagios, 4 << 20), Status::Critical);
    assert!(ran.stdout.len() > 1 << 20);
}

/// A signal that comes while the pipe is full: the state stands, only OK may not.
fn interrupted() {
    for (arguments, code) in
        [("--act flood --max-output 4M -v", 2), ("--map critical=ok --act flood --max-output 4M -v", 3)]
    {
        let (mut read, write) = std::io::pipe().expect("a pipe");
        let running = plain().command().args(arguments).args("-t 60").stdout(write).start();
        // The pipe is full once the first byte is there and the writer sleeps.
        let mut byte = [0];
        read.read_exact(&mut byte).expect("the beginning");
        running.wait_until_at_work();
        std::thread::sleep(std::time::Duration::from_millis(100));
        running.signal(Signal::SIGTERM);
        running.end().within(10.0).exits(code);
    }
}
