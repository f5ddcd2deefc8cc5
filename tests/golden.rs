//! Golden cases: the real binary on the files of a fixture root, its text and exit code to the letter.
//!
//! `tests/golden/CHECK/CASE.trycmd` holds commands and what they print; they run one after the other in `CASE.in/`.
//! All share a state folder that is new for each run of the tests: a case that remembers gives itself a `--state-id`.
//! `make bless` writes what the binaries print now.
#![allow(clippy::expect_used, unreachable_pub, missing_docs)]

mod common;

#[test]
fn golden_cases() {
    // Dropped last: the cases run when they are dropped.
    let state = tempfile::tempdir().expect("a state folder");
    let cases = trycmd::TestCases::new();
    for name in common::plugins() {
        cases.register_bin(&name, common::bin(&name));
    }
    // Nothing of the machine that runs the tests may shine through.
    cases.env("STATE_DIRECTORY", state.path().to_string_lossy());
    cases.env("XDG_STATE_HOME", "").env("HOME", "").env("VITALS_OUTPUT", "").env("TZ", "UTC");
    cases.case("tests/golden/*/*.trycmd");
}
