//! All rules of a run, in the order in which they are tried.

use super::draft::Draft;
use super::file::RuleFile;
use super::phrase::Phrase;
use super::{Level, Rule};
use crate::checks::logscan::record::Start;
use crate::checks::logscan::scan::Matcher;
use fnv::FnvHasher;
use std::collections::BTreeMap;
use std::hash::Hasher as _;

/// Rules of one run at most.
const MOST: usize = 1000;

/// The rules of a run.
#[derive(Debug, Default)]
pub(in crate::checks::logscan) struct Rules {
    list: Vec<Rule>,
    /// What makes each of them the same in another run.
    identities: Vec<u64>,
    matchers: Vec<Matcher>,
    /// For each rule, which others it clears.
    clears: Vec<Vec<usize>>,
    start: Option<Start>,
}

/// Where the rules come from, as the command line gives them.
#[derive(Debug, Default)]
pub(in crate::checks::logscan) struct Given {
    /// `--ignore`.
    pub(in crate::checks::logscan) ignore: Vec<Phrase>,
    /// `--rule`.
    pub(in crate::checks::logscan) inline: Vec<Rule>,
    /// `--rules`, each file by itself.
    pub(in crate::checks::logscan) files: Vec<RuleFile>,
    /// `--critical-pattern`.
    pub(in crate::checks::logscan) critical: Vec<Phrase>,
    /// `--warning-pattern`.
    pub(in crate::checks::logscan) warning: Vec<Phrase>,
    /// `--ok-pattern`.
    pub(in crate::checks::logscan) ok: Vec<Phrase>,
    /// `--hold`: for all rules that do not say it themselves.
    pub(in crate::checks::logscan) hold: Option<f64>,
    /// `--record-start`: for all, whatever the files say.
    pub(in crate::checks::logscan) record_start: Option<Phrase>,
}

impl Given {
    /// The rules in their order: what is to be ignored, `--rule`, `--rules`, then the short options, the worst first: a
    /// line that says both is an event.
    ///
    /// # Errors
    /// As [`Rules::new`]; or files that do not agree on where a record begins.
    pub(in crate::checks::logscan) fn rules(self) -> Result<Rules, String> {
        let start = match &self.record_start {
            Some(given) => Some(given.clone()),
            None => self.files_record_start()?.cloned(),
        };
        let short = |level: Level, patterns: Vec<Phrase>| -> Result<Option<Rule>, String> {
            if patterns.is_empty() {
                return Ok(None);
            }
            let mut draft = Draft::named(level.word())?;
            (draft.level, draft.patterns) = (Some(level), patterns);
            draft.finish("").map(Some).map_err(|wrong| wrong.join("; "))
        };
        let mut list: Vec<Rule> = short(Level::Ignore, self.ignore)?.into_iter().collect();
        list.extend(self.inline);
        list.extend(self.files.into_iter().flat_map(|file| file.rules));
        for (level, patterns) in
            [(Level::Critical, self.critical), (Level::Warning, self.warning), (Level::Ok, self.ok)]
        {
            list.extend(short(level, patterns)?);
        }
        for rule in &mut list {
            rule.hold = rule.hold.or(self.hold);
        }
        let start = start.map(|start| Start::new(start.pattern().clone()));
        Ok(Rules { start, ..Rules::new(list)? })
    }

    /// Where the files say that a record begins.
    fn files_record_start(&self) -> Result<Option<&Phrase>, String> {
        let mut starts = self.files.iter().filter_map(|file| file.record_start.as_ref());
        let first = starts.next();
        match starts.find(|other| first.is_some_and(|first| first.to_string() != other.to_string())) {
            Some(other) => Err(format!(
                "two files of rules have records of their own (record_start {} and {other}): give --record-start, or read \
                 the log twice",
                first.map(ToString::to_string).unwrap_or_default()
            )),
            None => Ok(first),
        }
    }
}

impl Rules {
    /// Puts rules into their order.
    ///
    /// # Errors
    /// Two of one name, metrics of one name that do not agree, a rule of level ok that clears nothing, too many.
    pub(in crate::checks::logscan) fn new(list: Vec<Rule>) -> Result<Self, String> {
        if list.is_empty() {
            return Err("there are no rules: give --critical-pattern, --warning-pattern, --rule, --rules or --preset"
                .to_owned());
        }
        if list.len() > MOST {
            return Err(format!("there are {} rules, at most {MOST} are allowed", list.len()));
        }
        let mut names = BTreeMap::new();
        let mut metrics = BTreeMap::new();
        for rule in &list {
            if names.insert(&rule.name, ()).is_some() {
                return Err(format!("two rules are called '{}'", rule.name));
            }
            for metric in &rule.metrics {
                if crate::checks::logscan::metrics::METRICS.find(&metric.name).is_some() {
                    return Err(format!(
                        "rule '{}': metric '{}' is one that there is already: call the capture otherwise",
                        rule.name, metric.name
                    ));
                }
                let (unit, take) = metrics.entry(&metric.name).or_insert((metric.unit, metric.take));
                if (*unit, *take) != (metric.unit, metric.take) {
                    let name = &metric.name;
                    return Err(format!("metric '{name}' of rule '{}' has another unit elsewhere", rule.name));
                }
            }
        }
        let cleared =
            |rule: &Rule| (0..list.len()).filter(|at| list.get(*at).is_some_and(|r| rule.clears(r))).collect();
        let clears: Vec<Vec<usize>> = list.iter().map(cleared).collect();
        let idle = |(rule, cleared): &(&Rule, &Vec<usize>)| !rule.clears.is_empty() && cleared.is_empty();
        if let Some((rule, _)) = list.iter().zip(&clears).find(idle) {
            let meant: Vec<String> = rule.clears.iter().map(ToString::to_string).collect();
            return Err(format!("rule '{}': clears: no rule with events is called {}", rule.name, meant.join(" or ")));
        }
        let matchers = list.iter().map(Rule::matcher).collect();
        let identities = list.iter().map(Rule::identity).collect();
        Ok(Self { list, identities, matchers, clears, start: None })
    }

    /// What makes them the same rules in another run.
    pub(in crate::checks::logscan) fn identity(&self) -> String {
        let mut hash = FnvHasher::default();
        self.identities.iter().for_each(|identity| hash.write_u64(*identity));
        self.start.iter().for_each(|start| hash.write(start.text().as_bytes()));
        format!("{:016x}", hash.finish())
    }

    /// The rules in their order, each with what makes it the same rule in another run: its name, and which lines it takes
    /// for what. What it does with them may change.
    pub(in crate::checks::logscan) fn identified(&self) -> impl Iterator<Item = (&Rule, u64)> {
        self.list.iter().zip(self.identities.iter().copied())
    }

    /// What the scanner takes, rule by rule.
    pub(in crate::checks::logscan) fn matchers(&self) -> &[Matcher] {
        &self.matchers
    }

    /// Where records of several lines begin; `None` where each line is judged by itself.
    pub(in crate::checks::logscan) const fn record_start(&self) -> Option<&Start> {
        self.start.as_ref()
    }

    /// The rules in their order.
    pub(in crate::checks::logscan) fn iter(&self) -> std::slice::Iter<'_, Rule> {
        self.list.iter()
    }

    /// A rule by its place.
    pub(in crate::checks::logscan) fn get(&self, at: usize) -> Option<&Rule> {
        self.list.get(at)
    }

    /// The places of the rules whose events this one ends.
    pub(in crate::checks::logscan) fn cleared_by(&self, at: usize) -> &[usize] {
        self.clears.get(at).map_or(&[], Vec::as_slice)
    }
}
