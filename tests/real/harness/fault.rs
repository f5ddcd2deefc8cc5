//! A fault that a test can cause and mend: a process that is expected, and there or not.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::Scratch;

/// A process with a name of its own, longer than the 15 characters that the kernel keeps.
pub(crate) struct Worker {
    name: String,
    program: String,
    child: Option<Child>,
}

impl Worker {
    /// The process that will be expected; it does not run yet.
    pub(crate) fn new(scratch: &Scratch, kind: &str) -> Self {
        let name = format!("interface_{kind}_{}", std::process::id());
        scratch.folder("bin");
        let program = scratch.executable(Path::new("/bin/sleep"), &format!("bin/{name}"));
        Self { name, program: program.to_str().unwrap().to_owned(), child: None }
    }

    /// The arguments with which check_procs expects exactly one such process.
    pub(crate) fn expectation(&self) -> [String; 2] {
        ["--expect".to_owned(), format!("worker: name={} count=1:1", self.name)]
    }

    pub(crate) fn start(&mut self) {
        let child = Command::new("setpriv")
            .args(["--pdeathsig=TERM", &self.program, "3600"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}
