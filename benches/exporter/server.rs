//! A server that is measured: on a processor of its own, and ended with its guard.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::client::Connection;

/// For a start, with the first runs of all checks.
const PATIENCE: Duration = Duration::from_secs(180);

pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

impl Server {
    /// Starts a command on the processor `cpu`, `{port}` in it being a free one, and waits until `path` is answered.
    pub(crate) fn start(command: &[String], cpu: usize, folder: &Path, path: &str) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let words = command.iter().map(|word| word.replace("{port}", &port.to_string()));
        let log = folder.join("log");
        let child = Command::new("taskset")
            .args(["-c", &cpu.to_string(), "setpriv", "--pdeathsig=TERM"])
            .args(words)
            // As a service manager starts it: each variable is copied for each child.
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LC_ALL", "C")
            .env("STATE_DIRECTORY", folder)
            .stdin(Stdio::null())
            .stdout(File::create(&log)?)
            .stderr(File::options().append(true).open(&log)?)
            .spawn()
            .context("start taskset (util-linux)")?;
        let mut server = Self { child, port };
        let start = Instant::now();
        while Connection::open(port).and_then(|mut to| to.get(path).map(drop)).is_err() {
            let ended = server.child.try_wait()?;
            if ended.is_some() || start.elapsed() > PATIENCE {
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                bail!("{}: no answer; {}", command.join(" "), said.lines().last().unwrap_or("it said nothing"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
