//! The launcher: leaves to a plugin what a careless parent may leave. It is this binary under another name, because
//! the standard library cleans signals up before it starts a program.

use crate::run::Plugin;
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal, sigprocmask};
use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

const NAME: &str = "vitals-test-launcher";

/// The command that starts `plugin` in these circumstances: `block=SIGALRM`, `ignore=SIGPIPE`, `close=1`, `argv=none`.
pub fn command(circumstances: &[String], plugin: &Plugin) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.arg0(NAME).args(circumstances).arg("--").arg(&plugin.path).arg(&plugin.arg0);
    command
}

/// Acts as the launcher when started under its name; it comes back only when something went wrong.
pub fn acts_as(name: &OsStr) -> Option<ExitCode> {
    (name == NAME).then(|| {
        let error = launch();
        eprintln!("launcher: {error}");
        ExitCode::from(99)
    })
}

fn launch() -> String {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let mut parts = arguments.splitn(2, |argument| argument == "--");
    let (circumstances, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut words: Vec<CString> =
        rest.iter().map(|word| CString::new(word.as_bytes()).expect("no NUL in an argument")).collect();
    let path = words.remove(0);
    for circumstance in circumstances {
        let (what, which) = circumstance.to_str().and_then(|c| c.split_once('=')).expect("WHAT=WHICH");
        match what {
            "block" => {
                let mut set = SigSet::empty();
                set.add(which.parse().expect("a signal"));
                sigprocmask(SigmaskHow::SIG_BLOCK, Some(&set), None).expect("block");
            }
            "ignore" => ignore(which.parse().expect("a signal")),
            "close" => nix::unistd::close(which.parse::<i32>().expect("a descriptor")).expect("close"),
            "argv" => words.clear(),
            other => return format!("what is {other}?"),
        }
    }
    format!("{path:?}: {:?}", nix::unistd::execv(&path, &words).err())
}

#[expect(unsafe_code, reason = "nix marks every change of a disposition as unsafe")]
fn ignore(which: Signal) {
    // SAFETY: no handler of ours is installed or removed.
    unsafe { signal(which, SigHandler::SigIgn) }.expect("ignore");
}
