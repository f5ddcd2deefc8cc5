//! The processes of the machine, as /proc shows them.

use std::fs;

#[derive(Debug)]
#[allow(dead_code, reason = "shown where an assertion fails")]
pub struct Process {
    pub pid: u32,
    pub parent: u32,
    pub state: char,
    pub name: String,
}

pub fn all() -> Vec<Process> {
    pids().into_iter().filter_map(read).collect()
}

pub fn read(pid: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (before, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?.chars().next()?;
    let parent = fields.next()?.parse().ok()?;
    Some(Process { pid, parent, state, name: before.split_once('(')?.1.to_owned() })
}

/// Those that have this in their environment, and live.
pub fn with_environment(variable: &str) -> Vec<u32> {
    let has = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes())
    };
    pids().into_iter().filter(has).collect()
}

fn pids() -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}
