//! How plugins end, and do not.

use crate::daemon::{Exporter, Folder, RARELY, check, shell};
use std::fs;

crate::trials![each_way_to_end_is_told, what_cannot_be_started_is_told];

const LATE: &str = "did not end in its time and was ended";

/// Of each check: name, command for a shell, state, summary.
const ENDINGS: &[(&str, &str, u8, &str)] = &[
    ("deaf", "trap '' TERM; while :; do sleep 1; done", 3, LATE),
    ("asleep", "exec sleep 1000", 3, LATE),
    ("mute", "exec >&- 2>&-; sleep 1000", 3, LATE),
    ("stopped", "kill -STOP $$; echo back", 3, LATE),
    ("moved", "exec perl -e 'setpgrp(0, getpgrp(getppid())) or exit 9; sleep 1000'", 3, LATE),
    ("reader", "cat; echo nothing to read", 0, "nothing to read"),
    ("parent", "sleep 1000 & sleep 1000 & echo two children", 0, "two children"),
    (
        "away",
        "setsid sh -c 'echo $$ >away; exec sleep 1000' & until [ -s away ]; do sleep 0.05; done; echo gone",
        0,
        "gone",
    ),
    (
        "chatty",
        "setsid sh -c ': >chatty; while echo x; do sleep 0.01; done' & until [ -e chatty ]; do sleep 0.05; done",
        0,
        "x",
    ),
    ("fault", "kill -SEGV $$", 3, "ended by signal 11 (SIGSEGV): no output"),
    ("killed", "echo half; kill -KILL $$", 3, "ended by signal 9 (SIGKILL): half"),
    ("four", "exit 4", 3, "exit code 4 is none of a plugin's (0 to 3): no output"),
    ("x126", "exit 126", 3, "cannot execute"),
    ("x127", "no-such-program", 3, "cannot find"),
    ("x137", "exit 137", 3, "a signal has ended"),
    ("x255", "exit 255", 3, "exit code 255"),
];

fn each_way_to_end_is_told() {
    let checks: String = ENDINGS.iter().map(|(name, command, ..)| shell(name, command, "timeout = \"1s\"")).collect();
    let exporter = Exporter::start(&format!("{RARELY}{checks}"));
    let names: Vec<&str> = ENDINGS.iter().map(|ending| ending.0).collect();
    exporter.until_run(&names, 1.0);
    let scrape = exporter.scrape();
    for (name, _, status, summary) in ENDINGS {
        assert_eq!(scrape.of(name, "status"), Some(f64::from(*status)), "{name}");
        let page = exporter.page(name);
        assert!(page.contains(summary), "{name}: {page}");
        let late = *summary == LATE;
        assert_eq!(scrape.of(name, "timeouts_total"), Some(f64::from(u8::from(late))), "{name}");
        assert_eq!(page.contains("not done within its timeout of 1 s"), late, "{name}: {page}");
        assert_eq!(scrape.of(name, "stuck"), Some(0.0), "{name}");
    }
    // Whoever holds the output does not hold the result.
    for name in ["away", "chatty", "parent"] {
        let took = scrape.of(name, "duration_seconds").unwrap();
        assert!(took < 5.0, "{name}: {took}");
        let behind = exporter.page(name).contains("A process that it left behind still holds its output.");
        assert_eq!(behind, name != "parent", "{name}");
    }
    let away: u32 = fs::read_to_string(exporter.folder.at("away")).unwrap().trim().parse().unwrap();
    exporter.leaves_nothing_but(&[away]);
    assert!(exporter.left().contains(&away), "what left its group is not ours to end");
    assert_eq!((scrape.own("running"), scrape.own("queued"), scrape.own("stuck")), (0.0, 0.0, 0.0));
    assert_eq!(exporter.run_descriptors(), 2, "the two ends of the pipe that ends runs");
}

fn what_cannot_be_started_is_told() {
    let folder = Folder::new();
    folder.file("plain", "#!/bin/sh\necho never\n");
    folder.script("headless", "echo never\n");
    folder.script("lost", "#!/no/such/interpreter\n");
    folder.script("empty", "");
    folder.script("good", "#!/bin/sh\necho fine\n");
    std::os::unix::fs::symlink("circle", folder.at("circle")).unwrap();
    let cases = [
        ("missing", "/no/such/plugin".to_owned(), "there is no such file"),
        ("nowhere", "check_nowhere".to_owned(), "check_nowhere was not found in "),
        ("plain", folder.at("plain"), "permission denied; it must be executable by the exporter's user"),
        ("folder", folder.at("."), "it is a folder"),
        ("headless", folder.at("headless"), "neither a program of this machine nor a script with a first line #!"),
        ("lost", folder.at("lost"), "the interpreter that its first line names is missing"),
        ("empty", folder.at("empty"), "neither a program of this machine nor a script"),
        ("under", folder.at("plain/x"), "cannot start "),
        ("circle", folder.at("circle"), "cannot start "),
    ];
    let mut config: String = cases.iter().map(|(name, command, _)| check(name, &[command], "")).collect();
    config.push_str(&check("good", &[&folder.at("good")], ""));
    config.push_str(&check("long", &[&format!("/{}", "x/".repeat(4000))], ""));
    config.push_str(&check("many", &[&folder.at("good"), &"x".repeat(200_000)], ""));
    let exporter = Exporter::start_in(folder, &format!("{RARELY}{config}"));
    let mut names: Vec<&str> = cases.iter().map(|case| case.0).collect();
    names.extend(["good", "long", "many"]);
    exporter.until_run(&names, 1.0);
    for (name, _, why) in cases
        .iter()
        .map(|(a, b, c)| (*a, b, *c))
        .chain([("long", &String::new(), "too long"), ("many", &String::new(), "too long")])
    {
        assert_eq!(exporter.scrape().of(name, "status"), Some(3.0), "{name}");
        let page = exporter.page(name);
        assert!(page.contains(why) && page.contains("could not be started: "), "{name}: {page}");
        assert!(exporter.log().contains(&format!("h/{name}: UNKNOWN (hard, was PENDING): ")), "{}", exporter.log());
    }
    assert_eq!(exporter.scrape().of("good", "status"), Some(0.0));
    exporter.leaves_nothing_but(&[]);
    assert_eq!(exporter.run_descriptors(), 2);
}
