//! What a reader must know about the machine to judge the figures.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Machine {
    commit: String,
    kernel: String,
    cpu: String,
    cores: usize,
    virtual_machine: String,
    load: String,
    pub(crate) cpu_time: String,
    pub(crate) instructions: &'static str,
}

impl Machine {
    /// `cpu_times` are of single short runs, in µs: they show how fine the kernel's account is.
    pub(crate) fn describe(cpu_times: &[u64], instructions: &'static str) -> Self {
        Self {
            commit: commit(),
            kernel: format!("{} {}", read("/proc/sys/kernel/osrelease"), std::env::consts::ARCH),
            cpu: cpu_model(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            virtual_machine: virtual_machine(),
            load: read("/proc/loadavg").split(' ').take(3).collect::<Vec<_>>().join(" "),
            cpu_time: account(cpu_times),
            instructions,
        }
    }

    pub(crate) fn lines(&self) -> Vec<(&'static str, String)> {
        let measured = [
            ("CPU time", self.cpu_time.clone()),
            ("peak memory", "VmHWM of the largest process, read at its exit (ptrace)".into()),
            ("instructions", self.instructions.into()),
        ];
        self.surroundings().into_iter().chain(measured).collect()
    }

    /// Without what is special to short processes.
    pub(crate) fn surroundings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("commit", self.commit.clone()),
            ("kernel", self.kernel.clone()),
            ("cpu", format!("{} × {}", self.cores, self.cpu)),
            ("virtual machine", self.virtual_machine.clone()),
            ("load average", self.load.clone()),
        ]
    }
}

/// The type of the file system that holds a folder.
pub(crate) fn kind_of(folder: &Path) -> String {
    let folder = folder.to_string_lossy();
    output("stat", &["-f", "-c", "%T", &folder]).unwrap_or_else(|| "unknown".into())
}

/// Numeric folders of /proc.
pub(crate) fn processes() -> usize {
    let is_process = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    fs::read_dir("/proc").map_or(0, |entries| {
        entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_process)).count()
    })
}

/// With ticks, user and system are told apart by ticks, but their sum is the scheduler's own, to the nanosecond;
/// a kernel that only counts ticks gives multiples of one.
fn account(cpu_times: &[u64]) -> String {
    const SHORTEST_TICK_US: u64 = 1000;
    if cpu_times.iter().all(|time| time % SHORTEST_TICK_US == 0) {
        "user and system, wait4; counted in ticks, so only sums over many runs mean anything".into()
    } else {
        "user and system, wait4; the scheduler's account, to the microsecond".into()
    }
}

fn commit() -> String {
    let git = |arguments: &[&str]| output("git", &[&["-C", env!("CARGO_MANIFEST_DIR")], arguments].concat());
    match git(&["rev-parse", "--short", "HEAD"]) {
        None => "unknown".into(),
        Some(commit) if git(&["status", "--porcelain"]).is_some() => format!("{commit}, with changes"),
        Some(commit) => commit,
    }
}

fn virtual_machine() -> String {
    let detected = |what: &str| output("systemd-detect-virt", &[what]).filter(|answer| answer != "none");
    let machine = detected("--vm").or_else(|| {
        let flagged =
            read("/proc/cpuinfo").lines().any(|line| line.starts_with("flags") && line.contains(" hypervisor"));
        flagged.then(|| "hypervisor flag of the CPU".into())
    });
    let machine = machine.map_or_else(|| "no".into(), |kind| format!("yes ({kind})"));
    match detected("--container") {
        Some(container) => format!("{machine}, in a container ({container})"),
        None => machine,
    }
}

fn cpu_model() -> String {
    let model = |line: &str| Some(line.strip_prefix("model name")?.split_once(": ")?.1.to_owned());
    read("/proc/cpuinfo").lines().find_map(model).unwrap_or_else(|| "unknown".into())
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

/// What a command prints; none if it prints nothing or is not there.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}
