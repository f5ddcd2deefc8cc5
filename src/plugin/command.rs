//! The command line of a check: the one definition behind parsing, help, man page, completions and command
//! definitions of the schedulers.

use super::check::Check;
use super::common::Common;
use clap::{Args as _, Command};

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

/// The binary's name of a check's name; the strings are few and live as long as the process.
fn binary(name: &'static str) -> &'static str {
    Box::leak(format!("check_{name}").into_boxed_str())
}
