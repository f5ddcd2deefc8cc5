//! The table, at most 100 columns wide.

use crate::cases::{Case, Command, Target};
use crate::machine::Machine;
use crate::measure::{Measured, Row};
use crate::stats::Spread;

pub(crate) fn header(machine: &Machine, mib: u64, rounds: u16) {
    println!(
        "vitals: check_logscan beside its peers; {mib} MiB of log, medians of {rounds} rounds, one processor, warm caches"
    );
    for (key, value) in machine.lines() {
        println!("  {key:<16}{value}");
    }
}

/// Returns how many commands could not be measured or count other lines than ours.
pub(crate) fn case(case: &Case, rows: &[Row]) -> usize {
    println!(
        "\n  {:<46}{:>10}{:>8}{:>11}{:>9}{:>14}",
        case.what, "CPU ms", "GB/s", "peak KiB", "lines", "instructions"
    );
    let measured = |wanted: Command| rows.iter().find(|row| row.command == wanted)?.outcome.as_ref().ok();
    let ours = rows.iter().find(|row| row.command.is_ours()).and_then(|row| row.outcome.as_ref().ok());
    let mut failed = 0;
    for row in rows {
        let label = row.command.label();
        match &row.outcome {
            Ok(found) => {
                let cpu = found.cpu_ms().median;
                let speed = if found.bytes > 0 { format!("{:.3}", found.bytes as f64 / cpu / 1e6) } else { "-".into() };
                let [peak, instructions] = [found.peak_kib, found.instructions].map(or_dash);
                println!("    {label:<44}{cpu:>10.2}{speed:>8}{peak:>11}{:>9}{instructions:>14}", found.lines);
                if !row.command.is_sliced() && ours.is_some_and(|ours| ours.lines != found.lines) {
                    println!("    FAILED: {label} counts other lines");
                    failed += 1;
                }
            }
            Err(why) if row.command.is_ours() => {
                println!("    {label:<44}FAILED: {why}");
                failed += 1;
            }
            Err(why) => println!("    {label:<44}skipped: {why}"),
        }
    }
    let Some(ours) = ours else { return failed };
    for target in &case.targets {
        let (words, value, reached) = match *target {
            Target::Times(command, least) => {
                let Some(times) = measured(command).map(|peer| ratio(peer, ours)) else { continue };
                let words = format!("at least {least} times the throughput of {}", short(command));
                (words, format!("{:.2} ({:.2} to {:.2})", times.median, times.low, times.high), times.median >= least)
            }
            Target::CpuMs(most) => {
                let cpu = ours.cpu_ms().median;
                (format!("at most {most} ms of CPU time"), format!("{cpu:.2} ms"), cpu <= most)
            }
            Target::PeakKib(most) => {
                let Some(peak) = ours.peak_kib else { continue };
                (format!("at most {most} KiB of memory"), format!("{peak} KiB"), peak <= most)
            }
        };
        let verdict = if reached { "reached" } else { "missed" };
        println!("    {:<60}{value:<28}{verdict}", format!("target: {words}"));
    }
    failed
}

/// Round by round, so that both sides of each ratio saw the same machine.
fn ratio(above: &Measured, below: &Measured) -> Spread {
    Spread::of(above.rounds.iter().zip(&below.rounds).map(|(above, below)| above / below))
}

fn short(command: Command) -> &'static str {
    match command {
        Command::RgReads => "rg reading",
        Command::CheckLogfiles => "check_logfiles",
        other => other.label(),
    }
}

fn or_dash(value: Option<u64>) -> String {
    value.map_or_else(|| "-".into(), |value| value.to_string())
}
