//! One pass over /proc for all expectations: of each process only the files that decide, and that are asked for.

use super::expectation::Expectation;
use super::metrics::Wanted;
use super::sample::{Earlier, Group, Process, Sample, Stuck};
use super::term::{Lookup, Term};
use crate::host::clock;
use crate::host::proc::kernel::{self, Known};
use crate::host::proc::own::{Own, own_pid};
use crate::host::proc::view::View;
use crate::host::proc::{Miss, Procs, units};
use crate::model::text;
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use crate::runtime::mark::Mark;
use crate::runtime::root::Root;
use anyhow::anyhow;
use std::time::Duration;

/// Processes of an expectation that are looked at one by one where only their number is asked for: enough to tell
/// age, zombies and restarts of a service, and no burden where there are thousands.
const GLANCE: usize = 64;
/// How often the clock is looked at.
const BETWEEN_LOOKS: usize = 64;

/// What to look for.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub expectations: &'a [Expectation],
    /// What to measure of each.
    pub wanted: Vec<Wanted>,
    /// The users that are meant by each term of each.
    pub users: Vec<Vec<Vec<u32>>>,
    /// Which cannot be looked for, and why.
    pub faults: Vec<Option<String>>,
    /// Whether threads of the kernel count.
    pub kernel_threads: bool,
    /// What this check is itself.
    pub own: Own,
    /// How long to sample CPU times; `None` where those of the last run are there.
    pub sampling: Option<Duration>,
}

/// How much is read of a process that fits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Nothing.
    Count,
    /// The numbers of the first few.
    Glance,
    /// The numbers of all.
    Full,
}

/// An expectation, ready for the walk.
struct Searched<'a> {
    /// The cheapest first.
    terms: Vec<(&'a Term, &'a [u32])>,
    depth: Depth,
    counts_zombies: bool,
    costly: Costly,
    group: Group,
}

/// What costs more than all the rest: whether it is wanted, looked up once.
#[derive(Clone, Copy)]
struct Costly {
    pss: bool,
    files: bool,
}

/// Walks.
///
/// # Errors
/// When /proc cannot be read, or the time runs out.
pub(super) fn walk(
    plan: &Plan<'_>,
    root: &Root,
    mark: Option<&Mark>,
    stuck: &[Stuck],
    deadline: &Deadline,
) -> Result<Sample, Failure> {
    let procs = Procs::open(root)?;
    let mut sample = Sample {
        uptime: clock::uptime(root)?,
        boot: clock::boot(root)?,
        hz: units::ticks_per_second(),
        ..Sample::default()
    };
    let kernel = if plan.kernel_threads { Known::List(Vec::new()) } else { kernel::threads(&procs, root) };
    let pids = procs.pids()?;
    // The first process exists always, and is not ours: without it others are hidden (proc(5), hidepid).
    sample.hidden = pids.first() != Some(&1);
    // A helper that reads was started after `own` was found.
    let me = mark.and_then(|_| own_pid(&procs));
    let own = plan.own.and(stuck.iter().map(|stuck| stuck.child.0));
    let stuck: Vec<u32> = stuck.iter().map(|stuck| stuck.pid).collect();
    let mut walk = Walk {
        view: View::new(&procs, mark, &stuck),
        lookup: Lookup::new(&procs),
        searched: searched(plan),
        page: units::page_size(),
        kernel_threads: plan.kernel_threads,
        processes: Vec::new(),
    };
    // Whether the numbers of most processes are needed anyway, learned on the way.
    let (mut seen, mut needed, mut vanished) = (0_usize, 0_usize, 0_usize);
    let mut threads = match &kernel {
        Known::List(list) => list.iter().copied().peekable(),
        Known::ByFlags => [].iter().copied().peekable(),
    };
    for (turn, pid) in pids.iter().copied().enumerate() {
        if turn % BETWEEN_LOOKS == BETWEEN_LOOKS - 1 && deadline.is_over() {
            let what = format!("only {turn} of {} processes could be looked at in time", pids.len());
            return Err(Failure::unknown(anyhow!(what)).in_time());
        }
        while threads.next_if(|thread| *thread < pid).is_some() {}
        if threads.peek() == Some(&pid) || me == Some(pid) || own.includes(pid) {
            continue;
        }
        walk.view.turn_to(pid, needed * 2 > seen);
        seen += 1;
        match walk.process(kernel == Known::ByFlags) {
            Ok(read) => needed += usize::from(read),
            Err(_) => vanished += 1,
        }
    }
    if vanished == seen && seen > 0 {
        let path = root.path(format!("/proc/{}", pids.first().copied().unwrap_or(1)));
        return Err(anyhow!("no process can be read: there is no {}/stat", path.display()).into());
    }
    sample.processes = walk.processes;
    sample.groups = walk.searched.into_iter().map(|searched| searched.group).collect();
    if sample.groups.iter().any(|group| group.wanted.has("eta")) {
        sample.memory = total_memory(root)?;
    }
    if let Some(time) = plan.sampling {
        resample(&mut sample, &procs, root, deadline.at_most(time).remaining())?;
    }
    Ok(sample)
}

fn searched<'a>(plan: &'a Plan<'_>) -> Vec<Searched<'a>> {
    let one = |at: usize, expectation: &'a Expectation| {
        let users = plan.users.get(at).map_or(&[][..], Vec::as_slice);
        let wanted = plan.wanted.get(at).copied().unwrap_or_default();
        let mut terms: Vec<(&Term, &[u32])> = expectation
            .terms
            .iter()
            .enumerate()
            .map(|(term_at, term)| (term, users.get(term_at).map_or(&[][..], Vec::as_slice)))
            .collect();
        terms.sort_by_key(|(term, _)| term.field);
        let depth = if expectation.is_machine() || wanted.beyond_count() {
            Depth::Full
        } else if expectation.terms.is_empty() {
            Depth::Count
        } else {
            Depth::Glance
        };
        let fault = plan.faults.get(at).cloned().flatten();
        let group = Group { wanted, fault, complete: depth != Depth::Count, ..Group::default() };
        let costly = Costly { pss: wanted.has("pss"), files: wanted.any(&["fds", "fd_ratio"]) };
        Searched { terms, depth, counts_zombies: expectation.counts_zombies(), costly, group }
    };
    plan.expectations.iter().enumerate().map(|(at, expectation)| one(at, expectation)).collect()
}

struct Walk<'p> {
    view: View<'p>,
    lookup: Lookup<'p>,
    searched: Vec<Searched<'p>>,
    page: u64,
    kernel_threads: bool,
    processes: Vec<Process>,
}

impl Walk<'_> {
    /// Puts the process under view where it belongs, and says whether its numbers were needed.
    fn process(&mut self, by_flags: bool) -> Result<bool, Miss> {
        if by_flags && self.view.stat()?.kernel {
            return Ok(true);
        }
        let (mut needed, mut kept) = (by_flags, None);
        for searched in &mut self.searched {
            match fits(searched, &mut self.view, &mut self.lookup)? {
                Fits::No => continue,
                Fits::Unreadable => {
                    searched.group.unreadable += 1;
                    continue;
                }
                Fits::Yes => {}
            }
            let detailed = match searched.depth {
                Depth::Count => false,
                Depth::Glance => searched.group.members.len() < GLANCE,
                Depth::Full => true,
            };
            let stat = if detailed { Some(self.view.stat()) } else { self.view.stat_if_read().map(Ok) };
            needed |= detailed;
            let group = &mut searched.group;
            match stat {
                // Not looked at, or the kernel does not let us: it is there, and that is all.
                refused @ (Some(Err(Miss::Refused | Miss::Stuck)) | None) => {
                    group.count += 1;
                    group.opaque += u64::from(refused.is_some());
                    group.complete = false;
                }
                Some(Err(Miss::Gone)) => return Err(Miss::Gone),
                // A flag tells better than the list, which may be some microseconds old.
                Some(Ok(stat)) if stat.kernel && !self.kernel_threads => return Ok(needed),
                Some(Ok(stat)) => {
                    let zombie = stat.state == b'Z';
                    group.zombies += u64::from(zombie);
                    group.count += u64::from(!zombie || searched.counts_zombies);
                    if detailed && (!zombie || searched.counts_zombies) {
                        let at = match kept {
                            Some(at) => at,
                            None => *kept.insert(keep(&mut self.processes, &mut self.view, self.page)?),
                        };
                        group.members.push(at);
                        if let Some(process) = self.processes.get_mut(at as usize) {
                            searched.costly.read(process, &mut self.view);
                        }
                    } else if !detailed {
                        group.complete = false;
                    }
                }
            }
        }
        Ok(needed)
    }
}

enum Fits {
    Yes,
    No,
    Unreadable,
}

/// Whether a process fits all terms. One that cannot be judged does not hide another that says no.
fn fits(searched: &Searched<'_>, view: &mut View<'_>, lookup: &mut Lookup<'_>) -> Result<Fits, Miss> {
    if searched.group.fault.is_some() {
        return Ok(Fits::No);
    }
    let mut fits = Fits::Yes;
    for (term, users) in &searched.terms {
        match term.fits(view, lookup, users) {
            Ok(true) => {}
            Ok(false) => return Ok(Fits::No),
            Err(Miss::Gone) => return Err(Miss::Gone),
            Err(Miss::Refused | Miss::Stuck) => fits = Fits::Unreadable,
        }
    }
    Ok(fits)
}

/// Keeps what has been read of a process, and says where.
fn keep(processes: &mut Vec<Process>, view: &mut View<'_>, page: u64) -> Result<u32, Miss> {
    let stat = view.stat()?;
    let name = match view.known_name() {
        Some(name) => text::clean(name).into_owned(),
        None => text::clean(view.comm()?).into_owned(),
    };
    processes.push(Process {
        pid: view.pid(),
        start: stat.start,
        name,
        state: char::from(stat.state),
        nice: stat.nice,
        ticks: stat.ticks,
        rss: stat.rss.saturating_mul(page),
        vsz: stat.vsz,
        threads: stat.threads,
        pss: None,
        fds: None,
        most_fds: None,
    });
    u32::try_from(processes.len() - 1).map_err(|_| Miss::Refused)
}

impl Costly {
    /// Reads what is wanted. What cannot be read stays unknown.
    fn read(self, process: &mut Process, view: &mut View<'_>) {
        if self.pss && process.pss.is_none() {
            process.pss = view.pss().ok();
        }
        if self.files && process.fds.is_none() {
            process.fds = view.open_files().ok();
            process.most_fds = view.most_files().ok().flatten();
        }
    }
}

/// Waits a little and reads the CPU times again.
fn resample(sample: &mut Sample, procs: &Procs, root: &Root, time: Duration) -> Result<(), Failure> {
    let mut ticks: Vec<_> = sample.processes.iter().map(|process| (process.identity(), process.ticks)).collect();
    ticks.sort_unstable();
    sample.earlier = Some(Earlier { uptime: sample.uptime, ticks });
    std::thread::sleep(time);
    sample.uptime = clock::uptime(root)?;
    for process in &mut sample.processes {
        // One that has ended meanwhile has used nothing more that could be known.
        if let Ok(stat) = procs.stat(process.pid)
            && stat.start == process.start
        {
            process.ticks = stat.ticks;
        }
    }
    Ok(())
}

fn total_memory(root: &Root) -> Result<Option<f64>, Failure> {
    let text = root.text("/proc/meminfo")?;
    let kib =
        text.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    Ok(kib.map(|kib: f64| kib * 1024.0))
}
