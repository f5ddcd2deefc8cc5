//! A tnsnames.ora: every entry and every problem has its line, and nothing is read twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::net::tns::names::{default_domain, parse};
use vitals::net::tns::nv::Pair;

fuzz_target!(|text: &str| {
    let file = parse(text);
    let lines = text.matches('\n').count() + 1;
    let mut length = 0;
    for entry in &file.entries {
        assert!(!entry.names.is_empty() && !entry.text.is_empty());
        assert!((1..=lines).contains(&entry.line) && (entry.line..=lines).contains(&entry.text_line));
        length += entry.text.len();
        if let Err(error) = Pair::parse(entry.text) {
            assert!(error.at <= entry.text.len());
        }
    }
    assert!(length <= text.len());
    assert!(file.problems.iter().all(|problem| (1..=lines).contains(&problem.line) && !problem.why.is_empty()));
    assert!(default_domain(text).is_none_or(|domain| !domain.is_empty()));
});
