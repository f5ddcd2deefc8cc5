//! The sample output of the README: what the plugins print on the fixture roots of golden cases.
//!
//! Between `<!-- sample: COMMAND | ROOT [| ROOT] -->` and `<!-- /sample -->` stands what COMMAND prints on the last
//! ROOT, after a run on each of those before it.

use super::{common, package};
use std::fs;
use std::process::{Command, Stdio};

const BEGIN: &str = "<!-- sample: ";
const END: &str = "<!-- /sample -->";

#[test]
fn the_readme_shows_what_the_plugins_print() {
    let path = package().join("README.md");
    let readme = fs::read_to_string(&path).expect("README.md");
    let wanted = written_anew(&readme);
    if wanted == readme {
        return;
    }
    assert!(std::env::var_os("VITALS_BLESS").is_some(), "the samples of README.md have drifted: run `make bless`");
    fs::write(path, wanted).expect("write README.md");
}

fn written_anew(readme: &str) -> String {
    let mut out = String::new();
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if let Some(sample) = line.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(" -->")) {
            let mut parts = sample.split(" | ");
            let command = parts.next().expect("a command");
            let roots: Vec<&str> = parts.collect();
            assert!(!roots.is_empty(), "{sample}: no root");
            out.push_str(&block(command, &roots));
            out.push_str(END);
            out.push('\n');
            assert!(lines.by_ref().any(|line| line == END), "{sample}: no {END}");
        }
    }
    out
}

fn block(command: &str, roots: &[&str]) -> String {
    let state = tempfile::tempdir().expect("a state folder");
    let words = super::examples::shell_words(command);
    let mut said = String::new();
    for root in roots {
        let output = Command::new(common::bin(&words[0]))
            .args(&words[1..])
            .arg("--root")
            .arg(package().join(root))
            .env("STATE_DIRECTORY", state.path())
            .env_remove("VITALS_OUTPUT")
            .stdin(Stdio::null())
            .output()
            .expect("run the plugin");
        said = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(!said.contains(&*package().to_string_lossy()), "{command}: {said}");
    }
    format!("```console\n$ {command}\n{said}```\n")
}
