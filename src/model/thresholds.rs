//! The only place where a value becomes a status.

use super::catalogue::{Catalogue, MetricDef};
use super::glob::Glob;
use super::range::Range;
use super::rule::Rule;
use super::status::Status;
use std::cell::Cell;

/// The rules of one run: the defaults of the catalogue, then those of the user.
#[derive(Debug, Default)]
pub struct Thresholds {
    rules: Vec<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    level: Status,
    metric: String,
    item: Option<Glob>,
    /// `None`: this metric is not judged at this level.
    range: Option<Range>,
    /// The user's text with its option; `None` for a default.
    user: Option<String>,
    /// Whether it has been the one that applied, or a later one took its place.
    matched: Cell<bool>,
}

/// What applies to one metric of one item.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// The warning range.
    pub warn: Option<Range>,
    /// The critical range.
    pub crit: Option<Range>,
}

impl Limits {
    /// The state of a value; both limits are judged, whichever is given.
    #[must_use]
    pub fn status(&self, value: f64) -> Status {
        if self.crit.is_some_and(|range| range.alerts(value)) {
            Status::Critical
        } else if self.warn.is_some_and(|range| range.alerts(value)) {
            Status::Warning
        } else {
            Status::Ok
        }
    }

    /// The range behind a state that [`Limits::status`] gave.
    #[must_use]
    pub const fn behind(&self, status: Status) -> Option<Range> {
        match status {
            Status::Critical => self.crit,
            Status::Warning => self.warn,
            _ => None,
        }
    }

    /// Both ranges changed, such as for a limit that depends on the size of the item.
    #[must_use]
    pub fn map(self, change: impl Fn(Range) -> Range) -> Self {
        Self { warn: self.warn.map(&change), crit: self.crit.map(&change) }
    }
}

impl Thresholds {
    /// Puts the user's rules behind the catalogue's defaults, ranges read in the unit of their metric.
    ///
    /// # Errors
    /// A rule for a metric that the check does not have, or a range that is none.
    pub fn new(catalogue: &Catalogue, warning: &[Rule], critical: &[Rule]) -> Result<Self, String> {
        let mut rules = Vec::new();
        for def in &*catalogue.metrics {
            for (level, text) in [(Status::Warning, def.warning), (Status::Critical, def.critical)] {
                if let Some(text) = text {
                    let range =
                        Range::parse(text, def.unit).map_err(|why| format!("default of {}: {why}", def.name))?;
                    rules.push(Compiled {
                        level,
                        metric: def.name.to_owned(),
                        item: None,
                        range: Some(range),
                        user: None,
                        matched: Cell::new(false),
                    });
                }
            }
        }
        let given = warning.iter().map(|rule| (Status::Warning, "--warning", rule));
        for (level, option, rule) in given.chain(critical.iter().map(|rule| (Status::Critical, "--critical", rule))) {
            let def = find(catalogue, rule).map_err(|why| format!("{option} {}: {why}", rule.text))?;
            let range = match &*rule.range {
                "none" => None,
                text => Some(Range::parse(text, def.unit).map_err(|why| format!("{option} {}: {why}", rule.text))?),
            };
            rules.push(Compiled {
                level,
                metric: def.name.to_owned(),
                item: rule.item.clone(),
                range,
                user: Some(format!("{option} {}", rule.text)),
                matched: Cell::new(false),
            });
        }
        Ok(Self { rules })
    }

    /// What applies to a metric of an item: the last rule that matches, at each level.
    ///
    /// A default that the user's rule at the other level makes pointless (warning 97 %, default critical 95 %)
    /// does not apply.
    #[must_use]
    pub fn limits(&self, metric: &str, item: Option<&str>) -> Limits {
        let warn = self.last(Status::Warning, metric, item);
        let crit = self.last(Status::Critical, metric, item);
        let mut limits = Limits { warn: warn.and_then(|r| r.range), crit: crit.and_then(|r| r.range) };
        if let (Some(w), Some(c)) = (limits.warn, limits.crit)
            && !w.is_within(&c)
        {
            if crit.is_some_and(|r| r.user.is_none()) && warn.is_some_and(|r| r.user.is_some()) {
                limits.crit = None;
            } else if warn.is_some_and(|r| r.user.is_none()) && crit.is_some_and(|r| r.user.is_some()) {
                limits.warn = None;
            }
        }
        limits
    }

    fn last(&self, level: Status, metric: &str, item: Option<&str>) -> Option<&Compiled> {
        let mut found = None;
        for rule in self.rules.iter().filter(|rule| rule.level == level && rule.metric == metric) {
            let fits = match (&rule.item, item) {
                (None, _) => true,
                (Some(glob), Some(item)) => glob.matches(item),
                (Some(_), None) => false,
            };
            if fits {
                rule.matched.set(true);
                found = Some(rule);
            }
        }
        found
    }

    /// Whether the user wrote a rule for the metric: then it must be measured, whatever it costs.
    #[must_use]
    pub fn mentions(&self, metric: &str) -> bool {
        self.rules.iter().any(|rule| rule.user.is_some() && rule.metric == metric)
    }

    /// The user's rules for items that no item of this run has fitted: a slip of the pen, or something is missing.
    pub fn unmatched(&self) -> impl Iterator<Item = &str> {
        self.rules
            .iter()
            .filter(|rule| rule.item.is_some() && !rule.matched.get())
            .filter_map(|rule| rule.user.as_deref())
    }

    /// Rules of the user that are probably not meant as they stand, in words: a critical limit that is crossed before
    /// the warning one, and an upper limit where only little is bad (or the other way round).
    pub fn doubtful(&self, catalogue: &Catalogue) -> Vec<String> {
        let mut said = Vec::new();
        for def in &*catalogue.metrics {
            let user = |level| self.last(level, def.name, None).filter(|rule| rule.user.is_some());
            let (warn, crit) = (user(Status::Warning), user(Status::Critical));
            if let (Some(w), Some(c)) = (warn.and_then(|r| r.range), crit.and_then(|r| r.range))
                && !w.is_within(&c)
                && let (Some(w), Some(c)) = (warn.and_then(|r| r.user.as_deref()), crit.and_then(|r| r.user.as_deref()))
            {
                said.push(format!("{c} is crossed before {w}: both are limits of {}, {}", def.name, def.help));
            }
            let default = def.critical.or(def.warning).and_then(|text| Range::parse(text, def.unit).ok());
            for rule in [warn, crit].into_iter().flatten() {
                if let (Some(default), Some(range), Some(text)) = (default, rule.range, &rule.user)
                    && let Some((wrong, right)) = against(default, range)
                {
                    said.push(format!("{text} alerts {wrong} its limit; of {}, {right} is bad", def.name));
                }
            }
        }
        said
    }

    /// The default limits that the user's rules make pointless, in words.
    pub fn dropped(&self) -> impl Iterator<Item = String> + '_ {
        let asked = self.rules.iter().any(|rule| rule.user.is_some());
        self.rules.iter().filter(move |rule| asked && rule.user.is_none()).filter_map(|default| {
            let now = self.limits(&default.metric, None);
            let kept = match default.level {
                Status::Warning => now.warn,
                _ => now.crit,
            };
            let other = if default.level == Status::Warning { Status::Critical } else { Status::Warning };
            let applies = self.last(default.level, &default.metric, None).is_some_and(|rule| rule.user.is_none());
            let by = self.last(other, &default.metric, None)?.user.as_deref()?;
            (applies && kept.is_none()).then(|| {
                let level = default.level.word().to_lowercase();
                format!("the default {level} limit of {} does not apply beside {by}", default.metric)
            })
        })
    }
}

/// How a user's range looks in the other direction than the default: on which side it alerts, and what is bad.
fn against(default: Range, user: Range) -> Option<(&'static str, &'static str)> {
    let upper = |r: Range| !r.is_inverted() && r.start() <= 0.0 && r.end().is_finite();
    let lower = |r: Range| !r.is_inverted() && r.start() > 0.0 && r.end() == f64::INFINITY;
    if lower(default) && upper(user) {
        Some(("above", "little (write LIMIT: for below)"))
    } else if upper(default) && lower(user) {
        Some(("below", "much (write LIMIT without a colon for above)"))
    } else {
        None
    }
}

fn find<'a>(catalogue: &'a Catalogue, rule: &Rule) -> Result<&'a MetricDef, String> {
    let Some(name) = &rule.metric else {
        return catalogue.main().ok_or_else(|| "this check has no metrics".to_owned());
    };
    catalogue.find(name).ok_or_else(|| format!("no metric '{name}'; there are {}", catalogue.names()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::unit::Unit;

    static CATALOGUE: Catalogue = Catalogue::new(
        "mountpoint",
        &[
            MetricDef::gauge("used", Unit::Ratio, "used share").limits("90", "95"),
            MetricDef::gauge("free", Unit::Bytes, "free bytes"),
        ],
    );

    fn thresholds(warning: &[&str], critical: &[&str]) -> Result<Thresholds, String> {
        let rules = |texts: &[&str]| texts.iter().map(|text| text.parse()).collect::<Result<Vec<Rule>, _>>();
        Thresholds::new(&CATALOGUE, &rules(warning)?, &rules(critical)?)
    }

    fn judged(warning: &[&str], critical: &[&str], item: &str, value: f64) -> Status {
        thresholds(warning, critical).map_or(Status::Unknown, |t| t.limits("used", Some(item)).status(value))
    }

    #[test]
    fn both_levels_are_judged_and_the_last_rule_wins() {
        assert_eq!(judged(&[], &[], "/", 0.91), Status::Warning);
        assert_eq!(judged(&[], &[], "/", 0.96), Status::Critical);
        assert_eq!(judged(&["80"], &[], "/", 0.85), Status::Warning);
        assert_eq!(judged(&["80"], &[], "/", 0.96), Status::Critical);
        assert_eq!(judged(&["80", "@/var/*=50%"], &[], "/var/log", 0.6), Status::Warning);
        assert_eq!(judged(&["80", "@/var/*=50%"], &[], "/home", 0.6), Status::Ok);
        assert_eq!(judged(&["@/var/*=50%", "80"], &[], "/var/log", 0.6), Status::Ok);
        assert_eq!(judged(&["used=none"], &["used=none"], "/", 1.0), Status::Ok);
    }

    #[test]
    fn a_pointless_default_is_dropped_and_said() -> Result<(), String> {
        assert_eq!(judged(&["97"], &[], "/", 0.96), Status::Ok);
        assert_eq!(judged(&["97"], &[], "/", 0.98), Status::Warning);
        assert_eq!(judged(&[], &["85"], "/", 0.84), Status::Ok);
        assert_eq!(judged(&[], &["85"], "/", 0.86), Status::Critical);
        let said: Vec<String> = thresholds(&["97"], &[])?.dropped().collect();
        assert_eq!(said, ["the default critical limit of used does not apply beside --warning 97"]);
        assert_eq!(thresholds(&["80"], &[])?.dropped().count(), 0);
        assert_eq!(thresholds(&["99"], &["98"])?.dropped().count(), 0);
        Ok(())
    }

    #[test]
    fn what_the_user_contradicts_himself_is_kept() {
        assert_eq!(judged(&["99"], &["98"], "/", 0.985), Status::Critical);
    }

    #[test]
    fn errors_name_the_rule_and_what_there_is() {
        let said = |w: &str| thresholds(&[w], &[]).err().unwrap_or_default();
        assert_eq!(said("usde=5"), "--warning usde=5: no metric 'usde'; there are used, free");
        assert!(said("free=5%").starts_with("--warning free=5%: '5%': '%' does not fit; the units are B, K"));
        assert!(said("@/var=").contains("no range"));
    }

    #[test]
    fn slips_of_the_pen_are_found() -> Result<(), String> {
        let said = |w: &[&str], c: &[&str]| thresholds(w, c).map(|t| t.doubtful(&CATALOGUE));
        assert_eq!(
            said(&["10%"], &["5%"])?,
            ["--critical 5% is crossed before --warning 10%: both are limits of used, used share"]
        );
        assert_eq!(
            said(&["80:"], &[])?,
            ["--warning 80: alerts below its limit; of used, much (write LIMIT without a colon for above) is bad"]
        );
        assert!(said(&["80%"], &["90%"])?.is_empty() && said(&["free=5:"], &["free=4:", "used@/x=1"])?.is_empty());
        Ok(())
    }

    #[test]
    fn rules_that_fit_nothing_are_found() -> Result<(), String> {
        let rules = thresholds(&["used@/vra=80"], &["@/var=99"])?;
        let _ = rules.limits("used", Some("/var"));
        assert_eq!(rules.unmatched().collect::<Vec<_>>(), ["--warning used@/vra=80"]);
        assert!(rules.mentions("used") && !rules.mentions("free"));
        Ok(())
    }
}
