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
        match own_pid(procs) {
            None => Self::Absent,
            Some(pid) if pid == std::process::id() => {
                Self::Here { group: u32::try_from(getpgrp().as_raw()).unwrap_or(0) }
            }
            Some(pid) => procs.stat(pid).map_or(Self::Absent, |stat| Self::Translated { group: stat.group }),
        }
    }

    /// Whether a process is of this group.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn includes(self, view: &mut View<'_>) -> Result<bool, Miss> {
        match self {
            Self::Absent => Ok(false),
            Self::Here { group } => {
                if let Some(stat) = view.stat_if_read() {
                    return Ok(stat.group == group);
                }
                // Members come after their leader, unless the numbers have begun anew since.
                if view.pid() < group && group <= std::process::id() {
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
