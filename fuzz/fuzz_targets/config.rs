//! A configuration file: arguments that clap reads or refuses, or an error in words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::checks::mem::Mem;
use vitals::plugin::{command, configured};

fuzz_target!(|text: &str| {
    match configured(text, "check_mem", &command::<Mem>()) {
        Ok(arguments) => {
            let name = std::iter::once("check_mem".into());
            let _ = command::<Mem>().try_get_matches_from(name.chain(arguments));
        }
        Err(error) => assert!(!format!("{error:#}").is_empty()),
    }
});
