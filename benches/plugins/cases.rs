//! What is measured: the command lines, and what each should reach. The one place to change them.

/// A group of cases under one title, all measured while the same number of processes exists.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) load: Load,
    pub(crate) cases: Vec<Case>,
}

/// How many processes exist beside those of the machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// Ten sleepers, so that the commands find what they look for.
    Present,
    /// As many as `--sleepers` says.
    Many,
}

/// Commands that do the same job, measured in turn.
pub(crate) struct Case {
    pub(crate) what: &'static str,
    pub(crate) commands: Vec<Command>,
    pub(crate) targets: Vec<Target>,
}

/// A program and its arguments. In them `{state}` is a folder of the case's own, `{port}` that of a listener that answers
/// pings, and `{here}` the folder of this benchmark.
pub(crate) struct Command {
    pub(crate) role: Role,
    pub(crate) argv: Vec<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// A plugin of this package, from `VITALS_BIN_DIR`.
    Ours,
    /// The plugin people would use instead, from the folder of monitoring-plugins.
    Peer,
    /// A C program of this folder that does the unavoidable part only.
    Limit,
    /// What the machine has for scripts, with a script of this folder.
    Script,
}

/// What our command should reach in a case.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// User and system time, in ms.
    CpuMs(f64),
    /// Peak memory, in KiB.
    PeakKib(u64),
    /// Less peak memory than the peer.
    LighterThanPeer,
    /// Our CPU time this many times below the peer's.
    TimesLess(f64),
    /// Our CPU time at most this many times the C reader's.
    OfLimit(f64),
}

use Role::{Limit, Ours, Peer, Script};
use Target::{CpuMs, LighterThanPeer, OfLimit, PeakKib, TimesLess};

/// Everything that sleeps for the benchmark has these arguments, and is called `bench-sleeper` or, every tenth,
/// `bench-rare`.
pub(crate) const SLEEPER_ARGS: &[&str] = &["--instance", "K1", "--config", "/etc/bench/worker.conf"];

pub(crate) fn groups() -> Vec<Group> {
    vec![
        Group { title: "What a process costs", load: Load::Present, cases: floor() },
        Group { title: "File systems, CPU, memory", load: Load::Present, cases: host() },
        Group { title: "A listener", load: Load::Present, cases: listener() },
        Group { title: "Processes, as many as there are", load: Load::Present, cases: procs(Load::Present) },
        Group { title: "Processes, many", load: Load::Many, cases: procs(Load::Many) },
    ]
}

fn floor() -> Vec<Case> {
    let commands = ["hello", "hello-static", "hello-dynamic"].map(|program| command(Limit, &[program]));
    vec![Case { what: "C that prints OK: no libc, static, dynamic", commands: commands.into(), targets: vec![] }]
}

/// The types of the mounts that both judge, as each writes them.
const TYPES: &[&str] = &["ext4", "xfs", "tmpfs"];
const OUR_TYPES: &[&str] = &["type:ext4", "type:xfs", "type:tmpfs"];

fn each(option: &'static str, values: &[&'static str]) -> Vec<&'static str> {
    values.iter().flat_map(|value| [option, value]).collect()
}

fn host() -> Vec<Case> {
    vec![
        Case {
            what: "one mount",
            commands: vec![
                command(Ours, &["check_fs", "--state-dir", "{state}", "-p", "/"]),
                command(Peer, &["check_disk", "-w", "10%", "-c", "5%", "-p", "/"]),
            ],
            targets: vec![TimesLess(3.0), LighterThanPeer],
        },
        Case {
            what: "all mounts of disks and tmpfs",
            commands: vec![
                command(Ours, &[&["check_fs", "--state-dir", "{state}"][..], &each("--include", OUR_TYPES)].concat()),
                command(Peer, &[&["check_disk", "-w", "10%", "-c", "5%"][..], &each("-N", TYPES)].concat()),
            ],
            targets: vec![TimesLess(3.0), LighterThanPeer],
        },
        Case {
            what: "CPU",
            commands: vec![
                command(Ours, &["check_cpu", "--state-dir", "{state}"]),
                command(Peer, &["check_load", "-w", "90,90,90", "-c", "95,95,95"]),
            ],
            targets: vec![CpuMs(0.5), PeakKib(1024), TimesLess(10.0)],
        },
        Case {
            what: "memory",
            commands: vec![
                command(Ours, &["check_mem", "--state-dir", "{state}"]),
                command(Peer, &["check_swap", "-w", "10%", "-c", "5%", "-n", "ok"]),
            ],
            targets: vec![CpuMs(0.5), PeakKib(1024), TimesLess(3.0)],
        },
    ]
}

/// check_tcp only connects; the script does what the plugin does, without options, limits or deadline.
fn listener() -> Vec<Case> {
    vec![Case {
        what: "ping of a listener on this machine",
        commands: vec![
            command(Ours, &["check_listener", "127.0.0.1:{port}"]),
            command(Peer, &["check_tcp", "-H", "127.0.0.1", "-p", "{port}"]),
            command(Script, &["python3", "-I", "{here}/tnsping.py", "127.0.0.1", "{port}"]),
        ],
        targets: vec![TimesLess(5.0), CpuMs(0.5)],
    }]
}

/// A question about processes: what it is, how ours and the peer are asked it, the files that it needs, and how
/// many times less than the peer it should cost when there are many processes.
type Question = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str], f64);

const QUESTIONS: &[Question] = &[
    ("count all", &["all: count=1:"], &["-c", "1:"], &["read_proc"], 40.0),
    (
        "by name, nearly all match",
        &["sleepers: name=bench-sleeper count=1:"],
        &["-c", "1:", "-C", "bench-sleeper"],
        &["read_proc", "comm"],
        8.0,
    ),
    (
        "by name, one in ten matches",
        &["rare: name=bench-rare count=1:"],
        &["-c", "1:", "-C", "bench-rare"],
        &["read_proc", "comm"],
        8.0,
    ),
    (
        "by name, with CPU and memory",
        &["sleepers: name=bench-sleeper count=1:", "-w", "cpu=80%", "-w", "rss=1GiB"],
        &["-C", "bench-sleeper", "-m", "RSS", "-w", "1048576"],
        &["read_proc", "stat"],
        5.0,
    ),
    (
        "by command line, regular expression",
        &["workers: cmd~'--config .etc.bench.[a-z]+[.]conf' count=1:"],
        &["-c", "1:", "--ereg-argument-array=--config .etc.bench.[a-z]+[.]conf"],
        &["read_proc", "cmdline"],
        3.0,
    ),
];

fn procs(load: Load) -> Vec<Case> {
    let mut cases: Vec<Case> = QUESTIONS
        .iter()
        .map(|&(what, ours, peer, limit, times)| Case {
            what,
            commands: vec![
                command(Ours, &[&["check_procs", "--state-dir", "{state}", "--expect"], ours].concat()),
                command(Peer, &[&["check_procs"], peer].concat()),
                command(Limit, limit),
            ],
            targets: match load {
                Load::Present => vec![TimesLess(7.0)],
                Load::Many => vec![TimesLess(times), OfLimit(1.3)],
            },
        })
        .collect();
    cases.push(Case {
        what: "the files that ps reads, which the peer runs",
        commands: vec![command(Limit, &["read_proc", "stat", "status", "cmdline"])],
        targets: vec![],
    });
    cases
}

fn command(role: Role, argv: &[&'static str]) -> Command {
    Command { role, argv: argv.to_vec() }
}
