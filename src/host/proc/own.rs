//! What is this check itself, and never counts as what it watches.

use super::Procs;
use super::numbers::whole;
use nix::unistd::{getpgrp, getppid};
use std::os::unix::ffi::OsStrExt as _;

/// How many ancestors are looked at: scripts in scripts in scripts.
const MOST_ANCESTORS: usize = 16;

/// The processes that are this check: itself, those of its ancestors that started it as a part of their own work
/// (`sh -c 'check_procs -a text'` has the text in its command line, too), and its helpers.
///
/// An ancestor is told by the process group, which it shares with its commands unless it is a shell at a terminal, a
/// scheduler or a daemon. Others of the group count: a script may well start a service in the background and check it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    pids: Vec<u32>,
    /// Whether the numbers are those that this process knows itself and its helpers by.
    here: bool,
}

impl Own {
    /// Finds this process and its ancestors; nobody in a copy, or on another machine. To be asked before a helper
    /// is started: that has a group of its own.
    #[must_use]
    pub fn find(procs: &Procs) -> Self {
        let Some(pid) = own_pid(procs) else { return Self::default() };
        let (mut pids, here) = (vec![pid], pid == std::process::id());
        let number = |raw: i32| u32::try_from(raw).unwrap_or(0);
        let (mut parent, group) = if here {
            (number(getppid().as_raw()), number(getpgrp().as_raw()))
        } else {
            // Another PID namespace, such as a host's seen from a container: there all numbers are others.
            match procs.stat(pid) {
                Ok(stat) => (stat.ppid, stat.group),
                Err(_) => return Self { pids, here },
            }
        };
        // A group is inherited, so one that is not in it ends the search. That holds for a group whose leader is
        // outside of the namespace, too: nobody inside can join another such.
        while parent != 0 && pids.len() <= MOST_ANCESTORS {
            let Ok(stat) = procs.stat(parent) else { break };
            if stat.group != group {
                break;
            }
            pids.push(parent);
            parent = stat.ppid;
        }
        Self { pids, here }
    }

    /// Whether a process is one of them.
    #[must_use]
    pub fn includes(&self, pid: u32) -> bool {
        self.pids.contains(&pid)
    }

    /// The same with helpers, where they appear under the numbers that fork(2) gave.
    #[must_use]
    pub fn and(&self, helpers: impl IntoIterator<Item = u32>) -> Self {
        let mut own = self.clone();
        if own.here {
            own.pids.extend(helpers);
        }
        own
    }
}

/// This process' own number there: where the link `self` leads.
#[must_use]
pub fn own_pid(procs: &Procs) -> Option<u32> {
    if !procs.is_live() {
        return None;
    }
    nix::fcntl::readlinkat(&procs.dir, c"self").ok().and_then(|target| whole(target.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::root::Root;

    #[test]
    fn this_process_is_found_here_and_not_in_a_copy() -> Result<(), crate::runtime::failure::Failure> {
        let procs = Procs::open(&Root::default())?;
        let me = std::process::id();
        assert_eq!(own_pid(&procs), Some(me));
        let own = Own::find(&procs);
        assert!(own.includes(me) && !own.includes(me + 1) && own.and([me + 1]).includes(me + 1));
        // All that are left out lead from child to parent, in one group.
        let group = procs.stat(me).map(|stat| stat.group);
        for pair in own.pids.windows(2) {
            let [child, parent] = pair else { continue };
            assert_eq!(procs.stat(*child).map(|stat| stat.ppid), Ok(*parent));
            assert_eq!(procs.stat(*parent).map(|stat| stat.group), group);
        }
        let copy = tempfile::tempdir()?;
        std::fs::create_dir(copy.path().join("proc"))?;
        let copy = Procs::open(&Root::new(Some(copy.path().to_owned())))?;
        assert_eq!((own_pid(&copy), Own::find(&copy)), (None, Own::default()));
        Ok(())
    }
}
