//! The exporter while the clock of the machine jumps, and as a tracer sees it.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::harness::{Exporter, Need, Scratch, skipped};

const CONFIG: &str = "[defaults]\nhost = \"h\"\ninterval = \"1s\"\nretries = 0\n\
    [[check]]\nname = \"a\"\ncommand = [\"/bin/echo\", \"fine\"]\n";
const DAY: f64 = 86_400.0;

/// Debian's folder has the name of the architecture in it.
fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut files = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    files.find(|file| file.exists()).expect("a part of libfaketime")
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

#[test]
fn jumps_change_times_of_day_and_nothing_else() {
    let needs = [Need::Program("faketime", "faketime")];
    if skipped("exporter_clock::jumps_change_times_of_day_and_nothing_else", &needs) {
        return;
    }
    let scratch = Scratch::new();
    let jump = |offset: &str| {
        // Taken over whole: the library reads it at every look at the clock.
        let new = scratch.file("offset.new", offset);
        std::fs::rename(new, scratch.at("offset")).unwrap();
    };
    jump("+0");
    let mut prefix = vec!["env".to_owned(), format!("LD_PRELOAD={}", library().display())];
    prefix.push(format!("FAKETIME_TIMESTAMP_FILE={}", scratch.at("offset")));
    prefix.extend(["FAKETIME_NO_CACHE=1", "DONT_FAKE_MONOTONIC=1"].map(str::to_owned));
    let mut exporter = Exporter::start_at("127.0.0.1:0", &scratch, &prefix, CONFIG);
    for (offset, days) in [("+0", 0.0), ("+1d", 1.0), ("-1d", -1.0), ("+3650d", 3650.0), ("+0", 0.0)] {
        jump(offset);
        let began = |seen: &Exporter| seen.of("a", "last_run_timestamp_seconds").unwrap_or_default();
        let there = |seen: &Exporter| (began(seen) - (now() + days * DAY)).abs() < 60.0;
        exporter.until(&format!("a run at {offset}"), |seen| there(seen).then_some(()));
        let (start, runs) = (Instant::now(), exporter.runs("a"));
        exporter.until("three more runs", |seen| (seen.runs("a") >= runs + 3.0).then_some(()));
        // The third comes between two and three intervals after the look.
        assert!(start.elapsed() > Duration::from_millis(1500), "{offset}: {:?}", start.elapsed());
        assert_eq!(exporter.of("a", "overdue"), Some(0.0), "{offset}");
        let took = exporter.of("a", "duration_seconds").unwrap();
        assert!((0.0..60.0).contains(&took), "{offset}: {took}");
        let page = exporter.get("/check/h/a");
        assert!(
            !page.contains(" days") && !page.contains(" h</span>") && page.contains(" s</span> ago"),
            "{offset}: {page}"
        );
    }
    let since = exporter.of("a", "status_change_timestamp_seconds").unwrap();
    assert!((since - now()).abs() < 120.0, "{since}");
    assert_eq!(exporter.of("a", "missed_runs_total"), Some(0.0));
}

#[test]
fn plugins_are_started_without_a_copy_of_its_memory() {
    let needs = [Need::Program("strace", "strace")];
    if skipped("exporter_clock::plugins_are_started_without_a_copy_of_its_memory", &needs) {
        return;
    }
    let scratch = Scratch::new();
    let prefix = ["strace", "-f", "-e", "trace=clone,clone3,fork,vfork,execve", "-o", &scratch.at("trace")];
    let mut exporter = Exporter::start_at("127.0.0.1:0", &scratch, &prefix.map(str::to_owned), CONFIG);
    exporter.until("runs", |seen| (seen.runs("a") >= 3.0).then_some(()));
    exporter.daemon.stop();
    let trace = std::fs::read_to_string(scratch.at("trace")).unwrap();
    let starts = trace.lines().filter(|line| line.contains("/bin/echo")).count();
    let vforks = trace.lines().filter(|line| line.contains("clone") && line.contains("CLONE_VFORK")).count();
    assert!(starts >= 3 && vforks >= starts, "{starts} starts, {vforks} vforks: {trace}");
    let is_copy = |line: &&str| {
        (line.contains("clone") && line.contains("flags=") && !line.contains("CLONE_VM")) || line.contains(" fork(")
    };
    assert_eq!(trace.lines().find(is_copy), None);
}
