//! An exporter with a configuration of its own, ended whatever happens.

use crate::common::bin;
use crate::http::{self, Answer};
use crate::process;
use crate::scrape::Scrape;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// For anything that takes a moment: far more than it needs on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(25);

/// What `look` finds, as soon as it does.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < LIMIT, "gave up waiting for {what}");
        std::thread::sleep(STEP);
    }
}

/// A folder with the files of a case.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::Builder::new().prefix("vitals-exporter-").tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn at(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.0.path().join(name), content).unwrap();
        self.at(name)
    }

    /// A file that takes another's place whole: who reads it sees the old one or the new one.
    pub fn replace(&self, name: &str, content: &str) {
        self.file("replacement", content);
        fs::rename(self.at("replacement"), self.at(name)).unwrap();
    }

    /// A file that can be executed. Another process writes it: were it open for writing here, a child started just
    /// then would inherit that, and to execute it would fail.
    pub fn script(&self, name: &str, content: &str) -> String {
        let source = self.file(&format!("{name}.source"), content);
        let installed = Command::new("install").args(["-m", "755", &source, &self.at(name)]).status().unwrap();
        assert!(installed.success());
        self.at(name)
    }
}

/// A running exporter.
pub struct Exporter {
    pub folder: Folder,
    pub address: SocketAddr,
    child: Child,
    log: PathBuf,
    /// In the environment of all that descends from it.
    mark: String,
}

impl Exporter {
    pub fn start(config: &str) -> Self {
        Self::start_in(Folder::new(), config)
    }

    /// Starts it with files that are there already.
    pub fn start_in(folder: Folder, config: &str) -> Self {
        Self::start_with(folder, config, &[], &["--listen", "127.0.0.1:0"])
    }

    /// The same behind another program, with these arguments.
    pub fn start_with(folder: Folder, config: &str, front: &[&str], arguments: &[&str]) -> Self {
        folder.file("vitals.toml", config);
        let log = folder.path().join("log");
        let stderr = File::options().create(true).append(true).open(&log).unwrap();
        let mut command = Command::new("setpriv");
        command.arg("--pdeathsig=KILL").args(front).arg(bin("vitals_exporter")).args(["--config", "vitals.toml"]);
        command.args(arguments).current_dir(folder.path()).env("EXPORTER_CASE", folder.path());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mark = format!("EXPORTER_CASE={}", folder.path().display());
        let mut exporter = Self { folder, address, child, log, mark };
        exporter.address = until("its address", || {
            let ended = exporter.child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended: {}", exporter.log());
            let log = exporter.log();
            let (_, rest) = log.split_once("vitals_exporter: http://")?;
            rest.split_once("/ shows ")?.0.parse().ok()
        });
        exporter
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    pub fn get(&self, path: &str) -> Answer {
        http::ask(self.address, "GET", path, "")
    }

    pub fn post(&self, path: &str, headers: &str) -> Answer {
        http::ask(self.address, "POST", path, headers)
    }

    pub fn scrape(&self) -> Scrape {
        let answer = self.get("/metrics");
        assert_eq!(answer.status, 200, "{}", answer.body);
        Scrape(answer.body)
    }

    /// The page of a check of the host `h`, as its text.
    pub fn page(&self, check: &str) -> String {
        let answer = self.get(&format!("/check/h/{check}"));
        assert_eq!(answer.status, 200, "{check}: {}", answer.body);
        http::text(&answer.body)
    }

    /// What `look` finds in the metrics.
    pub fn until<T>(&self, what: &str, look: impl Fn(&Scrape) -> Option<T>) -> T {
        let mut last = String::new();
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            let scrape = self.scrape();
            if let Some(found) = look(&scrape) {
                return found;
            }
            last = scrape.0;
            std::thread::sleep(STEP);
        }
        panic!("gave up waiting for {what}\n{}\n{last}", self.log());
    }

    /// Waits until each of these has had so many runs.
    pub fn until_run(&self, checks: &[&str], runs: f64) {
        self.until(&format!("{runs} runs of {checks:?}"), |scrape| {
            checks.iter().all(|check| scrape.runs(check) >= runs).then_some(())
        });
    }

    /// Waits until the log says this.
    pub fn until_log(&self, said: &str) {
        until(&format!("the log: {said}\n"), || {
            let log = self.log();
            log.contains(said).then_some(())
        });
    }

    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status().unwrap().success());
    }

    /// Its children, living and dead.
    pub fn children(&self) -> Vec<process::Process> {
        process::all().into_iter().filter(|process| process.parent == self.pid()).collect()
    }

    /// All that has come from it and lives, wherever it is now.
    pub fn left(&self) -> Vec<u32> {
        process::with_environment(&self.mark).into_iter().filter(|pid| *pid != self.pid()).collect()
    }

    /// Waits until it has no child, living or dead, and nothing that came from it lives but what is named here.
    pub fn leaves_nothing_but(&self, known: &[u32]) {
        until("the end of all children", || self.children().is_empty().then_some(()));
        until("the end of all descendants", || {
            let left = self.left();
            left.iter().all(|pid| known.contains(pid)).then_some(())
        });
    }

    pub fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap().count()
    }

    /// Its pipes and the descriptors of processes, which runs may leak; without what it inherited from this test.
    pub fn run_descriptors(&self) -> usize {
        let links = |process: &str| -> Vec<String> {
            let open = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
            let links = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
            let names = links.map(|link| link.to_string_lossy().into_owned());
            names.filter(|name| name.starts_with("pipe:") || name == "anon_inode:[pidfd]").collect()
        };
        let inherited = links("self");
        links(&self.pid().to_string()).iter().filter(|name| !inherited.contains(name)).count()
    }

    /// A figure of its status, in KiB: VmHWM, VmRSS.
    pub fn memory(&self, key: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with(key)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Ends it as a service manager does.
    pub fn terminate(&mut self) -> (ExitStatus, Duration) {
        self.end("TERM")
    }

    /// Ends it by a signal.
    pub fn end(&mut self, signal: &str) -> (ExitStatus, Duration) {
        let start = Instant::now();
        self.signal(signal);
        let status = until("its end", || self.child.try_wait().unwrap());
        (status, start.elapsed())
    }

    /// As a crash does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the log of {}\n{}", self.folder.path().display(), self.log());
        }
        self.kill();
        for pid in self.left() {
            let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).stderr(Stdio::null()).status();
        }
    }
}

/// `[[check]]` with a command of words.
pub fn check(name: &str, command: &[&str], more: &str) -> String {
    let words: Vec<String> = command.iter().map(|word| toml(word)).collect();
    format!("[[check]]\nname = \"{name}\"\ncommand = [{}]\n{more}\n", words.join(", "))
}

/// `[[check]]` with a command for the shell.
pub fn shell(name: &str, command: &str, more: &str) -> String {
    format!("[[check]]\nname = \"{name}\"\nshell = true\ncommand = {}\n{more}\n", toml(command))
}

/// A text as TOML has it.
fn toml(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// What most cases begin with: everything is about the host `h`, runs once in the life of the case, and counts at once.
pub const RARELY: &str = "[defaults]\nhost = \"h\"\ninterval = \"1h\"\nretries = 0\n\n";
/// The same, run as often as can be.
pub const OFTEN: &str = "[defaults]\nhost = \"h\"\ninterval = \"1s\"\nretries = 0\n\n";
