//! The output of any plugin: what can be read is finite and named, and nothing is read twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::model::parse::parse;

fuzz_target!(|text: &str| {
    let output = parse(text);
    assert!(output.perfdata.len() + output.broken <= text.len());
    for datum in &output.perfdata {
        assert!(!datum.label.is_empty() && datum.label.len() <= text.len());
        assert!([datum.value, datum.min, datum.max].into_iter().flatten().all(f64::is_finite));
        assert!(datum.uom.len() <= 16);
    }
    assert!(!output.summary.contains('|'));
});
