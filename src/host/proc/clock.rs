//! The machine's own clock: uptime, clock ticks, and which boot this is.
#![expect(unsafe_code, reason = "sysconf(3) is a C interface")]

use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use anyhow::anyhow;

/// Seconds since boot, from /proc/uptime. It does not jump as the wall clock does.
///
/// # Errors
/// A failure that names the file.
pub fn uptime(root: &Root) -> Result<f64, Failure> {
    let text = root.text("/proc/uptime")?;
    let seconds = text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    let seconds = seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
    Ok(seconds.ok_or_else(|| anyhow!("{} does not begin with a number", root.path("/proc/uptime").display()))?)
}

/// The random name of this boot; empty where the kernel gives none.
///
/// # Errors
/// A failure that names the file.
pub fn boot(root: &Root) -> Result<String, Failure> {
    Ok(root.text_if_there("/proc/sys/kernel/random/boot_id")?.unwrap_or_default().trim().to_owned())
}

/// Clock ticks in a second: the unit of CPU and start times in /proc.
#[must_use]
pub fn ticks_per_second() -> f64 {
    // SAFETY: takes and returns plain numbers.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    i32::try_from(ticks).ok().filter(|ticks| *ticks > 0).map_or(100.0, f64::from)
}

/// Bytes in a page: the unit of resident memory in /proc.
#[must_use]
pub fn page_size() -> u64 {
    // SAFETY: as above.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(size).ok().filter(|size| *size > 0).unwrap_or(4096)
}
