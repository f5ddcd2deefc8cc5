//! The processes that use most of something: read only when somebody is to be told.
//!
//! Source: proc_pid_stat(5). Reading `stat` never waits for the process, unlike its command line.

use super::cpu::TICKS_PER_SECOND;
use super::disks::{self, Disk};
use crate::model::text;
use crate::runtime::deadline::Deadline;
use crate::runtime::root::Root;
use std::collections::HashMap;
use std::fs;
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

/// What the line of a process tells.
#[derive(Clone, Debug, PartialEq)]
struct Line<'a> {
    name: &'a [u8],
    state: u8,
    ticks: u64,
    start: u64,
    pages: u64,
}

/// A name may hold any byte, also spaces and brackets: it ends at the last bracket.
fn parse(line: &[u8]) -> Option<Line<'_>> {
    let open = line.iter().position(|b| *b == b'(')?;
    let close = line.iter().rposition(|b| *b == b')')?;
    let name = line.get(open + 1..close)?;
    let rest = std::str::from_utf8(line.get(close + 1..)?).ok()?;
    let mut words = rest.split_ascii_whitespace();
    let state = *words.next()?.as_bytes().first()?;
    // The state is column 3 of proc_pid_stat(5); from here `nth` counts on from the column before.
    let user: u64 = words.nth(14 - 4)?.parse().ok()?;
    let system: u64 = words.next()?.parse().ok()?;
    let start = words.nth(22 - 16)?.parse().ok()?;
    let pages = words.nth(24 - 23)?.parse().unwrap_or_default();
    Some(Line { name, state, ticks: user.saturating_add(system), start, pages })
}

/// Calls `each` for every process that can be read until the time is up.
fn walk(root: &Root, deadline: &Deadline, mut each: impl FnMut(u32, &Line<'_>)) {
    let Ok(entries) = fs::read_dir(root.path("/proc")) else { return };
    let mut buffer = Vec::with_capacity(1024);
    let own = std::process::id();
    for entry in entries.flatten() {
        if deadline.is_over() {
            return;
        }
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // What is gone by now used nothing that still matters.
        if pid != own
            && root.read_into(&format!("/proc/{pid}/stat"), &mut buffer).is_ok()
            && let Some(line) = parse(&buffer)
        {
            each(pid, &line);
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
    let page = super::paging::page_size();
    let mut named = Vec::new();
    walk(root, deadline, |pid, line| {
        #[expect(clippy::cast_precision_loss, reason = "a number of pages")]
        offer(&mut named, pid, line.name, line.pages as f64 * page);
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
    walk(root, deadline, |pid, line| {
        then.insert(pid, (line.start, line.ticks));
    });
    std::thread::sleep(time.min(deadline.remaining() / 2));
    let passed = begun.elapsed();
    let disk = disks::busiest(&disks_then, &read_disks(root), passed);
    let mut found = Busiest { disk, ..Busiest::default() };
    walk(root, deadline, |pid, line| {
        let earlier = match then.get(&pid) {
            Some((start, ticks)) if *start == line.start => *ticks,
            // Started in between: all that it used counts.
            _ => 0,
        };
        #[expect(clippy::cast_precision_loss, reason = "a difference of ticks")]
        let share = line.ticks.saturating_sub(earlier) as f64 / TICKS_PER_SECOND / passed.as_secs_f64();
        if share >= LEAST_SHARE {
            offer(&mut found.running.named, pid, line.name, share);
        }
        if line.state == b'D' && found.waiting.len() < NAMED {
            found.waiting.push(format!("{} (pid {pid})", text::clean(line.name)));
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
    use proptest::prelude::*;

    const LINE: &str = "4711 (tmux: (server) x) D 1 4711 4711 0 -1 4194624 1027 0 0 0 250 50 0 0 20 0 1 0 8123 9000 512 \
                        18446744073709551615 1 1";

    #[test]
    fn a_line_with_brackets_in_its_name() {
        let line = parse(LINE.as_bytes());
        let name = b"tmux: (server) x".as_slice();
        assert_eq!(line, Some(Line { name, state: b'D', ticks: 300, start: 8123, pages: 512 }));
    }

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
        let page = crate::host::paging::page_size();
        let pids: Vec<_> = found.named.iter().map(|c| (c.pid, c.amount / page)).collect();
        assert_eq!((pids, found.others_hidden), (vec![(20, 512.0), (1, 10.0)], false));
        // Nobody moves on paper; all of them wait.
        let found = busiest(&root, &deadline, Duration::from_millis(1));
        assert_eq!((found.running.named.len(), found.waiting.len(), found.disk), (0, 3, None));
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

    proptest! {
        #[test]
        fn any_line_is_taken(line: Vec<u8>, name: Vec<u8>) {
            let _ = parse(&line);
            let mut whole = b"7 (".to_vec();
            whole.extend(&name);
            whole.extend(b") S 1 4711 4711 0 -1 4194624 1027 0 0 0 250 50 0 0 20 0 1 0 8123 9000 512");
            prop_assert_eq!(parse(&whole).map(|line| (line.name.to_vec(), line.pages)), Some((name, 512)));
        }
    }
}
