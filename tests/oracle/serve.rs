//! The stand-in for an Oracle database as a program: it prints its port, and serves until its standard input ends.
//!
//! `cargo run --example oracle_stand_in -- [FIXTURE [RELEASE [FAULT]]]`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    unreachable_pub,
    missing_docs
)]

#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod stand_in;

use std::io::Read;

use stand_in::{Fault, Release, Setup, Simulator, Stage};

const STAGES: &[(&str, Stage)] = &[
    ("connect", Stage::Connect),
    ("negotiate", Stage::Negotiate),
    ("user", Stage::User),
    ("password", Stage::Password),
    ("execute", Stage::Execute),
    ("fetch", Stage::Fetch),
    ("logoff", Stage::LogOff),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word.starts_with('-')) {
        let releases: Vec<&str> = Release::ALL.iter().map(|release| release.name).collect();
        let stages: Vec<&str> = STAGES.iter().map(|(name, _)| *name).collect();
        println!(
            "oracle_stand_in [FIXTURE [RELEASE [FAULT]]]: prints its port, serves until its standard input ends\n"
        );
        println!("FIXTURE  a file of tests/oracle/fixtures without its ending (healthy)");
        println!("RELEASE  {} (19)", releases.join(", "));
        println!(
            "FAULT    silent=STAGE, slow=STAGE, drop=STAGE, half=STAGE, garbage=STAGE, refuse=CODE, redirect=PORT,"
        );
        println!("         resend, pieces, tls; STAGE: {}", stages.join(", "));
        println!("\nUsers and their password: tests/oracle/stand_in/accounts.rs");
        return;
    }
    let word = |at: usize, default: &'static str| words.get(at).map_or(default, String::as_str).to_owned();
    let mut setup = Setup::new(&word(0, "healthy"), &word(1, "19"));
    match words.get(2).map(String::as_str) {
        Some("pieces") => setup.pieces = true,
        Some("tls") => setup.tls = true,
        Some(text) => setup.fault = Some(fault(text).unwrap_or_else(|| panic!("no such fault: {text}"))),
        None => {}
    }
    let simulator = Simulator::start(setup);
    println!("{}", simulator.port());
    if let Some(certificate) = simulator.certificate() {
        print!("{certificate}");
    }
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

fn fault(text: &str) -> Option<Fault> {
    let (kind, value) = text.split_once('=').unwrap_or((text, ""));
    let stage = STAGES.iter().find(|(name, _)| *name == value).map(|(_, stage)| *stage);
    Some(match kind {
        "silent" => Fault::Silent(stage?),
        "slow" => Fault::Slow(stage?),
        "drop" => Fault::Drop(stage?),
        "half" => Fault::Half(stage?),
        "garbage" => Fault::Garbage(stage?),
        "refuse" => Fault::Refuse(value.parse().ok()?),
        "redirect" => Fault::Redirect(value.parse().ok()?),
        "resend" => Fault::Resend,
        _ => return None,
    })
}
