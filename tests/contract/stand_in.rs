//! Checks that exist only here, to do on demand what no real one does: panic, hang, flood, lose their memory.

use crate::run::Plugin;
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;
use vitals::model::catalogue::{Catalogue, MetricDef};
use vitals::model::report::{Draft, Measure, Report};
use vitals::model::timestamp::Timestamp;
use vitals::model::unit::Unit;
use vitals::plugin::{Check, Context, Example};
use vitals::runtime::deadline::Deadline;
use vitals::runtime::failure::Failure;
use vitals::runtime::state::Need;
use vitals::runtime::{apart, child};

/// What a stand-in does.
#[derive(Args, Clone, Debug)]
pub struct Doing {
    /// What to do
    #[arg(long, value_enum, default_value = "well")]
    act: Act,
    /// Seconds that it takes
    #[arg(long, default_value = "0")]
    seconds: f64,
    /// A file that is written when the act has begun
    #[arg(long)]
    mark: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Act {
    /// A value, all OK
    Well,
    /// A panic in the probe
    Panic,
    /// A panic in the judge
    PanicLate,
    /// A panic of another thread, caught by who started it
    PanicElsewhere,
    /// Never comes back; our own work
    Busy,
    /// Never comes back; somebody else's answer
    Await,
    /// Uses all the time that it is given, then answers
    Exhaust,
    /// The object is down
    Down,
    /// Nobody knows
    Unknown,
    /// The object was too slow
    Late,
    /// Waits for a program that does not end, as long as it may
    Child,
    /// Waits for a program that does not end, longer than it may
    ChildForEver,
    /// A call that never returns, made apart
    Apart,
    /// Twenty thousand findings with hostile names
    Flood,
    /// Nothing at all
    Nothing,
}

/// What is remembered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Count {
    runs: u64,
}

static METRICS: [MetricDef; 2] = [
    MetricDef::gauge("value", Unit::Count, "a value").limits("100", "200").in_perfdata(),
    MetricDef::counter("seen", Unit::Count, "things seen"),
];

fn probe(doing: &Doing, cx: &Context<'_>) -> Result<Act, Failure> {
    if let Some(mark) = &doing.mark {
        std::fs::write(mark, std::process::id().to_string())?;
    }
    std::thread::sleep(Duration::from_secs_f64(doing.seconds));
    let sleep = |seconds: &str| {
        let mut command = Command::new("/bin/sleep");
        command.arg(seconds);
        command
    };
    match doing.act {
        Act::Panic => panic!("the probe | is\nbroken"),
        Act::PanicElsewhere => {
            let thread = std::thread::Builder::new().name("driver".to_owned()).spawn(|| panic!("a driver"));
            assert!(thread.expect("a thread").join().is_err());
        }
        Act::Busy => {
            cx.doing("counting the stars");
            for_ever();
        }
        Act::Await => {
            cx.awaiting("the moon has not answered");
            for_ever();
        }
        Act::Exhaust => std::thread::sleep(cx.deadline.remaining()),
        Act::Down => return Err(Failure::down(anyhow::anyhow!("the moon refused"))),
        Act::Unknown => return Err(Failure::unknown(anyhow::anyhow!("no way to the moon"))),
        Act::Late => return Err(Failure::down(anyhow::anyhow!("the moon is slow")).in_time()),
        Act::Child => drop(child::run(&mut sleep("12345"), &cx.deadline, 100)?),
        Act::ChildForEver => {
            drop(child::run(&mut sleep(&endless(std::process::id())), &Deadline::after(Duration::MAX), 100)?)
        }
        Act::Apart => match apart::call(&cx.deadline, Duration::from_millis(200), || {
            std::thread::sleep(Duration::from_secs(20));
            Vec::new()
        })? {
            apart::Outcome::Stuck(_) => return Err(Failure::down(anyhow::anyhow!("the moon is stuck"))),
            outcome => return Err(Failure::unknown(anyhow::anyhow!("{outcome:?}"))),
        },
        Act::Well | Act::PanicLate | Act::Flood | Act::Nothing => {}
    }
    Ok(doing.act)
}

/// An age in seconds that tells whose child sleeps for it.
pub fn endless(parent: u32) -> String {
    format!("12346.{parent:07}")
}

fn for_ever() {
    loop {
        std::thread::sleep(Duration::from_secs(1000));
    }
}

fn judge(act: Act, runs: Option<u64>, report: &mut Report<'_>) {
    if act == Act::PanicLate {
        panic!("the judge is broken");
    }
    let items = match act {
        Act::Nothing => return,
        Act::Flood => 20_000,
        _ => 1,
    };
    for i in 0..items {
        let mut draft = Draft::item(&format!("thing {i} 'a'=1;|\u{202e}\n\u{7}::{}", "x".repeat(i % 300)));
        report.measure(&mut draft, Measure::int("value", if items > 1 { 150 + i as u64 } else { 1 }).at_least(0.0));
        report.measure(&mut draft, Measure::int("seen", i as u64));
        draft.say(format!("thing {i}\r\n\t is | here\u{0}"));
        report.add(draft);
    }
    if let Some(runs) = runs {
        report.summary(format!("run {runs}"));
    }
}

macro_rules! stand_in {
    ($name:ident, $word:literal, $memory:ty, $need:expr, $runs:expr) => {
        #[derive(Args, Debug)]
        struct $name {
            #[command(flatten)]
            doing: Doing,
        }

        impl Check for $name {
            const NAME: &'static str = $word;
            const ABOUT: &'static str = "stands in for a plugin";
            const DESCRIPTION: &'static str = "";
            const EXAMPLES: &'static [Example] = &[];
            const METRICS: Catalogue = Catalogue::new("thing", &METRICS);
            const NEED: Need = $need;
            type Sample = Act;
            type Memory = $memory;

            fn probe(&self, cx: &Context<'_>, _memory: &$memory) -> Result<Act, Failure> {
                probe(&self.doing, cx)
            }

            fn judge(&self, sample: &Act, memory: &mut $memory, _now: Timestamp, report: &mut Report<'_>) {
                let runs: fn(&mut $memory) -> Option<u64> = $runs;
                judge(*sample, runs(memory), report);
            }
        }
    };
}

fn counted(memory: &mut Count) -> Option<u64> {
    memory.runs += 1;
    Some(memory.runs)
}

stand_in!(Plain, "plain", (), Need::Helpful, |()| None);
stand_in!(Helpful, "helpful", Count, Need::Helpful, counted);
stand_in!(Vital, "vital", Count, Need::Vital, counted);

/// Acts as a stand-in when started under its name.
pub fn acts_as(name: &OsStr) -> Option<ExitCode> {
    match Path::new(name).file_name()?.to_str()? {
        "check_plain" => Some(vitals::plugin::main::<Plain>()),
        "check_helpful" => Some(vitals::plugin::main::<Helpful>()),
        "check_vital" => Some(vitals::plugin::main::<Vital>()),
        _ => None,
    }
}

fn plugin(name: &str) -> Plugin {
    let path = std::env::current_exe().expect("this binary");
    Plugin { name: name.to_owned(), path, arg0: name.to_owned(), needs: Vec::new() }
}

/// A check without a memory.
pub fn plain() -> Plugin {
    plugin("check_plain")
}

/// A check that can do without its memory.
pub fn helpful() -> Plugin {
    plugin("check_helpful")
}

/// A check that cannot.
pub fn vital() -> Plugin {
    plugin("check_vital")
}
