//! Bytes from outside: made harmless, once and for all, and cut at whole characters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::model::glob::Glob;
use vitals::model::text::{clean, clean_str, cut};

fuzz_target!(|bytes: &[u8]| {
    let text = clean(bytes);
    assert!(!text.contains(|c: char| c.is_control() || c == '|'));
    assert_eq!(clean_str(&text), text, "what is clean stays as it is");
    for limit in [0, 1, 2, 3, 4, 7, 16, text.len()] {
        let short = cut(&text, limit);
        assert!(short.len() <= limit);
        assert!(text.starts_with(short.trim_end_matches('…')));
    }
    // A name matches itself, and anything matches a star.
    assert!(Glob::new("*").matches(&text));
    if !text.contains(['*', '?']) {
        assert!(Glob::new(&text).matches(&text));
    }
});
