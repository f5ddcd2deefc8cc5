//! The lists of plugins agree: binaries, registry, golden cases. A check that is in one of them only is forgotten
//! somewhere.
#![allow(clippy::expect_used, unreachable_pub, missing_docs)]

#[allow(dead_code, reason = "no binary is run here")]
mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use vitals::checks::Visitor;
use vitals::plugin::Check;

/// One fact about each check of the registry.
struct Facts(Vec<Fact>);

struct Fact {
    name: &'static str,
    about: &'static str,
    version: String,
    defaults: Result<(), String>,
    metrics: Vec<(&'static str, &'static str)>,
}

impl Visitor for Facts {
    fn visit<C: Check>(&mut self) {
        let catalogue = C::METRICS;
        self.0.push(Fact {
            name: C::NAME,
            about: C::ABOUT,
            version: vitals::plugin::command::<C>().render_version(),
            defaults: vitals::model::thresholds::Thresholds::new(&catalogue, &[], &[]).map(drop),
            metrics: catalogue.metrics.iter().map(|metric| (metric.name, metric.help)).collect(),
        });
    }
}

fn facts() -> Vec<Fact> {
    let mut facts = Facts(Vec::new());
    vitals::checks::each(&mut facts);
    facts.0
}

fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn binaries() -> BTreeSet<String> {
    common::plugins().into_iter().collect()
}

#[test]
fn every_binary_is_in_the_registry_once() {
    let listed: Vec<String> = facts().iter().map(|fact| format!("check_{}", fact.name)).collect();
    let registered: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), registered.len(), "a name is in the registry twice: {listed:?}");
    assert_eq!(registered, binaries(), "src/checks/mod.rs and src/bin");
}

/// Four lines each, and the right check in them.
#[test]
fn a_binary_is_one_line_of_code() {
    for name in binaries() {
        let text = std::fs::read_to_string(package("src/bin").join(&name).with_extension("rs")).expect("its source");
        assert!(text.lines().count() <= 5, "{name}: {text}");
        let short = name.trim_start_matches("check_");
        // The static ones bring their allocator along.
        let mains = ["vitals::plugin_main!(", "vitals::plugin::main::<"];
        let runs = |main: &&str| text.contains(&format!("{main}vitals::checks::{short}::"));
        assert!(mains.iter().any(runs), "{name}: {text}");
        assert!(text.starts_with(&format!("//! {name}: ")), "{name} says what it is");
    }
}

#[test]
fn every_plugin_has_a_golden_case() {
    let golden = std::fs::read_dir(package("tests/golden")).expect("tests/golden");
    let folders: BTreeSet<String> = golden
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert_eq!(folders, binaries(), "tests/golden and src/bin");
    for name in folders {
        let cases = std::fs::read_dir(package("tests/golden").join(&name)).expect("its folder");
        let cases = cases.filter_map(|entry| entry.expect("an entry").file_name().into_string().ok());
        assert!(cases.filter(|case| case.ends_with(".trycmd")).count() > 0, "{name} has no case");
    }
}

#[test]
fn every_check_is_described() {
    for fact in facts() {
        let name = fact.name;
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{name}");
        assert!(!fact.about.is_empty() && !fact.about.ends_with('.'), "{name}: {}", fact.about);
        assert!(fact.version.starts_with(&format!("check_{name} (vitals) ")), "{name}: {}", fact.version);
        assert_eq!(fact.defaults, Ok(()), "{name}: a default limit that is no range");
        assert!(!fact.metrics.is_empty(), "{name} measures nothing");
        let names: BTreeSet<&str> = fact.metrics.iter().map(|(metric, _)| *metric).collect();
        assert_eq!(names.len(), fact.metrics.len(), "{name}: a metric is there twice");
        for (metric, help) in fact.metrics {
            let plain = metric.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            assert!(plain && metric.starts_with(|c: char| c.is_ascii_lowercase()), "{name}: {metric}");
            assert!(!help.is_empty() && !help.contains('\n') && !help.ends_with('.'), "{name}: {metric}: {help}");
        }
    }
}
