//! One value of a row.

use crate::model::text;

/// Bytes of a text or of raw bytes at most; a VARCHAR2 has 4000, or 32767 where the database is set to that.
pub const LONGEST: usize = 32 * 1024;

/// A value as a check sees it. Dates and timestamps are texts, `2026-03-02 09:12:05.250`, in the time zone that the
/// database keeps them in: Oracle's DATE has none. An empty text is [`Value::Null`], as everywhere in Oracle.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A NUMBER that is whole and fits.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Text; also dates, intervals and row identifiers.
    Text(String),
    /// RAW.
    Raw(Vec<u8>),
}

impl Value {
    /// A text, cut where it is longer than [`LONGEST`].
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let mut text = text.into();
        if text.is_empty() {
            return Self::Null;
        }
        if text.len() > LONGEST {
            text = text::cut(&text, LONGEST).into_owned();
        }
        Self::Text(text)
    }

    /// Raw bytes, cut where there are more than [`LONGEST`].
    #[must_use]
    pub fn raw(mut bytes: Vec<u8>) -> Self {
        if bytes.is_empty() {
            return Self::Null;
        }
        bytes.truncate(LONGEST);
        Self::Raw(bytes)
    }

    /// A number in digits, as drivers and SQL*Plus write a NUMBER: `-12`, `.5`, `1.0E+20`. `None` when it is none.
    #[must_use]
    pub fn number(digits: &str) -> Option<Self> {
        let digits = digits.trim();
        // What Rust would take as well: inf, nan.
        if !digits.ends_with(|c: char| c.is_ascii_digit() || c == '.') || !digits.contains(|c: char| c.is_ascii_digit())
        {
            return None;
        }
        if let Ok(whole) = digits.parse() {
            return Some(Self::Integer(whole));
        }
        digits.parse().ok().map(Self::float)
    }

    /// A number that a driver gave as a float; whole ones that a float holds exactly become integers.
    #[must_use]
    pub fn float(value: f64) -> Self {
        /// 2 to the power of 53.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within what a float holds exactly")]
        if value.fract() == 0.0 && value.abs() <= EXACT { Self::Integer(value as i64) } else { Self::Float(value) }
    }

    /// Bytes that it takes, roughly.
    #[must_use]
    pub fn weight(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Text(text) => text.len(),
                Self::Raw(bytes) => bytes.len(),
                Self::Null | Self::Integer(_) | Self::Float(_) => 0,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_exact_where_they_can_be() {
        for (digits, value) in [
            ("0", Value::Integer(0)),
            (" -9007199254740993 ", Value::Integer(-9_007_199_254_740_993)),
            ("9223372036854775807", Value::Integer(i64::MAX)),
            ("9223372036854775808", Value::Float(9.223_372_036_854_776e18)),
            (".5", Value::Float(0.5)),
            ("-.25", Value::Float(-0.25)),
            ("1.0E+20", Value::Float(1e20)),
            ("12.", Value::Integer(12)),
            ("1.2E+01", Value::Integer(12)),
        ] {
            assert_eq!(Value::number(digits), Some(value), "{digits}");
        }
        for digits in ["", "-", ".", "inf", "NaN", "##########", "1e", "0x10", "1 2"] {
            assert_eq!(Value::number(digits), None, "{digits}");
        }
    }

    #[test]
    fn texts_are_bounded_and_empty_ones_are_null() {
        assert_eq!(Value::text(""), Value::Null);
        assert_eq!(Value::raw(Vec::new()), Value::Null);
        let Value::Text(long) = Value::text("ö".repeat(LONGEST)) else { unreachable!("a text") };
        assert!(long.len() <= LONGEST && long.ends_with('…'));
    }

    proptest! {
        #[test]
        fn whole_numbers_come_back(number: i64) {
            prop_assert_eq!(Value::number(&number.to_string()), Some(Value::Integer(number)));
        }
    }
}
