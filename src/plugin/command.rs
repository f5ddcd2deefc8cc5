//! The command line of a check: the one definition behind parsing, help, man page, completions and command
//! definitions of the schedulers.

use super::check::Check;
use super::common::Common;
use clap::{Args as _, Command};
use std::fmt::Write as _;

/// The clap definition of a check's binary.
#[must_use]
pub fn command<C: Check>() -> Command {
    let command = Command::new(binary(C::NAME)).next_help_heading("What to check");
    Common::augment_args(C::augment_args(command))
        // After the options: their structures bring descriptions of their own.
        .about(C::ABOUT)
        .long_about(None)
        .version(concat!("(vitals) ", env!("CARGO_PKG_VERSION")))
        // An option that is given again replaces itself, so that the command line wins over a configuration file.
        .args_override_self(true)
        // A terminal of 80 columns shows it whole; a wider one is no reason for longer lines.
        .max_term_width(80)
}

/// What `--help` adds to the options: the metrics with their default limits, and the examples. Whoever has copied a
/// single binary has no man page.
#[must_use]
pub fn long_help<C: Check>() -> String {
    let mut out = String::from("Metrics (the first is the main one; * is performance data by default):\n");
    for metric in &*C::METRICS.metrics {
        let limit = |name: &str, limit: Option<&str>| limit.map(|l| format!(", {name} {l}")).unwrap_or_default();
        let limits = limit("warning", metric.warning) + &limit("critical", metric.critical);
        let mark = if metric.perfdata { "*" } else { "" };
        let (name, help) = (metric.name, metric.help);
        let _ = writeln!(out, "  {name}{mark} [{}{limits}]\n          {help}", metric.unit.word());
    }
    out.push_str("\nExamples:\n");
    for example in C::EXAMPLES {
        let _ = writeln!(out, "  {}:\n      {}", example.purpose, example.command);
    }
    out
}

/// The binary's name of a check's name; the strings are few and live as long as the process.
fn binary(name: &'static str) -> &'static str {
    Box::leak(format!("check_{name}").into_boxed_str())
}
