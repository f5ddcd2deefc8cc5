//! The process group of this check, which never counts as what it watches.

use super::numbers::whole;
use super::view::View;
use super::{Miss, Procs};
use nix::unistd::{Pid, getpgid, getpgrp};
use std::os::unix::ffi::OsStrExt as _;

/// How this process appears in a process folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// Not at all: a copy, or another machine's.
    Absent,
    /// Under the numbers that it knows itself by.
    Here {
        /// Its process group.
        group: u32,
        /// Its own number: getpid(2) is a system call each time.
        pid: u32,
    },
    /// Under the numbers of another PID namespace, such as a host's seen from a container.
    Translated {
        /// Its process group there.
        group: u32,
    },
}

impl Own {
    /// Finds this process. To be asked before a helper process is started: that has a group of its own.
    #[must_use]
    pub fn find(procs: &Procs) -> Self {
        let found = match own_pid(procs) {
            None => return Self::Absent,
            Some(pid) if pid == std::process::id() => {
                Self::Here { group: u32::try_from(getpgrp().as_raw()).unwrap_or(0), pid }
            }
            Some(pid) => procs.stat(pid).map_or(Self::Absent, |stat| Self::Translated { group: stat.group }),
        };
        match found {
            // Its leader is outside of the PID namespace: so are those of many others, all called 0.
            Self::Here { group: 0, .. } | Self::Translated { group: 0 } => Self::Absent,
            found => found,
        }
    }

    /// Whether a process is of this group.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn includes(self, view: &mut View<'_>) -> Result<bool, Miss> {
        match self {
            Self::Absent => Ok(false),
            Self::Here { group, pid } => {
                if let Some(stat) = view.stat_if_read() {
                    return Ok(stat.group == group);
                }
                // Members come after their leader, unless the numbers have begun anew since.
                if view.pid() < group && group <= pid {
                    return Ok(false);
                }
                let of = i32::try_from(view.pid()).map_err(|_| Miss::Gone)?;
                Ok(u32::try_from(getpgid(Some(Pid::from_raw(of)))?.as_raw()) == Ok(group))
            }
            Self::Translated { group } => Ok(view.stat()?.group == group),
        }
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
        assert_eq!(own_pid(&procs), Some(std::process::id()));
        let own = Own::find(&procs);
        let mut view = View::new(&procs, None, &[]);
        view.turn_to(std::process::id(), false);
        // In a namespace without the leader of its group nothing can be told.
        assert_eq!(own.includes(&mut view), Ok(own != Own::Absent));
        let copy = tempfile::tempdir()?;
        std::fs::create_dir(copy.path().join("proc"))?;
        let copy = Procs::open(&Root::new(Some(copy.path().to_owned())))?;
        assert_eq!((own_pid(&copy), Own::find(&copy)), (None, Own::Absent));
        Ok(())
    }
}
