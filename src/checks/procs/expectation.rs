//! `NAME: FIELD=VALUE … METRIC=RANGE …`: which processes, and what is to be true of them.

use super::metrics::{ALL, Wanted};
use super::pattern::Pattern;
use super::term::{Field, Term};
use super::words;
use crate::model::range::Range;
use crate::model::status::Status;
use crate::model::thresholds::Limits;
use crate::model::unit::Unit;
use std::fmt;
use std::str::FromStr;

/// The limit that holds where an expectation gives none for `count`: there is at least one.
const AT_LEAST_ONE: &str = "1:";

/// What would be more than a name in `-w METRIC@NAME=RANGE`, or is what a forgotten name leaves behind.
const NOT_IN_NAMES: [char; 8] = ['=', '~', '@', '*', '?', '|', '\'', '"'];

/// A named set of processes with its limits.
#[derive(Clone, Debug, Default)]
pub(super) struct Expectation {
    /// Its name: the item of its finding; empty for all processes of the machine.
    pub name: String,
    /// What a process must be to count.
    pub terms: Vec<Term>,
    /// What must be true.
    pub limits: Vec<Limit>,
    /// Whether it was made from the short options: there the default for `count` gives way to any rule of the user's,
    /// and holds only where a program is named (`-s Z` hopes to find nothing).
    pub yields: bool,
}

/// A limit that stands in an expectation.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Limit {
    pub level: Status,
    pub metric: &'static str,
    pub unit: Unit,
    pub range: Range,
}

impl Expectation {
    /// All processes, without limits of its own.
    pub(super) fn machine() -> Self {
        Self::default()
    }

    /// Whether it is for the machine as a whole.
    pub(super) fn is_machine(&self) -> bool {
        self.name.is_empty()
    }

    /// The metrics that its limits are for.
    pub(super) fn wanted(&self) -> Wanted {
        Wanted::choose(|name| self.limits.iter().any(|limit| limit.metric == name))
    }

    /// Its limits for a metric: of each level the last one.
    pub(super) fn limits(&self, metric: &str) -> Limits {
        let last = |level| {
            let mut fitting = self.limits.iter().filter(|limit| (limit.metric, limit.level) == (metric, level));
            fitting.next_back().map(|limit| limit.range)
        };
        Limits { warn: last(Status::Warning), crit: last(Status::Critical) }
    }

    /// Whether processes in state Z count: only where they are asked for, or everything is counted.
    pub(super) fn counts_zombies(&self) -> bool {
        self.terms.is_empty() || self.by_state()
    }

    /// Whether it selects by state.
    pub(super) fn by_state(&self) -> bool {
        self.terms.iter().any(|term| term.field == Field::State)
    }

    /// What it selects, without its limits: the identity of its memory.
    pub(super) fn selection(&self) -> String {
        let terms: Vec<String> = self.terms.iter().map(ToString::to_string).collect();
        format!("{}: {}", self.name, terms.join(" "))
    }

    /// The range that `count` must be in unless something else is said; `ruled`: the user has a rule for it.
    pub(super) fn least(&self, ruled: bool) -> Option<Range> {
        let of_what = |term: &Term| matches!(term.field, Field::Name | Field::Cmd);
        let applies = if self.yields { !ruled && self.terms.iter().any(of_what) } else { !self.is_machine() };
        applies.then(|| Range::parse(AT_LEAST_ONE, Unit::Count).ok()).flatten()
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        let end = word.find(['=', '~', '!']).ok_or_else(|| no_sign(word))?;
        let (key, rest) = word.split_at(end);
        let (not, rest) = rest.strip_prefix('!').map_or((false, rest), |rest| (true, rest));
        let (regex, value) = match (rest.strip_prefix('='), rest.strip_prefix('~')) {
            (Some(value), _) => (false, value),
            (_, Some(value)) => (true, value),
            _ => return Err(no_sign(word)),
        };
        if let Some(field) = Field::find(key) {
            let pattern = if regex { Pattern::regex(value)? } else { Pattern::glob(value) };
            self.terms.push(Term::new(field, not, pattern)?);
            return Ok(());
        }
        let (level, name) = match key.split_once(':') {
            None => (Status::Critical, key),
            Some(("warn" | "warning", name)) => (Status::Warning, name),
            Some(("crit" | "critical", name)) => (Status::Critical, name),
            Some((level, _)) => return Err(format!("'{word}': '{level}:' is no level: use warn: or crit:")),
        };
        let def = ALL.iter().find(|def| def.name == name).ok_or_else(|| {
            let fields: Vec<&str> = Field::names().collect();
            let metrics: Vec<&str> = ALL.iter().map(|def| def.name).collect();
            format!("'{name}' is neither a field ({}) nor a metric ({})", fields.join(", "), metrics.join(", "))
        })?;
        if not || regex {
            return Err(format!("'{word}': a metric takes {name}=RANGE"));
        }
        let range = Range::parse(value, def.unit).map_err(|why| format!("{name}={value}: {why}"))?;
        self.limits.push(Limit { level, metric: def.name, unit: def.unit, range });
        Ok(())
    }
}

fn no_sign(word: &str) -> String {
    format!("'{word}' is no FIELD=VALUE, FIELD~REGEX or METRIC=RANGE; values with spaces need quotes")
}

impl FromStr for Expectation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let name = name.trim();
        if name.is_empty() || name.contains(NOT_IN_NAMES) || !text.contains(':') {
            return Err(
                "an expectation begins with a name and ':', such as 'pmon: name=ora_pmon_KIS count=1:1'; a name \
                        may hold anything but = ~ @ * ? : quotes and the pipe sign"
                    .to_owned(),
            );
        }
        let mut expectation = Self { name: name.to_owned(), ..Self::default() };
        for word in words::split(rest)? {
            expectation.word(&word)?;
        }
        Ok(expectation)
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.name)?;
        for term in &self.terms {
            write!(f, " {term}")?;
        }
        for limit in &self.limits {
            let level = if limit.level == Status::Warning { "warn:" } else { "" };
            write!(f, " {level}{}={}", limit.metric, limit.range.written(|end| limit.unit.exact(end)))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Expectation, String> {
        text.parse()
    }

    #[test]
    fn fields_and_metrics() -> Result<(), String> {
        let pmon = read("pmon: name=ora_pmon_KIS count=1:1 warn:rss=2G cmd!~'-a [b]'")?;
        assert_eq!(pmon.name, "pmon");
        assert_eq!(pmon.to_string(), "pmon: name=ora_pmon_KIS cmd!~'-a [b]' count=1:1 warn:rss=2GiB");
        assert_eq!(pmon.limits("count").crit.map(|range| range.to_string()), Some("1:1".to_owned()));
        assert_eq!(pmon.limits("rss").warn.map(|range| range.end()), Some(2.0 * 1_073_741_824.0));
        assert!(pmon.wanted().has("rss") && !pmon.wanted().has("cpu"));
        assert!(read("all:")?.counts_zombies() && !pmon.counts_zombies() && read("z: state=Z")?.counts_zombies());
        Ok(())
    }

    #[test]
    fn errors_say_what_and_what_there_is() {
        for (text, why) in [
            ("name=sshd count=1:1", "begins with a name"),
            ("sshd", "begins with a name"),
            (": name=x", "begins with a name"),
            ("a*: name=x", "begins with a name"),
            ("a=b: name=x", "anything but = ~ @ * ? : quotes and the pipe sign"),
            ("x: nmae=y", "'nmae' is neither a field (name, exe"),
            ("x: name", "'name' is no FIELD=VALUE"),
            ("x: name=", "name has no value"),
            ("x: count=a", "count=a: 'a' is not a number"),
            ("x: cpu=5G", "does not fit"),
            ("x: count~5", "takes count=RANGE"),
            ("x: info:count=5", "is no level"),
            ("x: cmd~(", "'(': "),
            ("x: state=Q", "letters of"),
            ("x: ppid=init", "takes a number"),
            ("x: name='a b", "does not end"),
        ] {
            let said = read(text).err().unwrap_or_default();
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    proptest! {
        #[test]
        fn written_and_read_are_inverse(
            name in "[a-zA-Z0-9_.+-]{1,8}( [a-z]{1,4})?",
            values in prop::collection::vec(("(name|exe|cmd|arg|user|parent|tty|cgroup|unit|container)", "\\PC{1,12}", any::<bool>()), 0..4),
            limits in prop::collection::vec((0usize..18, 0u32..1000, 0u32..1000, any::<bool>()), 0..4),
        ) {
            let mut text = format!("{name}:");
            for (field, value, not) in &values {
                text += &format!(" {field}{}={}", if *not { "!" } else { "" }, words::quoted(value));
            }
            for (metric, start, more, warn) in &limits {
                let def = &ALL[*metric];
                text += &format!(" {}{}={start}:{}", if *warn { "warn:" } else { "" }, def.name, start + more);
            }
            let once = read(&text).map(|expectation| expectation.to_string());
            prop_assert!(once.is_ok(), "{:?}", once);
            prop_assert_eq!(read(&once.clone().unwrap_or_default()).map(|again| again.to_string()), once);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "x: [a-z:!=~'\" 0-9*@.]{0,30}") {
            let _ = read(&text);
        }
    }
}
