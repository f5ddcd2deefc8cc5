//! An answer in JSON, as the exporter reads it from a program that may be anybody's: refused, or kept whole. Every
//! format can render it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::model::json;
use vitals::model::render::{Format, Options, render};

fuzz_target!(|text: &str| {
    let Ok(answer) = json::read(text) else { return };
    let written = json::write(&answer);
    let again = json::read(&written).expect("what we write we read");
    assert_eq!(again, answer);
    assert_eq!(json::write(&again), written);
    let small = Options { first_line: 512, whole: 512, verbosity: 3, ..Options::default() };
    for format in Format::ALL {
        for options in [&Options::default(), &small] {
            let text = render(&answer, format, options);
            assert!(text.ends_with('\n') || format == Format::Prometheus);
            if !matches!(format, Format::Json | Format::Prometheus) {
                assert!(text.len() <= options.whole, "{format:?}: {}", text.len());
            }
        }
    }
});
