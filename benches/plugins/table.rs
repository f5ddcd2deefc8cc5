//! The table, at most 100 columns wide.

use crate::cases::Role;
use crate::machine::{self, Machine};
use crate::measure::{Bench, Outcome, Row, Unmeasured};
use crate::targets::Judged;

const WIDTH: usize = 100;

pub(crate) fn header(machine: &Machine, bench: &Bench) {
    let processors = if bench.any_cpu { "any processor" } else { "one processor" };
    println!("vitals: plugins beside their peers; medians of {} rounds, {processors}, warm caches", bench.rounds);
    let state = [("plugins' memory", format!("{}, {}", bench.state.display(), machine::kind_of(&bench.state)))];
    for (key, value) in machine.lines().into_iter().chain(state) {
        println!("{}", cut(&format!("  {key:<16}{value}"), WIDTH));
    }
}

pub(crate) fn group(title: &str, processes: usize) {
    println!("\n{title} ({processes} processes)");
}

pub(crate) fn case(what: &str, rows: &[Row], targets: &[Judged]) {
    println!("\n  {what:<48}{:>10}{:>10}{:>11}{:>15}", "CPU ms", "wall ms", "peak KiB", "instructions");
    for row in rows {
        let label = cut(&label(row), 44);
        match &row.outcome {
            Outcome::Measured(measured) => println!(
                "    {label:<46}{:>10.3}{:>10.3}{:>11}{:>15}",
                measured.cpu_ms.median,
                measured.wall_ms.median,
                or_dash(measured.peak_kib),
                or_dash(measured.instructions.map(grouped)),
            ),
            Outcome::Unmeasured(why) => {
                let why = match why {
                    Unmeasured::Skipped(why) => format!("skipped: {why}"),
                    Unmeasured::Failed(why) => format!("FAILED: {why}"),
                };
                println!("    {}", cut(&format!("{label:<46}{why}"), WIDTH - 4));
            }
        }
    }
    for Judged { target, measured, reached, .. } in targets {
        let verdict = if *reached { "reached" } else { "missed" };
        println!("    {:<60}{measured:<28}{verdict}", format!("target: {target}"));
    }
}

/// What was run and what it said, so that a reader can see that the rows did the same job. A command that was
/// run in two groups is shown with its last answer.
pub(crate) fn commands(rows: &[&Row]) {
    println!("\nCommands, and what they answered");
    for (index, row) in rows.iter().enumerate() {
        if rows[index + 1..].iter().any(|later| later.role == row.role && later.command == row.command) {
            continue;
        }
        let command = row.command.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        println!("\n{}", wrapped(&format!("$ {command}"), "  ", "    "));
        if let Some(measured) = row.measured() {
            println!("{}", cut(&format!("    {}", measured.answer), WIDTH));
        }
    }
}

fn label(row: &Row) -> String {
    let program = row.command.first().map_or("", String::as_str);
    match row.role {
        Role::Ours => format!("{program} of vitals"),
        Role::Peer => format!("{program} of monitoring-plugins"),
        Role::Limit => format!("C: {}", row.command.join(" ")),
        Role::Script => format!("{program} with a script"),
    }
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".into(), |value| value.to_string())
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=%,{}".contains(&byte);
    if word.bytes().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - 1).chain(['…']).collect()
}

fn wrapped(text: &str, first: &str, next: &str) -> String {
    let mut lines = vec![first.to_owned()];
    for word in text.split(' ') {
        let full = lines.last().is_some_and(|line| line.chars().count() + 1 + word.chars().count() > WIDTH);
        if full {
            lines.push(next.to_owned());
        }
        if let Some(line) = lines.last_mut() {
            if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}
