//! The log: one line for each event, on standard error, where a service manager collects it.

use crate::model::text;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of a line, with what stands around it: pipe(7) takes so much whole, and at once, when there is room at all.
const LONGEST: usize = 2000;

/// Lines that nobody took.
static LOST: AtomicUsize = AtomicUsize::new(0);

/// Writes a line. That nobody reads it stops nothing: it is lost then, and that is said later.
pub(super) fn log(line: &str) {
    let mut stderr = std::io::stderr().lock();
    let ready = poll(&mut [PollFd::new(stderr.as_fd(), PollFlags::POLLOUT)], PollTimeout::ZERO) == Ok(1);
    if !ready {
        LOST.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let line = text::clean_str(line);
    let lost = match LOST.swap(0, Ordering::Relaxed) {
        0 => String::new(),
        lost => format!("vitals_exporter: {} lost: nobody read the log\n", text::count(lost, "line", "lines")),
    };
    let _ = stderr.write_all(format!("{lost}vitals_exporter: {}\n", text::cut(&line, LONGEST)).as_bytes());
}
