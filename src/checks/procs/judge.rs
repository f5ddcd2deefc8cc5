//! What the sample means. Pure: all history is in the memory, all time in the sample.

use super::Procs;
use super::expectation::Expectation;
use super::memory::{Memory, Past};
use super::metrics::ALL;
use super::rates::{self, Busy};
use super::read::holds_up;
use super::sample::{Earlier, Group, Process, Sample};
use super::sentence::Told;
use crate::model::metric::Value;
use crate::model::range::Range;
use crate::model::report::{Draft, Measure, Report};
use crate::model::status::Status;
use crate::model::thresholds::Limits;
use crate::model::unit::round_to;

/// No machine has more processes: PID_MAX_LIMIT of the kernel, see proc_sys_kernel(5).
const MOST_PROCESSES: u64 = 1 << 22;

/// Judges all expectations.
pub(super) fn judge(
    check: &Procs,
    expectations: &[Expectation],
    sample: &Sample,
    memory: &mut Memory,
    report: &mut Report<'_>,
) {
    memory.meet(sample);
    let earlier = memory.earlier(sample);
    let runaways = watched(sample, &["runaways"]);
    let busy = rates::busy(sample.processes.iter().zip(runaways).filter(|(_, w)| *w).map(|(p, _)| p), sample, memory);
    let mut known = 0;
    for (expectation, group) in expectations.iter().zip(&sample.groups) {
        let past = memory.groups.remove(&expectation.name).unwrap_or_default();
        let one = One { check, expectation, group, sample, earlier: earlier.as_ref(), busy: &busy };
        let (draft, past) = one.judge(past, report);
        known += usize::from(draft.status() == Status::Ok);
        report.add(draft);
        // Only what has something to remember makes a memory that must be written.
        if past.members.is_some() || !past.restarts.is_empty() || past.trend.span() > 0.0 {
            memory.groups.insert(expectation.name.clone(), past);
        }
    }
    memory.groups.retain(|name, _| expectations.iter().any(|expectation| expectation.name == *name));
    if sample.groups.iter().any(|group| group.wanted.any(&["cpu", "cpu_max", "runaways"])) {
        remember(memory, sample, &busy, report);
    }
    for stuck in &sample.stuck {
        report.note(holds_up(stuck.pid, &stuck.name));
    }
    if sample.hidden {
        report.note("processes of other users are hidden: /proc is mounted with hidepid, see proc(5)");
    }
    if let [_, _, ..] = expectations {
        report.summary(match known {
            2 => "both expectations hold".to_owned(),
            _ => format!("all {known} expectations hold"),
        });
    }
}

/// Which processes belong to an expectation that wants one of these metrics.
fn watched(sample: &Sample, metrics: &[&str]) -> Vec<bool> {
    let mut all = vec![false; sample.processes.len()];
    for at in sample.groups.iter().filter(|group| group.wanted.any(metrics)).flat_map(|group| &group.members) {
        if let Some(place) = all.get_mut(*at as usize) {
            *place = true;
        }
    }
    all
}

/// Keeps the CPU times: of all processes whose rate is wanted, and of those that might be running away.
fn remember(memory: &mut Memory, sample: &Sample, busy: &[Busy], report: &mut Report<'_>) {
    let rated = watched(sample, &["cpu", "cpu_max"]);
    let one = |(process, rated): (&Process, bool)| {
        let busy = rates::of(busy, process.identity());
        (rated || busy.is_some()).then(|| (process.identity(), process.ticks, busy.and_then(|busy| busy.since)))
    };
    let ticks = sample.processes.iter().zip(rated).filter_map(one).collect();
    if memory.keep_ticks(ticks, sample.uptime) {
        report.note("too many processes: the CPU time of those that use little is not remembered");
    }
}

/// One expectation, and all that is known for it.
struct One<'a> {
    check: &'a Procs,
    expectation: &'a Expectation,
    group: &'a Group,
    sample: &'a Sample,
    earlier: Option<&'a Earlier>,
    busy: &'a [Busy],
}

impl One<'_> {
    fn judge(&self, mut past: Past, report: &Report<'_>) -> (Draft, Past) {
        let mut draft =
            if self.expectation.is_machine() { Draft::whole() } else { Draft::item(&self.expectation.name) };
        if let Some(fault) = &self.group.fault {
            draft.raise(Status::Unknown);
            draft.say(format!("{}: {fault}", self.expectation.name));
            return (draft, past);
        }
        let (limits, undecided) = self.count(&mut draft, report);
        // Health that could not be seen is none.
        let blind = self.group.opaque > 0 && self.group.wanted.beyond_count();
        let hidden = self.sample.hidden
            && (undecided || self.expectation.is_machine() || self.judges_beyond_count(&draft, report));
        if blind || hidden {
            draft.raise(Status::Unknown);
        }
        let mut told = Told::new(self.expectation, self.group, self.sample, limits);
        told.hidden = hidden;
        #[expect(clippy::cast_precision_loss, reason = "a number of processes")]
        let above = |range: Range| !range.is_inverted() && self.group.count as f64 > range.end();
        told.too_much = limits.crit.is_some_and(above) || limits.warn.is_some_and(above);
        // Of all processes of a machine some are always replaced.
        told.window = self.check.restart_window();
        let replaced = (!self.expectation.is_machine()).then(|| past.replaced(self.sample, self.group, told.window));
        let replaced = replaced.flatten();
        told.restarts = replaced.unwrap_or(0);
        self.states(&mut draft, report, &mut told);
        self.use_of_cpu(&mut draft, report, &mut told);
        self.use_of_memory(&mut draft, report, &mut told, &mut past);
        self.others(&mut draft, report, &mut told);
        if self.group.wanted.has("restarts") {
            self.measure(&mut draft, report, "restarts", replaced.map(Into::into));
        }
        draft.say(told.sentence());
        (draft, past)
    }

    /// The user's rules, then what the expectation says, then the defaults.
    fn limits(&self, draft: &Draft, report: &Report<'_>, metric: &str) -> Limits {
        let (rules, own) = (report.limits(draft, metric), self.expectation.limits(metric));
        let ruled = report.mentions(metric);
        let (first, second) = if ruled { (rules, own) } else { (own, rules) };
        let mut limits = Limits { warn: first.warn.or(second.warn), crit: first.crit.or(second.crit) };
        if metric == "count" && limits.crit.is_none() {
            limits.crit = self.expectation.least(ruled);
        }
        limits
    }

    /// Judges a value; says whether it crosses a limit.
    fn measure(&self, draft: &mut Draft, report: &Report<'_>, name: &str, value: Option<Value>) -> bool {
        let limits = self.limits(draft, report, name);
        report.measure(draft, Measure::new(name, value).at_least(0.0).limits(limits)) != Status::Ok
    }

    /// As [`Self::measure`], for what may be out of reach: a value that is to be judged and cannot be is UNKNOWN.
    fn measure_if_readable(&self, draft: &mut Draft, report: &Report<'_>, name: &str, value: Option<Value>) -> bool {
        if value.is_none() && self.limits(draft, report, name) != Limits::default() {
            draft.raise(Status::Unknown);
        }
        self.measure(draft, report, name, value)
    }

    /// Judges the number, unless what could not be seen decides. Returns the limits for the sentence, and whether
    /// it is undecided.
    fn count(&self, draft: &mut Draft, report: &Report<'_>) -> (Limits, bool) {
        let limits = self.limits(draft, report, "count");
        let count = self.group.count;
        let unseen = if self.sample.hidden { MOST_PROCESSES } else { self.group.unreadable };
        let undecided = unseen > 0 && may_change(limits, count, count.saturating_add(unseen));
        let worst = if undecided { Status::Ok } else { Status::Critical };
        if undecided {
            draft.raise(Status::Unknown);
        }
        report.measure(draft, Measure::int("count", count).at_least(0.0).limits(limits).no_worse_than(worst));
        (limits, undecided)
    }

    /// Whether more than the number is judged: of processes that are hidden, none of it can be known.
    fn judges_beyond_count(&self, draft: &Draft, report: &Report<'_>) -> bool {
        let wanted = self.group.wanted;
        let judged = |name| wanted.has(name) && self.limits(draft, report, name) != Limits::default();
        wanted.beyond_count() && ALL.iter().skip(1).any(|def| judged(def.name))
    }

    fn states(&self, draft: &mut Draft, report: &Report<'_>, told: &mut Told<'_>) {
        let wanted = self.group.wanted;
        if wanted.has("zombies") {
            self.measure(draft, report, "zombies", Some(self.group.zombies.into()));
        }
        if wanted.has("blocked") {
            told.blocked = self.members().filter(|process| process.state == 'D').count();
            self.measure(draft, report, "blocked", Some(told.blocked.into()));
        }
        if let (true, Some(after)) = (wanted.has("runaways"), self.check.runaway_after(self.expectation.is_machine())) {
            let lasting = |process: &Process| {
                let busy = rates::of(self.busy, process.identity())?;
                let time = self.sample.uptime - busy.since?;
                (time >= after).then(|| (process.name.clone(), process.pid, time))
            };
            told.runaways = self.members().filter_map(lasting).collect();
            self.measure(draft, report, "runaways", Some(told.runaways.len().into()));
        }
    }

    fn use_of_cpu(&self, draft: &mut Draft, report: &Report<'_>, told: &mut Told<'_>) {
        let wanted = self.group.wanted;
        if !wanted.any(&["cpu", "cpu_max"]) {
            return;
        }
        let rate = |process: &Process| Some((rates::cpu(process, self.sample, self.earlier?)?, process.pid));
        told.rates = self.members().filter_map(rate).collect();
        let known = self.earlier.filter(|earlier| self.sample.uptime > earlier.uptime).is_some();
        let whole: f64 = told.rates.iter().map(|(rate, _)| rate).sum();
        let most = told.rates.iter().map(|(rate, _)| *rate).fold(0.0, f64::max);
        told.cpu = known.then_some(whole);
        for (name, value) in [("cpu", whole), ("cpu_max", most)] {
            if wanted.has(name) {
                told.too_much |= self.measure(draft, report, name, Value::finite(value).filter(|_| known));
            }
        }
    }

    fn use_of_memory(&self, draft: &mut Draft, report: &Report<'_>, told: &mut Told<'_>, past: &mut Past) {
        let wanted = self.group.wanted;
        let rss: u64 = self.members().map(|process| process.rss).sum();
        let sums = [
            ("rss", Some(rss)),
            ("rss_max", Some(self.members().map(|process| process.rss).max().unwrap_or(0))),
            ("pss", self.all(|process| process.pss)),
            ("vsz", Some(self.members().map(|process| process.vsz).fold(0, u64::saturating_add))),
        ];
        for (name, value) in sums.into_iter().filter(|(name, _)| wanted.has(name)) {
            told.too_much |= self.measure_if_readable(draft, report, name, value.map(Into::into));
            if value.is_none() {
                told.unknown.push(name);
            }
        }
        told.rss = wanted.any(&["rss", "rss_max", "growth", "eta"]).then_some(rss);
        if !wanted.any(&["growth", "eta"]) {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "bytes of a machine fit")]
        let rss = rss as f64;
        told.growth = past.growth(self.sample.uptime, rss);
        if wanted.has("growth") {
            told.too_much |= self.measure(draft, report, "growth", told.growth.and_then(Value::finite));
        }
        if wanted.has("eta") {
            let limits = self.limits(draft, report, "rss");
            let limit = limits.crit.or(limits.warn).map(|range| range.end()).filter(|end| end.is_finite());
            let eta = limit.or(self.sample.memory).and_then(|limit| past.eta(rss, limit));
            told.eta = eta;
            told.too_much |= self.measure(draft, report, "eta", eta.and_then(Value::finite));
        }
    }

    fn others(&self, draft: &mut Draft, report: &Report<'_>, told: &mut Told<'_>) {
        let wanted = self.group.wanted;
        let ages = self.members().map(|process| round_to(process.age(self.sample), 2));
        let (oldest, youngest) = (ages.clone().reduce(f64::max), ages.reduce(f64::min));
        told.oldest = oldest;
        // Of an empty set there is no age: whether that is a fault is `count`'s to say.
        for (name, value) in [("age_oldest", oldest), ("age_youngest", youngest)] {
            if wanted.has(name) {
                self.measure(draft, report, name, value.and_then(Value::finite));
            }
        }
        if wanted.has("threads") {
            let threads: u64 = self.members().map(|process| process.threads).sum();
            told.too_much |= self.measure(draft, report, "threads", Some(threads.into()));
        }
        if wanted.any(&["fds", "fd_ratio"]) {
            let fds = self.all(|process| process.fds);
            if fds.is_none() {
                told.unknown.push("open files");
            }
            if wanted.has("fds") {
                self.measure_if_readable(draft, report, "fds", fds.map(Into::into));
            }
            if wanted.has("fd_ratio") {
                #[expect(clippy::cast_precision_loss, reason = "a number of files")]
                let ratio = |p: &Process| Some(p.fds? as f64 / p.most_fds.filter(|most| *most > 0)? as f64);
                let worst = self.members().filter_map(ratio).reduce(f64::max);
                // Without a limit there is no ratio; without the number of files nobody knows.
                let judge = if fds.is_none() { Self::measure_if_readable } else { Self::measure };
                judge(self, draft, report, "fd_ratio", worst.and_then(Value::finite));
            }
        }
    }

    fn members(&self) -> impl Iterator<Item = &Process> + Clone {
        self.group.processes(self.sample)
    }

    /// The sum of what is known of every process; `None` where it is not known of one.
    fn all(&self, value: impl Fn(&Process) -> Option<u64>) -> Option<u64> {
        self.members().map(value).sum()
    }
}

/// Whether a number between these has another state than the least. The state changes at the ends of the ranges only.
#[expect(clippy::cast_precision_loss, reason = "a number of processes")]
fn may_change(limits: Limits, least: u64, most: u64) -> bool {
    let (least, most) = (least as f64, most as f64);
    let ranges = [limits.warn, limits.crit].into_iter().flatten();
    let ends = ranges.flat_map(|range| [range.start(), range.end()]).filter(|end| end.is_finite());
    // An end may lie between two whole numbers.
    let mut around = ends.flat_map(|end| [end.ceil() - 1.0, end.ceil(), end.floor(), end.floor() + 1.0]);
    around.any(|number| (least..=most).contains(&number) && limits.status(number) != limits.status(least))
        || limits.status(most) != limits.status(least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::unit::Unit;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_state_changes_at_the_ends_only(
            ends in prop::array::uniform4(0u32..80),
            inverted in prop::array::uniform2(any::<bool>()),
            open in any::<bool>(),
            least in 0u64..20,
            more in 0u64..20,
        ) {
            let range = |a: u32, b: u32, at: bool| {
                let (start, end) = (f64::from(a.min(b)) / 2.0, f64::from(a.max(b)) / 2.0);
                Range::new(start, if open { f64::INFINITY } else { end }, at).ok()
            };
            let [a, b, c, d] = ends;
            let limits = Limits { warn: range(a, b, inverted[0]), crit: range(c, d, inverted[1]) };
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let one_by_one = (least..=least + more).any(|n| limits.status(n as f64) != limits.status(least as f64));
            prop_assert_eq!(may_change(limits, least, least + more), one_by_one);
        }
    }

    #[test]
    fn a_limit_far_away_is_found() {
        let below = Limits { crit: Range::parse("0:3000000", Unit::Count).ok(), ..Limits::default() };
        assert!(may_change(below, 0, MOST_PROCESSES) && !may_change(below, 0, 3_000_000));
    }
}
