//! Clocks that are set, boots, and the times that lines carry.

use super::*;

#[test]
fn a_clock_that_is_set_neither_holds_for_ever_nor_forgets() {
    let texts = ["db: critical /ORA-/ hold=15min", "in: warning /ACK/ must_appear=1h"];
    // Set while the machine runs: the time since boot tells.
    for jump in [-86_400.0, 1_000_000.0] {
        let mut runs = Runs::new(&texts);
        runs.boot("one", 100.0);
        assert_eq!(runs.state(0.0, &["ORA-1", "ACK"]), Critical);
        runs.boot("one", 110.0);
        assert_eq!(runs.state(jump + 10.0, &[]), Critical, "{jump}");
        runs.boot("one", 116.0);
        assert_eq!(runs.state(jump + 16.0, &[]), Fine, "{jump}");
        runs.boot("one", 161.0);
        assert_eq!(runs.state(jump + 61.0, &[]), Warning, "{jump}");
    }
    // Set back where nothing tells: at most the hold time from then.
    let mut runs = Runs::new(&texts);
    assert_eq!(runs.state(0.0, &["ORA-1", "ACK"]), Critical);
    assert_eq!(runs.state(-500.0, &[]), Critical);
    assert_eq!(runs.state(-485.0, &[]), Fine);
    assert_eq!(runs.state(-440.0, &[]), Fine);
    assert_eq!(runs.state(-439.0, &[]), Warning);
}

#[test]
fn a_backlog_is_counted_by_the_times_in_its_lines() {
    let rule = "net: critical /lost/ count=3 within=10min hold=15min";
    // Three hours are read in one run, with a line an hour.
    let hourly = [(0.0, "lost"), (60.0, "lost"), (120.0, "lost"), (170.0, "lost")];
    assert_eq!(Runs::new(&[rule]).written(180.0, &hourly).status, Fine);
    // Three in ten minutes in the middle of it are an event, held from the time of reading.
    let mut runs = Runs::new(&[rule]);
    let close = [(0.0, "lost"), (60.0, "lost"), (65.0, "lost"), (70.0, "lost"), (170.0, "lost")];
    let answer = runs.written(180.0, &close);
    assert_eq!(answer.status, Critical);
    assert!(answer.summary.contains("since 00:00 UTC, held until 03:15 UTC"), "{}", answer.summary);
    assert_eq!((runs.state(194.0, &[]), runs.state(195.0, &[])), (Critical, Fine));
    // What came at the end of the backlog counts with what comes then, and nothing earlier does.
    let mut runs = Runs::new(&[rule]);
    assert_eq!(runs.written(180.0, &hourly).status, Fine);
    assert_eq!(runs.written(181.0, &[(177.0, "lost")]).status, Fine);
    assert_eq!(runs.written(182.0, &[(180.0, "lost")]).status, Critical);
    // It may be days old, and come in parts.
    let mut runs = Runs::new(&[rule]);
    let day = 1440.0;
    assert_eq!(runs.written(0.0, &[(-3.0 * day, "lost"), (-3.0 * day + 1.0, "lost")]).status, Fine);
    assert_eq!(runs.written(1.0, &[(-3.0 * day + 9.0, "lost")]).status, Critical);
}

#[test]
fn a_wrong_zone_hides_no_event_and_no_silence() {
    for hours in [-14.0, -1.0, 1.0, 14.0] {
        let wrong = hours * 60.0;
        let mut runs =
            Runs::new(&["net: critical /lost/ count=3 within=10min hold=15min", "db: warning /ORA/ hold=5min"]);
        assert_eq!(runs.written(1.0, &[(wrong, "lost")]).status, Fine, "{hours}");
        assert_eq!(runs.written(4.0, &[(wrong + 3.0, "lost")]).status, Fine, "{hours}");
        assert_eq!(runs.written(9.0, &[(wrong + 8.0, "lost")]).status, Critical, "{hours}");
        assert_eq!((runs.state(23.0, &[]), runs.state(24.0, &[])), (Critical, Fine), "{hours}");
        assert_eq!(runs.written(30.0, &[(30.0 + wrong, "ORA")]).status, Warning, "{hours}");
        assert_eq!((runs.state(34.0, &[]), runs.state(35.0, &[])), (Warning, Fine), "{hours}");
        let mut silence = Runs::new(&["hl7: critical /ACK/ must_appear=30min"]);
        assert_eq!(silence.written(0.0, &[(wrong, "ACK")]).status, Fine, "{hours}");
        assert_eq!((silence.state(30.0, &[]), silence.state(31.0, &[])), (Fine, Critical), "{hours}");
    }
}

#[test]
fn lines_that_are_read_at_each_run_count_once() {
    let mut runs = Runs::new(&["net: critical /lost/ count=3 within=10min"]);
    runs.again = true;
    for minute in 1..9 {
        assert_eq!(runs.written(f64::from(minute), &[(0.0, "lost"), (1.0, "lost")]).status, Fine, "{minute}");
    }
    assert_eq!(runs.written(9.0, &[(0.0, "lost"), (1.0, "lost"), (9.0, "lost")]).status, Critical);
}

#[test]
fn a_line_that_is_read_again_is_as_old_as_it_says() {
    let mut runs = Runs::new(&["hl7: critical /ACK/ must_appear=10min"]);
    runs.again = true;
    for (minute, state) in [(1.0, Fine), (10.0, Fine), (12.0, Critical), (14.0, Critical)] {
        let answer = runs.written(minute, &[(-5.0, "ACK"), (0.5, "ACK")]);
        assert_eq!((answer.status, value(&answer, "age")), (state, Some((minute - 0.5) * MINUTE)), "{minute}");
    }
    // Many of them, of which only the last few are looked at.
    let lines = ["ACK"; 50].map(|line| format!("2026-11-23 00:19:00 {line}"));
    let lines: Vec<(f64, &str)> = lines.iter().map(|line| (0.0, line.as_str())).collect();
    assert_eq!(runs.written(20.0, &lines).status, Fine);
}

#[test]
fn a_boot_changes_nothing() {
    let mut runs = Runs::new(&["db: critical /ORA-/ hold=15min", "n: critical /lost/ count=2 within=30min"]);
    runs.boot("one", 5000.0);
    assert_eq!(runs.state(0.0, &["ORA-1", "lost"]), Critical);
    runs.boot("two", 1.0);
    assert_eq!(runs.state(14.0, &[]), Critical);
    runs.boot("two", 3.0);
    assert_eq!(runs.state(16.0, &[]), Fine);
    runs.boot("two", 7.0);
    assert_eq!(runs.state(20.0, &["lost"]), Critical);
}
