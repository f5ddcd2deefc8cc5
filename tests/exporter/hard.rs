//! Soft and hard states, and when a check is looked at again.

use crate::daemon::{Exporter, Folder, shell};

crate::trials![a_state_is_soft_until_it_is_confirmed];

fn a_state_is_soft_until_it_is_confirmed() {
    let folder = Folder::new();
    folder.file("state", "0");
    // Slots are ten seconds apart: what comes sooner is a retry.
    let follow = |more: &str| format!("interval = \"10s\"\nretry_interval = \"1s\"\n{more}");
    let config = [
        "[defaults]\nhost = \"h\"\n".to_owned(),
        shell("two", "code=$(cat state); echo \"it is $code\"; exit $code", &follow("retries = 2")),
        shell("none", "exit $(cat state)", &follow("retries = 0")),
    ];
    let exporter = Exporter::start_in(folder, &config.concat());
    exporter.until_run(&["two", "none"], 1.0);
    let seen = exporter.scrape();
    assert_eq!((seen.of("two", "status"), seen.of("two", "hard_status")), (Some(0.0), Some(0.0)));
    assert!(!exporter.log().contains("h/two: "), "the first OK is no news");
    // A log has one line for each change, and none for a repetition.
    exporter.folder.replace("state", "2");
    let at = |attempt: f64, hard: f64| {
        exporter
            .until(&format!("attempt {attempt}, hard {hard}"), |scrape| {
                let is = [scrape.of("two", "status"), scrape.of("two", "attempt"), scrape.of("two", "hard_status")];
                (is == [Some(2.0), Some(attempt), Some(hard)]).then(|| scrape.of("two", "last_run_timestamp_seconds"))
            })
            .unwrap()
    };
    let first = at(1.0, 0.0);
    let page = exporter.page("two");
    assert!(page.contains("attempt 1 of 3") && page.contains("the last confirmed state is OK"), "{page}");
    let second = at(2.0, 0.0);
    let third = at(0.0, 2.0);
    for retry in [second - first, third - second] {
        assert!((0.9..6.0).contains(&retry), "{retry} s from one attempt to the next");
    }
    assert!(exporter.page("two").contains("confirmed"));
    exporter.until("the other", |scrape| (scrape.of("none", "hard_status") == Some(2.0)).then_some(()));
    assert_eq!(exporter.scrape().of("two", "missed_runs_total"), Some(0.0));

    exporter.folder.replace("state", "0");
    exporter.until("recovery", |scrape| {
        let well = |check| scrape.of(check, "status") == Some(0.0) && scrape.of(check, "hard_status") == Some(0.0);
        (well("two") && well("none")).then_some(())
    });
    let log = exporter.log();
    let told: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix("vitals_exporter: h/two: ")).collect();
    let want = [
        "CRITICAL (soft, was OK): it is 2",
        "CRITICAL (hard, was CRITICAL): it is 2",
        "OK (hard, was CRITICAL): it is 0",
    ];
    assert_eq!(told, want);
    assert!(log.contains("h/none: CRITICAL (hard, was OK): no output"), "{log}");
}
