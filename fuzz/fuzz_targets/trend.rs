//! A history of any numbers, from a state file and from the present: bounded, and its answers are numbers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::model::timestamp::Timestamp;
use vitals::model::trend::{Policy, Trend};

fuzz_target!(|input: (Vec<(f64, f64)>, Vec<(f64, f64)>)| {
    let (kept, seen) = input;
    let json = format!("[{}]", kept.iter().map(|(t, v)| format!("[{t},{v}]")).collect::<Vec<_>>().join(","));
    // The form of a state file.
    let Some(mut trend) = read(&json) else { return };
    for policy in [Policy::FILLING, Policy::LEAKING] {
        for (time, value) in &seen {
            trend.push(Timestamp(*time), *value, &policy);
            assert!(trend.span() >= 0.0 || !kept.is_empty());
            if let Some(slope) = trend.slope(&policy) {
                assert!(slope.is_finite());
            }
            if let Some(eta) = trend.eta(*value, 1.0, &policy) {
                assert!(eta.is_finite() && eta >= 0.0);
            }
        }
    }
});

fn read(json: &str) -> Option<Trend> {
    serde_json::from_str(json).ok()
}
