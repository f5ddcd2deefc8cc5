use super::state::{Job, State};
use crate::exporter::config::{Check, Config, Id, limits};
use crate::exporter::outcome::{End, Faults, Outcome, Readings};
use crate::exporter::run::longest;
use crate::exporter::samples::check;
use crate::exporter::standing::{Phase, Standing};
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
use crate::runtime::child::Stuck;
use proptest::prelude::*;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

fn config(checks: &[Check]) -> Config {
    let mut checks: Vec<Arc<Check>> = checks.iter().cloned().map(Arc::new).collect();
    checks.sort_by(|a, b| a.id.cmp(&b.id));
    Config { listen: limits::LISTEN, concurrency: 4, plugin_path: Vec::new(), checks }
}

fn outcome(status: Status, ended: Instant) -> Outcome {
    Outcome {
        started: Timestamp(0.0),
        ended,
        duration: SECOND,
        status,
        check: "x".to_owned(),
        summary: "said".to_owned(),
        long: Vec::new(),
        readings: Readings::Perfdata(Vec::new()),
        stderr: Vec::new(),
        end: End::Code(i32::from(status.code())),
        faults: Faults::default(),
    }
}

/// The state with a clock of its own.
struct Engine {
    state: State,
    now: Instant,
}

impl Engine {
    fn new(checks: &[Check]) -> Self {
        let now = Instant::now();
        Self { state: State::new(&config(checks), (now, Timestamp(0.0))), now }
    }

    fn configure(&mut self, checks: &[Check]) {
        self.state.configure(&config(checks), (self.now, Timestamp(0.0)));
        self.state.assert_sound();
    }

    /// Lets time pass, and does what is due.
    fn pass(&mut self, time: Duration) {
        self.now += time;
        let next = self.state.tick((self.now, Timestamp(0.0)));
        assert!(next >= self.now);
        self.state.assert_sound();
    }

    /// Goes to when the check is due, and does that.
    fn reach(&mut self, name: &str) {
        let time = self.of(name).due.saturating_duration_since(self.now);
        self.pass(time);
    }

    fn take(&mut self) -> Option<Job> {
        let job = self.state.take(self.now);
        self.state.assert_sound();
        job
    }

    /// The next run, which must be there.
    fn started(&mut self) -> Job {
        self.take().expect("a run to be made")
    }

    /// Ends a run now; whether its thread had been given up, and the change as (status, attempt).
    fn finish(&mut self, job: &Job, status: Status) -> (bool, Option<(Status, u32)>) {
        let finished = self.state.finish(job, outcome(status, self.now), None, Timestamp(0.0));
        self.state.assert_sound();
        (finished.given_up, finished.change.map(|change| (change.now.status, change.now.attempt)))
    }

    fn of(&self, name: &str) -> Standing {
        self.state.standings().into_iter().find(|standing| standing.check.id.name == name).expect("the check")
    }
}

#[test]
fn a_check_runs_once_in_each_slot() {
    let mut engine = Engine::new(&[check("a", &["x"])]);
    assert!(engine.take().is_none(), "it is not due yet");
    engine.reach("a");
    let job = engine.started();
    assert_eq!((engine.of("a").phase, engine.state.queued()), (Phase::Running(engine.now), 0));
    assert!(engine.take().is_none());
    assert_eq!(engine.finish(&job, Status::Ok), (false, Some((Status::Ok, 0))));
    // The first run is off the slots; the second is not right behind it.
    let second = engine.of("a").due;
    assert!(second >= engine.now + MINUTE / 2 && second <= engine.now + MINUTE * 3 / 2);
    for round in 1..4 {
        engine.reach("a");
        let job = engine.started();
        engine.pass(SECOND);
        assert_eq!(engine.finish(&job, Status::Ok), (false, None), "no change, no news");
        assert_eq!(engine.of("a").due, second + MINUTE * round);
    }
    assert_eq!((engine.of("a").counts.runs, engine.of("a").counts.missed), ([4, 0, 0, 0], 0));
}

#[test]
fn what_passes_without_a_run_is_counted() {
    let mut engine = Engine::new(&[check("a", &["x"])]);
    engine.reach("a");
    let job = engine.started();
    engine.finish(&job, Status::Ok);
    engine.reach("a");
    let job = engine.started();
    // While it runs: once at each slot, and several when nobody looked.
    engine.reach("a");
    assert_eq!(engine.of("a").counts.missed, 1);
    engine.pass(MINUTE * 3);
    assert_eq!(engine.of("a").counts.missed, 4);
    engine.finish(&job, Status::Ok);
    // While it waits for its turn.
    engine.reach("a");
    assert_eq!((engine.of("a").phase, engine.state.queued()), (Phase::Queued, 1));
    engine.pass(MINUTE);
    assert_eq!((engine.of("a").counts.missed, engine.state.queued()), (5, 1));
    // After a sleep of the machine it runs once.
    engine.pass(MINUTE * 100);
    assert_eq!((engine.of("a").counts.missed, engine.state.queued()), (105, 1));
    assert!(engine.of("a").due > engine.now && engine.of("a").due <= engine.now + MINUTE);
}

#[test]
fn a_soft_state_is_looked_at_sooner() {
    let mut engine = Engine::new(&[check("a", &["x"])]);
    engine.reach("a");
    let job = engine.started();
    let slot = engine.of("a").due;
    let mut seen = Vec::new();
    let (_, change) = engine.finish(&job, Status::Critical);
    seen.push((change, engine.of("a").due.saturating_duration_since(engine.now)));
    while engine.of("a").verdict.is_some_and(|verdict| !verdict.is_hard()) {
        engine.reach("a");
        let job = engine.started();
        let (_, change) = engine.finish(&job, Status::Critical);
        seen.push((change, engine.of("a").due.saturating_duration_since(engine.now)));
    }
    let retry = Duration::from_secs(15).min(slot.saturating_duration_since(engine.now) + MINUTE);
    assert_eq!(seen[0], (Some((Status::Critical, 1)), retry));
    assert_eq!(seen[1].0, None, "a second attempt is no news");
    assert_eq!(seen[2].0, Some((Status::Critical, 0)), "a hard state is");
    assert_eq!((seen.len(), engine.of("a").counts.missed), (3, 0));
    // Hard now: it goes back to its slots.
    assert_eq!((engine.of("a").due.duration_since(slot)).as_nanos() % MINUTE.as_nanos(), 0);
}

#[test]
fn a_thread_that_does_not_come_back_is_given_up() {
    let stuck = check("a", &["x"]);
    let mut engine = Engine::new(std::slice::from_ref(&stuck));
    engine.reach("a");
    let job = engine.started();
    engine.pass(longest(&stuck) - SECOND);
    assert_eq!((engine.state.given_up(), engine.state.changes().len()), (0, 0));
    engine.pass(SECOND);
    assert_eq!((engine.state.given_up(), engine.of("a").phase), (1, Phase::Stuck(engine.now)));
    let told = engine.state.changes();
    assert_eq!((told.len(), told[0].now.status), (1, Status::Unknown));
    assert_eq!(engine.of("a").counts.timeouts, 1);
    // Not even when its next run is due.
    engine.pass(MINUTE * 5);
    assert!(engine.take().is_none());
    assert!(engine.of("a").counts.missed >= 4);
    let (given_up, change) = engine.finish(&job, Status::Ok);
    assert!(given_up, "its thread has been replaced");
    assert_eq!(change, Some((Status::Ok, 0)), "it came back at last");
    assert_eq!((engine.state.given_up(), engine.of("a").phase), (0, Phase::Waiting));
    engine.reach("a");
    engine.started();
}

#[test]
fn a_process_that_cannot_be_ended_keeps_its_check_and_nothing_else() {
    let mut engine = Engine::new(&[check("a", &["x"])]);
    let mut child = Command::new("sleep").arg("1000").stdin(Stdio::piped()).spawn().expect("a process");
    let pid = nix::unistd::Pid::from_raw(child.id().try_into().expect("its number"));
    drop(child.stdin.take());
    engine.reach("a");
    let job = engine.started();
    let left = Outcome { end: End::Stuck, ..outcome(Status::Unknown, engine.now) };
    let finished = engine.state.finish(&job, left, Some(Stuck::of(child)), Timestamp(0.0));
    assert!(!finished.given_up && finished.change.is_some());
    assert_eq!((engine.state.given_up(), engine.state.stuck()), (0, 1));
    // A new configuration changes nothing about that, not even one that runs something else.
    engine.configure(&[check("a", &["y"])]);
    assert!(matches!(engine.of("a").phase, Phase::Stuck(_)) && engine.of("a").verdict.is_none());
    engine.pass(MINUTE * 3);
    assert!(engine.take().is_none());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("killed");
    let gone = nix::sys::wait::WaitPidFlag::WEXITED | nix::sys::wait::WaitPidFlag::WNOWAIT;
    nix::sys::wait::waitid(nix::sys::wait::Id::Pid(pid), gone).expect("its end");
    engine.pass(SECOND);
    assert_eq!((engine.state.stuck(), engine.of("a").phase), (0, Phase::Waiting));
    // At once, whenever its slot may be.
    assert_eq!(engine.of("a").due, engine.now);
    engine.pass(Duration::ZERO);
    assert_eq!(engine.started().check.command, ["y"]);
}

#[test]
fn a_new_configuration_keeps_what_is_the_same() {
    let (a, b) = (check("a", &["x"]), check("b", &["x"]));
    let mut engine = Engine::new(&[a.clone(), b.clone()]);
    for name in ["a", "b"] {
        engine.reach(name);
    }
    while let Some(job) = engine.take() {
        engine.finish(&job, Status::Warning);
    }
    let before = (engine.of("a"), engine.of("b"));
    // Another interval, and labels: the runs are still the same.
    let slower = Check { interval: MINUTE * 60, retries: 0, ..b.clone() };
    engine.configure(&[a.clone(), slower]);
    assert_eq!((engine.of("a").due, engine.of("a").counts), (before.0.due, before.0.counts));
    assert_eq!((engine.of("b").counts, engine.of("b").verdict), (before.1.counts, before.1.verdict));
    assert!(engine.of("b").due <= engine.now + MINUTE * 60);
    // Another command: nothing is known of it.
    engine.configure(&[a, check("b", &["y"])]);
    assert_eq!((engine.of("b").counts.runs, engine.of("b").verdict), ([0; 4], None));
    engine.configure(&[b]);
    assert_eq!(engine.state.standings().len(), 1);
}

#[test]
fn a_run_of_the_old_configuration_is_waited_for_and_not_taken_in() {
    let mut engine = Engine::new(&[Check { timeout: MINUTE * 10, ..check("a", &["old"]) }]);
    engine.reach("a");
    let job = engine.started();
    for checks in [vec![], vec![check("a", &["new"])]] {
        engine.configure(&checks);
    }
    assert!(matches!(engine.of("a").phase, Phase::Running(_)));
    // Due while the old one runs: that must not put the new one off for an interval.
    engine.pass(MINUTE);
    assert!(engine.take().is_none());
    assert_eq!(engine.finish(&job, Status::Critical), (false, None));
    assert_eq!((engine.of("a").verdict, engine.of("a").due), (None, engine.now));
    engine.pass(Duration::ZERO);
    assert_eq!(engine.started().check.command, ["new"]);
}

#[test]
fn the_thread_of_a_check_that_is_gone_is_given_up_in_its_own_time() {
    let long = Check { timeout: MINUTE, ..check("a", &["x"]) };
    let mut engine = Engine::new(std::slice::from_ref(&long));
    engine.reach("a");
    let job = engine.started();
    // The run began with a minute; the shorter timeout is for the next.
    engine.configure(&[Check { timeout: SECOND, ..long.clone() }]);
    engine.pass(MINUTE - SECOND);
    assert_eq!((engine.state.given_up(), engine.of("a").phase), (0, Phase::Running(engine.now + SECOND - MINUTE)));
    engine.configure(&[]);
    engine.pass(MINUTE);
    assert_eq!(engine.state.given_up(), 1);
    assert_eq!(engine.finish(&job, Status::Ok), (true, None));
    assert_eq!(engine.state.given_up(), 0);
}

/// What may happen.
#[derive(Clone, Debug)]
enum Step {
    Pass(u64),
    Take,
    Finish(prop::sample::Index, u8),
    /// Which of the checks there are, and which variant of each.
    Configure([Option<u8>; 4]),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u64..90_000).prop_map(Step::Pass),
        4 => Just(Step::Take),
        3 => (any::<prop::sample::Index>(), 0_u8..4).prop_map(|(which, code)| Step::Finish(which, code)),
        1 => prop::array::uniform4(prop::option::weighted(0.8, 0_u8..6)).prop_map(Step::Configure),
    ]
}

fn variant(number: usize, variant: u8) -> Check {
    Check {
        interval: Duration::from_secs(if variant < 3 { 1 } else { 30 }),
        retry_interval: SECOND,
        timeout: Duration::from_secs(1 + u64::from(variant)),
        ..check(&format!("c{number}"), &[if variant.is_multiple_of(2) { "x" } else { "y" }])
    }
}

proptest! {
    /// After each step `State::assert_sound` holds.
    #[test]
    fn whatever_happens_there_is_one_run_of_each_check(steps in prop::collection::vec(step(), 1..80)) {
        let mut engine = Engine::new(&[0, 1, 2].map(|number| variant(number, 0)));
        let mut under_way: Vec<Job> = Vec::new();
        for step in steps {
            match step {
                Step::Pass(millis) => engine.pass(Duration::from_millis(millis)),
                Step::Take => {
                    if let Some(job) = engine.take() {
                        let twice = under_way.iter().any(|other| other.check.id == job.check.id);
                        prop_assert!(!twice, "{} runs already", job.check.id);
                        under_way.push(job);
                    }
                }
                Step::Finish(which, code) if !under_way.is_empty() => {
                    let job = under_way.swap_remove(which.index(under_way.len()));
                    let given_up = engine.state.has_given_up(&job);
                    let (returned, _) = engine.finish(&job, Status::from_code(i64::from(code)));
                    prop_assert_eq!(returned, given_up);
                }
                Step::Finish(..) => {}
                Step::Configure(which) => {
                    let there = which.iter().enumerate().filter_map(|(n, v)| Some(variant(n, (*v)?)));
                    engine.configure(&there.collect::<Vec<_>>());
                }
            }
            let lost = under_way.iter().filter(|job| engine.state.has_given_up(job)).count();
            prop_assert_eq!(engine.state.given_up(), lost);
        }
        // Each check that is left comes to its turn.
        for job in std::mem::take(&mut under_way) {
            engine.finish(&job, Status::Ok);
        }
        engine.pass(MINUTE * 2);
        let mut ran: Vec<Id> = std::iter::from_fn(|| engine.take()).map(|job| job.check.id.clone()).collect();
        ran.sort();
        let all: Vec<Id> = engine.state.standings().iter().map(|standing| standing.check.id.clone()).collect();
        prop_assert_eq!(ran, all);
    }
}
