//! The tables, at most 100 columns wide.

use crate::Options;
use crate::children::{Rate, Started};
use crate::machine::Machine;
use crate::scrapes::Measured;
use crate::targets::Judged;

pub(crate) fn header(machine: &Machine, options: &Options) {
    println!(
        "vitals: the exporter beside others; {} scrapes of each kind, many are {} checks every 60 s",
        options.scrapes, options.checks
    );
    let placed =
        ("placed", "each server, one after the other, on the last processor; who asks on the others".to_owned());
    for (key, value) in machine.surroundings().into_iter().chain([placed]) {
        println!("  {key:<16}{value}");
    }
    println!(
        "\n{:<37}{:^14} {:^14} {:^15} {:^14}",
        "", "one connection", "a new one each", "CPU ms a second", "memory, MiB"
    );
    println!(
        "{:<37}{:>6}{:>8} {:>6}{:>8} {:>7}{:>8} {:>6}{:>8}",
        "a scrape, ms", "p50", "p99", "p50", "p99", "rest", "10/s", "RSS", "peak"
    );
}

pub(crate) fn server(measured: &Measured, targets: &[Judged]) {
    let Measured { name, kept, new, at_rest, scraped, memory, .. } = measured;
    println!(
        "{name:<37}{:>6.2}{:>8.2} {:>6.2}{:>8.2} {:>7.1}{:>8.1} {:>6.1}{:>8.1}",
        kept.p50,
        kept.p99,
        new.p50,
        new.p99,
        at_rest.own * 1e3,
        scraped.own * 1e3,
        memory.rss,
        memory.peak
    );
    println!("    {} bytes, {} series; PSS {:.1} MiB", measured.bytes, measured.series, memory.pss);
    if let Some(usual) = measured.usual {
        println!(
            "    the first scrape {:.1} ms, one every 15 s {usual:.1} ms; children {:.1} ms a second",
            measured.first,
            at_rest.children * 1e3
        );
    }
    targets.iter().for_each(target);
}

pub(crate) fn unmeasured(name: &str, is_ours: bool, why: &anyhow::Error) {
    let word = if is_ours { "FAILED" } else { "skipped" };
    println!("{name:<37}{word}: {why:#}");
}

pub(crate) fn children_header() {
    println!(
        "\n{:<38}{:>14}{:>20}{:>20}",
        "children on one processor", "a second", "µs of the parent", "µs of the child"
    );
}

pub(crate) fn children(started: &Started, judged: &Judged) {
    let threads = if started.threads == 1 { "1 thread".to_owned() } else { format!("{} threads", started.threads) };
    let row = |who: &str, rate: &Rate| {
        println!("  {who:<36}{:>14.0}{:>20.0}{:>20.0}", rate.per_second, rate.parent_us, rate.child_us);
    };
    println!("{}, {threads}", started.child);
    row("vitals_exporter", &started.ours);
    row("C: posix_spawn and waitpid", &started.bare);
    target(judged);
}

fn target(Judged { target, measured, reached }: &Judged) {
    let verdict = if *reached { "reached" } else { "missed" };
    println!("    {:<60}{measured:<28}{verdict}", format!("target: {target}"));
}
