//! The units of /proc: clock ticks and pages.
#![expect(unsafe_code, reason = "sysconf(3) is a C interface")]

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
