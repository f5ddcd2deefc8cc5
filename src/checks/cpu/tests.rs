//! Judging, from lists of samples.

use super::reading::Reading;
use super::{Cpu, Memory, Sample};
use crate::host::cgroup::CpuQuota;
use crate::host::clock::Clock;
use crate::host::cpu::Stat;
use crate::host::top::{Busiest, Consumer, Consumers};
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
        .map(|(clock, run)| judge(&cpu, &minute(1000.0 + f64::from(run) * 60.0, 98), &mut memory, *clock, &[]).status)
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

/// Half a second of two processors, of which nothing will be remembered.
fn moment(busy: u64, load: Option<[f64; 3]>) -> Sample {
    let mut sample = minute(1000.0, busy);
    sample.earlier.clock = Some(Clock { uptime: 999.5, boot: "a".to_owned() });
    // All of the ticks in less time: a second more of them is thought possible.
    (sample.earlier.stat, sample.now.stat) =
        (reading(0.0, "a", "0 0 0 0").stat, reading(0.0, "a", &format!("{busy} 0 0 {}", 100 - busy)).stat);
    (sample.seconds, sample.from_previous_run, sample.remembers, sample.now.load) = (0.5, false, false, load);
    sample
}

fn defaults(sample: &Sample) -> (Status, String) {
    let cpu = Cpu { held_for: None, sample: None, per_core: false };
    let answer = judge(&cpu, sample, &mut Memory::default(), 1e9, &[]);
    (answer.status, answer.summary)
}

#[test]
fn a_busy_moment_of_which_nothing_is_remembered_is_said_and_no_alarm() {
    let text = "98 % busy (user 98 %, system 0 %), iowait 0 %, load 1.4 on 2 cores; busy above 95 % over 500 ms only, no alert: \
                nothing is remembered that would show it to last, and load1 1.4 and load5 0.5 on 2 cores are no lasting load";
    assert_eq!(defaults(&moment(98, Some([1.4, 0.5, 0.3]))), (Status::Ok, text.to_owned()));
    // A load that has just come, one that is going, and none that is known.
    for load in [Some([9.0, 1.9, 0.3]), Some([1.9, 9.0, 9.0]), None] {
        let (status, text) = defaults(&moment(98, load));
        assert_eq!(status, Status::Ok, "{load:?}");
        assert!(text.contains("busy above 95 % over 500 ms only, no alert: nothing is remembered"), "{text}");
    }
    assert!(!defaults(&moment(50, None)).1.contains("remembered"));
}

#[test]
fn the_load_averages_are_the_witness_where_nothing_is_remembered() {
    let text = "98 % busy (user 98 %, system 0 %), iowait 0 %, load 2.5 on 2 cores; nothing is remembered, but load1 2.5 and \
                load5 2.1 on 2 cores show that it lasts (critical: busy above 95 %)";
    assert_eq!(defaults(&moment(98, Some([2.5, 2.1, 0.3]))), (Status::Critical, text.to_owned()));
    assert_eq!(defaults(&moment(93, Some([2.5, 2.1, 0.3]))).0, Status::Warning);
    // A high load alone is no fault, and where something is remembered, it is not asked.
    assert_eq!(defaults(&moment(50, Some([9.0, 9.0, 9.0]))).0, Status::Ok);
    let remembering = Sample { remembers: true, ..moment(98, Some([9.0, 9.0, 9.0])) };
    assert_eq!(defaults(&remembering).0, Status::Ok);
    // A container that is held back by its limit may do so on an idle machine and on a busy one.
    let mut held_back = moment(50, Some([9.0, 9.0, 9.0]));
    let quota = |used| Some(CpuQuota { cores: 1.0, used: Some(used), periods: None, throttled: None });
    (held_back.earlier.quota, held_back.now.quota) = (quota(1.0), quota(1.5));
    let (status, text) = defaults(&held_back);
    assert_eq!(status, Status::Ok);
    assert!(
        text.ends_with(
            "quota_used above 95 % over 500 ms only, no alert: nothing is remembered that would show it to last"
        ),
        "{text}"
    );
}

#[test]
fn limits_of_a_user_count_at_once_where_nothing_is_remembered() {
    let rule: Rule = "iowait=10".parse().expect("a rule");
    let mut waiting = moment(50, None);
    waiting.now.stat = reading(0.0, "a", "10 0 0 60 30").stat;
    let answer = judge(&cpu(600.0), &waiting, &mut Memory::default(), 1e9, std::slice::from_ref(&rule));
    assert_eq!(answer.status, Status::Warning);
    let note = "limits of your own count at once in spite of --for: nothing is remembered that would show them to last";
    assert_eq!(answer.notes, [note]);
    // Nobody's limit, and nothing to say of it; and none that was to wait.
    assert!(judge(&cpu(600.0), &waiting, &mut Memory::default(), 1e9, &[]).notes.is_empty());
    assert!(judge(&cpu(0.0), &waiting, &mut Memory::default(), 1e9, &[rule]).notes.is_empty());
}

#[test]
fn a_sample_that_is_long_enough_needs_no_memory_and_no_clock() {
    let mut long = Sample { remembers: false, ..minute(1000.0, 98) };
    assert_eq!(judge(&cpu(60.0), &long, &mut Memory::default(), 1e9, &[]).status, Status::Critical);
    assert_eq!(judge(&cpu(61.0), &long, &mut Memory::default(), 1e9, &[]).status, Status::Ok);
    long.now.clock = None;
    let mut memory = Memory::default();
    assert_eq!(judge(&cpu(60.0), &long, &mut memory, 1e9, &[]).status, Status::Critical);
    assert_eq!(judge(&cpu(61.0), &long, &mut memory, 1e9, &[]).status, Status::Ok);
    assert!(memory.last.is_none());
}

#[test]
fn the_words_and_the_metrics_are_of_the_same_values() {
    let mut sample = minute(1000.0, 0);
    sample.now.stat = reading(0.0, "a", "470 515 5 0 0 3 7").stat;
    let answer = judge(&cpu(300.0), &sample, &mut Memory::default(), 1e9, &[]);
    let text = "100 % busy (user 47 %, nice 51.5 %, system 0.5 %, softirq 0.7 %), iowait 0 %, 2 cores";
    assert!(answer.summary.starts_with(text), "{}", answer.summary);
    let value = |name: &str| {
        let mut all = answer.findings.iter().flat_map(|finding| &finding.metrics).filter(|metric| metric.name == name);
        all.next().and_then(|metric| metric.value).map(|value| value.as_f64())
    };
    let values = ["user", "nice", "system", "irq", "softirq"].map(value);
    assert_eq!(values, [0.47, 0.515, 0.005, 0.003, 0.007].map(Some));
}

#[test]
fn what_is_marked_as_performance_data_is_there_by_default() {
    let mut sample = minute(1000.0, 10);
    sample.now.load = Some([0.1; 3]);
    let answer = judge(&cpu(0.0), &sample, &mut Memory::default(), 1e9, &[]);
    let shown = answer.findings.iter().flat_map(|finding| &finding.metrics).filter(|metric| metric.perfdata);
    let shown: Vec<&str> = shown.map(|metric| &*metric.name).collect();
    // The others say in their help when they are there.
    let catalogue = cpu(0.0).catalogue();
    let marked = catalogue.metrics.iter().filter(|def| def.perfdata && !def.help.ends_with(')')).map(|def| def.name);
    assert_eq!(shown, marked.collect::<Vec<_>>());
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
