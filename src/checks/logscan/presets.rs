//! Rules for common logs, as `packaging/logscan` has them: a plugin that was copied alone has them too.

use super::rule::{RuleFile, parse};

/// By name: the file's, without `.toml`.
const ALL: [(&str, &str); 7] = [
    ("errpt", include_str!("../../../packaging/logscan/errpt.toml")),
    ("java", include_str!("../../../packaging/logscan/java.toml")),
    ("kernel-hardware", include_str!("../../../packaging/logscan/kernel-hardware.toml")),
    ("oracle-alert", include_str!("../../../packaging/logscan/oracle-alert.toml")),
    ("postgresql", include_str!("../../../packaging/logscan/postgresql.toml")),
    ("syslog-auth", include_str!("../../../packaging/logscan/syslog-auth.toml")),
    ("websphere-mq", include_str!("../../../packaging/logscan/websphere-mq.toml")),
];

/// What they are called.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name)
}

/// The rules of this name.
///
/// # Errors
/// There is none, or it is wrong, which the tests exclude.
pub(super) fn read(name: &str) -> Result<RuleFile, String> {
    let text = ALL.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    let text = text.ok_or_else(|| format!("no preset is called '{name}'"))?;
    parse(text, name).map_err(|wrong| format!("preset {name}: {}", wrong.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::super::record::Start;
    use super::super::rule::{self, Rules};
    use super::super::scan::Scanner;
    use super::names;
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    fn presets() -> Vec<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/logscan");
        let entries = std::fs::read_dir(folder).expect("the presets");
        entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
    }

    #[test]
    fn every_rule_takes_its_lines_and_no_other() {
        let presets = presets();
        assert!(presets.len() >= 7, "{presets:?}");
        let mut wrong = Vec::new();
        for path in presets {
            let file = rule::read(&path).expect("right");
            let start = file.record_start.as_ref().map(|start| Start::new(start.pattern().clone()));
            let rules = Rules::new(file.rules).expect("agreeing");
            let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
            let lines = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logscan").join(format!("{stem}.txt"));
            let lines = std::fs::read_to_string(&lines).unwrap_or_else(|why| panic!("{}: {why}", lines.display()));
            let scanner = Scanner::new(rules.matchers()).expect("rules");
            let mut tried = BTreeSet::new();
            for sample in lines.lines() {
                let (want, line) = sample.split_once('\t').expect("rule and line");
                // A record of several lines is written as one.
                let record = line.replace("\\n", "\n").replace("\\t", "\t");
                if start.as_ref().map_or(record != line, |start| start.end(record.as_bytes(), 0) != record.len()) {
                    wrong.push(format!("{stem}: more than one record: {line}"));
                }
                let taken = scanner.judge_line(record.as_bytes()).expect("patterns");
                let name = taken.and_then(|(rule, _)| rules.get(rule)).map_or("-", |rule| rule.name.as_str());
                if name != want {
                    wrong.push(format!("{stem}: '{name}' instead of '{want}' takes {line}"));
                }
                tried.insert(name.to_owned());
            }
            for rule in rules.iter() {
                if !tried.contains(&rule.name) {
                    wrong.push(format!("{stem}: no line for '{}'", rule.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn the_presets_go_together() {
        let all = presets().iter().flat_map(|path| rule::read(path).expect("right").rules).collect();
        let rules = Rules::new(all).expect("agreeing");
        Scanner::new(rules.matchers()).expect("not too large together");
    }

    /// A pattern without a text that every match contains costs the speed of all: a preset has none.
    #[test]
    fn every_pattern_of_a_preset_can_be_searched_for_by_a_text() {
        for path in presets() {
            for rule in rule::read(&path).expect("right").rules {
                for pattern in rule.matcher().patterns {
                    assert!(pattern.required().is_some(), "{}: '{}': {pattern:?}", path.display(), rule.name);
                }
            }
        }
    }

    #[test]
    fn each_file_is_known_by_its_name() {
        let stem = |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let files: BTreeSet<String> = presets().iter().filter_map(stem).collect();
        assert_eq!(files, names().map(str::to_owned).collect());
        for name in names() {
            super::read(name).expect("right");
        }
    }
}
