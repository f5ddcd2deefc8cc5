//! A threshold rule as a user writes it: `[METRIC][@ITEM]=RANGE`, or `RANGE` alone.

use super::glob::Glob;
use std::str::FromStr;

/// The parts of a rule; the range stays text until the metric gives its unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The metric's name; `None` is the check's main metric.
    pub metric: Option<String>,
    /// Which items it is for; `None` is all.
    pub item: Option<Glob>,
    /// The range, or `none`, which switches a rule off.
    pub range: String,
    /// What the user wrote.
    pub text: String,
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // At the last '=': an item may contain one.
        let (target, range) = text.rsplit_once('=').unwrap_or(("", text));
        let (metric, item) = match target.split_once('@') {
            Some((_, "")) => return Err(format!("'{text}' names no item after '@'")),
            Some((metric, item)) => (metric, Some(Glob::new(item))),
            None => (target, None),
        };
        if target.is_empty() && range.len() != text.len() {
            return Err(format!("'{text}' names nothing in front of '='"));
        }
        if range.is_empty() {
            return Err(format!("'{text}' has no range"));
        }
        Ok(Self {
            metric: (!metric.is_empty()).then(|| metric.to_owned()),
            item,
            range: range.to_owned(),
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_forms() {
        let parts = |text: &str| {
            text.parse::<Rule>().map(|r| (r.metric, r.item.map(|g| g.to_string()), r.range)).unwrap_or_default()
        };
        let s = |text: &str| Some(text.to_owned());
        assert_eq!(parts("90"), (None, None, "90".to_owned()));
        assert_eq!(parts("free=10%:"), (s("free"), None, "10%:".to_owned()));
        assert_eq!(parts("used@/var/*=80%"), (s("used"), s("/var/*"), "80%".to_owned()));
        assert_eq!(parts("@/a=b@c=5"), (None, s("/a=b@c"), "5".to_owned()));
        // An inverted range alone is no item.
        assert_eq!(parts("@10:20"), (None, None, "@10:20".to_owned()));
    }

    #[test]
    fn parts_that_are_missing_are_named() {
        for text in ["", "used=", "=5", "used@=5"] {
            assert!(text.parse::<Rule>().is_err(), "{text}");
        }
    }
}
