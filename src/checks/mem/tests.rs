//! Judging, from lists of samples.

use super::reading::{Reading, Traffic};
use super::{Mem, Memory, Sample};
use crate::host::cgroup::MemoryLimit;
use crate::host::clock::Clock;
use crate::host::memory;
use crate::host::paging::Paging;
use crate::host::proc::units::page_size;
use crate::model::answer::Answer;
use crate::model::report::Report;
use crate::model::rule::Rule;
use crate::model::status::Status;
use crate::model::thresholds::Thresholds;
use crate::model::timestamp::Timestamp;
use crate::plugin::Check as _;
use proptest::prelude::*;

const GIB: u64 = 1 << 30;
const MEM: Mem = Mem { oom_window: 900.0, sample: None, whole_machine: false };

fn at(uptime: f64, available: u64) -> Sample {
    let now = Reading {
        clock: Some(Clock { uptime, boot: "a".to_owned() }),
        machine: memory::Memory { size: 16 * GIB, available, ..memory::Memory::default() },
        paging: Some(Paging { oom_kills: Some(0), ..Paging::default() }),
        ..Reading::default()
    };
    Sample { now, ..Sample::default() }
}

fn judge(sample: &Sample, memory: &mut Memory, rules: &[&str]) -> Answer {
    let catalogue = MEM.catalogue();
    let rules: Vec<Rule> = rules.iter().map(|rule| rule.parse().expect("a rule")).collect();
    let thresholds = Thresholds::new(&catalogue, &rules, &[]).expect("rules");
    let mut report = Report::new(&catalogue, &thresholds);
    // A wall clock that is wrong by years changes nothing.
    let clock = Timestamp(if sample.now.machine.available.is_multiple_of(2) { 2e9 } else { -1e9 });
    MEM.judge(sample, memory, clock, &mut report);
    report.finish("mem", "host", "mem", clock, 0.0)
}

fn value(answer: &Answer, name: &str) -> Option<f64> {
    let mut metrics = answer.findings.iter().flat_map(|finding| &finding.metrics);
    metrics.find(|metric| metric.name == name).and_then(|metric| metric.value).map(|value| value.as_f64())
}

#[test]
fn a_leak_is_found_days_before_it_hurts() {
    let mut memory = Memory::default();
    let mut answer = Answer::default();
    // 3 GiB a day from 12: nothing left after four days.
    let mut found = None;
    for hour in 0..72u64 {
        answer = judge(&at(1000.0 + 3600.0 * hour as f64, 12 * GIB - hour * GIB / 8), &mut memory, &[]);
        if answer.status == Status::Warning && found.is_none() {
            found = Some(hour);
        }
    }
    assert!(found.is_some_and(|hour| (48..=51).contains(&hour)), "{found:?}");
    let days = value(&answer, "eta").map(|eta| eta / 86_400.0);
    assert!(days.is_some_and(|days| (1.0..1.1).contains(&days)), "{days:?}");
    assert!(answer.summary.contains("nothing left in 25 h at the present rate"), "{}", answer.summary);
    // A restart ends it.
    let mut sample = at(2000.0, 4 * GIB);
    sample.now.clock = Some(Clock { uptime: 2000.0, boot: "b".to_owned() });
    let answer = judge(&sample, &mut memory, &[]);
    assert_eq!((answer.status, value(&answer, "eta")), (Status::Ok, None));
}

/// An application that takes more all day and is started anew every night, whenever the checks began.
#[test]
fn memory_that_breathes_is_no_leak() {
    for (minutes, begin) in [(5, 0), (5, 9), (30, 0), (60, 4), (60, 20)] {
        let mut memory = Memory::default();
        for run in 0..14 * 24 * 60 / minutes {
            let uptime = (run * minutes * 60) as f64;
            let minute_of_day = (run * minutes + begin * 60) % (24 * 60);
            let answer = judge(&at(uptime, 12 * GIB - minute_of_day * 8 * GIB / (24 * 60)), &mut memory, &[]);
            assert_eq!(answer.status, Status::Ok, "{minutes} {begin} {}: {}", uptime / 3600.0, answer.summary);
        }
    }
}

#[test]
fn a_rate_of_a_moment_counts_only_if_asked_for() {
    let pages = |bytes: f64| bytes as u64 / page_size();
    let paging = Paging { swap_in: Some(pages(64e6)), ..Paging::default() };
    let mut sample = at(1000.0, 8 * GIB);
    sample.now.paging = Some(paging);
    let traffic = |seconds| {
        Some(Traffic { earlier: Paging { swap_in: Some(0), ..Paging::default() }, seconds, from_previous_run: false })
    };
    sample.traffic = traffic(0.5);
    assert_eq!(judge(&sample, &mut Memory::default(), &[]).status, Status::Ok);
    assert_eq!(judge(&sample, &mut Memory::default(), &["swap_in=1MiB"]).status, Status::Warning);
    sample.traffic = traffic(12.0);
    let answer = judge(&sample, &mut Memory::default(), &[]);
    assert_eq!(answer.status, Status::Warning);
    assert!(value(&answer, "swap_in").is_some_and(|rate| (rate - 64e6 / 12.0).abs() < 1000.0));
}

#[test]
fn one_is_one_and_more_are_more() {
    let (mut memory, mut sample) = (Memory::default(), at(1000.0, 8 * GIB));
    judge(&sample, &mut memory, &[]);
    let mut killed = |uptime: f64, all| {
        sample.now.clock = Some(Clock { uptime, boot: "a".to_owned() });
        sample.now.paging = Some(Paging { oom_kills: Some(all), ..Paging::default() });
        judge(&sample, &mut memory, &[]).summary
    };
    let one = killed(1060.0, 1);
    assert!(one.contains("; 1 process killed for want of memory in the last 15 min"), "{one}");
    let two = killed(1120.0, 2);
    assert!(two.contains("; 2 processes killed for want of memory"), "{two}");
    let pages = |all| {
        let mut sample = at(1000.0, 8 * GIB);
        sample.now.machine.huge_pages = Some((all, 0));
        judge(&sample, &mut Memory::default(), &[]).details
    };
    assert_eq!(
        (pages(1), pages(2)),
        (vec!["1 of 1 huge page taken or reserved".into()], vec!["2 of 2 huge pages taken or reserved".into()])
    );
}

#[test]
fn what_is_marked_as_performance_data_is_there_by_default() {
    let mut sample = at(1000.0, 8 * GIB);
    let paging = Paging { swap_in: Some(0), swap_out: Some(0), oom_kills: Some(0), ..Paging::default() };
    sample.now.paging = Some(paging);
    sample.traffic = Some(Traffic { earlier: paging, seconds: 60.0, from_previous_run: true });
    let answer = judge(&sample, &mut Memory::default(), &[]);
    let shown = answer.findings.iter().flat_map(|finding| &finding.metrics).filter(|metric| metric.perfdata);
    let shown: Vec<&str> = shown.map(|metric| &*metric.name).collect();
    let catalogue = MEM.catalogue();
    let marked = catalogue.metrics.iter().filter(|def| def.perfdata).map(|def| def.name);
    assert_eq!(shown, marked.collect::<Vec<_>>());
}

#[test]
fn a_counter_that_went_back_has_no_rate() {
    let mut sample = at(1000.0, 8 * GIB);
    let earlier = Paging { swap_in: Some(9), swap_out: Some(5), ..Paging::default() };
    sample.now.paging = Some(Paging { swap_in: Some(3), swap_out: Some(5), ..Paging::default() });
    sample.traffic = Some(Traffic { earlier, seconds: 60.0, from_previous_run: true });
    let answer = judge(&sample, &mut Memory::default(), &[]);
    assert_eq!((value(&answer, "swap_in"), value(&answer, "swap_out")), (None, Some(0.0)));
}

#[test]
fn the_counters_before_need_the_same_boot_and_a_fitting_time() {
    let mut memory = Memory::default();
    judge(&at(1000.0, GIB * 8), &mut memory, &[]);
    let seconds = |uptime: f64, boot: &str| {
        let mut sample = at(uptime, GIB * 8);
        sample.now.clock = Some(Clock { uptime, boot: boot.to_owned() });
        memory.traffic(&sample.now).map(|traffic| traffic.seconds)
    };
    assert_eq!(seconds(1060.0, "a"), Some(60.0));
    assert_eq!([seconds(1060.0, "b"), seconds(1000.5, "a"), seconds(900.0, "a"), seconds(9000.0, "a")], [None; 4]);
}

#[test]
fn a_container_can_have_no_more_than_its_machine() {
    let limit = MemoryLimit { limit: 4 * GIB, used: GIB, swap: Some((GIB, 0)), oom_kills: Some(0), pressure: None };
    let mut sample = at(1000.0, 2 * GIB);
    sample.now.container = Some(limit);
    assert_eq!(sample.now.size_and_available(), (4 * GIB, 2 * GIB));
    // There is no swap in the machine, whatever the container may take.
    assert_eq!(sample.now.swap(), (0, 0));
    assert!(judge(&sample, &mut Memory::default(), &[]).summary.starts_with("50 % of the container's 4 GiB available"));
}

proptest! {
    #[test]
    fn any_sample_is_judged_and_remembered(
        uptime: f64, size in 1u64.., available: u64, swap in any::<(u64, u64)>(), kills: Option<u64>,
        seconds: f64, counts in any::<(Option<u64>, Option<u64>)>(), limit: Option<(u64, u64)>
    ) {
        let mut sample = at(uptime, available.min(size));
        sample.now.machine.size = size;
        (sample.now.machine.swap_size, sample.now.machine.swap_used) = (swap.0, swap.1.min(swap.0));
        sample.now.paging = Some(Paging { swap_in: counts.0, oom_kills: kills, ..Paging::default() });
        let earlier = Paging { swap_in: counts.1, ..Paging::default() };
        sample.traffic = Some(Traffic { earlier, seconds, from_previous_run: true });
        sample.now.container = limit.map(|(limit, used)| MemoryLimit { limit, used, ..MemoryLimit::default() });
        let mut memory = Memory::default();
        for _ in 0..2 {
            let answer = judge(&sample, &mut memory, &[]);
            prop_assert!(answer.findings.len() == 1 && !answer.summary.is_empty());
            for metric in answer.findings.iter().flat_map(|finding| &finding.metrics) {
                prop_assert!(metric.value.is_none_or(|value| value.as_f64().is_finite()));
            }
        }
    }
}
