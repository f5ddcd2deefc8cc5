//! Man pages, completions, the reference page and the schedulers' command definitions: all written from the clap
//! definition and the catalogue of each check. `make bless` writes them; the test finds what has drifted.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, unreachable_pub, missing_docs)]

#[path = "../common/mod.rs"]
mod common;
mod completions;
mod definitions;
mod examples;
mod exporter;
mod logscan;
mod man;
mod reference;
mod samples;

use clap::{Arg, ArgAction, Command};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use vitals::checks::{Visitor, each};
use vitals::model::catalogue::Catalogue;
use vitals::plugin::{Check, Example, command};

/// What a check says of itself.
pub struct Doc {
    pub name: &'static str,
    pub about: &'static str,
    pub description: &'static str,
    pub examples: &'static [Example],
    pub metrics: Catalogue,
    pub timeout: std::time::Duration,
    pub command: Command,
}

impl Doc {
    pub fn binary(&self) -> String {
        format!("check_{}", self.name)
    }

    /// The options in the order of the help, without help and version, and without what has no name.
    pub fn options(&self) -> impl Iterator<Item = &Arg> {
        self.command.get_arguments().filter(|arg| {
            !arg.is_positional()
                && !matches!(
                    arg.get_action(),
                    ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
                )
        })
    }
}

/// The checks, built once.
pub fn docs() -> Vec<Doc> {
    struct Collect(Vec<Doc>);
    impl Visitor for Collect {
        fn visit<C: Check>(&mut self) {
            let mut command = command::<C>();
            command.build();
            self.0.push(Doc {
                name: C::NAME,
                about: C::ABOUT,
                description: C::DESCRIPTION,
                examples: C::EXAMPLES,
                metrics: C::METRICS,
                timeout: C::TIMEOUT,
                command,
            });
        }
    }
    let mut collect = Collect(Vec::new());
    each(&mut collect);
    collect.0
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All generated files with what they must hold.
fn generated() -> BTreeMap<PathBuf, String> {
    let docs = docs();
    let mut files = BTreeMap::new();
    for doc in &docs {
        files.insert(format!("man/{}.1", doc.binary()).into(), man::page(doc));
        files.extend(completions::files(&doc.binary(), &doc.command));
    }
    files.insert("man/vitals_exporter.8".into(), exporter::page());
    files.extend(completions::files("vitals_exporter", &exporter::command()));
    files.insert("packaging/icinga2/vitals.conf".into(), definitions::icinga(&docs));
    files.insert("packaging/nagios/vitals.cfg".into(), definitions::nagios(&docs));
    files.insert("docs/reference.md".into(), reference::page(&docs));
    files
}

/// Files in the folders of generated ones that nothing generates any more.
fn orphans(files: &BTreeMap<PathBuf, String>) -> Vec<PathBuf> {
    let listed = |dir: &str| fs::read_dir(package().join(dir)).into_iter().flatten().flatten().map(|e| e.path());
    listed("man")
        .filter(|path| path.extension().is_some_and(|extension| extension == "1" || extension == "8"))
        .chain(listed("packaging/completions"))
        .filter_map(|path| Some(path.strip_prefix(package()).ok()?.to_owned()))
        .filter(|path| !files.contains_key(path))
        .collect()
}

#[test]
fn generated_files_are_as_the_code_says() {
    let bless = std::env::var_os("VITALS_BLESS").is_some();
    let files = generated();
    let mut drifted = Vec::new();
    for (path, wanted) in &files {
        let place = package().join(path);
        if fs::read_to_string(&place).is_ok_and(|there| there == *wanted) {
            continue;
        }
        if bless {
            fs::create_dir_all(place.parent().expect("a folder")).expect("make the folder");
            fs::write(&place, wanted).expect("write the file");
        } else {
            drifted.push(path.display().to_string());
        }
    }
    for path in orphans(&files) {
        if bless {
            fs::remove_file(package().join(&path)).expect("remove the file");
        } else {
            drifted.push(format!("{} (no check has it)", path.display()));
        }
    }
    assert!(drifted.is_empty(), "run `make bless`: {}", drifted.join(", "));
}

#[test]
fn every_check_says_what_it_is() {
    for doc in docs() {
        let name = doc.binary();
        assert!(!doc.about.is_empty() && !doc.about.ends_with('.'), "{name}: about");
        assert!(doc.description.len() > 200, "{name}: a description for the man page");
        assert!(doc.examples.len() >= 3, "{name}: examples");
        assert!(doc.metrics.main().is_some(), "{name}: a main metric");
        assert!(doc.metrics.metrics.iter().any(|metric| metric.perfdata), "{name}: performance data");
        for metric in &*doc.metrics.metrics {
            assert!(!metric.help.is_empty() && !metric.help.ends_with('.'), "{name}: help of {}", metric.name);
            let plain = metric.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            assert!(plain, "{name}: the name {}", metric.name);
        }
        for option in doc.options() {
            let long = option.get_long().unwrap_or_else(|| panic!("{name}: an option without a long name"));
            let help = option.get_help().unwrap_or_else(|| panic!("{name}: --{long} has no help")).to_string();
            assert!(!help.ends_with('.') || help.ends_with("..."), "{name}: --{long}: a full stop");
        }
    }
}

#[test]
fn hand_written_pages_name_every_check() {
    for page in ["README.md", "man/vitals.7", "CHANGELOG.md"] {
        let text = fs::read_to_string(package().join(page)).expect("a page");
        for doc in docs() {
            assert!(text.contains(&doc.binary()), "{page} does not name {}", doc.binary());
        }
    }
}

#[test]
fn help_fits_eighty_columns() {
    for doc in docs() {
        for long in [false, true] {
            let mut command = doc.command.clone();
            let help = if long { command.render_long_help() } else { command.render_help() }.to_string();
            let wide: Vec<&str> = help.lines().filter(|line| line.chars().count() > 80).collect();
            assert!(wide.is_empty(), "{}: {wide:#?}", doc.binary());
        }
    }
}
