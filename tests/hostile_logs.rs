//! check_logscan on logs that nobody would want: a defined answer each, in time, in bounded memory.
#![allow(clippy::expect_used, clippy::panic, unreachable_pub, missing_docs, dead_code)]

mod common;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::stat::Mode;
use std::fs::{self, File, Permissions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What a run may need, in KiB.
const MEMORY: i64 = 32 * 1024;
/// Seconds that a run is given, and what it may take beyond them on a slow machine.
const TIME: u64 = 10;
const SLACK: u64 = 5;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        // Another user reads here, too.
        fs::set_permissions(dir.path(), Permissions::from_mode(0o777)).expect("ours");
        Self(dir)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        fs::write(self.at(name), content).expect("written");
        self.at(name)
    }

    fn command(&self, log: &Path, more: &[&str]) -> Command {
        let mut command = Command::new(common::bin("check_logscan"));
        command.arg(log).args(["--critical-pattern", "ERROR", "--from-start", "--state-dir"]).arg(self.0.path());
        command.args(["-t", &TIME.to_string()]).args(more).env_remove("VITALS_OUTPUT");
        command
    }

    /// Runs it, and returns the exit code and what it says.
    fn run(&self, log: &Path, more: &[&str]) -> (i32, String) {
        said(&mut self.command(log, more))
    }
}

fn said(command: &mut Command) -> (i32, String) {
    let began = Instant::now();
    let output = command.stdin(Stdio::null()).output().expect("run check_logscan");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(began.elapsed() < Duration::from_secs(TIME + SLACK), "late: {text}");
    assert!(output.stderr.is_empty() && text.starts_with("LOGSCAN "), "{text}");
    // The largest of all runs so far, which is as good.
    let most = getrusage(UsageWho::RUSAGE_CHILDREN).expect("counted").max_rss();
    assert!(most < MEMORY, "{most} KiB: {text}");
    (output.status.code().expect("an exit code"), text)
}

/// Reads until nothing is left, however many runs that takes; returns how often the pattern was found.
fn all(place: &Place, log: &Path) -> u32 {
    let mut found = 0;
    for _ in 0..100 {
        let (_, text) = place.run(log, &["--perfdata", "*", "--hold", "0"]);
        let (_, value) = text.split_once("'critical.matches'=").unwrap_or_else(|| panic!("{text}"));
        found += value.split(';').next().and_then(|number| number.parse::<u32>().ok()).expect("a number");
        if !text.contains("left for the next run") {
            return found;
        }
    }
    panic!("there is no end");
}

#[test]
fn a_line_of_a_gigabyte() {
    let place = Place::new();
    let log = place.write("long.log", b"ERROR at its beginning ");
    let mut file = File::options().write(true).open(&log).expect("open");
    // A hole: NUL bytes that take no room.
    file.seek(SeekFrom::Start(1 << 30)).expect("far");
    file.write_all(b" ERROR at its end\nERROR in the next line\n").expect("written");
    assert_eq!(all(&place, &log), 2);
    let (code, text) = place.run(&log, &["--tail", "1"]);
    assert!(code == 2 && text.contains("ERROR in the next line"), "{text}");
    let (code, text) = place.run(&log, &["--tail", "2"]);
    assert!(code <= 3 && !text.contains("panic"), "{text}");
}

#[test]
fn a_packed_file_that_is_a_bomb() {
    let place = Place::new();
    let log = place.write("app.log", b"first line\n");
    assert_eq!(all(&place, &log), 0);
    fs::rename(&log, place.at("app.log.1")).expect("renamed");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"first line\n").expect("packed");
    for _ in 0..1024 {
        packed.write_all(&[0; 1 << 20]).expect("packed");
    }
    packed.write_all(b"\nERROR behind it\n").expect("packed");
    place.write("app.log.1.gz", &packed.finish().expect("packed"));
    fs::remove_file(place.at("app.log.1")).expect("removed");
    place.write("app.log", b"ERROR in the new one\n");
    let began = Instant::now();
    let (code, text) = place.run(&log, &["-t", "2"]);
    assert!(code <= 3 && began.elapsed() < Duration::from_secs(2 + SLACK), "{text}");
}

#[test]
fn a_file_that_grows_faster_than_it_is_read() {
    let place = Place::new();
    let log = place.write("app.log", b"");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = File::options().append(true).open(&log).expect("open");
            let lines = "2026-11-23 08:00:00 INFO nothing of interest\n".repeat(20_000);
            let began = Instant::now();
            while !stop.load(Ordering::Relaxed) && began.elapsed() < Duration::from_secs(30) {
                file.write_all(lines.as_bytes()).expect("written");
                if file.metadata().expect("there").len() > 1 << 30 {
                    file.set_len(0).expect("emptied");
                }
            }
        });
        let answers: Vec<_> = (0..3).map(|_| place.run(&log, &["-t", "3"])).collect();
        stop.store(true, Ordering::Relaxed);
        for (code, text) in answers {
            assert!(code < 2 || text.contains("left"), "{text}");
        }
    });
}

#[test]
fn what_is_no_log() {
    let place = Place::new();
    nix::unistd::mkfifo(&place.at("pipe"), Mode::S_IRWXU).expect("made");
    symlink("loop", place.at("loop")).expect("made");
    fs::create_dir(place.at("folder")).expect("made");
    let long = "n".repeat(5000);
    for (log, why) in [
        (place.at("pipe"), "it is no regular file"),
        (place.at("folder"), "it is no regular file"),
        (place.at("loop"), "os error 40"),
        (PathBuf::from("/dev/zero"), "it is no regular file"),
        (place.at("nothing"), "No such file"),
        (place.at(&long), "too long"),
        (place.at("nothing/*.log"), "no file fits"),
    ] {
        let (code, text) = place.run(&log, &[]);
        assert!(code == 3 && text.contains(why), "{}: {text}", log.display());
        let (code, _) = place.run(&log, &["--missing", "warning"]);
        assert_eq!(code, 1, "{}", log.display());
    }
    // A file of the kernel that says that it is empty.
    let (code, text) = place.run(Path::new("/proc/self/status"), &[]);
    assert!(code == 0, "{text}");
}

#[test]
fn what_may_not_be_read() {
    let place = Place::new();
    let log = place.write("app.log", b"ERROR\n");
    fs::set_permissions(&log, Permissions::from_mode(0o200)).expect("ours");
    let binary = fs::copy(common::bin("check_logscan"), place.at("check_logscan")).map(|_| place.at("check_logscan"));
    let mut command = Command::new(binary.expect("copied"));
    command.arg(&log).args(["--critical-pattern", "ERROR", "--from-start", "--state-dir"]).arg(place.0.path());
    if nix::unistd::geteuid().is_root() {
        command.uid(65_534).gid(65_534);
    }
    let (code, text) = said(&mut command);
    assert!(code == 3 && text.contains("app.log: Permission denied"), "{text}");
    // It is not forgotten: as soon as it can be read, it is.
    fs::set_permissions(&log, Permissions::from_mode(0o644)).expect("ours");
    let (code, text) = said(&mut command);
    assert!(code == 2 && text.contains("ERROR"), "{text}");
}

#[test]
fn every_byte_there_is() {
    let place = Place::new();
    let mut content: Vec<u8> = (0..=u8::MAX).cycle().take(1 << 16).collect();
    content.extend(b"\r\0\nERROR \xFF\xFE \x1b[2J|`$(reboot)\n");
    let log = place.write("bytes.log", &content);
    for encoding in ["auto", "utf-8", "latin1", "utf-16le", "utf-16be"] {
        let more = ["--encoding", encoding, "--state-id", encoding, "-vvv"];
        let (code, text) = place.run(&log, &more);
        assert!(code <= 2 && !text.contains('\x1b') && !text.contains('\0'), "{encoding}: {text}");
        assert_eq!(code == 2, !encoding.starts_with("utf-16"), "{encoding}: {text}");
    }
}

#[test]
fn very_many_lines_that_match_and_very_many_rules() {
    let place = Place::new();
    let log = place.write("app.log", "ERROR x\n".repeat(1 << 16).as_bytes());
    let rules: String =
        (0..900).map(|n| format!("[[rule]]\nname = 'r{n}'\nlevel = 'warning'\nregex = 'E(RR|X)OR x{n}$'\n")).collect();
    let rules = place.write("many.toml", rules.as_bytes());
    let rules = rules.to_str().expect("a name");
    let (code, text) = place.run(&log, &["--rules", rules, "-v"]);
    assert!(code == 2 && text.contains("65536 matches"), "{}", text.get(..300).unwrap_or(&text));
}
