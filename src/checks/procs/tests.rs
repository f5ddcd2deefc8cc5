//! Judging lists of samples: what only time shows.

use super::memory::Memory;
use super::metrics::{METRICS, Wanted};
use super::options::Procs;
use super::sample::{Earlier, Group, Process, Sample, Stuck};
use crate::model::answer::Answer;
use crate::model::report::Report;
use crate::model::rule::Rule;
use crate::model::status::Status;
use crate::model::thresholds::Thresholds;
use crate::model::timestamp::Timestamp;
use crate::plugin::Check as _;
use clap::{Args as _, FromArgMatches as _};

const HZ: f64 = 100.0;

fn check(arguments: &[&str]) -> Procs {
    let command = Procs::augment_args(clap::Command::new("x").no_binary_name(true));
    let matches = command.try_get_matches_from(arguments);
    matches.and_then(|matches| Procs::from_arg_matches(&matches)).unwrap_or_else(|why| unreachable!("{why}"))
}

fn process(pid: u32, start: u64) -> Process {
    Process { pid, start, name: "worker".to_owned(), state: 'S', threads: 1, rss: 1 << 20, ..Process::default() }
}

fn sample(uptime: f64, wanted: &[&str], processes: Vec<Process>) -> Sample {
    let group = Group {
        count: processes.len() as u64,
        members: (0..).take(processes.len()).collect(),
        complete: true,
        wanted: Wanted::choose(|name| wanted.contains(&name)),
        ..Group::default()
    };
    Sample { uptime, boot: "a".to_owned(), hz: HZ, groups: vec![group], processes, ..Sample::default() }
}

fn judged(check: &Procs, sample: &Sample, memory: &mut Memory, rules: &[&str]) -> Answer {
    let rules: Vec<Rule> = rules.iter().filter_map(|rule| rule.parse().ok()).collect();
    let thresholds = Thresholds::new(&METRICS, &[], &rules).unwrap_or_else(|why| unreachable!("{why}"));
    let catalogue = METRICS;
    let mut report = Report::new(&catalogue, &thresholds);
    check.judge(sample, memory, Timestamp(0.0), &mut report);
    report.finish("procs", "h", "s", Timestamp(0.0), 0.0)
}

fn value(answer: &Answer, metric: &str) -> Option<f64> {
    let metrics = answer.walk().flat_map(|finding| &finding.metrics);
    metrics.filter(|found| found.name == metric).find_map(|found| found.value).map(|value| value.as_f64())
}

#[test]
fn a_restart_is_told_until_its_window_ends() {
    let check = check(&["--expect", "w: name=worker warn:restarts=0", "--restart-window", "10min"]);
    let mut memory = Memory::default();
    let mut at = |uptime: f64, members: Vec<Process>| {
        let answer = judged(&check, &sample(uptime, &["restarts"], members), &mut memory, &[]);
        (answer.status, value(&answer, "restarts"))
    };
    assert_eq!(at(1000.0, vec![process(7, 500)]), (Status::Ok, None));
    assert_eq!(at(1060.0, vec![process(7, 500)]), (Status::Ok, Some(0.0)));
    // The same number, another process.
    assert_eq!(at(1120.0, vec![process(7, 110_000)]), (Status::Warning, Some(1.0)));
    assert_eq!(at(1180.0, vec![process(7, 110_000)]), (Status::Warning, Some(1.0)));
    // One more is no restart.
    assert_eq!(at(1700.0, vec![process(7, 110_000), process(8, 169_000)]), (Status::Warning, Some(1.0)));
    assert_eq!(at(1730.0, vec![process(7, 110_000), process(8, 169_000)]), (Status::Ok, Some(0.0)));
}

#[test]
fn another_boot_is_no_restart_and_voids_all() {
    let check = check(&["--expect", "w: name=worker"]);
    let wanted = ["restarts", "cpu", "growth"];
    let mut memory = Memory::default();
    judged(&check, &sample(9000.0, &wanted, vec![Process { ticks: 500, ..process(7, 1) }]), &mut memory, &[]);
    let booted = Sample { boot: "b".to_owned(), ..sample(9500.0, &wanted, vec![process(9, 1)]) };
    let answer = judged(&check, &booted, &mut memory, &[]);
    assert_eq!((value(&answer, "restarts"), value(&answer, "cpu")), (None, None));
    assert_eq!(memory.boot, "b");
    // A kernel that does not name its boots: the uptime has gone back.
    let mut memory = Memory::default();
    for (uptime, pid) in [(9000.0, 7), (100.0, 9)] {
        let nameless = Sample { boot: String::new(), ..sample(uptime, &wanted, vec![process(pid, 1)]) };
        assert_eq!(value(&judged(&check, &nameless, &mut memory, &[]), "restarts"), None);
    }
}

#[test]
fn cpu_is_that_between_two_runs_or_of_the_short_sample() {
    let check = check(&["--expect", "w: name=worker cpu=80%"]);
    let mut memory = Memory::default();
    let at = |uptime: f64, ticks: [u64; 2]| {
        let members = [7, 8].into_iter().zip(ticks).map(|(pid, ticks)| Process { ticks, ..process(pid, 1) });
        sample(uptime, &["cpu", "cpu_max"], members.collect())
    };
    assert_eq!(value(&judged(&check, &at(1000.0, [0, 5000]), &mut memory, &[]), "cpu"), None);
    let answer = judged(&check, &at(1060.0, [3000, 8000]), &mut memory, &[]);
    assert_eq!((value(&answer, "cpu"), value(&answer, "cpu_max")), (Some(1.0), Some(0.5)));
    assert_eq!(answer.status, Status::Critical);
    assert!(answer.summary.contains("100 % of a core; most CPU: worker (pid 7) 50 %"), "{}", answer.summary);
    // Ticks that go back are none.
    assert_eq!(value(&judged(&check, &at(1120.0, [0, 8000]), &mut memory, &[]), "cpu"), Some(0.0));
    let earlier = Some(Earlier { uptime: 1119.8, ticks: vec![((7, 1), 0), ((8, 1), 7990)] });
    let sampled = Sample { earlier, ..at(1120.0, [0, 8000]) };
    let rate = value(&judged(&check, &sampled, &mut Memory::default(), &[]), "cpu").unwrap_or_default();
    assert!((rate - 0.5).abs() < 1e-6, "{rate}");
}

#[test]
fn what_was_started_between_counts_from_its_start() {
    let check = check(&["--expect", "w: name=worker"]);
    let mut memory = Memory::default();
    judged(&check, &sample(1000.0, &["cpu"], vec![process(7, 1)]), &mut memory, &[]);
    let young = Process { ticks: 600, ..process(9, 103_000) };
    let answer = judged(&check, &sample(1060.0, &["cpu"], vec![process(7, 1), young]), &mut memory, &[]);
    assert_eq!(value(&answer, "cpu"), Some(0.1));
}

#[test]
fn runs_that_follow_fast_compare_with_the_same() {
    let check = check(&["--expect", "w: name=worker"]);
    let mut memory = Memory::default();
    let at = |uptime: f64, ticks| sample(uptime, &["cpu"], vec![Process { ticks, ..process(7, 1) }]);
    judged(&check, &at(1000.0, 0), &mut memory, &[]);
    assert_eq!(value(&judged(&check, &at(1000.5, 50), &mut memory, &[]), "cpu"), Some(1.0));
    assert_eq!(
        value(&judged(&check, &at(1000.8, 50), &mut memory, &[]), "cpu").map(|r| (r * 1e4).round()),
        Some(6250.0)
    );
}

#[test]
fn a_runaway_is_one_process_at_a_whole_core_without_a_break() {
    let check = check(&["--runaway", "10min"]);
    let mut memory = Memory::default();
    let mut at = |uptime: f64, ticks: u64, nice: i8| {
        let spinner = Process { ticks, nice, ..process(7, 1) };
        let answer = judged(&check, &sample(uptime, &["runaways"], vec![spinner]), &mut memory, &[]);
        (answer.status, value(&answer, "runaways"))
    };
    assert_eq!(at(100_000.0, 10_000, 0), (Status::Ok, Some(0.0)));
    assert_eq!(at(100_300.0, 40_000, 0), (Status::Ok, Some(0.0)));
    assert_eq!(at(100_590.0, 69_000, 0), (Status::Ok, Some(0.0)));
    assert_eq!(at(100_610.0, 71_000, 0), (Status::Warning, Some(1.0)));
    // Half a core for five minutes: all begins anew.
    assert_eq!(at(100_910.0, 86_000, 0), (Status::Ok, Some(0.0)));
    assert_eq!(at(101_500.0, 145_000, 0), (Status::Ok, Some(0.0)));
    assert_eq!(at(101_520.0, 147_000, 0), (Status::Warning, Some(1.0)));
    assert_eq!(at(101_540.0, 149_000, 10), (Status::Ok, Some(0.0)));
}

#[test]
fn a_runaway_from_its_start_is_seen_on_the_first_run() {
    let check = check(&[]);
    let spinner = Process { ticks: 117_000, ..process(7, 5_000_000) };
    let answer = judged(&check, &sample(51_200.0, &["runaways"], vec![spinner]), &mut Memory::default(), &[]);
    assert!(answer.summary.contains("worker (pid 7) has used a whole core for 20 min"), "{}", answer.summary);
}

#[test]
fn a_leak_is_seen_on_its_slope_and_a_restart_ends_it() {
    let check = check(&["--expect", "w: name=worker rss=2G"]);
    let wanted = ["rss", "growth", "eta"];
    let mut memory = Memory::default();
    let mut answer = Answer::default();
    // A MiB in an hour, for two days, looked at every half an hour.
    for step in 0..96_u32 {
        let (uptime, rss) = (1e6 + 1800.0 * f64::from(step), (1 << 30) + (u64::from(step) << 19));
        answer = judged(&check, &sample(uptime, &wanted, vec![Process { rss, ..process(7, 1) }]), &mut memory, &[]);
    }
    let growth = value(&answer, "growth").unwrap_or_default();
    assert!((growth - 1_048_576.0 / 3600.0).abs() < 1.0, "{growth}");
    // From 1071.5 MiB to 2 GiB at a MiB in an hour.
    let eta = value(&answer, "eta").unwrap_or_default();
    assert!((eta - 976.5 * 3600.0).abs() < 7200.0, "{eta}");
    assert_eq!(answer.summary.split("growing by ").nth(1).map(|rest| &rest[..9]), Some("24 MiB a "));
    let next = sample(1e6 + 1800.0 * 96.0, &wanted, vec![process(8, 100_172_800)]);
    assert_eq!(value(&judged(&check, &next, &mut memory, &[]), "growth"), None);
}

#[test]
fn what_cannot_be_read_is_unknown_only_where_it_decides() {
    let check = check(&["--expect", "w: exe=/x count=1:3"]);
    let status = |count: u64, unreadable: u64, hidden: bool| {
        let mut sample = Sample { hidden, ..sample(1000.0, &[], vec![]) };
        sample.groups = vec![Group { count, unreadable, ..Group::default() }];
        judged(&check, &sample, &mut Memory::default(), &[]).status
    };
    assert_eq!(status(2, 0, false), Status::Ok);
    assert_eq!(status(2, 1, false), Status::Ok);
    assert_eq!(status(2, 2, false), Status::Unknown);
    assert_eq!(status(0, 1, false), Status::Unknown);
    assert_eq!(status(4, 5, false), Status::Critical);
    assert_eq!(status(0, 0, true), Status::Unknown);
    assert_eq!(status(4, 0, true), Status::Critical, "more cannot make it better");
    assert_eq!(status(2, 0, true), Status::Unknown, "hidden ones may be too many");
    let machine = Sample { hidden: true, ..sample(1000.0, &["zombies"], vec![process(7, 1)]) };
    assert_eq!(judged(&super::tests::check(&[]), &machine, &mut Memory::default(), &[]).status, Status::Unknown);
}

#[test]
fn what_is_hidden_may_be_above_a_limit() {
    let seen = |expectation: &str, count: usize, wanted: &[&str], rules: &[&str]| {
        let processes = (7..).take(count).map(|pid| process(pid, 1)).collect();
        let sample = Sample { hidden: true, ..sample(1000.0, wanted, processes) };
        let answer = judged(&check(&["--expect", expectation]), &sample, &mut Memory::default(), rules);
        (answer.status, answer.summary)
    };
    let unknown = |said: &str| (Status::Unknown, format!("{said}, processes of other users are hidden (hidepid)"));
    assert_eq!(seen("bad: name=x count=0:0", 0, &[], &[]), unknown("bad: none to be seen"));
    assert_eq!(seen("bad: name=x count=0:100000", 0, &[], &[]), unknown("bad: none to be seen"));
    assert_eq!(seen("a: name=x", 0, &[], &[]), unknown("a: none to be seen, expected at least 1"));
    assert_eq!(seen("a: name=worker count=@5:7", 1, &[], &[]), unknown("a: 1 process (worker), up 16.6 min"));
    // What was seen decides.
    assert_eq!(seen("a: name=worker count=1:", 1, &[], &[]).0, Status::Ok);
    assert_eq!(seen("bad: name=worker count=0", 1, &[], &[]).0, Status::Critical);
    // Of the memory of hidden processes nothing is known, and it is judged; or it is not.
    assert_eq!(seen("a: name=worker rss=1G", 1, &["rss"], &[]).0, Status::Unknown);
    assert_eq!(seen("a: name=worker", 1, &["rss"], &["rss=1G"]).0, Status::Unknown);
    assert_eq!(seen("a: name=worker", 1, &["rss"], &[]).0, Status::Ok);
}

#[test]
fn words_for_none_say_what_is_known() {
    let said = |arguments: &[&str], unreadable| {
        let mut sample = sample(1000.0, &[], vec![]);
        sample.groups = vec![Group { unreadable, ..Group::default() }];
        judged(&check(arguments), &sample, &mut Memory::default(), &[]).summary
    };
    let not_found = "a: none found, expected at least 1, 13 processes could not be examined";
    assert_eq!(said(&["--expect", "a: exe=/x"], 13), not_found);
    assert_eq!(said(&["--expect", "a: name=x count=0"], 0), "a: none running");
    assert_eq!(said(&["-s", "Z"], 0), "state Z: none");
    assert!(said(&["-C", "x"], 0).starts_with("x: not running, expected at least 1"));
}

#[test]
fn short_options_given_again_are_not_lost() {
    let made = |arguments: &[&str]| {
        let check = check(arguments);
        check.validate().map(|()| check.expectations().iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(
        made(&["-C", "a", "-C", "b", "-u", "c"]),
        Ok(vec!["a: name=a user=c".into(), "b: name=b user=c".into()])
    );
    assert_eq!(made(&["-a", "x y", "-s", "D"]), Ok(vec!["x y: cmd~'x y' state=D".into()]));
    assert_eq!(made(&["-s", "DZ"]), Ok(vec!["state DZ: state=DZ".into()]));
    for (option, value) in [("-a", "x"), ("-u", "root"), ("-s", "Z"), ("--ereg-argument-array", "x")] {
        let why = made(&["-C", "a", option, value, option, value]).err().unwrap_or_default();
        assert!(why.contains("given more than once"), "{option}: {why}");
    }
    assert_eq!(made(&["-C", "a", "-C", "a"]).err().as_deref(), Some("two expectations are called 'a'"));
}

#[test]
fn a_value_that_is_judged_but_out_of_reach_is_unknown() {
    let check = check(&["--expect", "w: name=worker"]);
    let seen = |fds, rules: &[&str]| {
        let process = Process { fds, most_fds: Some(10), ..process(7, 1) };
        judged(&check, &sample(1000.0, &["fds", "fd_ratio"], vec![process]), &mut Memory::default(), rules).status
    };
    assert_eq!(seen(Some(9), &["fd_ratio=80%"]), Status::Critical);
    assert_eq!(seen(None, &["fd_ratio=80%"]), Status::Unknown);
    assert_eq!(seen(None, &["fds=80"]), Status::Unknown);
    assert_eq!(seen(None, &[]), Status::Ok);
}

#[test]
fn a_process_that_holds_us_up_is_named_and_remembered() {
    let check = check(&["--expect", "w: cmd~x"]);
    let stuck = vec![Stuck { pid: 13, name: "locked".to_owned(), child: (99, 5) }];
    let sample = Sample { stuck: stuck.clone(), ..sample(1000.0, &[], vec![process(7, 1)]) };
    let mut memory = Memory::default();
    let answer = judged(&check, &sample, &mut memory, &[]);
    assert!(answer.notes.iter().any(|note| note.starts_with("process locked (pid 13) holds up")), "{:?}", answer.notes);
    assert_eq!(memory.stuck, stuck);
}

#[test]
fn the_rules_of_the_user_go_before_those_of_the_expectation() {
    let check = check(&["--expect", "w: name=worker count=5:"]);
    let one = sample(1000.0, &[], vec![process(7, 1)]);
    assert_eq!(judged(&check, &one, &mut Memory::default(), &[]).status, Status::Critical);
    assert_eq!(judged(&check, &one, &mut Memory::default(), &["count@w=1:"]).status, Status::Ok);
}

#[test]
fn the_memory_is_bounded() {
    let check = check(&["--expect", "w: name=worker"]);
    let mut memory = Memory::default();
    let many = (1..=5000).map(|pid| Process { ticks: pid.into(), ..process(pid, 1) }).collect();
    let answer = judged(&check, &sample(1000.0, &["cpu"], many), &mut memory, &[]);
    assert!(memory.ticks.len() == 4096 && memory.groups.is_empty());
    assert!(answer.notes.iter().any(|note| note.contains("not remembered")));
}
