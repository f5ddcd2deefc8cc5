//! What a careless parent leaves: blocked and ignored signals, descriptors. None of it changes how a plugin behaves.

use crate::every::subjects;
use crate::harness::Trial;
use crate::needs::trial;
use crate::run::Plugin;
use crate::stand_in;
use nix::sys::signal::Signal;
use vitals::model::status::Status;

const LEFT: &[&str] = &[
    "block=SIGALRM",
    "block=SIGTERM",
    "ignore=SIGALRM",
    "ignore=SIGTERM",
    "ignore=SIGPIPE",
    "ignore=SIGCHLD",
    "close=0",
    "close=2",
];

pub fn trials() -> impl Iterator<Item = Trial> {
    let each = subjects().into_iter().flat_map(|plugin| {
        LEFT.iter().map(move |left| {
            let plugin = plugin.clone();
            trial(format!("{}::inherits::{left}", plugin.name), &[], move || ordinary(&plugin, left))
        })
    });
    let all = || {
        LEFT.iter()
            .filter(|left| !left.starts_with("close"))
            .fold(stand_in::plain().command(), |run, left| run.launched(left))
    };
    let deadline = trial("inherits::the_deadline_is_kept".to_owned(), &[], move || {
        let ran = all().args("--act busy -t 0.5").done().within(0.5);
        assert_eq!(ran.ok_form(), Status::Unknown);
    });
    let term = trial("inherits::sigterm_ends_it".to_owned(), &[], move || {
        let running = all().args("--act busy -t 30").start();
        running.wait_until_at_work();
        running.signal(Signal::SIGTERM);
        assert_eq!(running.end().within(5.0).ok_form(), Status::Unknown);
    });
    // With SIGCHLD ignored the kernel would reap our children, and their codes would be lost.
    let children = trial("inherits::children_are_waited_for".to_owned(), &[], move || {
        let ran = all().args("--act child -t 1").done().within(1.0);
        assert_eq!(ran.ok_form(), Status::Unknown);
        ran.says(&["sleep did not end in time and was killed"]).says_not("No child");
    });
    each.chain([deadline, term, children])
}

fn ordinary(plugin: &Plugin, left: &str) {
    let ran = plugin.command().launched(left).done().within(10.0);
    ran.ok_form();
    assert!(!ran.first_line().contains("usage:"), "{}", ran.text());
}
