//! A configuration of the exporter: refused with a reason for every line, or read; what is read is printed and read
//! again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::path::Path;
use vitals::exporter::config::{parse, print};

fuzz_target!(|text: &str| {
    let name = Path::new("fuzz.toml");
    match parse(text, name, "host") {
        Ok(config) => {
            let printed = print(&config);
            assert_eq!(parse(&printed, name, "host").as_ref(), Ok(&config), "{printed}");
        }
        Err(problems) => {
            assert!(problems.iter().next().is_some());
            assert!(problems.iter().all(|problem| !problem.message.is_empty()));
        }
    }
});
