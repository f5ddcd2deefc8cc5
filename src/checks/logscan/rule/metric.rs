//! `NAME[:UNIT[:TAKE]]`: a named capture whose numbers become a metric.

use crate::model::unit::Unit;
use std::fmt;
use std::str::FromStr;

/// Bytes of a name at most.
const LONGEST_NAME: usize = 40;
/// Bytes of a captured number at most.
const LONGEST_NUMBER: usize = 40;

/// Which of several values counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::checks::logscan) enum Take {
    /// The last one, for the hold time of the rule.
    Last,
    /// The largest one, for the hold time of the rule.
    Max,
    /// All together, since the rule is known: a counter.
    Sum,
}

impl Take {
    const ALL: [(Self, &'static str); 3] = [(Self::Last, "last"), (Self::Max, "max"), (Self::Sum, "sum")];
}

/// A capture that becomes a metric.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::checks::logscan) struct Metric {
    /// The name of the capture and of the metric.
    pub(in crate::checks::logscan) name: String,
    /// The unit of the metric.
    pub(in crate::checks::logscan) unit: Unit,
    /// The unit of the captured number where the line gives none, as a suffix: `ms`.
    pub(in crate::checks::logscan) suffix: String,
    /// Which value counts.
    pub(in crate::checks::logscan) take: Take,
}

impl Metric {
    /// The value of a captured text in the base unit; `None` where it is no number.
    pub(in crate::checks::logscan) fn value(&self, captured: &[u8]) -> Option<f64> {
        let captured = captured.get(..captured.len().min(LONGEST_NUMBER + 1))?;
        let text = std::str::from_utf8(captured).ok()?.trim();
        let bare = text.ends_with(|c: char| c.is_ascii_digit());
        let value = if bare { self.unit.parse(&format!("{text}{}", self.suffix)) } else { self.unit.parse(text) };
        value.ok().filter(|_| text.len() <= LONGEST_NUMBER)
    }
}

impl FromStr for Metric {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.len() > LONGEST_NAME || !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(plain)
        {
            return Err(format!(
                "'{text}' is no NAME:UNIT:TAKE; a name has small letters, digits and _, at most {LONGEST_NAME}"
            ));
        }
        let suffix = parts.next().unwrap_or_default();
        let (unit, suffix) = match suffix {
            "" => (Unit::None, ""),
            "count" => (Unit::Count, ""),
            suffix => {
                let units = [Unit::Ratio, Unit::Seconds, Unit::Bytes];
                let unit = units.into_iter().find(|unit| unit.parse(&format!("1{suffix}")).is_ok());
                let why = || format!("'{suffix}' is no unit: use one such as ms, s, %, B, MiB, or count");
                (unit.ok_or_else(why)?, suffix)
            }
        };
        let take = match parts.next() {
            None => Take::Last,
            Some(word) => {
                let found = Take::ALL.iter().find(|(_, known)| *known == word).map(|(take, _)| *take);
                found.ok_or_else(|| format!("'{word}': use last, max or sum"))?
            }
        };
        if parts.next().is_some() {
            return Err(format!("'{text}' has more than NAME:UNIT:TAKE"));
        }
        Ok(Self { name: name.to_owned(), unit, suffix: suffix.to_owned(), take })
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if self.unit == Unit::Count { "count" } else { &self.suffix };
        let take = Take::ALL.iter().find(|(take, _)| *take == self.take).map_or("", |(_, word)| word);
        write!(f, "{}:{unit}:{take}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_the_unit_of_the_metric() {
        let value = |metric: &str, text: &str| metric.parse::<Metric>().expect("a metric").value(text.as_bytes());
        assert_eq!(value("took:ms:max", "1500"), Some(1.5));
        assert_eq!(value("took:ms", "2s"), Some(2.0));
        assert_eq!(value("size:KiB:sum", "3"), Some(3072.0));
        assert_eq!(value("fill:%", "91"), Some(0.91));
        assert_eq!(value("queue:count", "17"), Some(17.0));
        assert_eq!(value("n", "-0.5"), Some(-0.5));
        for none in ["", "abc", "1.2.3", "5 ", &"9".repeat(60)] {
            assert_eq!(value("n", none).filter(|_| none != "5 "), None, "{none}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, why) in [
            ("Took:ms", "small letters"),
            ("", "small letters"),
            ("took:parsec", "is no unit"),
            ("took:ms:min", "use last, max or sum"),
            ("took:ms:max:x", "more than"),
        ] {
            let said = text.parse::<Metric>().expect_err(text);
            assert!(said.contains(why), "{said}");
        }
        assert_eq!("took:ms:max".parse::<Metric>().map(|metric| metric.to_string()), Ok("took:ms:max".to_owned()));
    }
}
