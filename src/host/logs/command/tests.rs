//! Commands, run as a check would run them.

use super::super::{Encoding, Source, read};
use super::*;
use crate::runtime::root::Root;
use std::fs;
use std::time::Duration;

/// A command that writes what is in a file.
struct Writer {
    dir: tempfile::TempDir,
    source: Source,
    wishes: Wishes,
    marks: Marks,
}

impl Writer {
    fn new(script: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let script = script.replace("FILE", &dir.path().join("out").display().to_string());
        let source = format!("command:sh -c '{script}'").parse().expect("a source");
        Self { dir, source, wishes: Wishes::default(), marks: Marks::default() }
    }

    fn writes(&self, output: impl AsRef<[u8]>) {
        fs::write(self.dir.path().join("out"), output).expect("written");
    }

    fn run(&mut self) -> (Read, String) {
        let mut text = Vec::new();
        let done = self.run_until(60, &mut |block| {
            text.extend_from_slice(block.text);
            ControlFlow::Continue(())
        });
        (done, String::from_utf8(text).expect("UTF-8"))
    }

    fn run_until(&mut self, seconds: u64, sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>) -> Read {
        let kept = serde_json::to_string(&self.marks).expect("written");
        let marks = serde_json::from_str(&kept).expect("read");
        let deadline = Deadline::after(Duration::from_secs(seconds));
        let done = read(&self.source, &marks, &self.wishes, &Root::default(), &deadline, sink).expect("a command");
        self.marks = done.marks.clone();
        done
    }

    fn text(&mut self) -> String {
        let (done, text) = self.run();
        assert!(done.lost.is_empty() && done.problems.is_empty(), "{done:?}");
        text
    }
}

#[test]
fn new_lines_are_given_in_the_order_of_time() {
    let mut command = Writer::new("cat FILE");
    command.writes("b\na\n");
    let (first, text) = command.run();
    assert_eq!((text.as_str(), first.began.len(), first.files), ("", 1, 1));
    assert_eq!(command.text(), "");
    command.writes("d\nc\nb\na\n");
    assert_eq!(command.text(), "c\nd\n");
    command.wishes.as_written = true;
    command.writes("f\ne\nd\nc");
    let (done, text) = command.run();
    assert_eq!((text.as_str(), done.newest_first), ("f\ne\n", true));
    // As it grows at its end, with a last line that was not ended.
    let mut command = Writer::new("cat FILE");
    command.wishes.from_start = true;
    command.writes("a\nb");
    assert_eq!(command.text(), "a\nb");
    command.writes("b\nc\n");
    assert_eq!(command.text(), "c\n");
}

#[test]
fn what_is_replaced_is_all_new_and_said() {
    let mut command = Writer::new("cat FILE");
    command.writes("a\nb\n");
    command.text();
    command.writes("c\nd\n");
    let (done, text) = command.run();
    assert!(done.lost.len() == 1 && done.lost[0].why.contains("lines may be lost"), "{done:?}");
    assert_eq!(text, "c\nd\n");
    command.writes("");
    assert_eq!(command.run().0.lost.len(), 0, "it was cleared");
    command.writes("e\n");
    assert_eq!(command.text(), "e\n");
}

#[test]
fn a_failure_is_told_and_its_output_judged() {
    let mut command = Writer::new("cat FILE; echo \"no way\" >&2; exit 3");
    command.wishes.from_start = true;
    command.writes("a\n");
    let (done, text) = command.run();
    assert_eq!((text.as_str(), done.problems.len()), ("a\n", 1));
    let said = done.problems[0].failure.to_string();
    assert!(said.contains("exit status: 3") && said.ends_with("no way"), "{said}");
    command.writes("a\nb\n");
    assert_eq!(command.run().1, "b\n");
    // It wrote nothing: that is no new beginning.
    command.writes("");
    assert!(command.run().0.lost.is_empty());
    command.writes("a\nb\nc\n");
    assert_eq!(command.run().1, "c\n");
}

#[test]
fn what_hangs_or_is_not_there_is_a_problem() {
    let mut command = Writer::new("sleep 1000");
    let done = command.run_until(1, &mut |_| ControlFlow::Continue(()));
    assert!(done.problems.len() == 1 && !done.problems[0].missing && !done.marks.known, "{done:?}");
    command.source = "command:/nonexistent/errpt -a".parse().expect("a source");
    let done = command.run().0;
    assert!(done.problems.len() == 1 && done.problems[0].missing, "{done:?}");
}

#[test]
fn an_output_is_read_to_a_limit_and_that_is_said() {
    let mut command = Writer::new("cat FILE; head -c 20000000 /dev/zero | tr \"\\0\" x");
    command.wishes.from_start = true;
    command.writes("a\n");
    let (done, text) = command.run();
    assert_eq!((text.as_str(), done.lost.len()), ("a\n", 1));
    let mut command = Writer::new("yes | head -n 2000000");
    command.wishes.whole = true;
    let (done, text) = command.run();
    assert_eq!((text.len(), done.lost.len()), (2 * MOST_LINES, 1));
}

#[test]
fn what_is_left_is_given_by_the_next_run() {
    let lines: Vec<String> = (0..100_000).map(|number| format!("line {number}\n")).collect();
    let newest_first: String = lines.iter().rev().map(String::as_str).collect();
    for (output, base) in [(lines.concat(), &lines[0]), (newest_first, &lines[0])] {
        let mut command = Writer::new("cat FILE");
        command.writes(base);
        command.text();
        command.writes(&output);
        let (mut text, mut runs, mut more) = (Vec::new(), 0, true);
        while more {
            runs += 1;
            more = command
                .run_until(60, &mut |block| {
                    text.extend_from_slice(block.text);
                    ControlFlow::Break(())
                })
                .more;
            assert!(runs < 100);
        }
        assert!(runs > 2);
        assert_eq!(String::from_utf8_lossy(&text), lines[1..].concat());
    }
}

#[test]
fn whole_and_last_lines_are_as_they_are_now() {
    let mut command = Writer::new("cat FILE");
    command.writes("a\nb\nc\n");
    command.wishes.last_lines = Some(2);
    assert_eq!((command.text(), command.text()), ("b\nc\n".to_owned(), "b\nc\n".to_owned()));
    command.wishes = Wishes { whole: true, ..Wishes::default() };
    assert_eq!(command.text(), "a\nb\nc\n");
    assert_eq!(command.marks, Marks::default());
}

#[test]
fn another_encoding_is_read_as_of_a_file() {
    let mut command = Writer::new("cat FILE");
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    command.wishes = Wishes { encoding: Encoding::Utf16le, ..Wishes::default() };
    command.writes(wide("a\n"));
    command.text();
    command.writes(wide("\u{0A0A}\nb\na\n"));
    assert_eq!(command.text(), "b\n\u{0A0A}\n");
    command.wishes = Wishes { encoding: Encoding::Latin1, whole: true, ..Wishes::default() };
    command.writes(b"St\xF6rung\n");
    assert_eq!(command.text(), "Störung\n");
}
