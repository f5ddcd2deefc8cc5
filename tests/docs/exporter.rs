//! The exporter's man page: written by hand but for its options and its metrics, which come from the code.

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use vitals::exporter::cli::Arguments;
use vitals::exporter::config;
use vitals::exporter::metrics;
use vitals::exporter::outcome::{End, Faults, Outcome, Readings};
use vitals::exporter::standing::{Snapshot, Standing};
use vitals::model::parse;
use vitals::model::status::Status;
use vitals::model::timestamp::Timestamp;

const PAGE: &str = include_str!("vitals_exporter.8.in");

pub fn command() -> Command {
    let mut command = Arguments::described();
    command.build();
    command
}

pub fn page() -> String {
    let text = PAGE
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@OPTIONS@\n", &options())
        .replace("@METRICS@\n", &described());
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn options() -> String {
    let mut out = Vec::new();
    Man::new(command()).render_options_section(&mut out).expect("memory");
    let text = String::from_utf8(out).expect("UTF-8");
    // The page has the heading, and what roff needs at the beginning.
    text.lines().skip_while(|line| !line.starts_with(".TP")).map(|line| format!("{line}\n")).collect()
}

fn described() -> String {
    let mut roff = Roff::new();
    for (name, help) in families() {
        roff.control("TP", []);
        roff.text([bold(name)]);
        roff.text([roman(help.trim_end_matches(metrics::CACHED).trim_end().to_owned())]);
    }
    roff.to_roff()
}

/// The exporter's own families, as they come out of it.
fn families() -> BTreeMap<String, String> {
    let check = config::builtin("host").checks.first().map(Arc::clone).expect("a check");
    let now = (Instant::now(), Timestamp(0.0));
    let mut standing = Standing::new(check, now.0, now);
    let outcome = Outcome {
        started: now.1,
        ended: now.0,
        duration: Duration::ZERO,
        status: Status::Ok,
        check: "load".to_owned(),
        summary: String::new(),
        long: Vec::new(),
        readings: Readings::Perfdata(parse::perfdata("load1=1;5;10;0;100 errors=1c").0),
        stderr: Vec::new(),
        end: End::Code(0),
        faults: Faults::default(),
    };
    standing.record(outcome, now.1);
    let snapshot = Snapshot { standings: vec![standing], notices: Vec::new(), now: now.0, wall: now.1 };
    let text = metrics::text(&snapshot, &Default::default(), (true, now.1)).expect("text");
    let helps = text.lines().filter_map(|line| line.strip_prefix("# HELP ")?.split_once(' '));
    helps.map(|(name, help)| (name.to_owned(), help.to_owned())).collect()
}

#[test]
fn the_page_names_every_key_of_the_configuration() {
    for (text, least) in [("[[check]]\nx = 1", 10), ("x = 1", 6), ("[[template]]\nx = 1", 2)] {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("x.toml");
        std::fs::write(&file, text).expect("a file");
        // What is no key is refused with those that are.
        let problem = config::load(&file, "host").expect_err("x is no key").to_string();
        let known: Vec<&str> = problem.split('`').skip(1).step_by(2).filter(|word| *word != "x").collect();
        assert!(known.len() >= least, "{problem}");
        for key in known {
            assert!(PAGE.contains(key), "the page does not name {key}");
        }
    }
}
