//! SIGKILL at random moments: a memory is never damaged by it, and no event is lost.
//!
//! A few hundred rounds here, thousands with `make soak`. The moments are random but seeded, so a campaign that fails
//! fails again in the same way, as far as the machine's timing allows.

use crate::every::subjects;
use crate::harness::Trial;
use crate::needs::trial;
use crate::run::Plugin;
use crate::stand_in::vital;
use nix::sys::signal::Signal;
use std::time::{Duration, Instant};

/// Longer than a run takes, so that some end by themselves.
const LATEST_MICROS: u64 = 6000;

pub fn trials() -> impl Iterator<Item = Trial> {
    let real = subjects().into_iter().map(|plugin| {
        trial(format!("{}::kills::leave_a_memory_that_can_be_used", plugin.name), &[], move || usable(&plugin))
    });
    real.chain([trial("kills::no_event_is_lost".to_owned(), &[], no_event_is_lost)])
}

fn rounds() -> u64 {
    if std::env::var_os("VITALS_SOAK").is_some() { 5000 } else { 150 }
}

/// A run that is killed after a while of its own; what it said until then.
fn killed_run(plugin: &Plugin, state: &std::path::Path, round: u64) -> (String, bool) {
    let run = plugin.command().state(state).start();
    // A step of the generator of Knuth's MMIX, its high bits.
    let random = round.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 33;
    let until = Instant::now() + Duration::from_micros(random % LATEST_MICROS);
    // The moment is what is tested; a sleep would be rounded to the scheduler's idea of it.
    while Instant::now() < until {
        std::hint::spin_loop();
    }
    run.signal(Signal::SIGKILL);
    let ran = run.end();
    (ran.text().to_owned(), ran.status.code().is_none())
}

fn no_event_is_lost() {
    let state = tempfile::tempdir().expect("a folder");
    let (mut told, mut kills) = (0, 0);
    for round in 0..rounds() {
        let (text, killed) = killed_run(&vital(), state.path(), round);
        kills += u64::from(killed);
        assert!(!text.contains("not usable"), "round {round}: {text}");
        let number = text.split("run ").nth(1).and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
        if let Some(number) = number.and_then(|digits| digits.parse::<u64>().ok()) {
            assert!(number == told || number == told + 1, "round {round}: run {number} after run {told}");
            told = number;
        }
    }
    assert!(kills > 0 && told > 0, "{kills} kills, {told} runs told: nothing was tested");
    println!("kills::no_event_is_lost: {} rounds, {kills} killed, {told} events, each told", rounds());
}

fn usable(plugin: &Plugin) {
    let state = tempfile::tempdir().expect("a folder");
    for round in 0..rounds() / 5 {
        killed_run(plugin, state.path(), round);
        if round % 10 == 9 {
            let ran = plugin.command().state(state.path()).done();
            ran.ok_form();
            ran.says_not("not usable").says_not("nothing is remembered");
        }
    }
}
