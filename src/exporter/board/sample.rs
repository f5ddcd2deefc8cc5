//! Snapshots for the tests of the board.

use super::super::config::{Check, Id};
use super::super::outcome::{End, Faults, Outcome, Readings};
use super::super::samples;
use super::super::standing::{Phase, Snapshot, Standing};
use crate::model::answer::{Answer, Finding};
use crate::model::metric::{Kind, Metric, Value};
use crate::model::range::Range;
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// 2026-11-23 15:59:50 UTC.
const WALL: Timestamp = Timestamp(1_795_449_590.0);
const HOUR: Duration = Duration::from_secs(3600);

/// A moment a while after the machine started, so that there are moments before it.
pub(super) fn now() -> Instant {
    Instant::now() + 1000 * HOUR
}

pub(super) fn id(host: &str, name: &str) -> Id {
    Id { host: host.to_owned(), name: name.to_owned() }
}

pub(super) fn check(host: &str, name: &str) -> Check {
    Check {
        id: id(host, name),
        retry_interval: Duration::from_secs(20),
        timeout: Duration::from_secs(30),
        env: BTreeMap::from([("TOKEN".to_owned(), "hush-hush".to_owned())]),
        ..samples::check(name, &["check_it", "--warning", "90 %"])
    }
}

/// A check that has not run.
pub(super) fn fresh(check: Check, now: Instant) -> Standing {
    Standing::new(Arc::new(check), now + Duration::from_secs(5), (now, WALL))
}

/// A check whose runs have been in this state for three hours, the last 12 seconds ago.
pub(super) fn ran(check: Check, now: Instant, status: Status, summary: &str) -> Standing {
    let mut standing = fresh(check, now);
    for ago in [3 * HOUR, 2 * HOUR, HOUR, Duration::from_secs(12)] {
        standing.record(outcome(now - ago, status, summary), Timestamp(WALL.0 - ago.as_secs_f64()));
    }
    standing
}

pub(super) fn outcome(ended: Instant, status: Status, summary: &str) -> Outcome {
    Outcome {
        started: WALL,
        ended,
        duration: Duration::from_millis(34),
        status,
        check: "it".to_owned(),
        summary: summary.to_owned(),
        long: Vec::new(),
        readings: Readings::Perfdata(Vec::new()),
        stderr: Vec::new(),
        end: End::Code(i32::from(status.code())),
        faults: Faults::default(),
    }
}

pub(super) fn snapshot(now: Instant, standings: Vec<Standing>) -> Snapshot {
    Snapshot { standings, notices: Vec::new(), now, wall: WALL }
}

/// One check in each state and in each condition.
pub(super) fn every() -> Snapshot {
    let now = now();
    let with = |host: &str, name: &str, status, text: &str| ran(check(host, name), now, status, text);
    let mut soft = fresh(check("app1", "http"), now);
    soft.record(outcome(now - Duration::from_secs(9), Status::Critical, "Connection refused"), WALL);
    let mut overdue = fresh(check("app1", "memory"), now);
    overdue.record(outcome(now - HOUR, Status::Ok, "memory 40 % used"), WALL);
    overdue.since_instant = now - HOUR;
    let mut stuck = with("app1", "nfs", Status::Critical, "no answer in 30 s");
    stuck.phase = Phase::Stuck(now - HOUR);
    let mut running = fresh(check("db2", "backup"), now);
    running.phase = Phase::Running(now - Duration::from_secs(3));
    snapshot(
        now,
        vec![
            soft,
            overdue,
            stuck,
            running,
            with("db1", "filesystems", Status::Warning, "/var 91 % used, above 90 %; 11 others are fine"),
            with("db1", "load", Status::Ok, "load 0.4 on 8 cores"),
            with("db1", "tablespaces", Status::Critical, "tablespace PATIENT 99.7 % full, about 3 h left"),
            with("db2", "load", Status::Ok, "load 0.2 on 8 cores"),
            with("web", "certificate", Status::Unknown, "no permission to read /etc/ssl/private/web.pem"),
            fresh(check("web", "new"), now),
        ],
    )
}

/// What a plugin, or whoever it watches, might try.
pub(super) const HOSTILE: [&str; 5] = [
    "<script>document.title='x'</script>",
    "\"><img src=x onerror=document.title='x'>",
    "</title></pre></table><h1>x",
    "all is well \u{202e}lacitirc\u{202c} \u{200b}",
    "&lt;b&gt; ' -- ]]>",
];

/// Hostile text wherever text comes from outside, and a line far too long.
pub(super) fn hostile() -> Snapshot {
    let now = now();
    let long = "long ".repeat(2000) + &"x".repeat(10_000);
    let texts = HOSTILE.into_iter().chain([&*long]);
    let one = |(number, text): (usize, &str)| {
        let name = if number == 5 { "x".repeat(300) } else { text.to_owned() };
        let mut check = check(HOSTILE[number % 2], &name);
        check.groups = vec![text.to_owned()];
        check.labels = BTreeMap::from([("team".to_owned(), text.to_owned())]);
        check.command.push(text.to_owned());
        let metric = Metric {
            name: text.to_owned(),
            labels: BTreeMap::from([("item".to_owned(), text.to_owned())]),
            value: Some(Value::Float(0.97)),
            unit: Unit::Ratio,
            kind: Kind::Gauge,
            warn: Range::new(0.0, 0.9, false).ok(),
            crit: None,
            min: None,
            max: None,
            perfdata: true,
        };
        let finding = Finding {
            item: Some(text.to_owned()),
            status: Status::Warning,
            text: text.to_owned(),
            metrics: vec![metric],
            findings: vec![Finding { text: text.to_owned(), ..Finding::default() }],
        };
        let answer = Answer {
            findings: vec![finding],
            notes: vec![text.to_owned()],
            help: BTreeMap::from([(text.to_owned(), text.to_owned())]),
            ..Answer::default()
        };
        let mut standing = fresh(check, now);
        let mut outcome = outcome(now - Duration::from_secs(7), Status::Warning, text);
        outcome.long = vec![text.to_owned(); 3];
        outcome.stderr = vec![text.to_owned()];
        outcome.readings = Readings::Typed(Box::new(answer));
        outcome.faults = Faults { dropped: 7, unreadable: 1, disagreed: true, cut: true, left_behind: true };
        standing.record(outcome, WALL);
        standing
    };
    snapshot(now, texts.enumerate().map(one).collect())
}

/// So many checks on so many hosts, about one in fifty of them not well.
pub(super) fn many(hosts: usize, each: usize) -> Snapshot {
    let now = now();
    let one = |number: usize| {
        let mut check =
            check(&format!("server{:02}.example.org", number / each), &format!("service {}", number % each));
        check.groups = vec![["database", "web", "network"][number / each % 3].to_owned()];
        let status = match number % 97 {
            13 => Status::Critical,
            42 => Status::Warning,
            _ => Status::Ok,
        };
        ran(check, now, status, "answers in 12 ms; 4 of 200 connections are in use, none waits")
    };
    snapshot(now, (0..hosts * each).map(one).collect())
}
