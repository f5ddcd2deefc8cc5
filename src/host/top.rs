//! The processes that use most of something: read only when somebody is to be told.
//!
//! Reading `stat` never waits for the process, unlike its command stat.

use super::disks::{self, Disk};
use super::proc::Procs;
use super::proc::stat::{self, Stat};
use super::proc::units::{page_size, ticks_per_second};
use crate::model::text;
use crate::runtime::deadline::Deadline;
use crate::runtime::root::Root;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How many are named.
const NAMED: usize = 3;
/// The share of one processor below which a process is no explanation.
const LEAST_SHARE: f64 = 0.05;

/// A process and how much it uses.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumer {
    /// Its id.
    pub pid: u32,
    /// The kernel's name of it, at most 15 characters, harmless.
    pub name: String,
    /// Processors (1 is one whole core), or bytes.
    pub amount: f64,
}

/// The greatest users of one thing, and what is known about the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Consumers {
    /// The greatest first.
    pub named: Vec<Consumer>,
    /// The processes of other users are hidden from us (`hidepid`).
    pub others_hidden: bool,
}

/// Who makes the processors busy, or waits for disks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Busiest {
    /// Those that ran most.
    pub running: Consumers,
    /// The names of those that waited for a disk.
    pub waiting: Vec<String>,
    /// The busiest disk and the share of the time in which it had something to do.
    pub disk: Option<(String, f64)>,
}

/// Calls `each` for every process that can be read until the time is up.
fn walk(root: &Root, deadline: &Deadline, mut each: impl FnMut(u32, &[u8], &Stat)) {
    let Ok(procs) = Procs::open(root) else { return };
    let mut buffer = Vec::new();
    let own = std::process::id();
    for pid in procs.pids().unwrap_or_default() {
        if deadline.is_over() {
            return;
        }
        // What is gone by now used nothing that still matters.
        if pid != own
            && let Ok(filled) = procs.read(pid, "stat", &mut buffer)
            && let Some((name, stat)) = buffer.get(..filled).and_then(stat::parse)
        {
            each(pid, name, &stat);
        }
    }
}

/// Process 1 is always there; where it cannot be seen, others are hidden as well.
fn others_hidden(root: &Root) -> bool {
    !root.path("/proc/1").exists()
}

/// The processes with the most memory of their own or shared (resident set).
#[must_use]
pub fn largest(root: &Root, deadline: &Deadline) -> Consumers {
    #[expect(clippy::cast_precision_loss, reason = "a size of a page")]
    let page = page_size() as f64;
    let mut named = Vec::new();
    walk(root, deadline, |pid, name, stat| {
        #[expect(clippy::cast_precision_loss, reason = "a number of pages")]
        offer(&mut named, pid, name, stat.rss as f64 * page);
    });
    Consumers { named, others_hidden: others_hidden(root) }
}

/// Keeps the greatest, in order; a name is made only for who has a place.
fn offer(named: &mut Vec<Consumer>, pid: u32, name: &[u8], amount: f64) {
    let place = named.iter().take_while(|other| other.amount >= amount).count();
    if place < NAMED && amount > 0.0 {
        named.insert(place, Consumer { pid, name: text::clean(name).into_owned(), amount });
        named.truncate(NAMED);
    }
}

/// Watches for a short time who runs, who waits, and on which disk.
#[must_use]
pub fn busiest(root: &Root, deadline: &Deadline, time: Duration) -> Busiest {
    let disks_then = read_disks(root);
    let begun = Instant::now();
    let mut then = HashMap::new();
    walk(root, deadline, |pid, _, stat| {
        then.insert(pid, (stat.start, stat.ticks));
    });
    std::thread::sleep(time.min(deadline.remaining() / 2));
    let passed = begun.elapsed();
    let disk = disks::busiest(&disks_then, &read_disks(root), passed);
    let mut found = Busiest { disk, ..Busiest::default() };
    walk(root, deadline, |pid, name, stat| {
        let earlier = match then.get(&pid) {
            Some((start, ticks)) if *start == stat.start => *ticks,
            // Started in between: all that it used counts.
            _ => 0,
        };
        #[expect(clippy::cast_precision_loss, reason = "a difference of ticks")]
        let share = stat.ticks.saturating_sub(earlier) as f64 / ticks_per_second() / passed.as_secs_f64();
        if share >= LEAST_SHARE {
            offer(&mut found.running.named, pid, name, share);
        }
        if stat.state == b'D' && found.waiting.len() < NAMED {
            found.waiting.push(format!("{} (pid {pid})", text::clean(name)));
        }
    });
    found.running.others_hidden = others_hidden(root);
    found
}

fn read_disks(root: &Root) -> Vec<Disk> {
    root.text("/proc/diskstats").map(|text| disks::parse(&text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const LINE: &str = "4711 (tmux: (server) x) D 1 4711 4711 0 -1 4194624 1027 0 0 0 250 50 0 0 20 0 1 0 8123 9000 512 \
                        18446744073709551615 1 1";

    #[test]
    fn the_greatest_are_kept_in_order() {
        let mut named = Vec::new();
        for (pid, amount) in [(1, 5.0), (2, 9.0), (3, 0.0), (4, 7.0), (5, 6.0), (6, 9.0)] {
            offer(&mut named, pid, b"p\xff", amount);
        }
        assert_eq!(named.iter().map(|c| (c.pid, c.amount)).collect::<Vec<_>>(), [(2, 9.0), (6, 9.0), (4, 7.0)]);
        assert!(named.iter().all(|c| c.name == "p\\xff"));
    }

    #[test]
    fn the_processes_of_a_folder() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        for (pid, pages) in [("1", "10"), ("20", "512"), ("300", "x"), ("self", "99999")] {
            let dir = folder.path().join("proc").join(pid);
            fs::create_dir_all(&dir)?;
            fs::write(dir.join("stat"), LINE.replace(" 512 ", &format!(" {pages} ")))?;
        }
        fs::write(folder.path().join("proc/diskstats"), "")?;
        let root = Root::new(Some(folder.path().into()));
        let deadline = Deadline::after(Duration::from_secs(60));
        let found = largest(&root, &deadline);
        let page = page_size() as f64;
        let pids: Vec<_> = found.named.iter().map(|c| (c.pid, c.amount / page)).collect();
        assert_eq!((pids, found.others_hidden), (vec![(20, 512.0), (1, 10.0)], false));
        // Nobody moves on paper; all that can be read wait.
        let found = busiest(&root, &deadline, Duration::from_millis(1));
        assert_eq!((found.running.named.len(), found.waiting.len(), found.disk), (0, 2, None));
        assert!(largest(&root, &Deadline::after(Duration::ZERO)).named.is_empty());
        Ok(())
    }

    /// A child that is busy is seen; our own process never is.
    #[test]
    fn a_busy_process_is_found() -> std::io::Result<()> {
        let mut child = std::process::Command::new("sh").args(["-c", "while :; do :; done"]).spawn()?;
        let deadline = Deadline::after(Duration::from_secs(60));
        let found = busiest(&Root::default(), &deadline, Duration::from_secs(1));
        child.kill()?;
        child.wait()?;
        // Three others may be busier on a crowded machine: then they are named.
        assert!(!found.running.named.is_empty());
        assert!(found.running.named.iter().all(|c| c.pid != std::process::id() && c.amount >= LEAST_SHARE));
        Ok(())
    }
}
