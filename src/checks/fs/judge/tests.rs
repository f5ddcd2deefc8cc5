//! Judging, from samples alone.

use super::super::gather::{Access, Missing, Sample, Seen};
use super::super::history::History;
use super::super::options::Fs;
use crate::host::clock::Clock;
use crate::host::space::Space;
use crate::host::stat_apart::Reply;
use crate::model::answer::Answer;
use crate::model::report::Report;
use crate::model::rule::Rule;
use crate::model::status::Status;
use crate::model::thresholds::Thresholds;
use crate::model::timestamp::Timestamp;
use crate::plugin::{Check as _, command};
use clap::FromArgMatches as _;
use nix::errno::Errno;
use std::time::Duration;

const GIB: u64 = 1 << 30;

/// The options as they are typed.
fn options(arguments: &[&str]) -> Fs {
    let line = ["check_fs"].iter().chain(arguments);
    let parsed = command::<Fs>().try_get_matches_from(line).and_then(|matches| Fs::from_arg_matches(&matches));
    parsed.unwrap_or_else(|error| unreachable!("{error}"))
}

/// A file system of 100 GiB.
fn seen(name: &str, used: u64) -> Seen {
    let space = Space {
        size: 100 * GIB,
        free: (100 - used) * GIB,
        available: (100 - used as i64) * GIB as i64,
        files: 1000,
        files_free: 900,
    };
    Seen {
        name: name.to_owned(),
        device: format!("/dev{name}"),
        fstype: "ext4".to_owned(),
        reply: Reply::Space(space),
        access: Access::Writable,
        named: false,
    }
}

fn without_answer(name: &str, reply: Reply) -> Seen {
    Seen { reply, fstype: "nfs4".to_owned(), device: "srv:/export".to_owned(), ..seen(name, 0) }
}

fn at(uptime: f64, seen: Vec<Seen>) -> Sample {
    Sample { seen, clock: Some(Clock { boot: "a".to_owned(), uptime }), ..Sample::default() }
}

fn judged(arguments: &[&str], warning: &[&str], sample: &Sample, history: &mut History, now: f64) -> Answer {
    let options = options(arguments);
    let catalogue = options.catalogue();
    let rules: Vec<Rule> = warning.iter().filter_map(|text| text.parse().ok()).collect();
    let thresholds = Thresholds::new(&catalogue, &rules, &[]).unwrap_or_default();
    let mut report = Report::new(&catalogue, &thresholds);
    options.judge(sample, history, Timestamp(now), &mut report);
    report.finish("fs", "h", "s", Timestamp(now), 0.0)
}

fn answer(arguments: &[&str], warning: &[&str], seen: Vec<Seen>) -> Answer {
    judged(arguments, warning, &at(100.0, seen), &mut History::default(), 1e9)
}

fn said(answer: &Answer) -> (Status, &str) {
    (answer.status, &answer.summary)
}

#[test]
fn the_fullest_is_named_while_all_is_well() {
    let all = answer(&[], &[], vec![seen("/", 40), seen("/var", 63)]);
    assert_eq!(said(&all), (Status::Ok, "2 file systems, fullest /var 63 % used, 37 GiB free"));
    let one = answer(&[], &[], vec![seen("/", 40)]);
    assert_eq!(said(&one), (Status::Ok, "/ 40 % used, 60 GiB of 100 GiB free"));
}

#[test]
fn space_and_inodes_have_limits_of_their_own() {
    let full = answer(&[], &[], vec![seen("/", 96), seen("/var", 92)]);
    let text = "/ 96 % used, 4 GiB of 100 GiB free (critical: used above 95 %); /var 92 % used, 8 GiB of 100 GiB free \
                (warning: used above 90 %)";
    assert_eq!(said(&full), (Status::Critical, text));
    let mut many = seen("/", 10);
    if let Reply::Space(space) = &mut many.reply {
        space.files_free = 20;
    }
    let text = "/ 10 % used, 90 GiB of 100 GiB free, 98 % of the inodes used (critical: inodes_used above 95 %)";
    assert_eq!(said(&answer(&[], &[], vec![many])), (Status::Critical, text));
}

#[test]
fn free_space_can_be_judged_as_a_share_and_in_bytes() {
    assert_eq!(answer(&[], &["free=10%:"], vec![seen("/", 90)]).status, Status::Ok);
    assert_eq!(answer(&[], &["free=60%:"], vec![seen("/", 41)]).status, Status::Warning);
    assert_eq!(answer(&[], &["free_bytes=60GiB:"], vec![seen("/", 41)]).status, Status::Warning);
    assert_eq!(answer(&[], &["free_bytes=59GiB:"], vec![seen("/", 41)]).status, Status::Ok);
}

#[test]
fn a_file_system_without_inodes_has_no_such_value() {
    let mut vfat = seen("/boot/efi", 5);
    if let Reply::Space(space) = &mut vfat.reply {
        (space.files, space.files_free) = (0, 0);
    }
    let answer = answer(&[], &[], vec![vfat]);
    assert!(answer.walk().flat_map(|f| &f.metrics).all(|m| !m.name.starts_with("inodes")));
}

#[test]
fn what_is_kept_for_root_counts_when_it_is_asked_for() {
    let mut reserved = seen("/", 90);
    if let Reply::Space(space) = &mut reserved.reply {
        space.available = 5 * GIB as i64;
    }
    let users = answer(&[], &[], vec![reserved.clone()]);
    assert_eq!((users.status, users.summary.split(',').next()), (Status::Warning, Some("/ 94.7 % used")));
    assert_eq!(answer(&["--root-reserved"], &[], vec![reserved]).status, Status::Ok);
}

#[test]
fn a_group_is_judged_as_one_and_shows_its_parts() {
    let members = || vec![seen("/data1", 99), seen("/data2", 61), seen("/x", 10)];
    let good = answer(&["--group", "data=/data*"], &[], members());
    assert_eq!(said(&good), (Status::Ok, "3 file systems, fullest data 80 % used, 40 GiB free"));
    let text = "group data of 2 file systems 80 % used, 40 GiB of 200 GiB free (warning: used above 70 %)";
    let bad = answer(&["--group", "data=/data*"], &["used@data=70"], members());
    assert_eq!(said(&bad), (Status::Warning, text));
    assert_eq!(bad.walk().count(), 4);
    let none = answer(&["--group", "data=/dta*"], &[], members());
    assert!(none.summary.contains("group data: no judged file system belongs to it"), "{}", none.summary);
    let hung = without_answer("/data3", Reply::Stuck { pid: Some(7), waited: Duration::from_secs(5) });
    let part = answer(&["--group", "data=/data*"], &[], vec![seen("/data1", 50), hung]);
    let text = "group data of 1 file system 50 % used, 50 GiB of 100 GiB free, 1 more not measured";
    assert_eq!(said(&part), (Status::Critical, text));
}

#[test]
fn writable_means_writable() {
    let read_only = Seen { access: Access::ReadOnly, ..seen("/data", 10) };
    assert_eq!(answer(&[], &[], vec![read_only.clone()]).status, Status::Ok);
    let text = "/data 10 % used, 90 GiB of 100 GiB free, is mounted read-only";
    assert_eq!(said(&answer(&["--writable", "/da*"], &[], vec![read_only])), (Status::Critical, text));
    let gave_up = Seen { access: Access::GaveUp, ..seen("/", 10) };
    let text = "/ 10 % used, 90 GiB of 100 GiB free, has gone read-only by itself after an error";
    assert_eq!(said(&answer(&[], &[], vec![gave_up])), (Status::Critical, text));
    let none = answer(&["--writable", "/nope"], &[], vec![seen("/", 10)]);
    assert_eq!(said(&none), (Status::Unknown, "no judged file system fits --writable /nope"));
}

#[test]
fn what_is_missing_is_named() {
    let missing = vec![
        Missing::Mount("/backup".to_owned(), false),
        Missing::Mount("/net".to_owned(), true),
        Missing::Path("/a|b".to_owned(), "does not exist".to_owned()),
    ];
    let sample = Sample { missing, ..at(1.0, vec![seen("/", 10)]) };
    let answer = judged(&[], &[], &sample, &mut History::default(), 1e9);
    let text = "/backup is not mounted; /net is not mounted: only its automount is there; /a\\x7cb does not exist";
    assert_eq!(said(&answer), (Status::Critical, text));
}

#[test]
fn one_that_hangs_is_told_with_its_whole_time() {
    let mut history = History::default();
    let mut run = |uptime: f64, waited: f64, arguments: &[&str]| {
        let stuck = Reply::Stuck { pid: Some(1234), waited: Duration::from_secs_f64(waited) };
        let sample = at(uptime, vec![seen("/", 96), without_answer("/mnt/x", stuck)]);
        judged(arguments, &[], &sample, &mut history, 1e9)
    };
    let first = run(1000.0, 5.0, &[]);
    let hung = first.walk().find(|f| f.item.as_deref() == Some("/mnt/x")).map(|f| (f.status, &*f.text));
    let text =
        "/mnt/x does not answer (nfs4 from srv:/export): statfs has not returned within 5 s; held by process 1234";
    assert_eq!(hung, Some((Status::Critical, text)));
    assert!(first.summary.contains("/ 96 % used"), "the others are judged: {}", first.summary);
    let later = run(11_000.0, 10_005.0, &["--hung", "warning"]);
    let hung = later.walk().find(|f| f.item.as_deref() == Some("/mnt/x")).map(|f| (f.status, &*f.text));
    let text =
        "/mnt/x does not answer (nfs4 from srv:/export): statfs has been hanging for 2.78 h; held by process 1234";
    assert_eq!(hung, Some((Status::Warning, text)));
    // The stuck process was ended after ten minutes, and a new one asks: it has been hanging all the same.
    let again = run(14_600.0, 5.0, &[]);
    assert!(again.walk().any(|f| f.text.contains("hanging for 3.78 h")), "{}", again.summary);
}

#[test]
fn the_wait_within_the_run_is_counted_once() {
    // The lock tells how long it has been; each run has begun `took` seconds before it gave up.
    let mut history = History::default();
    let mut run = |uptime: f64, took: f64, waited: f64| {
        let stuck = Reply::Stuck { pid: Some(7), waited: Duration::from_secs_f64(waited) };
        let sample = Sample { took, ..at(uptime, vec![without_answer("/mnt/x", stuck)]) };
        judged(&[], &[], &sample, &mut history, 1e9).summary
    };
    let first = run(1000.0, 5.0, 5.0);
    assert!(first.contains("has not returned within 5 s"), "{first}");
    let second = run(1005.0, 0.0, 5.0);
    assert!(second.contains("has not returned within 5 s"), "{second}");
    let third = run(1060.0, 0.0, 60.0);
    assert!(third.contains("hanging for 60 s"), "{third}");
    // The child was ended, and another has asked since.
    let fourth = run(1600.0, 5.0, 5.0);
    assert!(fourth.contains("hanging for 10.1 min"), "{fourth}");
}

#[test]
fn errors_have_the_state_of_who_is_to_blame() {
    let state = |errno| answer(&[], &[], vec![without_answer("/mnt/x", Reply::Failed(errno))]);
    let stale = state(Errno::ENOTCONN);
    let text = "/mnt/x (nfs4 from srv:/export) answers with an error: Transport endpoint is not connected";
    assert_eq!(said(&stale), (Status::Critical, text));
    assert_eq!(state(Errno::EACCES).status, Status::Unknown);
    assert_eq!(state(Errno::ENOENT).status, Status::Unknown);
    let left = answer(&[], &[], vec![without_answer("/mnt/x", Reply::NotAsked("32 others do not answer".into()))]);
    assert_eq!(said(&left).0, Status::Unknown);
}

/// A file system of 100 GiB that grows by half a GiB in ten minutes.
fn filling(history: &mut History, run: u32, wall: f64, warning: &[&str]) -> Answer {
    let mut one = seen("/var", 0);
    if let Reply::Space(space) = &mut one.reply {
        let used = 70 * GIB + u64::from(run) * GIB / 2;
        (space.free, space.available) = (100 * GIB - used, (100 * GIB - used) as i64);
    }
    judged(&[], warning, &at(1000.0 + 600.0 * f64::from(run), vec![one]), history, wall)
}

#[test]
fn a_forecast_needs_history_and_has_limits_when_asked() {
    let mut history = History::default();
    for run in 0..6 {
        let early = filling(&mut history, run, 1e9 + 600.0 * f64::from(run), &["eta=12h:"]);
        assert_eq!((early.status, early.summary.contains("present rate")), (Status::Ok, false), "{run}");
    }
    let text = "/var 73 % used, 27 GiB of 100 GiB free, full in 9 h at the present rate (warning: eta below 12 h)";
    let sure = filling(&mut history, 6, 1e9 + 3600.0, &["eta=12h:"]);
    assert_eq!(said(&sure), (Status::Warning, text));
    // Nobody asked for a limit: it is said, and all is well.
    assert_eq!(filling(&mut history, 7, 1e9 + 4200.0, &[]).status, Status::Ok);
}

#[test]
fn why_there_is_no_forecast_is_said_to_who_looks_closely() {
    let mut history = History::default();
    let mut details =
        |in_full| judged(&[], &[], &Sample { in_full, ..at(1.0, vec![seen("/", 10)]) }, &mut history, 1e9).details;
    assert!(details(false).is_empty());
    assert_eq!(
        details(true),
        ["eta is unknown until there is an hour of history, and while a file system does not fill"]
    );
    let mut history = History::default();
    for run in 0..8 {
        filling(&mut history, run, 1e9, &[]);
    }
    let mut one = seen("/var", 0);
    if let Reply::Space(space) = &mut one.reply {
        (space.free, space.available) = (26 * GIB, 26 * GIB as i64);
    }
    let sample = Sample { in_full: true, ..at(5800.0, vec![one]) };
    assert_eq!(judged(&[], &[], &sample, &mut history, 1e9).details, [""; 0]);
}

#[test]
fn a_clock_that_jumps_does_no_harm() {
    let last = |jump: fn(u32) -> f64| {
        let mut history = History::default();
        let runs: Vec<Answer> = (0..12).map(|run| filling(&mut history, run, jump(run), &[])).collect();
        runs.last().map(|answer| answer.summary.clone())
    };
    let steady = last(|run| 1e9 + 600.0 * f64::from(run));
    assert!(steady.as_ref().is_some_and(|text| text.contains("full in 8.17 h")), "{steady:?}");
    assert_eq!(last(|run| if run > 8 { 9e8 } else { 1e9 + 600.0 * f64::from(run) }), steady);
    assert_eq!(last(|run| if run > 8 { 3e9 } else { 1e9 + 600.0 * f64::from(run) }), steady);
}

#[test]
fn the_magic_factor_moves_the_limits_that_apply() {
    let sized = |arguments: &[&str]| answer(arguments, &[], vec![seen("/", 92)]);
    assert_eq!(sized(&[]).status, Status::Warning);
    assert_eq!(sized(&["--magic", "0.8"]).status, Status::Ok);
    assert_eq!(sized(&["--magic", "0.8", "--magic-size", "1T"]).status, Status::Warning);
    let limits = sized(&["--magic", "0.8"]);
    let used = limits.walk().flat_map(|f| &f.metrics).find(|m| m.name == "used").and_then(|m| m.warn);
    assert!(used.is_some_and(|range| range.start() == 0.0 && (range.end() - 0.9275).abs() < 1e-3), "{used:?}");
}
