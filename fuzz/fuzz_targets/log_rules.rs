//! Rules as a user types them, on the command line or in a file: refused with a reason, or shown as a rule that is read
//! again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::checks::logscan::fuzzing::{file, inline};

fuzz_target!(|text: &str| {
    match inline(text) {
        Ok(shown) => assert_eq!(inline(&shown).as_ref(), Ok(&shown)),
        Err(why) => assert!(!why.is_empty()),
    }
    match file(text) {
        Ok(rules) => {
            for shown in rules {
                assert_eq!(inline(&shown).as_ref(), Ok(&shown));
            }
        }
        Err(wrong) => {
            assert!(!wrong.is_empty());
            let lines = text.matches('\n').count() + 1;
            for why in wrong {
                let line = why.strip_prefix("line ").and_then(|rest| rest.split(':').next()?.parse().ok());
                assert!(line.is_some_and(|line: usize| (1..=lines).contains(&line)), "{why}");
            }
        }
    }
});
