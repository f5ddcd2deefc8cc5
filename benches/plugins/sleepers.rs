//! Extra processes, for as long as the value lives.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};

use crate::cases::SLEEPER_ARGS;
use crate::tools::Tools;

/// The helper ends its children when its standard input does: when this is dropped, and when the benchmark is
/// killed.
pub(crate) struct Sleepers {
    helper: Child,
    pub(crate) started: usize,
}

impl Sleepers {
    pub(crate) fn start(tools: &Tools, count: usize) -> Result<Self> {
        let mut helper = Command::new(tools.helper("bench-sleeper"))
            .arg(count.to_string())
            .args(SLEEPER_ARGS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("start bench-sleeper")?;
        let mut line = String::new();
        if let Some(output) = helper.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let started = line.trim().strip_prefix("ready ").and_then(|count| count.parse().ok());
        Ok(Self { helper, started: started.context("bench-sleeper did not become ready")? })
    }
}

impl Drop for Sleepers {
    fn drop(&mut self) {
        drop(self.helper.stdin.take());
        let _ = self.helper.wait();
    }
}
