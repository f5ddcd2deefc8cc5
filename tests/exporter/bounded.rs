//! A thousand checks for a while: nothing grows, nothing is missed, nothing is left.
//!
//! Half a minute here; ten minutes with `make soak`.

use crate::common::bin;
use crate::daemon::{Exporter, check, until};
use std::time::{Duration, Instant};

crate::trials![a_thousand_checks];

const CHECKS: usize = 1000;

fn a_thousand_checks() {
    let soak = std::env::var_os("VITALS_SOAK").is_some();
    let (interval, time) = if soak { (60, Duration::from_secs(600)) } else { (10, Duration::from_secs(26)) };
    let mut config = format!("[defaults]\nhost = \"h\"\ninterval = \"{interval}s\"\nretries = 0\n\n");
    let typed = bin("check_mem").to_str().unwrap().to_owned();
    for number in 0..CHECKS {
        let command: [&str; 2] = ["/bin/echo", "fine | time=1.5s;2;3 size=7B"];
        // One in twenty is of the kind that speaks JSON.
        let command = if number % 20 == 0 { &[typed.as_str()][..] } else { &command[..] };
        config.push_str(&check(&format!("c{number}"), command, ""));
    }
    let exporter = Exporter::start(&config);
    exporter.until("the first round", |_| (exporter.get("/-/ready").status == 200).then_some(()));
    let runs = |scrape: &crate::scrape::Scrape| scrape.all("vitals_check_runs_total", &[]).iter().sum::<f64>();
    // The first runs stand outside the schedule, and the memory of a first scrape is kept for the next.
    exporter.scrape();
    std::thread::sleep(Duration::from_secs(2));
    let (start, first) = (Instant::now(), exporter.scrape());
    let memory = exporter.memory("VmRSS");
    let descriptors = exporter.descriptors();
    let mut zombies = 0;
    while start.elapsed() < time {
        std::thread::sleep(Duration::from_millis(500));
        // One that has just ended is reaped at once: it is no zombie at the next look.
        let dead = || exporter.children().into_iter().filter(|child| child.state == 'Z').map(|child| child.pid);
        let before: Vec<u32> = dead().collect();
        std::thread::sleep(Duration::from_millis(500));
        zombies = zombies.max(dead().filter(|pid| before.contains(pid)).count());
        if soak {
            exporter.get("/");
            exporter.scrape();
        }
    }
    let (took, last) = (start.elapsed(), exporter.scrape());
    let grown = exporter.memory("VmRSS").saturating_sub(memory);
    let ran = runs(&last) - runs(&first);
    let expected = CHECKS as f64 * took.as_secs_f64() / f64::from(interval);
    eprintln!(
        "bounded: {ran} runs of {CHECKS} checks in {:.0} s ({expected:.0} expected), memory {memory} KiB and then \
         {grown} KiB more, {descriptors} descriptors, {} missed, processor {:.1} s",
        took.as_secs_f64(),
        last.all("vitals_check_missed_runs_total", &[]).iter().sum::<f64>(),
        last.one("process_cpu_seconds_total", &[]).unwrap_or_default(),
    );
    assert_eq!(zombies, 0);
    assert!(grown < (memory / 10).max(4096), "{memory} KiB and {grown} KiB more");
    assert_eq!(last.all("vitals_check_missed_runs_total", &[]).iter().sum::<f64>(), 0.0);
    assert!(last.all("vitals_check_status", &[]).iter().all(|status| *status == 0.0) || soak, "all are well");
    // Of each: as many as there are intervals in this time, one more or less.
    let intervals = took.as_secs_f64() / f64::from(interval);
    for number in 0..CHECKS {
        let name = format!("c{number}");
        let ran = last.runs(&name) - first.runs(&name);
        assert!((ran - intervals).abs() <= 1.0 + 1e-9 + 0.1, "{name}: {ran} runs in {intervals:.1} intervals");
    }
    until("descriptors of runs to be closed", || (exporter.descriptors() <= descriptors + 10).then_some(()));
}
