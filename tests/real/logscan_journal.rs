//! check_logscan on the systemd journal: systemd-journal-remote writes it, the machine's own journalctl reads it.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::harness::{Need, Scratch, run, skipped};

const WRITER: &str = "/lib/systemd/systemd-journal-remote";
const NEEDS: [Need; 2] = [Need::Program("journalctl", "systemd"), Need::Program(WRITER, "systemd-journal-remote")];

/// A boot that was none of this machine.
const BOOT: &str = "0123456789abcdef0123456789abcdef";

/// Microseconds since 1970.
fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()
}

/// A folder of journal files.
struct Journal {
    scratch: Scratch,
    folder: PathBuf,
}

impl Journal {
    fn new() -> Self {
        let scratch = Scratch::new();
        let folder = scratch.folder("journal");
        Self { scratch, folder }
    }

    /// Adds entries to a file, one for each message of a unit.
    fn write(&self, file: &str, unit: &str, messages: &[&str]) {
        let mut text = Vec::new();
        for message in messages {
            let mut fields = String::new();
            let _ = write!(
                fields,
                "__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP={}\n_BOOT_ID={}\n_HOSTNAME=server1\n\
                 SYSLOG_IDENTIFIER={unit}\n_PID=77\nPRIORITY=3\n_SYSTEMD_UNIT={unit}.service\n",
                now(),
                now() % 1_000_000_000_000,
                BOOT,
            );
            text.extend(fields.bytes());
            text.extend(b"MESSAGE\n");
            text.extend((message.len() as u64).to_le_bytes());
            text.extend(message.bytes());
            text.extend(b"\n\n");
        }
        self.import(file, &text);
    }

    fn import(&self, file: &str, text: &[u8]) {
        let input = self.scratch.file("input", text);
        let output = format!("--output={}", self.folder.join(file).display());
        let done = Command::new(WRITER)
            .args([&output, "--split-mode=none", "-"])
            .stdin(Stdio::from(fs::File::open(input).unwrap()))
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    }

    /// A run on the journal with more fields: all that the rule took, and the answer.
    fn check(&self, fields: &str, more: &[&str]) -> (Vec<String>, String) {
        let source = format!("journal:directory={}{fields}", self.folder.display());
        let [program, state] = [self.scratch.plugin("check_logscan"), self.scratch.state("journal")];
        let ran = run(&[
            &[&program, "--state-dir", &state, &source, "--critical-pattern", "disk", "--hold", "0", "-v"],
            more,
        ]
        .concat());
        assert_eq!(ran.stderr, "", "{ran:#?}");
        let lines = ran.stdout.lines().filter_map(|line| line.strip_prefix("critical: ")?.split_once("]: "));
        (lines.map(|(_, message)| message.to_owned()).collect(), ran.stdout)
    }
}

/// What is found, where nothing is to be complained of.
fn found((lines, answer): (Vec<String>, String)) -> Vec<String> {
    assert!(!answer.contains("UNKNOWN") && !answer.contains("lost"), "{answer}");
    lines
}

#[test]
fn every_entry_is_found_once() {
    if skipped("logscan_journal::every_entry_is_found_once", &NEEDS) {
        return;
    }
    let journal = Journal::new();
    // Not even a file is there at the first run, and then nothing that fits.
    let (_, answer) = journal.check(",unit=db", &[]);
    assert!(answer.contains("there is no journal"), "{answer}");
    journal.write("a.journal", "web", &["disk 1 of another"]);
    assert!(found(journal.check(",unit=db", &[])).is_empty());
    let (lines, answer) = journal.check("", &[]);
    assert!(lines.is_empty() && answer.contains("first run"), "{answer}");

    journal.write("a.journal", "db", &["disk 2 failed", "all is well", "disk 3 failed"]);
    assert_eq!(found(journal.check(",unit=db", &[])), ["disk 2 failed", "disk 3 failed"]);
    assert_eq!(found(journal.check("", &[])), ["disk 2 failed", "disk 3 failed"]);
    for fields in [",unit=db", ""] {
        assert!(found(journal.check(fields, &[])).is_empty());
    }
    journal.write("a.journal", "web", &["disk 4 of another"]);
    assert!(found(journal.check(",unit=db", &[])).is_empty());
    assert_eq!(found(journal.check("", &[])), ["disk 4 of another"]);
    // Another file: as after a rotation, or of a second writer.
    journal.write("b.journal", "db", &["disk 5 failed"]);
    journal.write("a.journal", "db", &["disk 6 failed"]);
    journal.write("b.journal", "db", &["disk 7 failed"]);
    for fields in [",unit=db", ""] {
        assert_eq!(found(journal.check(fields, &[])), ["disk 5 failed", "disk 6 failed", "disk 7 failed"]);
        assert!(found(journal.check(fields, &[])).is_empty());
    }
}

#[test]
fn filters_and_messages_of_several_lines() {
    if skipped("logscan_journal::filters_and_messages_of_several_lines", &NEEDS) {
        return;
    }
    let journal = Journal::new();
    journal.write("a.journal", "db", &["disk failed\n  at sector 5\n\tand 6\n"]);
    journal.write("a.journal", "web", &["disk of web"]);
    let all = |fields: &str| found(journal.check(fields, &["--whole"]));
    for (fields, count) in [
        ("", 2),
        (",unit=db", 1),
        (",unit=db,unit=web", 2),
        (",unit=d*", 1),
        (",unit=x*", 0),
        (",identifier=web", 1),
        (",identifier=-f", 0),
        (",priority=err", 2),
        (",priority=emerg..crit", 0),
        (",_PID=77", 2),
        (",facility=kern", 0),
        (",boot=0123456789abcdef0123456789abcdef", 2),
        (",boot=current", 0),
    ] {
        assert_eq!(all(fields).len(), count, "{fields}");
    }
    let said = all(",unit=db");
    assert!(
        said.len() == 1 && said[0].starts_with("disk failed ⏎   at sector 5 ⏎ ") && said[0].ends_with("and 6"),
        "{said:?}"
    );
    assert_eq!(found(journal.check("", &["--tail", "1"])), ["disk of web"]);
    let (_, answer) = journal.check("", &["--whole"]);
    assert!(answer.contains("Z server1 web[77]: disk of web"), "{answer}");
}

#[test]
fn what_was_vacuumed_away_is_said_to_be_lost() {
    if skipped("logscan_journal::what_was_vacuumed_away_is_said_to_be_lost", &NEEDS) {
        return;
    }
    for fields in [",unit=db", ""] {
        let journal = Journal::new();
        journal.write("a.journal", "db", &["disk 1 failed"]);
        journal.check(fields, &[]);
        journal.write("a.journal", "db", &["disk 2 failed"]);
        fs::remove_file(journal.folder.join("a.journal")).unwrap();
        journal.write("b.journal", "db", &["disk 3 failed"]);
        let (lines, answer) = journal.check(fields, &[]);
        assert_eq!(lines, ["disk 3 failed"]);
        assert!(answer.contains("lines may be lost"), "{answer}");
        assert!(found(journal.check(fields, &[])).is_empty());
    }
    // What a filter does not let through for long may be vacuumed away without a loss.
    let journal = Journal::new();
    journal.write("a.journal", "db", &["disk 1 failed"]);
    journal.check(",unit=db", &[]);
    journal.write("b.journal", "web", &["something else"]);
    assert!(found(journal.check(",unit=db", &[])).is_empty());
    fs::remove_file(journal.folder.join("a.journal")).unwrap();
    journal.write("b.journal", "db", &["disk 2 failed"]);
    assert_eq!(found(journal.check(",unit=db", &[])), ["disk 2 failed"]);
}

#[test]
fn a_backlog_is_read_run_by_run_in_little_memory() {
    if skipped("logscan_journal::a_backlog_is_read_run_by_run_in_little_memory", &NEEDS) {
        return;
    }
    let journal = Journal::new();
    journal.write("a.journal", "db", &["begin"]);
    let messages: Vec<String> = (0..3000).map(|number| format!("disk {number} failed {}", "x".repeat(100))).collect();
    let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
    journal.check("", &[]);
    journal.write("a.journal", "db", &messages);
    let (mut count, mut runs) = (0, 0);
    loop {
        runs += 1;
        let (_, answer) = journal.check("", &["--most-bytes", "100KiB"]);
        let lines = answer.split("'lines'=").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
        count += lines.parse::<usize>().unwrap();
        if !answer.contains("there is more for the next run") {
            break;
        }
    }
    assert_eq!(count, messages.len());
    assert!((3..=10).contains(&runs), "{runs}");
}

#[test]
fn what_nobody_may_read_or_is_damaged_is_said() {
    let [journalctl, writer] = NEEDS;
    let needs = [journalctl, writer, Need::Root, Need::Program("setpriv", "util-linux")];
    if skipped("logscan_journal::what_nobody_may_read_or_is_damaged_is_said", &needs) {
        return;
    }
    let journal = Journal::new();
    journal.write("a.journal", "db", &["disk failed"]);
    let file = journal.folder.join("a.journal");
    let source = format!("journal:directory={}", journal.folder.display());
    let program = journal.scratch.plugin("check_logscan");
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let state = journal.scratch.path().join("nobody");
    fs::create_dir(&state).unwrap();
    nix::unistd::chown(&state, Some(65534.into()), Some(65534.into())).unwrap();
    let state = state.display().to_string();
    let command = [&nobody[..], &[&program, "--state-dir", &state, &source, "--critical-pattern", "disk"]].concat();
    let ran = run(&command).expect(3);
    assert!(ran.stdout.contains("systemd-journal"), "{ran:#?}");
    let length = fs::metadata(&file).unwrap().len();
    fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(length / 4).unwrap();
    let (_, answer) = journal.check("", &["--whole"]);
    assert!(answer.contains("journalctl --verify"), "{answer}");
}
