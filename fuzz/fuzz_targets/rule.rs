//! A threshold as a user types it: read or refused; what is read is shown and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::model::catalogue::{Catalogue, MetricDef};
use vitals::model::range::Range;
use vitals::model::rule::Rule;
use vitals::model::thresholds::Thresholds;
use vitals::model::unit::Unit;

static METRICS: [MetricDef; 3] = [
    MetricDef::gauge("used", Unit::Ratio, "").limits("90", "95"),
    MetricDef::gauge("free", Unit::Bytes, ""),
    MetricDef::gauge("eta", Unit::Seconds, "").limits("3d:", "1d:"),
];

const UNITS: [Unit; 7] =
    [Unit::Ratio, Unit::Bytes, Unit::BytesPerSecond, Unit::Seconds, Unit::PerSecond, Unit::Count, Unit::None];

fuzz_target!(|text: &str| {
    for unit in UNITS {
        if let Ok(range) = Range::parse(text, unit) {
            assert!(range.start() <= range.end());
            assert!(range.alerts(f64::NAN));
            assert_eq!(Range::parse(&range.to_string(), Unit::None), Ok(range));
            let shown = range.written(|end| unit.exact(end));
            assert_eq!(Range::parse(&shown, unit), Ok(range), "{shown}");
            for value in [range.start(), range.end(), 0.0] {
                assert!(!range.crossed(value, unit).is_empty());
            }
        }
    }
    if let Ok(rule) = text.parse::<Rule>() {
        let catalogue = Catalogue::new("item", &METRICS);
        if let Ok(thresholds) = Thresholds::new(&catalogue, &[rule.clone()], &[rule]) {
            for metric in &METRICS {
                let _ = thresholds.limits(metric.name, Some(text)).status(0.5);
            }
            let _ = thresholds.dropped().count();
        }
    }
});
