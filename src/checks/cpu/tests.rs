//! Judging, from lists of samples.

use super::reading::Reading;
use super::{Cpu, Memory, Sample};
use crate::host::cgroup::CpuQuota;
use crate::host::cpu::Stat;
use crate::host::top::{Busiest, Consumer, Consumers};
use crate::host::clock::Clock;
use crate::model::answer::Answer;
use crate::model::report::Report;
use crate::model::rule::Rule;
use crate::model::status::Status;
use crate::model::thresholds::Thresholds;
use crate::model::timestamp::Timestamp;
use crate::plugin::Check as _;
use proptest::prelude::*;

fn cpu(held_for: f64) -> Cpu {
    Cpu { held_for: Some(held_for), sample: None, per_core: false }
}

fn reading(uptime: f64, boot: &str, line: &str) -> Reading {
    let stat = Stat::parse(&format!("cpu  {line}\ncpu0 {line}\ncpu1 1 1 1 1\nprocesses 100\n"), false);
    let clock = Clock { uptime, boot: boot.to_owned() };
    Reading { clock: Some(clock), stat: stat.unwrap_or_default(), ..Reading::default() }
}

/// A minute of two processors with this share of work, ending at an uptime.
fn minute(uptime: f64, busy: u64) -> Sample {
    let (earlier, now) = ("0 0 0 0".to_owned(), format!("{} 0 0 {}", busy * 120, (100 - busy) * 120));
    Sample {
        earlier: reading(uptime - 60.0, "a", &earlier),
        now: reading(uptime, "a", &now),
        seconds: 60.0,
        from_previous_run: true,
        remembers: true,
        causes: None,
    }
}

fn judge(cpu: &Cpu, sample: &Sample, memory: &mut Memory, clock: f64, rules: &[Rule]) -> Answer {
    let catalogue = cpu.catalogue();
    let thresholds = Thresholds::new(&catalogue, rules, &[]).expect("rules");
    let mut report = Report::new(&catalogue, &thresholds);
    cpu.judge(sample, memory, Timestamp(clock), &mut report);
    report.finish("cpu", "host", "cpu", Timestamp(clock), 0.0)
}

#[test]
fn a_limit_counts_after_its_time_whatever_the_clock_does() {
    let (cpu, mut memory) = (cpu(300.0), Memory::default());
    let clocks = [1e9, 1e9 - 86_400.0, 2e9, 0.0, 1e9, -5.0, f64::NAN];
    let statuses: Vec<Status> = clocks
        .iter()
        .zip(1..)
        .map(|(clock, run)| {
            judge(&cpu, &minute(1000.0 + f64::from(run) * 60.0, 98), &mut memory, *clock, &[]).status
        })
        .collect();
    use Status::{Critical, Ok};
    assert_eq!(statuses, [Ok, Ok, Ok, Ok, Critical, Critical, Critical]);
    // One quiet minute, and it begins anew.
    assert_eq!(judge(&cpu, &minute(1480.0, 50), &mut memory, 1e9, &[]).status, Ok);
    let pending = judge(&cpu, &minute(1540.0, 98), &mut memory, 1e9, &[]);
    assert_eq!(pending.status, Ok);
    assert!(pending.summary.ends_with("busy above 95 % for 60 s, alerts after 5 min"), "{}", pending.summary);
}

#[test]
fn default_limits_are_held_and_those_of_a_user_are_not() {
    let (cpu, rule) = (Cpu { held_for: None, sample: None, per_core: false }, "90".parse().expect("a rule"));
    assert_eq!(judge(&cpu, &minute(1000.0, 98), &mut Memory::default(), 1e9, &[]).status, Status::Ok);
    assert_eq!(judge(&cpu, &minute(1000.0, 98), &mut Memory::default(), 1e9, &[rule]).status, Status::Critical);
    let mut long = minute(1000.0, 98);
    (long.seconds, long.earlier.clock) = (300.0, Some(Clock { uptime: 700.0, boot: "a".to_owned() }));
    assert_eq!(judge(&cpu, &long, &mut Memory::default(), 1e9, &[]).status, Status::Critical);
}

#[test]
fn a_restart_ends_what_lasted() {
    let (cpu, mut memory) = (cpu(300.0), Memory::default());
    for run in 1..=4 {
        judge(&cpu, &minute(f64::from(run) * 60.0, 98), &mut memory, 1e9, &[]);
    }
    let mut other = minute(5000.0, 98);
    for reading in [&mut other.earlier, &mut other.now] {
        reading.clock = Some(Clock { uptime: 5000.0, boot: "b".to_owned() });
    }
    assert_eq!(judge(&cpu, &other, &mut memory, 1e9, &[]).status, Status::Ok);
}

#[test]
fn what_cannot_be_remembered_counts_at_once() {
    let sample = Sample { remembers: false, ..minute(1000.0, 93) };
    assert_eq!(judge(&cpu(300.0), &sample, &mut Memory::default(), 1e9, &[]).status, Status::Warning);
    let mut without_clock = minute(1000.0, 97);
    (without_clock.now.clock, without_clock.remembers) = (None, false);
    let mut memory = Memory::default();
    assert_eq!(judge(&cpu(300.0), &without_clock, &mut memory, 1e9, &[]).status, Status::Critical);
    assert!(memory.last.is_none());
}

#[test]
fn counters_that_do_not_move_are_no_health() {
    let mut sample = minute(1000.0, 50);
    sample.now.stat = sample.earlier.stat.clone();
    let answer = judge(&cpu(0.0), &sample, &mut Memory::default(), 1e9, &[]);
    assert_eq!(answer.status, Status::Unknown);
    assert!(answer.findings.iter().flat_map(|f| &f.metrics).any(|m| m.name == "busy" && m.value.is_none()));
}

#[test]
fn causes_are_named_when_it_is_not_ok() {
    let consumer = |pid, name: &str, amount| Consumer { pid, name: name.to_owned(), amount };
    let running = Consumers { named: vec![consumer(7, "java", 1.5), consumer(9, "gzip", 0.25)], others_hidden: false };
    let causes = Busiest { running, waiting: vec!["rsync (pid 8)".to_owned()], disk: Some(("sda".to_owned(), 0.99)) };
    let sample = Sample { causes: Some(causes), ..minute(1000.0, 98) };
    let said = judge(&cpu(0.0), &sample, &mut Memory::default(), 1e9, &[]).summary;
    assert_eq!(
        said,
        "98 % busy (user 98 %, system 0 %), iowait 0 %, 2 cores; busiest now: java (pid 7) 150 % of a core, gzip (pid 9) \
         25 % of a core; waiting for a disk: rsync (pid 8); disk sda busy 99 % of the time (critical: busy above 95 %)"
    );
    let quiet = Sample { causes: sample.causes, ..minute(1000.0, 8) };
    assert!(!judge(&cpu(0.0), &quiet, &mut Memory::default(), 1e9, &[]).summary.contains("java"));
}

#[test]
fn a_container_that_was_replaced_has_no_share_yet() {
    let quota = |used| Some(CpuQuota { cores: 0.5, used: Some(used), periods: Some(10), throttled: Some(1) });
    let mut sample = minute(1000.0, 10);
    (sample.earlier.quota, sample.now.quota) = (quota(100.0), quota(129.1));
    let answer = judge(&cpu(0.0), &sample, &mut Memory::default(), 1e9, &[]);
    assert_eq!(answer.status, Status::Critical);
    assert!(answer.summary.contains("97 % of the container's 0.5 cores used"), "{}", answer.summary);
    sample.now.quota = quota(1.0);
    assert_eq!(judge(&cpu(0.0), &sample, &mut Memory::default(), 1e9, &[]).status, Status::Ok);
}

#[test]
fn the_moment_of_a_load_is_not_the_time_of_a_mean() {
    let rule: Rule = "load1=5".parse().expect("a rule");
    let mut sample = minute(1000.0, 10);
    sample.now.load = Some([6.0, 1.0, 1.0]);
    let mut memory = Memory::default();
    let status = judge(&cpu(30.0), &sample, &mut memory, 1e9, std::slice::from_ref(&rule)).status;
    assert_eq!(status, Status::Ok);
    sample.now.clock = Some(Clock { uptime: 1030.0, boot: "a".to_owned() });
    assert_eq!(judge(&cpu(30.0), &sample, &mut memory, 1e9, &[rule]).status, Status::Warning);
}

proptest! {
    #[test]
    fn any_sample_is_judged_and_remembered(
        earlier: [u64; 10], now: [u64; 10], seconds in prop_oneof![any::<f64>(), 0.0f64..1e4], uptime: f64, load: Option<[f64; 3]>
    ) {
        let line = |ticks: [u64; 10]| ticks.map(|tick| tick.to_string()).join(" ");
        let mut sample = Sample {
            earlier: reading(uptime, "a", &line(earlier)),
            now: reading(uptime + seconds, "a", &line(now)),
            seconds,
            remembers: true,
            ..Sample::default()
        };
        sample.now.load = load;
        let mut memory = Memory::default();
        let answer = judge(&cpu(300.0), &sample, &mut memory, 1e9, &[]);
        prop_assert!(answer.findings.len() == 1 && !answer.summary.is_empty());
        for metric in answer.findings.iter().flat_map(|finding| &finding.metrics) {
            prop_assert!(metric.value.is_none_or(|value| value.as_f64().is_finite()));
        }
    }
}
