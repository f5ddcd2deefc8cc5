//! Units: how a number is read from people and shown to them.

use serde::{Deserialize, Serialize};

/// The base unit of a metric's value, as in Prometheus: seconds, bytes, ratios, never milli or percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A share of a whole; 1 is all of it. People write and read percent.
    Ratio,
    /// Bytes.
    Bytes,
    /// Bytes in a second.
    BytesPerSecond,
    /// Seconds.
    Seconds,
    /// Events in a second.
    PerSecond,
    /// A number of things.
    Count,
    /// A number without a dimension, such as a load average.
    None,
}

const KIBI: f64 = 1024.0;
const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Suffixes of sizes: a letter and the IEC unit are powers of 1024, the SI unit with its `B` powers of 1000.
const SIZES: [(&str, f64); 15] = [
    ("B", 1.0),
    ("K", KIBI),
    ("KiB", KIBI),
    ("kB", 1e3),
    ("M", KIBI * KIBI),
    ("MiB", KIBI * KIBI),
    ("MB", 1e6),
    ("G", KIBI * KIBI * KIBI),
    ("GiB", KIBI * KIBI * KIBI),
    ("GB", 1e9),
    ("T", KIBI * KIBI * KIBI * KIBI),
    ("TiB", KIBI * KIBI * KIBI * KIBI),
    ("TB", 1e12),
    ("PiB", KIBI * KIBI * KIBI * KIBI * KIBI),
    ("PB", 1e15),
];

/// Suffixes of times.
const TIMES: [(&str, f64); 9] = [
    ("us", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("sec", 1.0),
    ("min", MINUTE),
    ("m", MINUTE),
    ("h", HOUR),
    ("d", DAY),
    ("w", 7.0 * DAY),
];

/// Suffixes of plain numbers: thousands.
const NUMBERS: [(&str, f64); 3] = [("k", 1e3), ("M", 1e6), ("G", 1e9)];

impl Unit {
    /// Reads a finite number with an optional suffix of this unit into the base unit.
    ///
    /// A ratio is written in percent, with or without `%`. Suffixes of sizes are read in any case.
    ///
    /// # Errors
    /// What is no number, or has a suffix that is not of this unit, with the suffixes that are.
    pub fn parse(self, text: &str) -> Result<f64, String> {
        let split = text.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c))).unwrap_or(text.len());
        let (number, suffix) = text.split_at(split);
        let value: f64 = match number.as_bytes().last() {
            Some(b'0'..=b'9') => number.parse().map_err(|_| format!("'{text}' is not a number"))?,
            _ => return Err(format!("'{text}' is not a number")),
        };
        let value = match (self, suffix) {
            // Division, not multiplication by 0.01, so that 7 % is the nearest number to 0.07.
            (Self::Ratio, "" | "%") => value / 100.0,
            (_, "") => value,
            _ => value * self.factor(suffix).ok_or_else(|| self.misfit(text, suffix))?,
        };
        if value.is_finite() { Ok(value) } else { Err(format!("'{text}' is too large")) }
    }

    fn suffixes(self) -> &'static [(&'static str, f64)] {
        match self {
            Self::Ratio => &[("%", 0.01)],
            Self::Bytes | Self::BytesPerSecond => &SIZES,
            Self::Seconds => &TIMES,
            Self::PerSecond | Self::Count => &NUMBERS,
            Self::None => &[],
        }
    }

    fn factor(self, suffix: &str) -> Option<f64> {
        let any_case = matches!(self, Self::Bytes | Self::BytesPerSecond);
        self.suffixes()
            .iter()
            .find(|(known, _)| *known == suffix || (any_case && known.eq_ignore_ascii_case(suffix)))
            .map(|(_, factor)| *factor)
    }

    fn misfit(self, text: &str, suffix: &str) -> String {
        let known: Vec<&str> = self.suffixes().iter().map(|(name, _)| *name).collect();
        match self {
            Self::Ratio => format!("'{text}': '{suffix}' does not fit, a percentage is expected, such as 90 or 90%"),
            Self::None => format!("'{text}': '{suffix}' does not fit, a plain number is expected"),
            _ => format!("'{text}': '{suffix}' does not fit; the units are {}", known.join(", ")),
        }
    }

    /// The number with its suffix, such that [`Unit::parse`] reads the same value back.
    #[must_use]
    pub fn exact(self, value: f64) -> String {
        match self {
            Self::Ratio => format!("{}%", percent_exact(value)),
            Self::Bytes | Self::BytesPerSecond => with_largest(value, &["TiB", "GiB", "MiB", "KiB"], self),
            Self::Seconds => with_largest(value, &["d", "h", "min"], self),
            Self::PerSecond | Self::Count | Self::None => decimal(value),
        }
    }

    /// The number for a person: three digits, a fitting unit, a space between.
    #[must_use]
    pub fn show(self, value: f64) -> String {
        if !value.is_finite() {
            return "unknown".to_owned();
        }
        match self {
            Self::Ratio => format!("{} %", digits(value * 100.0)),
            Self::Bytes => size(value),
            Self::BytesPerSecond => format!("{}/s", size(value)),
            Self::Seconds => duration(value),
            Self::PerSecond => format!("{}/s", digits(value)),
            Self::Count | Self::None => digits(value),
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ratio => "percent",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "bytes per second",
            Self::Seconds => "seconds",
            Self::PerSecond => "per second",
            Self::Count => "count",
            Self::None => "number",
        }
    }

    /// The unit's part of a Prometheus metric name; empty where it has none.
    #[must_use]
    pub const fn prometheus(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "bytes_per_second",
            Self::Seconds => "seconds",
            Self::PerSecond => "per_second",
            Self::Count | Self::None => "",
        }
    }

    /// The unit of measurement in performance data: only those that every scheduler knows.
    #[must_use]
    pub const fn uom(self) -> &'static str {
        match self {
            Self::Ratio => "%",
            Self::Bytes => "B",
            Self::Seconds => "s",
            Self::BytesPerSecond | Self::PerSecond | Self::Count | Self::None => "",
        }
    }
}

/// The shortest decimal that reads back the same; never an exponent. Negative zero is zero.
#[must_use]
pub fn decimal(value: f64) -> String {
    // A whole number is written ten times faster as one; most limits and bounds are.
    if let Some(whole) = whole(value) {
        return whole.to_string();
    }
    // Rust shows a float in its shortest form that reads back, and never with an exponent.
    value.to_string()
}

/// The value as an integer, where it is one and small enough for a float to hold every digit.
fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "within 2^53")]
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

/// A ratio as percent: the shortest decimal whose hundredth is the ratio.
fn percent_exact(ratio: f64) -> String {
    let percent = ratio * 100.0;
    if percent.round() / 100.0 == ratio {
        return decimal(percent.round());
    }
    (1..=12)
        .map(|places| decimal(round_to(percent, places)))
        .find(|text| text.parse::<f64>().is_ok_and(|p| (p / 100.0).to_bits() == ratio.to_bits() || p / 100.0 == ratio))
        .unwrap_or_else(|| decimal(percent))
}

/// Rounds to a number of decimal places; what is too large for that stays.
#[must_use]
pub fn round_to(value: f64, places: i32) -> f64 {
    let scale = 10f64.powi(places);
    let rounded = (value * scale).round() / scale;
    if rounded.is_finite() { rounded } else { value }
}

fn with_largest(value: f64, suffixes: &[&str], unit: Unit) -> String {
    let whole = suffixes.iter().find_map(|suffix| {
        let factor = unit.factor(suffix)?;
        let number = value / factor;
        (number.abs() >= 1.0 && number.fract() == 0.0 && number * factor == value).then_some((number, *suffix))
    });
    whole.map_or_else(|| decimal(value), |(number, suffix)| format!("{}{suffix}", decimal(number)))
}

/// Three significant digits; more before the point where they are there.
fn digits(value: f64) -> String {
    let places = match value.abs() {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        v if v >= 0.01 || v == 0.0 => 2,
        _ => 4,
    };
    let mut text = format!("{value:.places$}");
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    if text == "-0" { "0".to_owned() } else { text }
}

fn size(bytes: f64) -> String {
    let mut value = bytes;
    for unit in ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] {
        if value.abs() < 999.5 || unit == "PiB" {
            return format!("{} {unit}", digits(value));
        }
        value /= KIBI;
    }
    String::new()
}

fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds.abs() {
        0.0 => (0.0, "s"),
        s if s < 1e-3 => (seconds * 1e6, "µs"),
        s if s < 1.0 => (seconds * 1e3, "ms"),
        s if s < 2.0 * MINUTE => (seconds, "s"),
        s if s < 2.0 * HOUR => (seconds / MINUTE, "min"),
        s if s < 2.0 * DAY => (seconds / HOUR, "h"),
        _ => (seconds / DAY, "days"),
    };
    format!("{} {unit}", digits(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Unit; 7] =
        [Unit::Ratio, Unit::Bytes, Unit::BytesPerSecond, Unit::Seconds, Unit::PerSecond, Unit::Count, Unit::None];

    #[test]
    fn suffixes_are_those_of_the_unit() {
        let cases = [
            (Unit::Ratio, "90", 0.9),
            (Unit::Ratio, "7%", 0.07),
            (Unit::Bytes, "10GiB", 10.0 * 1_073_741_824.0),
            (Unit::Bytes, "10g", 10.0 * 1_073_741_824.0),
            (Unit::Bytes, "10GB", 1e10),
            (Unit::Bytes, "1.5K", 1536.0),
            (Unit::Seconds, "5m", 300.0),
            (Unit::Seconds, "5min", 300.0),
            (Unit::Seconds, "250ms", 0.25),
            (Unit::Seconds, "3d", 259_200.0),
            (Unit::Count, "2k", 2000.0),
            (Unit::None, "-.5", -0.5),
        ];
        for (unit, text, value) in cases {
            assert_eq!(unit.parse(text), Ok(value), "{text}");
        }
        for (unit, text) in [
            (Unit::Ratio, "1G"),
            (Unit::Bytes, "5%"),
            (Unit::Seconds, "5M"),
            (Unit::Count, "NaN"),
            (Unit::Count, "inf"),
            (Unit::Count, "1e5"),
            (Unit::Count, ""),
            (Unit::Count, "1."),
            (Unit::Count, "1-2"),
            (Unit::None, "1 "),
            (Unit::None, "%"),
        ] {
            assert!(unit.parse(text).is_err(), "{text}");
        }
        assert!(Unit::None.parse(&"9".repeat(400)).is_err());
    }

    #[test]
    fn people_read_three_digits() {
        let cases = [
            (Unit::Ratio, 0.9316, "93.2 %"),
            (Unit::Ratio, 1.0, "100 %"),
            (Unit::Ratio, 0.0, "0 %"),
            (Unit::Bytes, 2_254_857_830.0, "2.1 GiB"),
            (Unit::Bytes, 1000.0, "0.98 KiB"),
            (Unit::Seconds, 111_600.0, "31 h"),
            (Unit::Seconds, 0.0042, "4.2 ms"),
            (Unit::Seconds, 864_000.0, "10 days"),
            (Unit::Count, 12_345.0, "12345"),
            (Unit::PerSecond, 0.5, "0.5/s"),
        ];
        for (unit, value, text) in cases {
            assert_eq!(unit.show(value), text);
        }
    }

    proptest! {
        #[test]
        fn exact_text_reads_back(value in -1e15f64..1e15) {
            for unit in ALL {
                let text = unit.exact(value);
                let again = unit.parse(&text).map_err(TestCaseError::fail)?;
                // A ratio passes through percent; the last bit may differ where no percent gives it.
                prop_assert!((again - value).abs() <= value.abs() * 1e-15, "{unit:?} {value} {text}");
                prop_assert!(!text.contains('e'));
            }
        }

        #[test]
        fn a_written_percentage_reads_back_to_the_letter(hundredths in 0u32..100_000) {
            let text = format!("{}%", decimal(f64::from(hundredths) / 100.0));
            let value = Unit::Ratio.parse(&text).map_err(TestCaseError::fail)?;
            prop_assert_eq!(Unit::Ratio.exact(value), text);
        }
    }
}
