//! A line in a log lasts for a moment; a scheduler asks several times before it believes.

use std::fs::File;
use std::io::Write;

use crate::harness::{Scratch, run, skipped};
use crate::nagios::{NAGIOS, Nagios, Service};

/// A log, and the command that watches it.
fn watch(scratch: &Scratch, name: &str, more: &[&str]) -> (File, Vec<String>) {
    let log = scratch.file(&format!("{name}.log"), "it begins\n");
    let mut words = vec![scratch.plugin("check_logscan"), log.display().to_string()];
    words.extend(["--critical-pattern", "fault", "--state-dir"].map(str::to_owned));
    words.push(scratch.state(name));
    words.extend(more.iter().map(|word| (*word).to_owned()));
    (File::options().append(true).open(log).unwrap(), words)
}

#[test]
fn one_line_becomes_a_hard_state() {
    if skipped("logs_nagios::one_line_becomes_a_hard_state", &[NAGIOS]) {
        return;
    }
    let scratch = Scratch::of("nobody");
    let (mut log, words) = watch(&scratch, "held", &[]);
    let (mut other, fleeting) = watch(&scratch, "fleeting", &["--hold", "0"]);
    let service = |name, command: &[String]| Service { name, command: Some(command.to_vec()), interval: 1 };
    let mut nagios = Nagios::start(&scratch, &[], &[service("held", &words), service("fleeting", &fleeting)]);
    for name in ["held", "fleeting"] {
        // From here on lines are new.
        nagios.service(name, |service| service["current_state"] == "0");
    }
    log.write_all(b"a fault\n").unwrap();
    other.write_all(b"a fault\n").unwrap();
    let mut expected = ["CRITICAL;SOFT;1", "CRITICAL;SOFT;2", "CRITICAL;HARD;3"].to_vec();
    assert_eq!(nagios.alerts("held", 3), expected);
    let shown = nagios.service("held", |service| service["state_type"] == "1");
    assert!(shown["plugin_output"].contains("a fault"), "{shown:#?}");

    // Whoever has seen to it says so.
    let mut reset = Vec::new();
    if let Some(user) = scratch.owner() {
        reset.extend(["setpriv".to_owned(), format!("--reuid={}", user.uid), format!("--regid={}", user.gid)]);
        reset.push("--clear-groups".to_owned());
    }
    reset.extend(words.iter().cloned().chain(["--reset", "*"].map(str::to_owned)));
    run(&reset).expect(0);
    expected.push("OK;HARD;3");
    assert_eq!(nagios.alerts("held", 4), expected);

    // Without a hold time the first retry is OK again, and nobody is called: that is why there is one.
    assert_eq!(nagios.alerts("fleeting", 2), ["CRITICAL;SOFT;1", "OK;SOFT;2"]);
}
