//! A probe that hangs: whatever the plugin reads first never comes. The answer comes in time, in every format.

use crate::common;
use crate::harness::Trial;
use crate::needs::trial;
use crate::run::{Plugin, Run};
use nix::sys::signal::Signal;
use std::path::Path;
use tempfile::TempDir;
use vitals::model::render::Format;
use vitals::model::status::Status;

/// Files that a plugin may read first, each a FIFO that nobody writes to.
const FIFOS: &[&str] = &[
    "etc/passwd",
    "proc/1/cmdline",
    "proc/1/comm",
    "proc/1/mountinfo",
    "proc/1/stat",
    "proc/1/status",
    "proc/cpuinfo",
    "proc/loadavg",
    "proc/meminfo",
    "proc/mounts",
    "proc/pressure/cpu",
    "proc/pressure/io",
    "proc/pressure/memory",
    "proc/self/cgroup",
    "proc/self/mountinfo",
    "proc/self/mounts",
    "proc/self/stat",
    "proc/stat",
    "proc/swaps",
    "proc/sys/kernel/random/boot_id",
    "proc/uptime",
    "proc/vmstat",
];

type Case = fn(&Stuck);

const CASES: &[(&str, Case)] = &[
    ("in_every_format", formats),
    ("with_a_state_of_the_users_choice", chosen),
    ("ended_by_sigterm", |stuck| ended(stuck, Signal::SIGTERM)),
    ("ended_by_sigint", |stuck| ended(stuck, Signal::SIGINT)),
    ("ended_by_sigalrm", alarmed),
    ("with_a_stdout_that_takes_nothing", unheard),
];

pub fn trials() -> impl Iterator<Item = Trial> {
    common::plugins().into_iter().filter(|name| hangs(name)).flat_map(|name| {
        CASES.iter().map(move |(case, run)| {
            let name = name.clone();
            trial(format!("{name}::hangs::{case}"), &[], move || run(&Stuck::new(&name)))
        })
    })
}

/// Whether files below a root can make it hang. The others watch something else, and have tests of their own for it.
fn hangs(name: &str) -> bool {
    !matches!(
        name,
        "check_files" | "check_logscan" | "check_ping" | "check_service" | "check_listener" | "check_impact"
    )
}

/// A plugin on a machine whose files never come.
struct Stuck {
    plugin: Plugin,
    root: TempDir,
}

impl Stuck {
    fn new(name: &str) -> Self {
        let root = tempfile::tempdir().expect("a root");
        for fifo in FIFOS {
            let path = root.path().join(fifo);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("its folder");
            nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).expect("a FIFO");
        }
        Self { plugin: Plugin::real(name), root }
    }

    fn command(&self) -> Run {
        self.plugin.command().arg("--root").arg(self.root.path())
    }
}

fn formats(stuck: &Stuck) {
    for format in Format::ALL {
        let ran = stuck.command().args("-t 0.5 --output").arg(format.name()).done().within(0.5);
        // Our own slowness is UNKNOWN; a plugin may know better what hangs, but never says that all is well.
        assert_ne!(ran.in_form(format, vitals::model::render::WHOLE), Status::Ok, "{}", ran.text());
    }
}

fn chosen(stuck: &Stuck) {
    for status in [Status::Critical, Status::Warning, Status::Unknown] {
        let ran = stuck.command().arg("-t").arg(format!("0.5:{status}")).done().within(0.5);
        assert_eq!(ran.ok_form(), status, "{}", ran.text());
    }
}

fn ended(stuck: &Stuck, signal: Signal) {
    for format in Format::ALL {
        let running = stuck.command().args("-t 30 --output").arg(format.name()).start();
        running.wait_until_at_work();
        running.signal(signal);
        let ran = running.end().within(5.0);
        assert_eq!(ran.in_form(format, vitals::model::render::WHOLE), Status::Unknown, "{}", ran.text());
    }
}

fn alarmed(stuck: &Stuck) {
    let running = stuck.command().args("-t 30:warning").start();
    running.wait_until_at_work();
    running.signal(Signal::SIGALRM);
    assert_eq!(running.end().within(5.0).ok_form(), Status::Warning);
}

fn unheard(stuck: &Stuck) {
    for state in Status::ALL {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
        let ran = stuck.command().arg("-t").arg(format!("0.5:{state}")).stdout(full).done().within(0.5);
        let expected = if state == Status::Ok { Status::Unknown } else { state };
        assert_eq!(ran.code(), i32::from(expected.code()), "{ran:?}");
    }
}
