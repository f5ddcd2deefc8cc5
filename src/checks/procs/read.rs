//! Reading, bounded: a command line lies in the memory of its process, and the kernel waits for the lock of that
//! memory without end. So where such a thing is read, a child reads, and says where it is.

use super::Procs as Check;
use super::expectation::Expectation;
use super::memory::Memory;
use super::metrics::Wanted;
use super::pattern::Pattern;
use super::sample::{Sample, Stuck};
use super::term::{Field, Term};
use super::walk::{Plan, walk};
use crate::host::clock;
use crate::host::proc::Procs;
use crate::host::proc::own::Own;
use crate::host::proc::users::{self, Users};
use crate::model::text;
use crate::plugin::Context;
use crate::runtime::apart::{self, Outcome};
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use crate::runtime::mark::Mark;
use crate::runtime::root::Root;
use anyhow::{Context as _, anyhow};
use std::time::Duration;

/// How long one process may take: a healthy one takes microseconds.
const PATIENCE: Duration = Duration::from_millis(750);
/// How many processes that hold us up are passed over before we give up.
const MOST_STUCK: usize = 5;
/// How long CPU times are sampled on a first run.
const SAMPLING: Duration = Duration::from_millis(200);

/// Reads what the expectations need.
pub(super) fn read(
    check: &Check,
    expectations: &[Expectation],
    cx: &Context<'_>,
    memory: &Memory,
) -> Result<Sample, Failure> {
    let procs = Procs::open(cx.root)?;
    let asked = Wanted::choose(|name| cx.wants(name));
    let wanted: Vec<Wanted> = expectations.iter().map(|expectation| wanted(check, expectation, asked)).collect();
    let rates = wanted.iter().any(|wanted| wanted.any(&["cpu", "cpu_max"]));
    let known = !rates || memory.has_rates(&clock::boot(cx.root)?, clock::uptime(cx.root)?);
    let (users, faults) = all_users(expectations, cx)?;
    let may_block = wanted.iter().any(|wanted| wanted.has("pss"))
        || expectations.iter().flat_map(|expectation| &expectation.terms).any(Term::may_block);
    let plan = Plan {
        expectations,
        wanted,
        users,
        faults,
        kernel_threads: check.kernel_threads,
        own: Own::find(&procs),
        sampling: (!known).then_some(SAMPLING),
    };
    if !may_block {
        return walk(&plan, cx.root, None, &[], &cx.deadline);
    }
    let held: Vec<Stuck> = memory.stuck.iter().filter(|stuck| still_stuck(stuck)).cloned().collect();
    in_a_child(&plan, cx.root, &cx.deadline, &procs, held)
}

fn wanted(check: &Check, expectation: &Expectation, asked: Wanted) -> Wanted {
    let machine = expectation.is_machine();
    let own = Wanted::choose(|name| match name {
        "zombies" | "blocked" => machine,
        "runaways" => check.runaway_after(machine).is_some(),
        _ => false,
    });
    expectation.wanted().and(asked).and(own)
}

/// Walks in a child. A process that it does not come back from is passed over by the next.
fn in_a_child(
    plan: &Plan<'_>,
    root: &Root,
    deadline: &Deadline,
    procs: &Procs,
    mut held: Vec<Stuck>,
) -> Result<Sample, Failure> {
    let mark = Mark::new().context("cannot share memory with a child")?;
    loop {
        let work = || {
            let sample = walk(plan, root, Some(&mark), &held, deadline);
            serde_json::to_vec(&sample.map_err(|failure| (failure.to_string(), failure.timed_out())))
                .unwrap_or_default()
        };
        let child = apart::ask(None, work).context("cannot start a process that reads /proc")?;
        let mut last = 0;
        let stuck = loop {
            if child.ready(&deadline.at_most(PATIENCE)) {
                break None;
            }
            let at = mark.get();
            if at != 0 && at == last || deadline.is_over() {
                break Some(at);
            }
            last = at;
        };
        let Some(pid) = stuck else {
            let Outcome::Answer(answer) = child.answer(deadline) else {
                return Err(anyhow!("the process that reads /proc ended without an answer").into());
            };
            let read: Result<Sample, (String, bool)> =
                serde_json::from_slice(&answer).context("the answer of a child")?;
            return match read {
                Ok(sample) => Ok(Sample { stuck: held, ..sample }),
                Err((why, timed_out)) if timed_out => Err(Failure::unknown(anyhow!(why)).in_time()),
                Err((why, _)) => Err(anyhow!(why).into()),
            };
        };
        let name = procs.comm(pid).map(|name| text::clean(&name).into_owned()).unwrap_or_default();
        if held.len() >= MOST_STUCK || deadline.is_over() {
            let what = if pid == 0 { "reading /proc took too long".to_owned() } else { holds_up(pid, &name) };
            return Err(Failure::unknown(anyhow!(what)).in_time());
        }
        let number = u32::try_from(child.child()).unwrap_or(0);
        let start = start_of(number).unwrap_or(0);
        held.push(Stuck { pid, name, child: (number, start) });
        mark.set(0);
    }
}

/// What is wrong with a process whose memory is locked.
pub(super) fn holds_up(pid: u32, name: &str) -> String {
    format!("process {name} (pid {pid}) holds up whoever reads its command line: its memory is locked in the kernel")
}

/// Whether the child that an earlier run left behind is still being held.
fn still_stuck(stuck: &Stuck) -> bool {
    let (child, start) = stuck.child;
    start_of(child) == Some(start)
}

/// When a child of ours was started, while it lives. It lives here, whichever machine's files it reads.
fn start_of(child: u32) -> Option<u64> {
    let stat = Procs::open(&Root::default()).ok()?.stat(child).ok()?;
    (stat.state != b'Z').then_some(stat.start)
}

/// For each term of each expectation the numbers of the users that it means, and what is wrong.
type Resolved = (Vec<Vec<Vec<u32>>>, Vec<Option<String>>);

fn all_users(expectations: &[Expectation], cx: &Context<'_>) -> Result<Resolved, Failure> {
    let mut known = None;
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    for expectation in expectations {
        let (mut numbers, mut fault) = (Vec::new(), None);
        for term in &expectation.terms {
            numbers.push(match (&term.field, &term.pattern) {
                (Field::User, Pattern::Literal(name)) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                    name.parse().map(|number| vec![number]).unwrap_or_default()
                }
                (Field::User, pattern) => {
                    let users = match &known {
                        Some(users) => users,
                        None => known.insert(Users::read(cx.root)?),
                    };
                    let found = named(pattern, users, cx);
                    found.unwrap_or_else(|why| {
                        fault = Some(why);
                        Vec::new()
                    })
                }
                _ => Vec::new(),
            });
        }
        all.push(numbers);
        faults.push(fault);
    }
    Ok((all, faults))
}

fn named(pattern: &Pattern, users: &Users, cx: &Context<'_>) -> Result<Vec<u32>, String> {
    let found = users.numbers(|name| pattern.fits(name.as_bytes()));
    match pattern {
        // Another machine's users are not in this one's name services.
        Pattern::Literal(name) if found.is_empty() => {
            let asked = if cx.root.is_elsewhere() { Ok(None) } else { users::ask_getent(name, &cx.deadline) };
            match asked.map_err(|failure| format!("cannot look up user {name}: {failure}"))? {
                Some(number) => Ok(vec![number]),
                None => Err(format!("there is no user {name}")),
            }
        }
        _ if found.is_empty() => Err(format!("no user in /etc/passwd is called {pattern}")),
        _ => Ok(found),
    }
}
