//! A fault that a test can cause and mend: a process that is expected, and there or not.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::Scratch;

/// A process with a name of its own, longer than the 15 characters that the kernel keeps.
pub(crate) struct Worker {
    name: String,
    program: String,
    children: Vec<Child>,
}

impl Worker {
    /// The process that will be expected; it does not run yet.
    pub(crate) fn new(scratch: &Scratch, kind: &str) -> Self {
        let name = format!("interface_{kind}_{}", std::process::id());
        scratch.folder("bin");
        let program = scratch.executable(Path::new("/bin/sleep"), &format!("bin/{name}"));
        Self { name, program: program.to_str().unwrap().to_owned(), children: Vec::new() }
    }

    /// The arguments with which check_procs expects exactly one such process.
    pub(crate) fn expectation(&self) -> [String; 2] {
        ["--expect".to_owned(), format!("worker: name={} count=1:1", self.name)]
    }

    /// Its name, as check_procs shows it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Starts one more.
    pub(crate) fn start(&mut self) {
        let child = Command::new("setpriv")
            .args(["--pdeathsig=TERM", &self.program, "3600"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        self.children.push(child);
    }

    pub(crate) fn stop(&mut self) {
        self.children.iter_mut().for_each(end);
        self.children.clear();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A process that does harm until it is dropped.
pub(crate) struct Culprit(Child);

impl Culprit {
    /// Starts a command that does not outlive the test.
    pub(crate) fn start(command: &[&str]) -> Self {
        let child = Command::new("setpriv").arg("--pdeathsig=KILL").args(command).stdin(Stdio::null()).spawn().unwrap();
        Self(child)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// It was ended, and has gone.
    pub(crate) fn stop(self) {}
}

impl Drop for Culprit {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
