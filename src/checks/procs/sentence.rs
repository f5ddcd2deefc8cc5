//! What is said of an expectation.

use super::expectation::Expectation;
use super::sample::{Group, Process, Sample};
use crate::model::range::Range;
use crate::model::text::{count, cut};
use crate::model::thresholds::Limits;
use crate::model::unit::{Unit, decimal};

/// How many of the largest are named.
const TOP: usize = 3;
/// How many runaways are named.
const MOST_RUNAWAYS: usize = 3;
/// How much of a name is shown.
const LONGEST_NAME: usize = 60;

/// All that may be worth saying.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub name: &'a str,
    /// Whether it is for processes in some state, which need not be running ones.
    by_state: bool,
    pub group: &'a Group,
    pub sample: &'a Sample,
    /// The limits of the number.
    pub limits: Limits,
    /// Whether it is unknown because processes are hidden.
    pub hidden: bool,
    pub restarts: u64,
    /// Seconds for which restarts are told.
    pub window: f64,
    pub blocked: usize,
    /// Name, process ID and how many seconds.
    pub runaways: Vec<(String, u32, f64)>,
    /// Share of a core and process ID, ascending by that.
    pub rates: Vec<(f64, u32)>,
    pub cpu: Option<f64>,
    pub rss: Option<u64>,
    pub growth: Option<f64>,
    pub eta: Option<f64>,
    /// Seconds since the first of them was started.
    pub oldest: Option<f64>,
    /// What could not be read.
    pub unknown: Vec<&'static str>,
    /// Whether there is too much of something, so that the largest are suspects.
    pub too_much: bool,
}

impl<'a> Told<'a> {
    /// What is known from the start.
    pub(super) fn new(expectation: &'a Expectation, group: &'a Group, sample: &'a Sample, limits: Limits) -> Self {
        Self {
            name: &expectation.name,
            by_state: expectation.by_state(),
            group,
            sample,
            limits,
            hidden: false,
            restarts: 0,
            window: 0.0,
            blocked: 0,
            runaways: Vec::new(),
            rates: Vec::new(),
            cpu: None,
            rss: None,
            growth: None,
            eta: None,
            oldest: None,
            unknown: Vec::new(),
            too_much: false,
        }
    }

    /// The sentence.
    pub(super) fn sentence(&self) -> String {
        let mut parts = vec![self.number()];
        parts.extend(self.age());
        // Of many, some come and go; a single one has been started anew.
        if self.restarts > 0 && (self.group.count == 1 || self.group.wanted.has("restarts")) {
            parts.push(format!("{} {}", count(as_number(self.restarts), "restart", "restarts"), self.window()));
        }
        if self.group.zombies > 0 {
            parts.push(count(as_number(self.group.zombies), "zombie", "zombies"));
        }
        if self.blocked > 0 {
            parts.push(format!("{} in uninterruptible sleep", self.blocked));
        }
        if self.group.count > 0 {
            parts.extend(self.cpu.map(|cpu| format!("{} of a core", Unit::Ratio.show(cpu))));
            parts.extend(self.rss.map(|rss| format!("using {}", bytes(rss))));
        }
        if let Some(growth) = self.growth.filter(|growth| *growth > 0.0) {
            parts.push(format!("growing by {} a day", Unit::Bytes.show(growth * 86_400.0)));
            parts.extend(self.eta.map(|eta| format!("at the limit in {}", Unit::Seconds.show(eta))));
        }
        for (name, pid, seconds) in self.runaways.iter().take(MOST_RUNAWAYS) {
            parts.push(format!("{name} (pid {pid}) has used a whole core for {}", Unit::Seconds.show(*seconds)));
        }
        if self.group.opaque > 0 {
            parts.push(format!("{} of them could not be examined", self.group.opaque));
        }
        if !self.unknown.is_empty() {
            parts.push(format!("{} not readable with the rights of this user", self.unknown.join(" and ")));
        }
        if self.hidden {
            parts.push("processes of other users are hidden (hidepid)".to_owned());
        }
        let mut said = parts.join(", ");
        if !self.name.is_empty() {
            said = format!("{}: {said}", self.name);
        }
        if self.too_much {
            said += &self.top();
        }
        said
    }

    fn window(&self) -> String {
        if self.window > 0.0 {
            format!("in the last {}", Unit::Seconds.show(self.window))
        } else {
            "since the last run".to_owned()
        }
    }

    fn number(&self) -> String {
        let number = as_number(self.group.count);
        let unreadable = as_number(self.group.unreadable);
        let (one, many) = if number > 0 { ("other process", "other processes") } else { ("process", "processes") };
        let doubt = match unreadable {
            0 => String::new(),
            _ => format!(", {} could not be examined", count(unreadable, one, many)),
        };
        if number == 0 && !self.name.is_empty() {
            let expected = self.limits.crit.or(self.limits.warn).filter(|range| range.alerts(0.0)).and_then(expected);
            // Nothing is said to be so that was not found out.
            let what = match expected {
                _ if self.sample.hidden => "none to be seen",
                _ if unreadable > 0 => "none found",
                _ if self.by_state => "none",
                Some(_) => "not running",
                None => "none running",
            };
            let expected = expected.map(|expected| format!(", expected {expected}")).unwrap_or_default();
            return format!("{what}{expected}{doubt}");
        }
        let of_what = self.common_name().map(|name| format!(" ({name})")).unwrap_or_default();
        format!("{}{of_what}{doubt}", count(number, "process", "processes"))
    }

    /// The name of all of them, if they have the same and it is not the expectation's.
    fn common_name(&self) -> Option<String> {
        let mut names = self.group.processes(self.sample).map(|process| &process.name);
        let first = names.next()?;
        let common = !self.name.is_empty() && first != self.name && names.all(|name| name == first);
        common.then(|| cut(first, LONGEST_NAME).into_owned())
    }

    fn age(&self) -> Option<String> {
        let age = self.oldest.filter(|_| !self.name.is_empty())?;
        let oldest = if self.group.count > 1 { "oldest up" } else { "up" };
        self.group.complete.then(|| format!("{oldest} {}", Unit::Seconds.show(age.floor())))
    }

    /// The largest, where something is wrong and there is more than one to suspect.
    fn top(&self) -> String {
        let mut said = String::new();
        let processes: Vec<&Process> = self.group.processes(self.sample).collect();
        if processes.len() < 2 {
            return said;
        }
        let mut busiest: Vec<(f64, &Process)> = Vec::new();
        for process in &processes {
            let rate = self.rates.binary_search_by_key(&process.pid, |(_, pid)| *pid).ok();
            busiest.extend(rate.and_then(|at| self.rates.get(at)).map(|(rate, _)| (*rate, *process)));
        }
        busiest.retain(|(rate, _)| *rate >= 0.005);
        busiest.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let named = |process: &Process| format!("{} (pid {})", cut(&process.name, LONGEST_NAME), process.pid);
        let busiest: Vec<String> =
            busiest.iter().take(TOP).map(|(rate, p)| format!("{} {}", named(p), Unit::Ratio.show(*rate))).collect();
        if !busiest.is_empty() {
            said += &format!("; most CPU: {}", busiest.join(", "));
        }
        let mut largest = processes;
        largest.retain(|process| process.rss > 0);
        largest.sort_by_key(|process| std::cmp::Reverse(process.rss));
        let largest: Vec<String> = largest.iter().take(TOP).map(|p| format!("{} {}", named(p), bytes(p.rss))).collect();
        if !largest.is_empty() {
            said += &format!("; most memory: {}", largest.join(", "));
        }
        said
    }
}

/// A range of numbers in words; an inverted one has none.
fn expected(range: Range) -> Option<String> {
    if range.is_inverted() {
        return None;
    }
    Some(match (range.start(), range.end()) {
        (start, end) if start == end => format!("exactly {}", decimal(start)),
        (start, f64::INFINITY) => format!("at least {}", decimal(start)),
        (start, end) => format!("{} to {}", decimal(start), decimal(end)),
    })
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn bytes(bytes: u64) -> String {
    Unit::Bytes.show(bytes as f64)
}

fn as_number(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
