//! What journalctl may do wrong. The real one is asked in `tests/real/logscan_journal.rs`.

use super::super::{Block, Marks, Read, Wishes};
use super::*;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A program in the place of journalctl.
struct Stand {
    dir: tempfile::TempDir,
    marks: Marks,
    wishes: Wishes,
}

impl Stand {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a folder"), marks: Marks::default(), wishes: Wishes::default() }
    }

    /// One run, with a script as journalctl.
    fn run(&mut self, script: &str, filter: &str, seconds: u64) -> (Read, String) {
        let program = self.dir.path().join("journalctl");
        // Written by another process: a file that we have open for writing cannot be run.
        let mut install = Command::new("install");
        let mut install =
            install.args(["-m", "755", "/dev/stdin"]).arg(&program).stdin(Stdio::piped()).spawn().expect("install");
        let script = format!("#!/bin/sh\nlast() {{ case \"$*\" in *--lines=1*) :;; *) false;; esac; }}\n{script}\n");
        install.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("written");
        assert!(install.wait().expect("waited").success());
        let deadline = Deadline::after(Duration::from_secs(seconds));
        let fields = parse(filter).expect("fields");
        let arguments = Arguments::of(&fields, &Root::default()).expect("arguments");
        let journal = Journal::new(&program, Path::new("journal:x"), arguments, &deadline);
        let mut text = Vec::new();
        let read = read_from(journal, &self.marks, &self.wishes, &mut |block: &Block<'_>| {
            text.extend_from_slice(block.text);
            ControlFlow::Continue(())
        });
        self.marks = read.marks.clone();
        (read, String::from_utf8(text).expect("UTF-8"))
    }
}

/// An entry with this number.
fn entry(number: u32) -> String {
    format!("printf \"__CURSOR=s=1;i={number};t={number}\\nMESSAGE=line {number}\\n\\n\"\n")
}

#[test]
fn what_journalctl_says_is_told_with_what_to_do() {
    for (script, words, missing, known) in [
        ("echo \"No journal files were found.\" >&2", "there is no journal", true, true),
        ("echo \"Failed to open /j: No such file or directory\" >&2; exit 1", "there is no journal", true, true),
        (
            "echo \"No journal files were opened due to insufficient permissions.\" >&2; exit 1",
            "systemd-journal",
            false,
            false,
        ),
        (
            "echo \"Hint: You are currently not seeing messages from other users and the system.\" >&2",
            "systemd-journal",
            false,
            true,
        ),
        ("echo \"Journal file a.journal is truncated, ignoring file.\" >&2", "journalctl --verify", false, true),
        ("echo \"Failed to iterate: something\" >&2; exit 1", "Failed to iterate: something", false, false),
        ("kill -9 $$", "signal: 9", false, false),
    ] {
        let (read, text) = Stand::new().run(script, "", 60);
        let [problem] = read.problems.as_slice() else { panic!("{script}: {read:?}") };
        let said = problem.failure.to_string();
        assert!(said.contains(words), "{said}");
        assert_eq!((text.as_str(), problem.missing, read.marks.known), ("", missing, known), "{script}");
    }
    let deadline = Deadline::after(Duration::from_secs(60));
    let nowhere =
        Journal::new(Path::new("/nonexistent/journalctl"), Path::new("journal:"), Arguments::default(), &deadline);
    let read = read_from(nowhere, &Marks::default(), &Wishes::default(), &mut |_| ControlFlow::Continue(()));
    assert!(read.problems.len() == 1 && read.problems[0].missing && !read.marks.known, "{read:?}");
}

#[test]
fn what_is_not_said_in_the_export_format_is_asked_for() {
    let script = "case \"$*\" in *--output=short*) echo \"No journal files were found.\" >&2;; esac";
    let mut stand = Stand::new();
    let (read, _) = stand.run(script, "", 60);
    assert!(read.problems.len() == 1 && read.problems[0].missing && read.marks.known, "{read:?}");
    // What comes later is new.
    let (read, text) = stand.run(&entry(1), "", 60);
    assert!(text.ends_with("line 1\n") && read.problems.is_empty(), "{read:?}");
}

#[test]
fn what_hangs_is_ended_and_what_was_whole_counts() {
    let mut stand = Stand::new();
    let (read, _) = stand.run("sleep 1000", "", 1);
    let said = read.problems.first().map(|problem| problem.failure.to_string()).unwrap_or_default();
    assert!(said.contains("did not answer in time") && !read.marks.known, "{said}");
    stand.wishes.from_start = true;
    let script = format!("{}printf \"__CURSOR=s=1;i=2;t=2\\nMESSAGE=half\"; sleep 1000", entry(1));
    let (read, text) = stand.run(&script, "", 1);
    assert!(text.ends_with("line 1\n") && read.more && read.problems.is_empty(), "{text} {read:?}");
    // The next run goes on behind it.
    let (read, text) = stand.run(&format!("{}{}", entry(1), entry(2)), "", 60);
    assert!(text.ends_with("line 2\n") && !text.contains("line 1") && read.lost.is_empty(), "{text} {read:?}");
}

#[test]
fn an_entry_that_is_gone_is_a_loss_and_one_that_does_not_pass_is_not() {
    let mut stand = Stand::new();
    let (read, _) = stand.run(&entry(5), "", 60);
    assert_eq!(read.began, [Path::new("journal:x")]);
    let mark = stand.marks.clone();
    let (read, text) = stand.run(&entry(7), "", 60);
    assert!(text.ends_with("line 7\n") && read.lost.len() == 1, "{read:?}");
    let (read, text) = stand.run(&entry(7), "", 60);
    assert!(text.is_empty() && read.lost.is_empty(), "{read:?}");
    // Seven fits the filter, five is there without it.
    let script = |there: u32| {
        let (last, there, passes) = (entry(8), entry(there), entry(7));
        format!("if last $*; then {last} else case \"$*\" in *PRIORITY*) {passes};; *) {there};; esac; fi")
    };
    stand.marks = mark.clone();
    let (read, text) = stand.run(&script(5), "PRIORITY=3", 60);
    assert!(text.ends_with("line 7\n") && read.lost.is_empty(), "{read:?}");
    stand.marks = mark.clone();
    let (read, text) = stand.run(&script(6), "PRIORITY=3", 60);
    assert!(text.ends_with("line 7\n") && read.lost.len() == 1, "{read:?}");
    // Nothing passes: the place moves on with the journal.
    stand.marks = mark;
    let nothing =
        format!("if last $*; then {} else case \"$*\" in *PRIORITY*) :;; *) {};; esac; fi", entry(8), entry(5));
    assert!(stand.run(&nothing, "PRIORITY=3", 60).0.lost.is_empty());
    assert_eq!(stand.marks.journal.as_ref().and_then(|mark| mark.cursor.as_ref()), Cursor::of(b"s=1;i=8;t=8").as_ref());
}

#[test]
fn a_place_that_is_not_understood_is_read_from_the_beginning() {
    let refuses =
        format!("case \"$*\" in *--cursor*) echo \"Failed to seek to cursor: x\" >&2; exit 1;; esac\n{}", entry(1));
    for cursor in ["s=1;i=1", "--vacuum-size=1", ""] {
        for filter in ["", "PRIORITY=3"] {
            let mut stand = Stand::new();
            let marks = serde_json::json!({ "known": true, "journal": { "cursor": cursor, "fits": true } });
            stand.marks = serde_json::from_value(marks).expect("marks");
            let (read, text) = stand.run(&refuses, filter, 60);
            let is_last = cursor == "s=1;i=1" && !filter.is_empty();
            assert!(read.problems.is_empty() && read.lost.len() == 1, "{cursor} {filter} {read:?}");
            assert!(text.ends_with("line 1\n") || is_last, "{text}");
        }
    }
}

#[test]
fn a_run_ends_when_it_has_enough() {
    let mut stand = Stand::new();
    stand.wishes = Wishes { from_start: true, most_bytes: 1024, longest_line: 100, ..Wishes::default() };
    let flood = "i=0; while :; do i=$((i + 1)); printf \"__CURSOR=s=1;i=$i;t=$i\\nMESSAGE=%0999d\\n\\n\" $i; done";
    let (read, text) = stand.run(flood, "", 60);
    assert!(read.more && read.cut_lines > 0 && text.len() as u64 == read.bytes && read.bytes < 1200, "{read:?}");
}
