//! One Perl process for a whole table of questions.

use std::io::Write as _;
use std::process::{Command, Stdio};

pub(crate) struct Perl;

impl Perl {
    /// Perl with the module, or a word about the test that is skipped.
    pub(crate) fn found(test: &str) -> Option<Self> {
        let mut probe = Command::new("perl");
        probe.args(["-MMonitoring::Plugin::Range", "-e", "1"]).stdout(Stdio::null()).stderr(Stdio::null());
        if probe.status().is_ok_and(|status| status.success()) {
            return Some(Self);
        }
        let notice = format!("skipped grammar::{test}: libmonitoring-plugin-perl is not installed");
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{notice}");
        // Past the capture of the test runner, which swallows what a passing test prints.
        let _ = writeln!(std::io::stderr(), "{notice}");
        None
    }

    /// The answers, one for each question.
    pub(crate) fn ask(&self, questions: &[String]) -> Vec<String> {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/monitoring_plugin.pl");
        let mut perl = Command::new("perl")
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("perl");
        let mut input = perl.stdin.take().expect("its input");
        let text = questions.join("\n") + "\n";
        let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
        let output = perl.wait_with_output().expect("its answers");
        writer.join().expect("written").expect("all questions are read");
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let answers: Vec<String> =
            String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect();
        assert_eq!(answers.len(), questions.len());
        answers
    }
}
