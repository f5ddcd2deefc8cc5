//! The threshold range of the Monitoring Plugins guidelines, strict.
//!
//! `10` alerts outside 0 to 10, `10:` below 10, `~:10` above 10, `10:20` outside 10 to 20, `@10:20` inside it,
//! ends included. Rule: Monitoring Plugins Development Guidelines, "Threshold and Ranges".

use super::unit::{Unit, decimal};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A set of values that raise an alert, in the base unit of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    start: f64,
    end: f64,
    inverted: bool,
}

impl Range {
    /// The range that alerts outside `start..=end`, or inside it when `inverted`.
    ///
    /// # Errors
    /// When an end is not a number, or the start lies above the end.
    pub fn new(start: f64, end: f64, inverted: bool) -> Result<Self, String> {
        if start.is_nan() || end.is_nan() || start == f64::INFINITY || end == f64::NEG_INFINITY {
            return Err("an end of a range must be a number".to_owned());
        }
        if start > end {
            return Err(format!("the start {} is above the end {}", decimal(start), decimal(end)));
        }
        // A negative zero is equal to zero and would be shown differently.
        Ok(Self { start: start + 0.0, end: end + 0.0, inverted })
    }

    /// Reads a range whose numbers may carry suffixes of the unit.
    ///
    /// # Errors
    /// What is wrong with it, in words for the one who wrote it.
    pub fn parse(text: &str, unit: Unit) -> Result<Self, String> {
        let (inverted, body) = match text.strip_prefix('@') {
            Some(body) => (true, body),
            None => (false, text),
        };
        let (start, end) = match body.split_once(':') {
            _ if body.is_empty() => return Err("a range must not be empty".to_owned()),
            Some((_, end)) if end.contains(':') => return Err(format!("'{text}' has more than one ':'")),
            Some(("", "")) => return Err(format!("'{text}' has no number")),
            Some((start, end)) => {
                let start = match start {
                    "~" => f64::NEG_INFINITY,
                    "" => 0.0,
                    number => unit.parse(number)?,
                };
                (start, if end.is_empty() { f64::INFINITY } else { unit.parse(end)? })
            }
            None => (0.0, unit.parse(body)?),
        };
        if start > end {
            return Err(format!("'{text}': the start {} is above the end {}", unit.exact(start), unit.exact(end)));
        }
        Self::new(start, end, inverted).map_err(|why| format!("'{text}': {why}"))
    }

    /// Whether the value raises an alert. What is not a number always does: nobody knows that it is good.
    #[must_use]
    pub fn alerts(&self, value: f64) -> bool {
        let inside = self.start <= value && value <= self.end;
        value.is_nan() || inside == self.inverted
    }

    /// Whether every value that is good here is good in `other` too: then `other` never alerts before this one.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        match (self.inverted, other.inverted) {
            (false, false) => other.start <= self.start && self.end <= other.end,
            (true, true) => self.start <= other.start && other.end <= self.end,
            (false, true) => self.end < other.start || other.end < self.start,
            (true, false) => other.start == f64::NEG_INFINITY && other.end == f64::INFINITY,
        }
    }

    /// The lower end: `-inf` where there is none.
    #[must_use]
    pub const fn start(&self) -> f64 {
        self.start
    }

    /// The upper end: `inf` where there is none.
    #[must_use]
    pub const fn end(&self) -> f64 {
        self.end
    }

    /// Whether the alert is inside the ends, not outside.
    #[must_use]
    pub const fn is_inverted(&self) -> bool {
        self.inverted
    }

    /// The range with each finite end passed through `change`; ends that cross are put in order.
    #[must_use]
    pub fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        let move_end = |end: f64| if end.is_finite() { change(end) } else { end };
        let (a, b) = (move_end(self.start), move_end(self.end));
        Self::new(a.min(b), a.max(b), self.inverted).unwrap_or(*self)
    }

    /// The range in the grammar it is read in, numbers written by `number`.
    pub fn written(&self, number: impl Fn(f64) -> String) -> String {
        let at = if self.inverted { "@" } else { "" };
        match (self.start, self.end) {
            (f64::NEG_INFINITY, f64::INFINITY) => format!("{at}~:"),
            (f64::NEG_INFINITY, end) => format!("{at}~:{}", number(end)),
            (start, f64::INFINITY) => format!("{at}{}:", number(start)),
            (0.0, end) => format!("{at}{}", number(end)),
            (start, end) => format!("{at}{}:{}", number(start), number(end)),
        }
    }

    /// Which limit a value has crossed, for a person: `above 90 %`.
    #[must_use]
    pub fn crossed(&self, value: f64, unit: Unit) -> String {
        if self.inverted {
            return match (self.start, self.end) {
                (f64::NEG_INFINITY, f64::INFINITY) => "of any value".to_owned(),
                (f64::NEG_INFINITY, end) => format!("not above {}", unit.show(end)),
                (start, f64::INFINITY) => format!("not below {}", unit.show(start)),
                (start, end) if start == end => format!("exactly {}", unit.show(end)),
                (start, end) => format!("between {} and {}", unit.show(start), unit.show(end)),
            };
        }
        if self.start == self.end {
            format!("not {}", unit.show(self.end))
        } else if value < self.start {
            format!("below {}", unit.show(self.start))
        } else {
            format!("above {}", unit.show(self.end))
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.written(decimal))
    }
}

/// In JSON a range is its text in the base unit.
impl Serialize for Range {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text, Unit::None).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn range(text: &str) -> Range {
        Range::parse(text, Unit::None).unwrap_or_else(|why| unreachable!("{why}"))
    }

    /// The table of the guidelines, and the edges that they leave open.
    #[test]
    fn alerts_as_the_guidelines_say() {
        let cases: [(&str, &[f64], &[f64]); 9] = [
            ("10", &[0.0, 5.0, 10.0], &[-0.1, 10.1]),
            ("10:", &[10.0, 1e300, f64::INFINITY], &[9.9, -1.0]),
            ("~:10", &[-1e300, 10.0], &[10.1]),
            ("10:20", &[10.0, 20.0], &[9.9, 20.1]),
            ("@10:20", &[9.9, 20.1], &[10.0, 15.0, 20.0]),
            (":10", &[0.0, 10.0], &[-1.0, 11.0]),
            ("0", &[0.0], &[-1.0, 1.0]),
            ("-10:-5", &[-10.0, -5.0], &[-4.0, -11.0]),
            ("~:", &[-1e300, 0.0, 1e300], &[f64::NAN]),
        ];
        for (text, good, bad) in cases {
            assert!(good.iter().all(|value| !range(text).alerts(*value)), "{text}");
            assert!(bad.iter().all(|value| range(text).alerts(*value)), "{text}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in
            ["", "@", ":", "@:", "20:10", "1:2:3", "nan", "1:nan", "inf", "10 ", "~", "10:~", "1,5", "0x10", "1e3"]
        {
            assert!(Range::parse(text, Unit::None).is_err(), "{text}");
        }
    }

    #[test]
    fn units_are_read_and_named() {
        let used = Range::parse("90%", Unit::Ratio);
        assert_eq!(used.as_ref().map(|r| r.end()), Ok(0.9));
        assert_eq!(used.map(|r| r.crossed(0.93, Unit::Ratio)), Ok("above 90 %".to_owned()));
        let free = Range::parse("10GiB:", Unit::Bytes);
        assert_eq!(free.map(|r| r.crossed(1.0, Unit::Bytes)), Ok("below 10 GiB".to_owned()));
        assert_eq!(range("1:1").crossed(3.0, Unit::Count), "not 1");
        assert!(Range::parse("5m:1G", Unit::Bytes).is_ok() && Range::parse("5min:", Unit::Bytes).is_err());
    }

    #[test]
    fn the_looser_of_two_limits() {
        assert!(range("90").is_within(&range("95")));
        assert!(!range("97").is_within(&range("95")));
        assert!(range("10:").is_within(&range("5:")));
        assert!(!range("3:").is_within(&range("5:")));
        assert!(range("@10:20").is_within(&range("@12:15")));
        assert!(range("0:9").is_within(&range("@10:20")));
    }

    fn any_range() -> impl Strategy<Value = Range> {
        let number = prop_oneof![Just(0.0), -1e12f64..1e12, (-1000i32..1000).prop_map(f64::from)];
        (prop::option::of(number.clone()), prop::option::of(number), any::<bool>()).prop_map(|(a, b, inverted)| {
            let (start, end) = (a.unwrap_or(f64::NEG_INFINITY), b.unwrap_or(f64::INFINITY));
            let (start, end) = if start <= end { (start, end) } else { (end, start) };
            Range::new(start, end, inverted).unwrap_or_else(|why| unreachable!("{why}"))
        })
    }

    proptest! {
        #[test]
        fn written_and_read_are_inverse(given in any_range()) {
            prop_assert_eq!(Range::parse(&given.to_string(), Unit::None), Ok(given));
            let json = serde_json::to_string(&given).unwrap_or_default();
            prop_assert_eq!(serde_json::from_str::<Range>(&json).ok(), Some(given));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[@~:0-9.eE%KGi+-]{0,12}") {
            if let Ok(range) = Range::parse(&text, Unit::Bytes) {
                prop_assert!(range.start() <= range.end());
            }
        }

        #[test]
        fn a_looser_range_never_alerts_first(a in any_range(), b in any_range(), value in -1e12f64..1e12) {
            if a.is_within(&b) && b.alerts(value) {
                prop_assert!(a.alerts(value));
            }
        }

        #[test]
        fn inversion_alerts_on_the_rest(given in any_range(), value in -1e12f64..1e12) {
            let inverse = Range::new(given.start(), given.end(), !given.is_inverted());
            prop_assert_eq!(inverse.map(|r| r.alerts(value)), Ok(!given.alerts(value)));
        }
    }
}
