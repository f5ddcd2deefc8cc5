//! What vitals-logscan(7) shows is right: its commands run, its files are read, its lists are those of the code.

use super::common;
use super::examples::shell_words;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("man/vitals-logscan.7");
    let text = fs::read_to_string(path).expect("the page");
    text.replace("\\-", "-").replace("\\(aq", "'").replace("\\(dq", "\"").replace("\\e", "\\")
}

/// What stands between .EX and .EE.
fn shown() -> Vec<String> {
    let page = page();
    let blocks = page.split("\n.EX\n").skip(1);
    blocks.map(|block| block.split("\n.EE").next().expect("an end").to_owned()).collect()
}

/// Runs the check in a folder, and returns what it says.
fn run(dir: &Path, arguments: &[String]) -> String {
    let output = Command::new(common::bin("check_logscan"))
        .args(arguments)
        .current_dir(dir)
        .env("STATE_DIRECTORY", dir)
        .env_remove("VITALS_OUTPUT")
        .stdin(Stdio::null())
        .output()
        .expect("run the plugin");
    assert!(output.stderr.is_empty(), "{arguments:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_worked_examples_of_logs_run() {
    let dir = tempfile::tempdir().expect("a folder");
    let (mut files, mut commands) = (0, 0);
    for block in shown() {
        if block.starts_with("[[rule]]") {
            files += 1;
            fs::write(dir.path().join("hl7.toml"), &block).expect("writable");
            fs::write(dir.path().join("empty.log"), "").expect("writable");
            let said = run(dir.path(), &["empty.log".to_owned(), "--rules".to_owned(), "hl7.toml".to_owned()]);
            assert!(said.starts_with("LOGSCAN OK"), "{block}\n{said}");
        } else if block.starts_with("check_logscan") {
            commands += 1;
            let words = shell_words(&block.replace("\\\n", " "));
            let said = run(dir.path(), &words[1..]);
            assert!(!said.contains("usage: ") && said.starts_with("LOGSCAN "), "{block}\n{said}");
        }
    }
    assert!(files >= 2 && commands >= 8, "{files} files, {commands} commands");
}

#[test]
fn the_presets_are_all_named() {
    let page = page();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/logscan");
    for preset in fs::read_dir(folder).expect("the presets") {
        let name = preset.expect("an entry").path();
        let name = name.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(page.contains(&format!("\n{name}|")), "{name}");
    }
}
