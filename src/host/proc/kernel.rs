//! Which processes are threads of the kernel, without a look at each.

use super::Procs;
use super::numbers::whole;
use crate::runtime::root::Root;

/// The parent of all kernel threads has this PID on every machine.
pub const KTHREADD: u32 = 2;

/// How kernel threads are told from processes.
#[derive(Debug, PartialEq, Eq)]
pub enum Known {
    /// These are kernel threads, ascending, and no others.
    List(Vec<u32>),
    /// Only the flags of each process tell.
    ByFlags,
}

/// Lists the kernel threads: kthreadd and its children, one file instead of one for each of them.
///
/// A helper that the kernel itself starts (for a core dump, say) is a child of kthreadd too, and is taken as its
/// thread. In a PID namespace of its own a container sees none, and its PID 2 is an ordinary process.
#[must_use]
pub fn threads(procs: &Procs, root: &Root) -> Known {
    match procs.stat(KTHREADD) {
        Ok(stat) if stat.kernel => {}
        _ => return Known::List(Vec::new()),
    }
    // Needs CONFIG_PROC_CHILDREN.
    let Ok(text) = root.read("/proc/2/task/2/children") else { return Known::ByFlags };
    let mut pids: Vec<u32> = text.split(|byte| *byte == b' ').filter_map(whole).collect();
    pids.push(KTHREADD);
    pids.sort_unstable();
    Known::List(pids)
}
