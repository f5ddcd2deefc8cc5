//! Every example of a man page runs.

use super::{common, docs};
use std::process::{Command, Stdio};

#[test]
fn examples_run() {
    let state = tempfile::tempdir().expect("a state folder");
    for doc in docs() {
        for example in doc.examples {
            let words = shell_words(example.command);
            assert_eq!(words.first(), Some(&doc.binary()), "{}", example.command);
            let output = Command::new(common::bin(&doc.binary()))
                .args(&words[1..])
                .env("STATE_DIRECTORY", state.path())
                .env_remove("VITALS_OUTPUT")
                .stdin(Stdio::null())
                .output()
                .expect("run the plugin");
            let text = String::from_utf8_lossy(&output.stdout);
            // What it finds depends on the machine; that the command line is right does not.
            assert!(!text.contains("usage: "), "{}: {text}", example.command);
            assert!(output.status.code().is_some_and(|code| code <= 3), "{}: {text}", example.command);
            assert!(output.stderr.is_empty(), "{}", example.command);
        }
    }
}

/// Splits a command line as a shell does: by real shell, so that quotes mean what they mean there.
pub fn shell_words(line: &str) -> Vec<String> {
    let script = format!("for word in {line}; do printf '%s\\0' \"$word\"; done");
    let output = Command::new("/bin/sh").args(["-f", "-c", &script]).output().expect("sh");
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    output
        .stdout
        .split(|b| *b == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .filter(|w| !w.is_empty())
        .collect()
}
