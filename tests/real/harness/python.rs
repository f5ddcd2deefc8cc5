//! Packages of PyPI that `tests/real/python.sh` installs beside what cargo builds.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The interpreter that knows them.
pub(crate) fn interpreter() -> PathBuf {
    // target/PROFILE/deps/THIS-TEST
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().join("python/bin/python")
}

/// Runs a script of `tests/real` on values, one in a line, and returns what it says to each.
pub(crate) fn judge(script: &str, values: &[Value]) -> Vec<Value> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/real").join(script);
    let mut child = Command::new(interpreter())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: String = values.iter().map(|value| format!("{value}\n")).collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let written = writer.join().unwrap();
    assert!(output.status.success() && written.is_ok(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), values.len(), "{said}");
    answers
}
