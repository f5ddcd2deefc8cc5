//! The fields behind a label: a value with its unit, ranges, bounds.

use crate::model::range::Range;

/// Bytes of a unit at most.
pub(super) const LONGEST_UNIT: usize = 16;

/// A value and its unit as it was written; no value where it is said not to be known: `U`, or a NaN of the plugin's
/// language. `None` for what is neither.
pub(super) fn value(text: &str) -> Option<(Option<f64>, &str)> {
    if text == "U" || text.trim_start_matches(['+', '-']).eq_ignore_ascii_case("nan") {
        return Some((None, ""));
    }
    // The unit is what follows the longest number; an exponent belongs to the number where digits follow it.
    let shortest = text.len().saturating_sub(LONGEST_UNIT).max(1);
    let split = (shortest..=text.len()).rev().find(|end| text.get(..*end).and_then(number).is_some())?;
    let (value, uom) = text.split_at(split);
    is_unit(uom).then(|| (number(value), uom))
}

/// Any word but one that shows that the number in front of it was none: `1-2`, `10:20`, `1.2.3`, `0x10`.
fn is_unit(text: &str) -> bool {
    let strange = |c: char| c.is_control() || c.is_whitespace() || "'=|;:,.+-".contains(c);
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some('x' | 'X'), Some(next)) if next.is_ascii_hexdigit() => false,
        (Some(first), _) => !first.is_ascii_digit() && !text.contains(strange),
        (None, _) => true,
    }
}

/// A finite number in digits: no `inf`, no `nan`. One comma may stand for the point.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = |text: &str| text.bytes().all(|c| c.is_ascii_digit() || b"+-.eE".contains(&c));
    let value = match text.split_once(',') {
        None => plain(text).then(|| text.parse().ok())?,
        Some((whole, part)) => {
            let whole_digits = whole.trim_start_matches(['+', '-']);
            let decimal = !whole_digits.is_empty() && whole_digits.bytes().all(|c| c.is_ascii_digit());
            let digits = part.starts_with(|c: char| c.is_ascii_digit()) && !part.contains('.') && plain(part);
            (decimal && digits).then(|| format!("{whole}.{part}").parse().ok())?
        }
    };
    value.filter(|value: &f64| value.is_finite())
}

/// What a field behind the value is.
#[derive(Debug, PartialEq)]
pub(super) enum Field<T> {
    /// Empty, or `U`.
    Absent,
    Read(T),
    Broken,
}

impl<T> Field<T> {
    fn of(text: Option<&str>, uom: &str, read: impl Fn(&str) -> Option<T>) -> Self {
        match text.map(str::trim) {
            None | Some("" | "U") => Self::Absent,
            Some(text) => read(text).or_else(|| read(text.strip_suffix(uom)?)).map_or(Self::Broken, Self::Read),
        }
    }

    /// What was read; what was not is counted.
    pub(super) fn or_count(self, broken: &mut usize) -> Option<T> {
        match self {
            Self::Read(field) => Some(field),
            Self::Absent => None,
            Self::Broken => {
                *broken += 1;
                None
            }
        }
    }
}

/// A bound: a number, which may carry the unit of the value.
pub(super) fn bound(text: Option<&str>, uom: &str) -> Field<f64> {
    Field::of(text, uom, number)
}

/// A range in the guidelines' grammar with numbers in any form; its ends may carry the unit of the value.
pub(super) fn range(text: Option<&str>, uom: &str) -> Field<Range> {
    let end = |text: &str| number(text).or_else(|| number(text.strip_suffix(uom)?));
    Field::of(text, "", |text| {
        let (inverted, body) = text.strip_prefix('@').map_or((false, text), |body| (true, body));
        let (start, above) = match body.split_once(':') {
            None => (0.0, end(body)?),
            Some(("", "")) => return None,
            Some((start, above)) => {
                let start = match start {
                    "~" => f64::NEG_INFINITY,
                    "" => 0.0,
                    start => end(start)?,
                };
                (start, if above.is_empty() { f64::INFINITY } else { end(above)? })
            }
        };
        Range::new(start, above, inverted).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::unit::Unit;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_several_languages() {
        for (text, want) in
            [("1,5", 1.5), ("-0,25", -0.25), (".5", 0.5), ("5.", 5.0), ("+1E3", 1000.0), ("1,5e2", 150.0)]
        {
            assert_eq!(number(text), Some(want), "{text}");
        }
        for text in ["", "-", "1,234.5", "1,2,3", ",5", "5,", "1.2.3", "inf", "1e400", "0x10", "1_000", "--1", "1,-5"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn units_are_any_word_and_unknown_values_have_none() {
        for (text, want) in [("5m2", "m2"), ("5eB", "eB"), ("5B/s", "B/s"), ("21\u{fffd}C", "\u{fffd}C"), ("1e3e", "e")]
        {
            assert_eq!(value(text).map(|(_, uom)| uom), Some(want), "{text}");
        }
        for text in ["U", "nan", "-NaN"] {
            assert_eq!(value(text), Some((None, "")), "{text}");
        }
        for text in ["", "u", "inf", "1-2", "10:20", "0x10", "1.2.3", "1e400", "5'", "5\u{0}", "5abcdefghijklmnopq"] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn limits_may_carry_the_unit_of_the_value() {
        let range = |text, uom| range(Some(text), uom).or_count(&mut 0).map(|range| range.to_string());
        assert_eq!(range("10%", "%").as_deref(), Some("10"));
        assert_eq!(range("@5MB:10MB", "MB").as_deref(), Some("@5:10"));
        assert_eq!(range("~:1,5", "").as_deref(), Some("~:1.5"));
        assert_eq!(range("1e3:", "B").as_deref(), Some("1000:"));
        assert_eq!(bound(Some("98MB"), "MB"), Field::Read(98.0));
        for text in ["10ms", "-1", "20:10", "x", ":", "@", "~", "1:2:3"] {
            assert_eq!(super::range(Some(text), "s"), Field::Broken, "{text}");
        }
        assert_eq!((super::range(Some("U"), ""), bound(Some(" "), "")), (Field::Absent, Field::Absent));
    }

    proptest! {
        /// Where our own strict grammar reads a range, this one reads the same.
        #[test]
        fn wider_than_our_own_ranges(text in "[@~:0-9.+-]{0,10}") {
            if let Ok(strict) = Range::parse(&text, Unit::None) {
                prop_assert_eq!(range(Some(&text), ""), Field::Read(strict));
            }
        }
    }
}
