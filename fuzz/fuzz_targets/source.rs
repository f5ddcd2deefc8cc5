//! A source of logs as a user types it: read or refused; the journal's fields and a command are shown and read again as
//! the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::host::logs::Source;

fuzz_target!(|text: &str| {
    let Ok(source) = text.parse::<Source>() else { return };
    if matches!(source, Source::Journal(_) | Source::Command(_)) {
        assert_eq!(source.to_string().parse(), Ok(source));
    }
});
