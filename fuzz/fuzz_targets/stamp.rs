//! Any line, and any way of writing times: a time is found or not, and what is found is one that a calendar has.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::model::stamp::{Format, Found, Stamp, Zone, find};
use vitals::model::timestamp::Timestamp;

/// 2026-11-23 22:00:00 UTC.
const NOW: f64 = 1_795_471_200.0;

fn check(stamp: Stamp, zone: &Zone) {
    let (at, latest) = (stamp.at(Timestamp(NOW), || zone), stamp.latest(Timestamp(NOW), || zone));
    assert_eq!(at.is_some(), latest.is_some());
    if let (Some(at), Some(latest)) = (at, latest) {
        assert!(at.0 <= latest.0 && at.0.is_finite());
        assert_ne!(at.rfc3339(), "never");
    }
}

fuzz_target!(|data: &[u8]| {
    // The first line may be a format or rules of a zone, the rest is the line of a log.
    let cut = data.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (head, line) = data.split_at(cut);
    let line = line.strip_prefix(b"\n").unwrap_or(line);
    let head = std::str::from_utf8(head).unwrap_or_default();
    let zone = Zone::from_file(line).or_else(|| Zone::from_rules(head)).unwrap_or(Zone::UTC);
    if let Found::Stamp(stamp) = find(line) {
        check(stamp, &zone);
    }
    if let Ok(format) = head.parse::<Format>() {
        assert_eq!(format.to_string().parse::<Format>().as_ref(), Ok(&format));
        if let Some(stamp) = format.find(line) {
            // %s takes any number.
            let _ = stamp.latest(Timestamp(NOW), || &zone);
        }
    }
});
