//! The answer of last resort: whatever hangs, a line and a code come out in time.
//!
//! SIGALRM, SIGTERM and SIGINT run a handler that kills the recorded child groups, writes a line that was prepared
//! beforehand and leaves with `_exit`. A watchdog thread would cost more than most checks do.
#![expect(unsafe_code, reason = "signal handlers and timers are C interfaces")]

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal, raise, sigaction, sigprocmask};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};
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

/// Whether signals wait for a moment, and the last one that does.
static PUTTING_OFF: AtomicBool = AtomicBool::new(false);
static PUT_OFF: AtomicI32 = AtomicI32::new(0);

/// The signals that end a plugin with an answer.
const HANDLED: [Signal; 3] = [Signal::SIGALRM, Signal::SIGTERM, Signal::SIGINT];

/// Children that can be recorded at one time.
const MOST_CHILDREN: usize = 64;
static CHILDREN: [AtomicI32; MOST_CHILDREN] = [const { AtomicI32::new(0) }; MOST_CHILDREN];

/// Takes the signals over and starts the clock: once, as early as there is something to say.
///
/// What the parent left is undone: signals that it blocks or ignores would keep the deadline from being kept.
pub fn begin(time: Duration, on_alarm: Parting, on_end: Parting) {
    arm(time, on_alarm, on_end);
    let plain = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    // SAFETY: the default disposition runs no code of ours.
    let _ = unsafe { sigaction(Signal::SIGCHLD, &plain) };
    // A limit on the size of files (setrlimit(2)) becomes an error of the write that crosses it, and a note.
    let ignored = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    // SAFETY: no code of ours runs.
    let _ = unsafe { sigaction(Signal::SIGXFSZ, &ignored) };
    // The handler's own write may block where poll promised that it would not (a terminal, a file of a dead server):
    // the alarm reaches it there a second time.
    let mut others = SigSet::all();
    others.remove(Signal::SIGALRM);
    let ours = SigAction::new(SigHandler::Handler(leave), SaFlags::SA_NODEFER | SaFlags::SA_RESTART, others);
    for signal in HANDLED {
        // SAFETY: `leave` calls only async-signal-safe functions.
        let _ = unsafe { sigaction(signal, &ours) };
    }
    // What was held back until now is answered as well.
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
}

/// Undoes what the parent left: signals that are blocked or ignored, open descriptors. Programs that are started would
/// inherit it, and ends of children would be lost. SIGPIPE stays as the standard library has set it, which it undoes
/// in children itself.
///
/// For a program without a backstop; before it has threads, and handlers of its own.
pub fn forget_inherited() {
    let plain = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    for signal in Signal::iterator().filter(|signal| *signal != Signal::SIGPIPE) {
        // SAFETY: the default disposition runs no code of ours. The kernel refuses it for SIGKILL and SIGSTOP.
        let _ = unsafe { sigaction(signal, &plain) };
    }
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
    // SAFETY: plain numbers; nothing is closed here. Before Linux 5.11 it is refused, and they are inherited.
    unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
}

/// Prepares both lines and starts the clock anew.
pub fn arm(time: Duration, on_alarm: Parting, on_end: Parting) {
    set(&ON_ALARM, on_alarm);
    set(&ON_END, on_end);
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

/// From here on the true answer is being written: a signal only ends the process, with this code. While the answer is
/// not yet out, that must not be the code of OK.
pub fn answering(code: u8) {
    ANSWERING.store(code.into(), Ordering::SeqCst);
}

/// Runs something that no signal may interrupt halfway, such as starting a child and recording it.
///
/// Signals are put off, not blocked: a child would inherit that, and could not be asked to end.
pub fn undisturbed<T>(work: impl FnOnce() -> T) -> T {
    PUTTING_OFF.store(true, Ordering::SeqCst);
    let result = work();
    PUTTING_OFF.store(false, Ordering::SeqCst);
    if let Ok(signal) = Signal::try_from(PUT_OFF.swap(0, Ordering::SeqCst)) {
        let _ = raise(signal);
    }
    result
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

/// Seconds that the handler itself may take.
const LONGEST_LEAVE: libc::c_uint = 1;

/// The handler. Only async-signal-safe calls: alarm, kill, poll, write, _exit (signal-safety(7)).
extern "C" fn leave(signal: libc::c_int) {
    if PUTTING_OFF.load(Ordering::SeqCst) {
        PUT_OFF.store(signal, Ordering::SeqCst);
        return;
    }
    // SAFETY: alarm takes a plain number.
    unsafe { libc::alarm(LONGEST_LEAVE) };
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
        // As everywhere: nobody may take for OK what nobody could read.
        let unheard = if parting.code == 0 { 3 } else { i32::from(parting.code) };
        ANSWERING.store(unheard, Ordering::SeqCst);
        if write_at_once(parting.text.as_bytes()) { i32::from(parting.code) } else { unheard }
    });
    // SAFETY: ends the process.
    unsafe { libc::_exit(code) };
}

/// Writes to standard output as long as that takes it at once, and says whether it took all. A reader that does not
/// read must not keep us.
fn write_at_once(mut text: &[u8]) -> bool {
    while !text.is_empty() {
        let mut stdout = libc::pollfd { fd: libc::STDOUT_FILENO, events: libc::POLLOUT, revents: 0 };
        // A pipe that is ready has room for PIPE_BUF bytes (pipe(7)).
        // SAFETY: one valid pollfd, and a text of that length.
        let written = unsafe {
            match libc::poll(&raw mut stdout, 1, 0) {
                1 => libc::write(libc::STDOUT_FILENO, text.as_ptr().cast(), text.len().min(libc::PIPE_BUF)),
                _ => return false,
            }
        };
        match usize::try_from(written).ok().and_then(|written| text.get(written..)) {
            Some(rest) if rest.len() < text.len() => text = rest,
            _ => return false,
        }
    }
    true
}
