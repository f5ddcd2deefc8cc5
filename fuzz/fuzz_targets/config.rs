//! A configuration file: arguments that clap reads or refuses, or an error in words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use vitals::checks::mem::Mem;
use vitals::plugin::{command, configured};

/// Made once: a plugin leaks its name, and lives for one answer.
static COMMAND: LazyLock<clap::Command> = LazyLock::new(command::<Mem>);

fuzz_target!(|text: &str| {
    match configured(text, "check_mem", &COMMAND) {
        Ok(arguments) => {
            let name = std::iter::once("check_mem".into());
            let _ = COMMAND.clone().try_get_matches_from(name.chain(arguments));
        }
        Err(error) => assert!(!format!("{error:#}").is_empty()),
    }
});
