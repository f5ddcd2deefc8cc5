//! What a plugin is given.

use crate::daemon::{Exporter, Folder, RARELY, shell};
use std::fs;

crate::trials![a_plugin_gets_what_it_should_and_no_more, what_the_parent_left_is_undone];

/// Writes down what it was given.
const LOOK: &str = "env >env; pwd >cwd; grep -E '^Sig(Blk|Ign)' /proc/self/status >signals; \
    ls -l /proc/self/fd >fds; \
    cut -d' ' -f1,5,6 /proc/$$/stat >group; cat >stdin; :";

fn read(exporter: &Exporter, name: &str) -> String {
    fs::read_to_string(exporter.folder.at(name)).unwrap()
}

fn assert_clean(exporter: &Exporter) {
    let signals = read(exporter, "signals");
    for line in signals.lines() {
        let (name, mask) = line.split_once(":\t").unwrap();
        // Those of POSIX: the C library keeps two of its own from everybody.
        assert_eq!(u64::from_str_radix(mask, 16).unwrap() & 0x7fff_ffff, 0, "{name}: {signals}");
    }
    let list = read(exporter, "fds");
    let fds: Vec<&str> = list.lines().filter_map(|line| Some(line.split_once(" -> ")?.1)).collect();
    // The last is what lists them.
    assert!(fds.len() == 4 && fds[3].starts_with("/proc/"), "{list}");
    assert!(fds[0] == "/dev/null" && fds[1].ends_with("/fds") && fds[2].starts_with("pipe:"), "{list}");
}

fn a_plugin_gets_what_it_should_and_no_more() {
    let folder = Folder::new();
    let foreign = ["NOTIFY_SOCKET=/run/x", "WATCHDOG_USEC=1", "LISTEN_FDS=1", "VITALS_OUTPUT=xymon", "VITALS_OTHER=1"];
    let front: Vec<&str> = ["env", "KEPT=kept"].into_iter().chain(foreign).collect();
    let more = "env = { OWN = \"a b\", KEPT2 = \"$HOME\" }";
    let config = format!("{RARELY}{}", shell("look at me", LOOK, more));
    let exporter = Exporter::start_with(folder, &config, &front, &["--listen", "127.0.0.1:0"]);
    exporter.until_run(&["look at me"], 1.0);
    let env = read(&exporter, "env");
    let has = |line: &str| env.lines().any(|each| each == line);
    for line in ["VITALS_OUTPUT=json", "VITALS_STATE_ID=exporter:h/look at me", "KEPT=kept", "OWN=a b", "KEPT2=$HOME"] {
        assert!(has(line), "{line}: {env}");
    }
    for gone in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS", "VITALS_OTHER"] {
        assert!(!env.contains(gone), "{gone}: {env}");
    }
    assert_eq!(read(&exporter, "cwd").trim(), fs::canonicalize(exporter.folder.path()).unwrap().to_str().unwrap());
    assert_eq!(read(&exporter, "stdin"), "");
    let group = read(&exporter, "group");
    let numbers: Vec<&str> = group.split_whitespace().collect();
    assert_eq!(numbers[0], numbers[1], "the program leads a process group of its own");
    assert_clean(&exporter);
}

fn what_the_parent_left_is_undone() {
    let signals = "CHLD,TERM,INT,HUP,ALRM,USR1,PIPE,QUIT";
    let (ignore, block) = (format!("--ignore-signal={signals}"), format!("--block-signal={signals}"));
    // A descriptor that was forgotten too.
    let front = ["env", &ignore, &block, "sh", "-c", "exec 7<vitals.toml; exec \"$@\"", "sh"];
    let folder = Folder::new();
    let config = format!("{RARELY}{}{}", shell("look", LOOK, ""), shell("late", "sleep 1000", "timeout = \"1s\""));
    let mut exporter = Exporter::start_with(folder, &config, &front, &["--listen", "127.0.0.1:0"]);
    exporter.until_run(&["look", "late"], 1.0);
    assert_clean(&exporter);
    // Ends of children are seen, and an end is heard.
    assert_eq!(exporter.scrape().of("look", "status"), Some(0.0));
    let late = exporter.scrape().of("late", "duration_seconds").unwrap();
    assert!(late < 2.9, "it heard that it was asked to end: {late} s");
    exporter.leaves_nothing_but(&[]);
    exporter.signal("HUP");
    exporter.until_log("configuration read");
    assert_eq!(exporter.terminate().0.code(), Some(0));
}
