//! Rules in a TOML file.
//!
//! ```toml
//! record_start = '^\d{4}-\d\d-\d\d '
//!
//! [[rule]]
//! name = "internal error"
//! level = "critical"
//! regex = ['ORA-0*(?<code>600|7445)\b']
//! except = ['tracing']
//! hold = "4h"
//! text = "internal error ORA-{code}"
//! ```

use super::draft::{self, Draft, KEYS};
use super::phrase::{How, Phrase};
use super::{Level, Rule};
use anyhow::Context as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// No file of rules is larger.
const LARGEST: u64 = 1 << 20;
/// Problems that are told of one file.
const MOST_PROBLEMS: usize = 20;
/// The keys that only files have: on the command line these are signs.
const PATTERNS: [(&str, bool, bool); 4] =
    [("regex", false, false), ("fixed", true, false), ("except", false, true), ("except_fixed", true, true)];

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub(in crate::checks::logscan) struct RuleFile {
    pub(in crate::checks::logscan) rules: Vec<Rule>,
    /// The lines that begin a record of several lines; `None` where each line is judged by itself.
    pub(in crate::checks::logscan) record_start: Option<Phrase>,
}

/// Reads a file of rules.
///
/// # Errors
/// What cannot be read, or all that is wrong in it, each with its line.
pub(in crate::checks::logscan) fn read(path: &Path) -> anyhow::Result<RuleFile> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("cannot read the rules {shown}"))?;
    let mut text = String::new();
    let length = file.take(LARGEST + 1).read_to_string(&mut text);
    if length.with_context(|| format!("cannot read the rules {shown}"))? as u64 > LARGEST {
        anyhow::bail!("{shown} has more than 1 MiB: that is no file of rules");
    }
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    parse(&text, &stem).map_err(|problems| anyhow::anyhow!("{}", told(&problems, &shown.to_string())))
}

fn told(problems: &[String], file: &str) -> String {
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    let mut all: Vec<String> = problems.iter().take(MOST_PROBLEMS).map(|why| format!("{file} {why}")).collect();
    if more > 0 {
        all.push(format!("and {more} more"));
    }
    all.join("; ")
}

/// The rules of a text; `group` is that of those which name none.
///
/// # Errors
/// All that is wrong, each with its line.
pub(in crate::checks::logscan) fn parse(text: &str, group: &str) -> Result<RuleFile, Vec<String>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text, problems: Vec::new(), group: group.to_owned() };
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        reader.problem(at, error.message());
    }
    // What stands behind a syntax error may be anything.
    let rules = if reader.problems.is_empty() { reader.document(document.get_ref()) } else { RuleFile::default() };
    if reader.problems.is_empty() { Ok(rules) } else { Err(reader.problems) }
}

struct Reader<'t> {
    text: &'t str,
    problems: Vec<String>,
    group: String,
}

impl Reader<'_> {
    fn problem(&mut self, at: usize, why: impl std::fmt::Display) {
        let line = self.text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1;
        self.problems.push(format!("line {line}: {why}"));
    }

    fn document(&mut self, document: &DeTable<'_>) -> RuleFile {
        let (mut rules, mut record_start) = (Vec::new(), None);
        if let Some(group) = document.get("group") {
            self.group = self.text_of("group", group).unwrap_or_default();
        }
        for (key, value) in document {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("group", _) => {}
                ("record_start", _) => record_start = self.record_start(value),
                ("rule", DeValue::Array(all)) => {
                    for rule in all.iter() {
                        rules.extend(self.rule(rule));
                    }
                }
                ("rule", _) => self.problem(key.span().start, "rules are written as [[rule]]"),
                (other, _) => {
                    let why = format!("no key '{other}'; there are group, record_start and [[rule]]");
                    self.problem(key.span().start, why);
                }
            }
        }
        if rules.is_empty() && self.problems.is_empty() {
            self.problem(0, "there is no [[rule]]");
        }
        RuleFile { rules, record_start }
    }

    fn record_start(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Phrase> {
        let text = self.text_of("record_start", value)?;
        let phrase =
            Phrase::regex(&text).map_err(|why| self.problem(value.span().start, format!("record_start: {why}")));
        phrase.ok()
    }

    fn rule(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Rule> {
        let (at, before) = (value.span().start, self.problems.len());
        let DeValue::Table(table) = value.get_ref() else {
            self.problem(at, "rules are written as [[rule]]");
            return None;
        };
        let Some(name) = table.get("name") else {
            self.problem(at, "a rule without a name");
            return None;
        };
        let name = self.text_of("name", name)?;
        let mut draft = match Draft::named(&name) {
            Ok(draft) => draft,
            Err(why) => {
                self.problem(at, why);
                return None;
            }
        };
        let ignore_case = match table.get("ignore_case").map(|value| (value.span().start, value.get_ref())) {
            None => false,
            Some((_, DeValue::Boolean(ignore))) => *ignore,
            Some((at, _)) => {
                self.problem(at, format!("rule '{name}': ignore_case is true or false"));
                false
            }
        };
        for (key, value) in table {
            let (at, key) = (key.span().start, key.get_ref().as_ref());
            match key {
                "name" | "ignore_case" => {}
                "level" => match self.text_of(key, value).map(|word| word.parse::<Level>()) {
                    Some(Ok(level)) => draft.level = Some(level),
                    Some(Err(why)) => self.problem(value.span().start, format!("rule '{name}': {why}")),
                    None => {}
                },
                _ => {
                    if let Some((_, fixed, except)) = PATTERNS.iter().find(|(pattern, ..)| *pattern == key) {
                        let list = if *except { &mut draft.except } else { &mut draft.patterns };
                        self.patterns(&name, key, value, How { fixed: *fixed, ignore_case }, list);
                    } else if KEYS.contains(&key) {
                        for (at, text) in self.texts(&name, key, value) {
                            if let Err(why) = draft.set(key, &text) {
                                self.problem(at, format!("rule '{name}': {why}"));
                            }
                        }
                    } else {
                        let more = PATTERNS.map(|(key, ..)| key).join(", ");
                        let why = draft::unknown(key);
                        self.problem(at, format!("rule '{name}': {why}, level, {more}, ignore_case"));
                    }
                }
            }
        }
        if self.problems.len() > before {
            return None;
        }
        match draft.finish(&self.group) {
            Ok(rule) => Some(rule),
            Err(wrong) => {
                for why in wrong {
                    self.problem(at, format!("rule '{name}': {why}"));
                }
                None
            }
        }
    }

    fn patterns(&mut self, name: &str, key: &str, value: &Spanned<DeValue<'_>>, how: How, list: &mut Vec<Phrase>) {
        for (at, text) in self.texts(name, key, value) {
            match Phrase::new(&text, how) {
                Ok(phrase) => list.push(phrase),
                Err(why) => self.problem(at, format!("rule '{name}': {key}: {why}")),
            }
        }
    }

    /// The texts of a value, which is one or a list of them, and where they stand.
    fn texts(&mut self, name: &str, key: &str, value: &Spanned<DeValue<'_>>) -> Vec<(usize, String)> {
        let at = value.span().start;
        match value.get_ref() {
            DeValue::String(text) => vec![(at, text.to_string())],
            DeValue::Integer(number) if number.radix() == 10 => vec![(at, number.as_str().to_owned())],
            DeValue::Array(values) => {
                if values.is_empty() {
                    self.problem(at, format!("rule '{name}': {key} is an empty list"));
                }
                let mut texts = Vec::new();
                for value in values.iter() {
                    match value.get_ref() {
                        DeValue::String(text) => texts.push((value.span().start, text.to_string())),
                        _ => self.problem(value.span().start, format!("rule '{name}': {key} is a list of texts")),
                    }
                }
                texts
            }
            _ => {
                self.problem(at, format!("rule '{name}': {key} takes a text, a whole number or a list of texts"));
                Vec::new()
            }
        }
    }

    fn text_of(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text.to_string());
        }
        self.problem(value.span().start, format!("{key} takes a text"));
        None
    }
}
