//! Runs, one after another: what was seen when, and what the answers are.

mod times;

use super::judge::{judge, status};
use super::memory::Events;
use super::metrics;
use super::rule::{Rule, Rules};
use super::scan::Scanner;
use super::seen::{Seen, Volume, When};
use crate::host::clock::Clock;
use crate::host::logs::Times;
use crate::model::answer::Answer;
use crate::model::glob::Glob;
use crate::model::report::Report;
use crate::model::rule::Rule as Limit;
use crate::model::status::Status;
use crate::model::thresholds::Thresholds;
use crate::model::timestamp::Timestamp;
use crate::runtime::root::Root;
use proptest::prelude::*;
use std::ops::ControlFlow;

/// 2026-11-23, midnight.
const DAY: f64 = 1_795_392_000.0;
const MINUTE: f64 = 60.0;

fn rules(texts: &[&str]) -> Rules {
    let read = |text: &&str| text.parse::<Rule>().expect(text);
    Rules::new(texts.iter().map(read).collect()).expect("rules")
}

/// A check with its memory, from run to run.
struct Runs {
    rules: Rules,
    events: Events,
    clock: Option<Clock>,
    incomplete: bool,
    again: bool,
    counted: bool,
    limits: Vec<Limit>,
}

impl Runs {
    fn new(texts: &[&str]) -> Self {
        let (events, clock) = (Events::default(), None);
        Self { rules: rules(texts), events, clock, incomplete: false, again: false, counted: true, limits: Vec::new() }
    }

    fn boot(&mut self, boot: &str, minutes: f64) {
        self.clock = Some(Clock { boot: boot.to_owned(), uptime: minutes * MINUTE });
    }

    /// Reads lines at a minute of the day.
    fn at(&mut self, minute: f64, lines: &[&str]) -> Answer {
        self.written(minute, &lines.iter().map(|line| (minute, *line)).collect::<Vec<_>>())
    }

    /// Reads lines that have a time of their own.
    fn written(&mut self, minute: f64, lines: &[(f64, &str)]) -> Answer {
        let now = Timestamp(DAY + minute * MINUTE);
        let mut seen = Seen::new(&self.rules);
        let source = seen.source("app.log");
        let scanner = Scanner::new(self.rules.matchers()).expect("rules");
        for (time, line) in lines {
            let scanned = scanner.scan(line.as_bytes(), |hit| {
                let when = When { read: now, written: &|| Some(Timestamp(DAY + time * MINUTE)) };
                seen.take(&self.rules, &hit, source, when);
                ControlFlow::Continue(())
            });
            seen.settle(&self.rules, line.as_bytes());
            scanned.expect("patterns");
        }
        seen.volume = Some(Volume { lines: self.counted.then_some(lines.len() as u64), bytes: 100 });
        (seen.clock, seen.incomplete, seen.again) = (self.clock.clone(), self.incomplete, self.again);
        seen.date(&Times::new(now, &Root::new(Some("/nowhere".into())), None));
        // The memory goes through its file between two runs.
        let stored = serde_json::to_string(&self.events).expect("plain");
        self.events = serde_json::from_str(&stored).expect("what was written");
        let catalogue = metrics::of_a_run(&self.rules);
        let thresholds = Thresholds::new(&catalogue, &self.limits, &[]).expect("limits");
        let mut report = Report::new(&catalogue, &thresholds);
        judge(&self.rules, &seen, &mut self.events, now, &mut report);
        report.finish("logscan", "h", "s", now, 0.0)
    }

    fn state(&mut self, minute: f64, lines: &[&str]) -> Status {
        self.at(minute, lines).status
    }

    fn reset(&mut self, minute: f64, name: &str) -> Result<Vec<String>, String> {
        self.events.reset(&self.rules, &Glob::new(name), Timestamp(DAY + minute * MINUTE))
    }

    fn status(&self, minute: f64) -> Answer {
        let (catalogue, limits) = (metrics::of_a_run(&self.rules), Thresholds::default());
        let mut report = Report::new(&catalogue, &limits);
        let now = Timestamp(DAY + minute * MINUTE);
        status(&self.rules, self.clock.clone(), &self.events, now, &mut report);
        report.finish("logscan", "h", "s", now, 0.0)
    }
}

fn value(answer: &Answer, metric: &str) -> Option<f64> {
    let found = answer.walk().flat_map(|finding| &finding.metrics).find(|found| found.name == metric)?;
    found.value.map(crate::model::metric::Value::as_f64)
}

use Status::{Critical, Ok as Fine, Warning};

#[test]
fn an_event_is_held_extended_and_ends_by_time() {
    let mut runs = Runs::new(&["db: critical /ORA-/ hold=15min"]);
    let first = runs.at(10.0, &["ORA-600 a\x1b|b", "fine", "ORA-601"]);
    assert_eq!(first.status, Critical);
    assert_eq!(first.summary, "db: ORA-601 (2 matches since 00:10 UTC, held until 00:25 UTC, in app.log)");
    assert_eq!(first.details, ["db: app.log: ORA-600 a\\x1b\\x7cb", "db: app.log: ORA-601"]);
    assert_eq!((value(&first, "matches"), value(&first, "lines")), (Some(2.0), Some(3.0)));
    // The retries of a soft state see it, and so does the first run after a boot.
    assert_eq!(runs.state(11.0, &[]), Critical);
    assert_eq!(runs.state(12.0, &[]), Critical);
    let extended = runs.at(20.0, &["ORA-602"]);
    assert_eq!(extended.summary, "db: ORA-602 (3 matches since 00:10 UTC, held until 00:35 UTC, in app.log)");
    assert_eq!(runs.state(34.9, &[]), Critical);
    let over = runs.at(35.0, &[]);
    assert_eq!((over.status, over.summary.as_str()), (Fine, "0 new lines (100 B), no event"));
    assert_eq!(value(&over, "matches_seen"), Some(3.0));
    assert_eq!(value(&over, "age"), Some(15.0 * MINUTE));
    // A new event begins anew.
    assert!(runs.at(50.0, &["ORA-1"]).summary.starts_with("db: ORA-1 (1 match at 00:50 UTC, held until 01:05 UTC"));
    // Past midnight the day is said.
    let next_day = runs.at(24.0 * 60.0 + 1.0, &["ORA-2"]);
    assert!(next_day.summary.contains("at 00:01 UTC"), "{}", next_day.summary);
}

#[test]
fn lines_that_were_not_counted_are_left_out() {
    let mut runs = Runs::new(&["db: critical /ORA-/"]);
    runs.counted = false;
    let answer = runs.at(0.0, &["fine", "fine"]);
    assert_eq!((answer.status, answer.summary.as_str()), (Fine, "100 B read, no event"));
    assert_eq!((value(&answer, "lines"), value(&answer, "bytes")), (None, Some(100.0)));
    assert!(answer.findings.iter().any(|finding| finding.text == "100 B read"));
}

#[test]
fn without_a_hold_time_only_the_run_that_saw_it_says_so() {
    let mut runs = Runs::new(&["db: warning /ORA-/ hold=0"]);
    let seen = runs.at(10.0, &["ORA-600"]);
    assert_eq!((seen.status, seen.summary.as_str()), (Warning, "db: ORA-600 (1 match at 00:10 UTC, in app.log)"));
    assert_eq!(runs.state(10.0, &[]), Fine);
}

#[test]
fn only_enough_matches_within_the_window_are_an_event() {
    let mut runs = Runs::new(&["net: warning /lost/ count=3 critical_count=5 within=10min hold=20min"]);
    let one = runs.at(0.0, &["lost"]);
    assert_eq!(one.status, Fine);
    assert!(one.findings.iter().any(|finding| finding.text == "net: 1 of 3 matches within 10 min"));
    assert_eq!(runs.state(5.0, &["lost"]), Fine);
    // The first is out of the window now.
    assert_eq!(runs.state(10.5, &["lost"]), Fine);
    let three = runs.at(12.0, &["lost"]);
    assert_eq!(three.status, Warning);
    assert!(three.summary.contains("(3 matches since 00:05 UTC, held until 00:32 UTC"), "{}", three.summary);
    assert_eq!(runs.state(14.0, &["lost", "lost"]), Critical);
    // One more alone neither extends nor ends it.
    assert_eq!(runs.state(30.0, &["lost"]), Critical);
    assert_eq!(runs.state(34.0, &[]), Fine);
}

#[test]
fn critical_gives_way_to_a_warning_that_lasts_longer() {
    let mut runs = Runs::new(&["net: warning /lost/ critical_count=3 within=10min hold=20min"]);
    assert_eq!(runs.state(0.0, &["lost", "lost", "lost"]), Critical);
    assert_eq!(runs.state(15.0, &["lost"]), Critical);
    assert_eq!((runs.state(20.0, &[]), runs.state(34.9, &[]), runs.state(35.0, &[])), (Warning, Warning, Fine));
}

#[test]
fn the_times_of_the_lines_count_and_a_burst_in_the_middle_is_found() {
    let mut runs = Runs::new(&["net: critical /lost/ count=3 within=10min"]);
    assert_eq!(runs.written(100.0, &[(1.0, "lost"), (20.0, "lost"), (40.0, "lost"), (60.0, "lost")]).status, Fine);
    let burst = [(1.0, "lost"), (20.0, "lost"), (21.0, "lost"), (22.0, "lost"), (80.0, "lost")];
    // Held from the run that read it, or nobody would see it.
    assert!(runs.written(200.0, &burst).summary.contains("held until 03:35 UTC"));
    // Lines that are read late count with those of their time that an earlier run has read.
    let mut runs = Runs::new(&["net: critical /lost/ count=3 within=10min"]);
    assert_eq!(runs.written(100.0, &[(1.0, "lost"), (70.0, "lost"), (72.0, "lost")]).status, Fine);
    let late = runs.written(130.0, &[(75.0, "lost"), (125.0, "lost")]);
    assert!(late.summary.contains("(4 matches since 01:10 UTC"), "{}", late.summary);
}

#[test]
fn a_thousand_matches_are_counted_in_bounded_memory() {
    let mut runs = Runs::new(&["net: critical /lost/ count=1000 within=1h", "any: warning /x/ count=2 within=1h"]);
    let (many, some) = (vec!["lost"; 999], vec!["x"; 5000]);
    assert_eq!(runs.state(0.0, &many), Fine);
    assert_eq!(runs.state(1.0, &["lost"]), Critical);
    assert_eq!(runs.state(2.0, &some), Critical);
    assert_eq!(runs.events.rules["net"].times.len(), 1000);
    assert_eq!(runs.events.rules["any"].times.len(), 2);
}

#[test]
fn an_ok_line_ends_what_came_before_it_and_nothing_else() {
    let mut runs = Runs::new(&["down: critical /down/ group=a", "up: ok /up/ group=a", "other: warning /bad/"]);
    assert_eq!(runs.state(0.0, &["down", "bad"]), Critical);
    assert_eq!(runs.state(1.0, &["up"]), Warning);
    assert_eq!(runs.state(2.0, &["down", "up"]), Warning);
    let again = runs.at(3.0, &["down", "up", "down"]);
    assert_eq!(again.status, Critical);
    assert!(again.summary.starts_with("down: down (1 match at 00:03 UTC"), "{}", again.summary);
    let ended = runs.at(4.0, &["up"]);
    assert!(ended.findings.iter().any(|finding| finding.text == "down: ended by up"));
    // A window that was ended begins anew.
    let mut runs = Runs::new(&["slow: critical /slow/ count=2 within=1h", "fast: ok /fast/ clears=sl*"]);
    assert_eq!(runs.state(0.0, &["slow", "fast", "slow"]), Fine);
    assert_eq!(runs.state(1.0, &["fast", "slow"]), Fine);
    assert_eq!(runs.state(2.0, &["slow"]), Critical);
}

#[test]
fn silence_is_a_fault_until_a_line_appears() {
    let mut runs = Runs::new(&["hl7: critical /ACK/ must_appear=1h"]);
    assert_eq!(runs.state(0.0, &[]), Fine);
    assert_eq!(runs.state(60.0, &[]), Fine);
    let never = runs.at(61.0, &[]);
    let said = "hl7: no match since this is watched, 00:00 UTC, one is expected every 60 min";
    assert_eq!((never.status, never.summary.as_str()), (Critical, said));
    assert_eq!(runs.state(62.0, &["ACK"]), Fine);
    assert_eq!(runs.state(122.0, &[]), Fine);
    assert_eq!(runs.at(123.0, &[]).summary, "hl7: no match since 01:02 UTC, one is expected every 60 min");
    // What is not read yet may hold one.
    runs.incomplete = true;
    assert_eq!(runs.state(124.0, &[]), Fine);
    runs.incomplete = false;
    assert_eq!(runs.reset(125.0, "hl7"), Ok(vec![]));
    assert_eq!((runs.state(185.0, &[]), runs.state(186.0, &[])), (Fine, Critical));
}

#[test]
fn a_reset_ends_what_is_held_and_says_what_it_was() {
    let mut runs = Runs::new(&["a: critical /aa/", "b: warning /bb/", "c: critical /cc/ count=2 within=1h"]);
    assert_eq!(runs.state(0.0, &["aa", "bb", "cc"]), Critical);
    assert_eq!(runs.reset(1.0, "a"), Ok(vec!["a".to_owned()]));
    assert_eq!(runs.state(1.0, &[]), Warning);
    assert_eq!(runs.reset(2.0, "*"), Ok(vec!["b".to_owned()]));
    assert_eq!(runs.state(2.0, &["cc"]), Fine);
    assert_eq!(runs.state(3.0, &["cc"]), Critical);
    let wrong = runs.reset(3.0, "x").expect_err("no such rule");
    assert_eq!(wrong, "--reset x: no rule is called so; there are a, b, c");
}

#[test]
fn a_status_shows_all_and_changes_nothing() {
    let mut runs =
        Runs::new(&["a: critical /aa/", "c: warning /cc/ count=2 within=1h", "d: critical /dd/ must_appear=1d"]);
    runs.at(0.0, &["aa", "cc"]);
    let before = runs.events.clone();
    let answer = runs.status(10.0);
    assert_eq!(answer.status, Critical);
    assert_eq!(
        answer.notes,
        [
            "a: CRITICAL until 00:15 UTC, --reset ends it; 1 match in all, the last at 00:00 UTC",
            "c: nothing is held; 1 of 2 matches within 60 min; 1 match in all, the last at 00:00 UTC",
            "d: nothing is held; a match is expected every 24 h; never matched",
        ]
    );
    assert_eq!(runs.events, before);
    assert_eq!(runs.status(20.0).summary, "no event is held");
}

#[test]
fn a_rule_that_was_changed_holds_no_longer_than_it_says_now() {
    let mut runs = Runs::new(&["db: critical /ORA-/ hold=7d", "gone: critical /xx/ hold=7d"]);
    assert_eq!(runs.state(0.0, &["ORA-1", "xx"]), Critical);
    runs.rules = rules(&["db: critical /ORA-/ hold=5min"]);
    assert_eq!((runs.state(10.0, &[]), runs.state(15.0, &[])), (Critical, Fine));
    assert!(!runs.events.rules.contains_key("gone"));
}

#[test]
fn captures_become_text_and_metrics() {
    let mut runs = Runs::new(&[
        "slow: warning /took (?<took>\\S+) for (?<who>\\w+)/ metric=took:ms:max text='{who} waits {took} in {file}' \
         hold=10min",
        "sent: ok /sent (?<sent>\\d+)/ metric=sent:B:sum",
        "fill: ok /fill (?<fill>\\d+)/ metric=fill:%",
    ]);
    runs.limits = vec!["fill=80%".parse().expect("a limit")];
    let first =
        runs.at(0.0, &["took 1500 for ward", "took 700 for lab", "sent 100", "sent 20", "fill 70", "took x for y"]);
    assert!(first.summary.starts_with("slow: y waits x in app.log (1 match"), "{}", first.summary);
    assert_eq!(["took", "sent", "fill"].map(|name| value(&first, name)), [Some(1.5), Some(120.0), Some(0.7)]);
    assert_eq!(first.notes, ["slow: no number: 1 capture"]);
    let second = runs.at(5.0, &["took 900 for lab", "sent 1", "fill 90"]);
    assert_eq!(["took", "sent", "fill"].map(|name| value(&second, name)), [Some(1.5), Some(121.0), Some(0.9)]);
    assert!(second.summary.contains("fill above 80 %"), "{}", second.summary);
    // Seen again by a scheduler's retry, and unknown when the hold time is over.
    assert_eq!(value(&runs.at(10.0, &[]), "fill"), Some(0.9));
    let late = runs.at(21.0, &[]);
    assert_eq!(["took", "sent", "fill"].map(|name| value(&late, name)), [None, Some(121.0), None]);
}

#[test]
fn an_ignored_line_is_taken_and_nothing_else() {
    let mut runs = Runs::new(&["noise: ignore /test/", "db: critical /ORA-/"]);
    let answer = runs.at(0.0, &["ORA-1 test", "test"]);
    assert_eq!(answer.status, Fine);
    assert!(answer.findings.iter().any(|finding| finding.text == "noise: 2 matches ignored"));
}

#[test]
fn long_lines_are_cut_and_the_last_few_are_kept() {
    let mut runs = Runs::new(&["x: critical /E/"]);
    let long = format!("E{}", "ä".repeat(5000));
    let lines: Vec<String> = (0..9).map(|n| format!("E{n} {long}")).collect();
    let answer = runs.at(0.0, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(answer.summary.len() < 300 && answer.summary.contains("ä… (9 matches"), "{}", answer.summary);
    let heads: Vec<&str> = answer.details.iter().filter_map(|line| line.get(12..14)).collect();
    assert_eq!(heads, ["E0", "E1", "E2", "E6", "E7", "E8"]);
    assert!(serde_json::to_string(&runs.events).is_ok_and(|stored| stored.len() < 700));
}

/// What the rules of the next test come to, from all that has ever been read.
fn from_the_beginning(read: &[(f64, &str)], now: f64) -> Status {
    let (mut times, mut warning, mut critical) = (Vec::new(), f64::NEG_INFINITY, f64::NEG_INFINITY);
    for (time, line) in read {
        match *line {
            "up" => {
                times.clear();
                (warning, critical) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
            }
            "down" => {
                times.push(*time);
                match times.iter().filter(|then| time - **then <= 10.0).count() {
                    0 | 1 => {}
                    2 | 3 => warning = time + 7.0,
                    _ => (warning, critical) = (time + 7.0, time + 7.0),
                }
            }
            _ => {}
        }
    }
    match () {
        () if critical > now => Critical,
        () if warning > now => Warning,
        () => Fine,
    }
}

proptest! {
    /// Whatever is read when, and however it is divided into runs, the state is that of the whole story.
    #[test]
    fn runs_come_to_what_the_whole_story_comes_to(
        runs in prop::collection::vec((0u32..9, prop::collection::vec(0usize..5, 0..5), any::<bool>()), 1..25),
    ) {
        let mut check = Runs::new(&["d: warning /down/ count=2 critical_count=4 within=10min hold=7min", "u: ok /up/"]);
        let (mut minute, mut read) = (0.0, Vec::new());
        for (pause, lines, rebooted) in runs {
            minute += f64::from(pause);
            if rebooted {
                check.boot(&format!("at {minute}"), 1.0);
            } else {
                check.clock = None;
            }
            let lines: Vec<&str> = lines.iter().map(|n| ["down", "down", "down", "up", "fine"][*n]).collect();
            read.extend(lines.iter().map(|line| (minute, *line)));
            prop_assert_eq!(check.state(minute, &lines), from_the_beginning(&read, minute), "{} {:?}", minute, read);
        }
        check.clock = None;
        prop_assert_eq!(check.state(minute + 7.0, &[]), Fine);
    }
}
