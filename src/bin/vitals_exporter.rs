//! Runs any plugin on a schedule; serves Prometheus and people.

use std::process::ExitCode;

fn main() -> ExitCode {
    vitals::exporter::cli::main()
}
