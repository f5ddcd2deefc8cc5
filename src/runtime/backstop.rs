//! The answer of last resort: whatever hangs, a line and a code come out in time.
//!
//! SIGALRM, SIGTERM and SIGINT run a handler that kills the recorded child groups, writes a line that was prepared
//! beforehand and leaves with `_exit`. A watchdog thread would cost more than most checks do.
#![expect(unsafe_code, reason = "signal handlers and timers are C interfaces")]

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal, sigaction, sigprocmask};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicPtr, Ordering};
use std::time::Duration;

/// What is written and returned when a signal ends the process.
#[derive(Debug)]
pub struct Parting {
    /// The whole output.
    pub text: String,
    /// The exit code.
    pub code: u8,
}

static ON_ALARM: AtomicPtr<Parting> = AtomicPtr::new(ptr::null_mut());
static ON_END: AtomicPtr<Parting> = AtomicPtr::new(ptr::null_mut());
/// The exit code once the true answer has begun to be written; -1 before.
static ANSWERING: AtomicI32 = AtomicI32::new(-1);

/// Children that can be recorded at one time.
const MOST_CHILDREN: usize = 64;
static CHILDREN: [AtomicI32; MOST_CHILDREN] = [const { AtomicI32::new(0) }; MOST_CHILDREN];

/// Undoes what the parent left: blocked or ignored signals would keep the deadline from being kept.
pub fn reset_signals() {
    let plain = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    for signal in [Signal::SIGALRM, Signal::SIGCHLD, Signal::SIGTERM, Signal::SIGINT] {
        // SAFETY: the default disposition runs no code of ours.
        let _ = unsafe { sigaction(signal, &plain) };
    }
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
}

/// Prepares both lines and starts the clock.
pub fn arm(time: Duration, on_alarm: Parting, on_end: Parting) {
    set(&ON_ALARM, on_alarm);
    set(&ON_END, on_end);
    let ours = SigAction::new(SigHandler::Handler(leave), SaFlags::empty(), SigSet::all());
    for signal in [Signal::SIGALRM, Signal::SIGTERM, Signal::SIGINT] {
        // SAFETY: `leave` calls only async-signal-safe functions and never returns.
        let _ = unsafe { sigaction(signal, &ours) };
    }
    let micros = time.subsec_micros().max(u32::from(time.as_secs() == 0));
    let value =
        libc::timeval { tv_sec: time.as_secs().try_into().unwrap_or(i64::from(u32::MAX)), tv_usec: micros.into() };
    let once = libc::itimerval { it_interval: libc::timeval { tv_sec: 0, tv_usec: 0 }, it_value: value };
    // SAFETY: both pointers are valid for the call; the old value is not wanted.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const once, ptr::null_mut()) };
}

/// Replaces the line for the alarm, such as to say what is being waited for.
pub fn prepare_alarm(parting: Parting) {
    set(&ON_ALARM, parting);
}

/// From here on the true answer is being written: a signal only ends the process, with its code.
pub fn answering(code: u8) {
    ANSWERING.store(code.into(), Ordering::SeqCst);
}

/// Records a child's process group, to be killed if this process must leave.
pub fn record_child(group: i32) {
    for slot in &CHILDREN {
        if slot.compare_exchange(0, group, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            return;
        }
    }
}

/// Forgets a child that has been reaped.
pub fn forget_child(group: i32) {
    for slot in &CHILDREN {
        let _ = slot.compare_exchange(group, 0, Ordering::SeqCst, Ordering::SeqCst);
    }
}

fn set(place: &AtomicPtr<Parting>, parting: Parting) {
    // The old one is leaked: a handler may be reading it. There are few in a life that is short.
    place.store(Box::into_raw(Box::new(parting)), Ordering::SeqCst);
}

/// The handler. Only async-signal-safe calls: kill, poll, write, _exit (signal-safety(7)).
extern "C" fn leave(signal: libc::c_int) {
    for slot in &CHILDREN {
        let group = slot.load(Ordering::SeqCst);
        if group > 0 {
            // SAFETY: kill takes plain numbers.
            unsafe { libc::kill(-group, libc::SIGKILL) };
        }
    }
    let answering = ANSWERING.load(Ordering::SeqCst);
    if answering >= 0 {
        // SAFETY: ends the process.
        unsafe { libc::_exit(answering) };
    }
    let place = if signal == libc::SIGALRM { &ON_ALARM } else { &ON_END };
    // SAFETY: null, or a box that is never freed.
    let code = unsafe { place.load(Ordering::SeqCst).as_ref() }.map_or(3, |parting| {
        let mut stdout = libc::pollfd { fd: 1, events: libc::POLLOUT, revents: 0 };
        // A reader that does not read must not keep us: what a pipe cannot take at once is not written.
        // SAFETY: one valid pollfd; the text outlives the call.
        unsafe {
            if libc::poll(&raw mut stdout, 1, 0) == 1 {
                libc::write(1, parting.text.as_ptr().cast(), parting.text.len().min(libc::PIPE_BUF));
            }
        }
        i32::from(parting.code)
    });
    // SAFETY: ends the process.
    unsafe { libc::_exit(code) };
}
