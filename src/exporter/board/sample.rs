//! Snapshots for the tests of the board.

use super::super::config::{Check, Id};
use super::super::outcome::{End, Faults, Outcome, Readings};
use super::super::standing::{Phase, Snapshot, Standing};
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
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
        groups: Vec::new(),
        command: vec!["check_it".to_owned(), "--warning".to_owned(), "90 %".to_owned()],
        shell: false,
        interval: Duration::from_secs(60),
        retry_interval: Duration::from_secs(20),
        timeout: Duration::from_secs(30),
        retries: 2,
        labels: BTreeMap::new(),
        env: BTreeMap::from([("TOKEN".to_owned(), "hush-hush".to_owned())]),
        max_series: 1000,
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
    Snapshot { standings, now, wall: WALL }
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
