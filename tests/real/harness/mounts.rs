//! Mounts that only the test sees: in a mount namespace of its own, so that neither the machine nor
//! another test can meet a full, read-only or hung file system, and none outlives the test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{Ran, run};

/// A mount namespace, held by a process that ends when the test does, even when that is killed: it
/// reads from a pipe whose other end only the test has.
pub(crate) struct Namespace {
    holder: Child,
    identity: PathBuf,
}

impl Namespace {
    pub(crate) fn new() -> Self {
        let mut holder = Command::new("unshare")
            .args(["--mount", "--propagation", "private"])
            .args(["sh", "-c", "echo ready; exec cat >/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        assert_eq!(ready, "ready\n");
        let identity = std::fs::read_link(format!("/proc/{}/ns/mnt", holder.id())).unwrap();
        Self { holder, identity }
    }

    /// What stands in front of a command to run it inside.
    pub(crate) fn enter(&self) -> Vec<String> {
        let namespace = format!("--mount=/proc/{}/ns/mnt", self.holder.id());
        vec!["nsenter".to_owned(), namespace, "--".to_owned()]
    }

    /// Runs a command inside.
    pub(crate) fn run<S: AsRef<str>>(&self, command: &[S]) -> Ran {
        let mut all = self.enter();
        all.extend(command.iter().map(|word| word.as_ref().to_owned()));
        run(&all)
    }

    /// Runs a command inside that must succeed.
    pub(crate) fn must<S: AsRef<str>>(&self, command: &[S]) {
        let ran = self.run(command);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
    }

    /// Mounts a tmpfs on a folder.
    pub(crate) fn tmpfs(&self, folder: &Path, options: &str) {
        self.must(&["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.to_str().unwrap()]);
    }

    /// Whether something is mounted on this folder.
    pub(crate) fn mounted(&self, folder: &Path) -> bool {
        let table = std::fs::read_to_string(format!("/proc/{}/mountinfo", self.holder.id())).unwrap();
        table.lines().any(|line| line.split(' ').nth(4) == folder.to_str())
    }

    /// A path inside, as seen from outside.
    pub(crate) fn inside(&self, path: &Path) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(path.strip_prefix("/").unwrap())
    }

    /// The processes that live inside, without the one that holds it.
    pub(crate) fn processes(&self) -> Vec<Pid> {
        let entries = std::fs::read_dir("/proc").unwrap();
        entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok())
            .filter(|pid| u32::try_from(*pid).is_ok_and(|pid| pid != self.holder.id()))
            .filter(|pid| std::fs::read_link(format!("/proc/{pid}/ns/mnt")).is_ok_and(|ns| ns == self.identity))
            .map(Pid::from_raw)
            .collect()
    }
}

impl Drop for Namespace {
    /// Ends whatever is left inside: with the last process go the mounts. A file system's daemon among
    /// them takes its file system along, which frees those who wait for it.
    fn drop(&mut self) {
        for pid in self.processes() {
            let _ = kill(pid, Signal::SIGKILL);
        }
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
    }
}
