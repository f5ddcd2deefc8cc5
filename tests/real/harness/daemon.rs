//! A server that is stopped when its guard goes, also by a failed assertion or a killed test run.

use std::collections::BTreeSet;
use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use super::{LIMIT, Scratch, eventually};

/// A running server.
pub(crate) struct Daemon {
    name: String,
    child: Child,
    output: PathBuf,
    /// What ends it: TERM for a server, which then ends its own children too.
    farewell: Signal,
}

impl Daemon {
    /// Starts a command in a process group of its own, as the owner of the scratch folder, which also
    /// takes its output. The kernel ends it should the test be killed before its guard can.
    pub(crate) fn start(scratch: &Scratch, prefix: &[String], command: &[&str]) -> Self {
        Self::start_until(Signal::SIGTERM, scratch, prefix, command)
    }

    /// The same, for a program that cannot be counted on to hear a request.
    pub(crate) fn start_deaf(scratch: &Scratch, prefix: &[String], command: &[&str]) -> Self {
        Self::start_until(Signal::SIGKILL, scratch, prefix, command)
    }

    fn start_until(farewell: Signal, scratch: &Scratch, prefix: &[String], command: &[&str]) -> Self {
        let name = command[0].rsplit('/').next().unwrap().to_owned();
        let output = scratch.file(&format!("{name}.out"), "");
        let mut all: Vec<String> = prefix.to_vec();
        all.extend(["setpriv".to_owned(), format!("--pdeathsig={}", &farewell.as_str()[3..])]);
        if let Some(user) = scratch.owner() {
            all.extend([format!("--reuid={}", user.uid), format!("--regid={}", user.gid)]);
            all.push("--clear-groups".to_owned());
        }
        all.extend(command.iter().map(|word| (*word).to_owned()));
        let log = File::options().append(true).open(&output).unwrap();
        let child = Command::new(&all[0])
            .args(&all[1..])
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin")
            .current_dir(scratch.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{all:?}: {error}"));
        Self { name, child, output, farewell }
    }

    /// What `look` finds, as soon as it finds it, while the server runs.
    pub(crate) fn until<T>(&mut self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && start.elapsed() < LIMIT,
                "{} did not come to: {what}; {ended:?}; it printed:\n{}",
                self.name,
                self.output()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it printed.
    pub(crate) fn output(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.output).unwrap_or_default()).into_owned()
    }

    /// The file that takes what it prints.
    pub(crate) fn output_path(&self) -> PathBuf {
        self.output.clone()
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }

    /// Ends it as its administrator would, with five seconds to clean up, and then by force.
    pub(crate) fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill(self.pid(), self.farewell);
            let start = Instant::now();
            while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < Duration::from_secs(5) {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        let _ = killpg(self.pid(), Signal::SIGKILL);
        let _ = self.child.wait();
    }

    /// Ends it at once, as a crash would.
    pub(crate) fn crash(&mut self) {
        let _ = killpg(self.pid(), Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A port of the loopback address that nobody uses, and that the kernel gives to nobody else for the
/// next minute: a connection that its listening side closed first stays behind in TIME_WAIT, over which
/// only a server (SO_REUSEADDR) may bind.
pub(crate) fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    eventually("a free port", || {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
        let port = listener.local_addr().ok()?.port();
        let client = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
        drop(listener.accept().ok()?);
        drop(client);
        GIVEN.lock().unwrap().insert(port).then_some(port)
    })
}
