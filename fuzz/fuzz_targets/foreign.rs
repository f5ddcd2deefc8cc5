//! The output of any plugin: what can be read is finite and named, and nothing is read twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::model::parse::parse;
use vitals::model::perfunit;

fuzz_target!(|text: &str| {
    let output = parse(text);
    // A value has a label, an equals sign and a digit; what is broken has at least a letter.
    assert!(3 * output.perfdata.len() + output.broken <= text.len());
    for datum in &output.perfdata {
        assert!(!datum.label.is_empty() && !datum.label.starts_with(char::is_whitespace) | text.contains('\''));
        assert!([datum.value, datum.min, datum.max].into_iter().flatten().all(f64::is_finite));
        assert!(datum.uom.len() <= 16 && datum.label.len() <= 1024);
        assert!(!datum.label.contains('|') || text.contains('\''), "a bar only between quotes");
        let (base, _) = datum.in_base();
        assert!([base.value, base.min, base.max].into_iter().flatten().all(f64::is_finite));
        // In its base unit it stays as it is.
        if let Some(value) = base.value.filter(|_| datum.uom != "c") {
            assert_eq!(perfunit::base(&base.uom).apply(value), value, "{}", datum.uom);
        }
    }
    assert!(!output.summary.contains('|'));
});
