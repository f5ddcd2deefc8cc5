//! JSON version 1: one object whose first key is `"vitals":1`, written and read by the same types.

use super::answer::Answer;
use serde::{Deserialize, Serialize};

/// The version this program writes.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    vitals: u32,
    #[serde(flatten)]
    answer: Flat<'a>,
}

/// [`Answer`] with the exit code beside the status, for readers that do not want to know the words.
#[derive(Serialize)]
struct Flat<'a> {
    exit_code: u8,
    #[serde(flatten)]
    answer: &'a Answer,
}

#[derive(Deserialize)]
struct Header {
    vitals: u32,
}

/// The answer as one line of JSON.
#[must_use]
pub fn write(answer: &Answer) -> String {
    let exit_code = answer.status.code();
    // Only a map with keys that are no strings, or a failing writer, can fail here: there is neither.
    serde_json::to_string(&Written { vitals: VERSION, answer: Flat { exit_code, answer } }).unwrap_or_default()
}

/// Reads an answer back. Keys that are not known are left out, so that a later version 1 may add some.
///
/// # Errors
/// What is no JSON, or no version 1.
pub fn read(text: &str) -> Result<Answer, String> {
    let header: Header = serde_json::from_str(text).map_err(|e| format!("not JSON of vitals: {e}"))?;
    if header.vitals != VERSION {
        return Err(format!("JSON version {} is not known, only {VERSION}", header.vitals));
    }
    serde_json::from_str(text).map_err(|e| format!("JSON version {VERSION}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::answer::Finding;
    use crate::model::metric::{Kind, Metric, Value};
    use crate::model::range::Range;
    use crate::model::report::tests::sample_answer;
    use crate::model::status::Status;
    use crate::model::timestamp::Timestamp;
    use crate::model::unit::Unit;
    use proptest::prelude::*;

    #[test]
    fn the_round_trip_is_whole_and_the_version_comes_first() {
        let answer = sample_answer();
        let text = write(&answer);
        assert!(text.starts_with("{\"vitals\":1,"), "{text}");
        assert!(!text.contains('\n'));
        assert_eq!(read(&text), Ok(answer));
    }

    #[test]
    fn other_versions_and_other_json_are_refused() {
        let later = write(&sample_answer()).replacen(":1,", ":2,", 1);
        assert_eq!(read(&later), Err("JSON version 2 is not known, only 1".to_owned()));
        assert!(read("{}").is_err() && read("").is_err() && read("[1]").is_err());
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![".{0,12}", "[\"\\\\\u{0}-\u{1f}\u{7f}\u{2028}\u{feff}'|=:{}ü室😀]{0,8}"]
    }

    fn any_number() -> impl Strategy<Value = f64> {
        use prop::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
        prop_oneof![POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO, Just(0.1 + 0.2), Just(f64::MAX), Just(5e-324)]
    }

    fn any_range() -> impl Strategy<Value = Option<Range>> {
        (any_number(), any_number(), any::<bool>(), any::<bool>()).prop_map(|(a, b, open, inverted)| {
            Range::new(a.min(b), if open { f64::INFINITY } else { a.max(b) }, inverted).ok()
        })
    }

    fn any_metric() -> impl Strategy<Value = Metric> {
        let value =
            prop::option::of(prop_oneof![any::<i64>().prop_map(Value::Int), any_number().prop_map(Value::Float)]);
        let unit = prop::sample::select(vec![Unit::Ratio, Unit::Bytes, Unit::PerSecond, Unit::Count, Unit::None]);
        let labels = prop::collection::btree_map(any_text(), any_text(), 0..3);
        let limits = (any_range(), any_range(), prop::option::of(any_number()), prop::option::of(any_number()));
        (any_text(), labels, value, unit, any::<bool>(), limits).prop_map(
            |(name, labels, value, unit, perfdata, (warn, crit, min, max))| {
                let kind = if perfdata { Kind::Counter } else { Kind::Gauge };
                Metric { name, labels, value, unit, kind, warn, crit, min, max, perfdata }
            },
        )
    }

    fn any_findings() -> impl Strategy<Value = Vec<Finding>> {
        let one = (
            prop::option::of(any_text()),
            prop::sample::select(Status::ALL.to_vec()),
            any_text(),
            prop::collection::vec(any_metric(), 0..3),
        );
        let leaf = one
            .prop_map(|(item, status, text, metrics)| Finding { item, status, text, metrics, findings: vec![] })
            .boxed();
        let tree = leaf.clone().prop_recursive(4, 12, 3, move |below| {
            (leaf.clone(), prop::collection::vec(below, 0..3))
                .prop_map(|(finding, findings)| Finding { findings, ..finding })
        });
        prop::collection::vec(tree, 0..3)
    }

    fn any_answer() -> impl Strategy<Value = Answer> {
        let texts = || prop::collection::vec(any_text(), 0..3);
        let help = prop::collection::btree_map(any_text(), any_text(), 0..3);
        let times = (any_number(), any_number());
        let names = (any_text(), any_text(), any_text(), any_text());
        (names, prop::sample::select(Status::ALL.to_vec()), times, any_findings(), texts(), texts(), help).prop_map(
            |((check, host, service, summary), status, (start, duration), findings, notes, details, help)| Answer {
                check,
                host,
                service,
                status,
                summary,
                start: Timestamp(start),
                duration,
                findings,
                notes,
                details,
                help,
            },
        )
    }

    #[test]
    fn hostile_json_is_refused() {
        let good = write(&sample_answer());
        let nested = |depth: usize| {
            let (open, close) = ("{\"status\":\"OK\",\"text\":\"\",\"findings\":[", "]}");
            let tree = open.repeat(depth) + &close.repeat(depth);
            good.replacen("\"findings\":[", &format!("\"findings\":[{tree},"), 1)
        };
        assert!(read(&nested(20)).is_ok());
        let duration = "\"duration\":0.25";
        for bad in [
            nested(100),
            nested(200_000),
            "[".repeat(1_000_000),
            "{\"vitals\":".repeat(200_000),
            good.replacen('{', &format!("{{\"more\":{}", "[".repeat(200_000)), 1),
            good.replacen("\"vitals\":1", "\"vitals\":1,\"vitals\":1", 1),
            good.replacen(duration, &format!("{duration},{duration}"), 1),
            good.replacen(duration, "\"duration\":1e400", 1),
            good.replacen(duration, "\"duration\":NaN", 1),
            good.replacen(duration, "\"duration\":null", 1),
            good.replacen("\"vitals\":1", "\"vitals\":99999999999999999999", 1),
            format!("{good}{good}"),
        ] {
            assert!(bad != good && read(&bad).is_err(), "{}", bad.get(..200).unwrap_or(&bad));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(answer in any_answer()) {
            let text = write(&answer);
            prop_assert!(!text.contains('\n'));
            prop_assert_eq!(read(&text), Ok(answer));
        }

        #[test]
        fn cut_and_changed_json_is_read_or_refused(at in 0usize..4000, with in any_text()) {
            let mut text = write(&sample_answer());
            let at = at % text.len();
            if text.is_char_boundary(at) {
                text.replace_range(at..(at + 1).min(text.len()), &with);
                // An answer or an error; and an answer can be written again.
                let again = read(&text).map(|answer| read(&write(&answer)).is_ok());
                prop_assert!(again.unwrap_or(true), "{}", text);
            }
        }
    }
}
