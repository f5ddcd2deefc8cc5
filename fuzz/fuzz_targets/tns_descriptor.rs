//! A connect descriptor in either form: refused with a reason, or read; what is read is written and read as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::net::tns::descriptor::{Descriptor, MOST_ADDRESSES};
use vitals::net::tns::easy;
use vitals::net::tns::nv::Pair;

fuzz_target!(|text: &str| {
    match Pair::parse(text) {
        Ok(pair) => assert_eq!(Pair::parse(&pair.to_string()).as_ref(), Ok(&pair)),
        Err(error) => assert!(error.at <= text.len() && !error.why.is_empty()),
    }
    for read in [Descriptor::parse(text).ok(), easy::parse(text).ok()].into_iter().flatten() {
        assert_eq!(Descriptor::parse(&read.tree().to_string()).as_ref(), Ok(&read));
        let addresses: usize = read.lists().map(|list| list.addresses.len()).sum();
        assert!((1..=MOST_ADDRESSES).contains(&addresses));
    }
});
