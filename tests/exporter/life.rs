//! The end of an exporter, and of the one before it.

use crate::daemon::{Exporter, Folder, OFTEN, RARELY, shell, until};
use std::time::Duration;

crate::trials![
    an_end_ends_the_plugins_that_run,
    the_next_one_can_listen_at_once,
    a_crash_leaves_plugins_that_end_by_themselves,
    a_log_that_nobody_reads_stops_nothing,
];

/// A plugin that was asked to end has two seconds, and a moment.
const FAREWELL: Duration = Duration::from_secs(6);

fn an_end_ends_the_plugins_that_run() {
    for signal in ["TERM", "INT"] {
        let polite = "trap 'echo asked >asked; exit 0' TERM; : >began; while :; do sleep 0.05; done";
        let checks = [
            shell("polite", polite, ""),
            shell("deaf", "trap '' TERM INT; : >deaf; while :; do sleep 1000; done", ""),
            shell("quick", "exit 0", "interval = \"1s\""),
        ];
        let mut exporter = Exporter::start(&format!("{RARELY}{}", checks.concat()));
        let there = |exporter: &Exporter, name| exporter.folder.path().join(name).exists();
        until("both plugins", || (there(&exporter, "began") && there(&exporter, "deaf")).then_some(()));
        let (status, took) = exporter.end(signal);
        assert_eq!(status.code(), Some(0), "{}", exporter.log());
        assert!(took < FAREWELL, "{signal}: {took:?}");
        assert!(there(&exporter, "asked"), "{signal}");
        // They were killed before; the kernel takes a moment to take them away.
        until("the end of the plugins", || exporter.left().is_empty().then_some(()));
        let log = exporter.log();
        assert!(log.contains(&format!("SIG{signal}: ending the plugins that are running")), "{log}");
        assert!(!log.contains("h/polite: ") && !log.contains("h/deaf: "), "our end is no state of theirs: {log}");
    }
}

fn the_next_one_can_listen_at_once() {
    let config = format!("{RARELY}{}", shell("a", "exit 0", ""));
    let mut first = Exporter::start(&config);
    // Connections that the server closes stay behind in TIME_WAIT.
    for _ in 0..5 {
        assert_eq!(first.get("/metrics").status, 200);
    }
    let idle = crate::http::connect(first.address);
    assert_eq!(first.terminate().0.code(), Some(0));
    let again = Exporter::start_with(Folder::new(), &config, &[], &["--listen", &first.address.to_string()]);
    assert_eq!(again.get("/-/healthy").status, 200);
    drop(idle);
}

fn a_crash_leaves_plugins_that_end_by_themselves() {
    let script = ": >began; until [ -e go ]; do sleep 0.05; done; echo 'whoever hears it' || exit; : >done";
    let config = format!("{RARELY}{}", shell("a", script, ""));
    let mut exporter = Exporter::start(&config);
    until("the plugin", || exporter.folder.path().join("began").exists().then_some(()));
    exporter.kill();
    assert!(!exporter.left().is_empty(), "it goes on");
    exporter.folder.file("go", "");
    until("its end", || exporter.left().is_empty().then_some(()));
}

fn a_log_that_nobody_reads_stops_nothing() {
    let folder = Folder::new();
    // A state that changes with each run, in many words.
    let flip = "n=$(cat n 2>/dev/null || echo 0); echo $((1-n)) >n; printf '%01900d' 0; exit $n";
    let names: Vec<String> = (0..4).map(|number| format!("c{number}")).collect();
    let checks: String = names
        .iter()
        .map(|name| shell(name, &flip.replace(" n", &format!(" {name}")).replace(">n", &format!(">{name}")), ""))
        .collect();
    let script = folder.script(
        "deaf",
        "#!/bin/sh\n\"$@\" 2>&1 >/dev/null | { read -r first; echo \"$first\" >&2; exec sleep 1000; }\n",
    );
    let exporter = Exporter::start_with(
        folder,
        &format!("concurrency = 2\n{OFTEN}{checks}"),
        &[&script],
        &["--listen", "127.0.0.1:0"],
    );
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // 64 KiB of pipe hold some thirty of these lines.
    exporter.until_run(&names, 12.0);
    assert_eq!(exporter.scrape().of("c0", "missed_runs_total"), Some(0.0));
}
