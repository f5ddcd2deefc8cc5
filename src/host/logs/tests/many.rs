//! Sources of many files.

use super::super::Block;
use super::super::follow::Follow;
use super::super::reader::Reader;
use super::*;
use std::cell::Cell;
use std::fs;
use std::io::Write as _;

#[test]
fn a_glob_reads_what_appears_from_its_beginning_and_follows_new_names() {
    let mut logs = Follower::new("a*.log*", Wishes::default());
    logs.append("a.log", "old\n");
    let (done, text) = logs.run();
    assert_eq!((done.began.len(), text.as_str()), (1, ""));
    logs.append("a.log", "one\n");
    logs.append("ab.log", "two\n");
    assert_eq!(logs.text(), "one\ntwo\n");
    // The renamed one fits the pattern, too.
    logs.append("a.log", "three\nunfinished");
    logs.rest("a.log");
    logs.rename("a.log", "a.log.1");
    logs.append("a.log", "four\n");
    assert_eq!(logs.text(), "three\nunfinishedfour\n");
    logs.rename("a.log.1", "a.log.2");
    logs.rename("a.log", "a.log.1");
    logs.append("a.log", "five\n");
    assert_eq!(logs.text(), "five\n");
    assert_eq!(logs.text(), "");
    // What was read to its end long ago may go.
    fs::remove_file(logs.path("a.log.2")).expect("removed");
    assert_eq!(logs.text(), "");
    logs.append("ab.log", "six\n");
    assert_eq!(logs.text(), "six\n");
}

#[test]
fn a_file_that_came_and_was_packed_between_two_runs_is_read_once() {
    let mut logs = Follower::new("a-%Y%m%d.log", from_start());
    logs.append("a-20260101.log", "one\n");
    assert_eq!(logs.text(), "one\n");
    logs.append("a-20260102.log", "two\n");
    let packed = fs::File::create(logs.path("a-20260102.log.gz")).expect("made");
    let mut packer = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    packer.write_all(b"two\n").and_then(|()| packer.try_finish()).expect("packed");
    fs::remove_file(logs.path("a-20260102.log")).expect("removed");
    logs.append("a-20260103.log", "three\n");
    let text = logs.text();
    assert!(["two\nthree\n", "three\ntwo\n"].contains(&&*text), "{text}");
    logs.append("a-20260103.log", "four\n");
    assert_eq!(logs.text(), "four\n");
}

/// As between the two renames of a rotation, when many runs may come.
#[test]
fn a_glob_waits_for_the_late_lines_of_a_log_that_was_renamed() {
    let mut logs = Follower::new("a*.log", from_start());
    logs.append("a.log", "one\n");
    assert_eq!(logs.text(), "one\n");
    logs.rename("a.log", "a.log.1");
    for _ in 0..4 {
        assert_eq!(logs.text(), "");
    }
    logs.append("a.log.1", "late\n");
    assert_eq!(logs.text(), "late\n");
    logs.append("a.log", "");
    assert_eq!(logs.text(), "");
    logs.append("a.log.1", "later\n");
    logs.append("a.log", "two\n");
    assert_eq!(logs.text(), "later\ntwo\n");
}

#[test]
fn a_glob_says_when_a_log_that_was_written_to_is_gone() {
    let mut logs = Follower::new("*.log", from_start());
    logs.append("a.log", "one\n");
    logs.append("b.log", "one\n");
    assert_eq!(logs.run().0.files, 2);
    fs::remove_file(logs.path("a.log")).expect("removed");
    assert!(logs.lossy().1.contains("a.log is gone"));
    assert_eq!(logs.text(), "");
}

#[test]
fn a_file_of_two_names_is_read_once() {
    let mut logs = Follower::new("*.log", from_start());
    logs.append("app-1.log", "one\n");
    let lead = |logs: &Follower, to: &str| {
        std::os::unix::fs::symlink(to, logs.path("link")).expect("a link");
        logs.rename("link", "app.log");
    };
    lead(&logs, "app-1.log");
    fs::hard_link(logs.path("app-1.log"), logs.path("also.log")).expect("a link");
    assert_eq!(logs.text(), "one\n");
    logs.append("app-1.log", "two\n");
    assert_eq!(logs.text(), "two\n");
    logs.append("app-2.log", "three\n");
    lead(&logs, "app-2.log");
    logs.append("app-1.log", "late\n");
    let mut lines: Vec<String> = logs.text().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["late", "three"]);
    logs.append("app-2.log", "four\n");
    fs::remove_file(logs.path("also.log")).expect("removed");
    logs.append("app-1.log", "later\n");
    let mut lines: Vec<String> = logs.text().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["four", "later"]);
    assert_eq!(logs.text(), "");
}

#[test]
fn a_glob_has_only_a_note_on_a_log_that_was_quiet_and_none_on_an_old_one() {
    let mut logs = Follower::new("*.log", from_start());
    for name in ["a.log", "b.log", "c.log"] {
        logs.append(name, format!("{name}\n"));
    }
    logs.rest_for("b.log", 2 * 3600);
    logs.text();
    assert_eq!(logs.text(), "");
    fs::remove_file(logs.path("a.log")).expect("removed");
    fs::remove_file(logs.path("b.log")).expect("removed");
    let (done, text) = logs.run();
    assert!(text.is_empty() && matches!(&done.lost[..], [gap] if gap.unsure && gap.why.contains("a.log is gone")));
    assert_eq!(logs.text(), "");
}

#[test]
fn a_glob_finds_the_rest_among_packed_files() {
    use std::io::Write as _;
    let mut logs = Follower::new("*.log", from_start());
    logs.append("a.log", "one\n");
    assert_eq!(logs.text(), "one\n");
    fs::remove_file(logs.path("a.log")).expect("removed");
    let file = fs::File::create(logs.path("a.log.1.gz")).expect("made");
    let mut packer = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    packer.write_all(b"one\ntwo\nthree").expect("packed");
    packer.finish().expect("packed");
    assert_eq!(logs.text(), "two\nthree");
    assert_eq!(logs.text(), "");
    logs.append("a.log", "four\n");
    assert_eq!(logs.text(), "four\n");
}

#[test]
fn dated_logs_are_read_one_after_the_other() {
    let mut logs = Follower::new("a-%Y%m%d.log", Wishes::default());
    logs.append("a-20240101.log", "old\n");
    logs.append("a-x.log", "no date\n");
    assert_eq!(logs.run().1, "");
    logs.append("a-20240101.log", "one\n");
    logs.append("a-20240102.log", "two\n");
    logs.append("a-20240103.log", "three\n");
    assert_eq!(logs.text(), "one\ntwo\nthree\n");
    // The day before yesterday's has been packed meanwhile; nothing is new.
    fs::remove_file(logs.path("a-20240101.log")).expect("removed");
    logs.append("a-20240103.log", "four\n");
    assert_eq!(logs.run().1, "four\n");
}

#[test]
fn rotated_files_may_lie_elsewhere() {
    let mut log = Follower::new("a.log", from_start());
    log.wishes.rotated = vec![format!("{}/archive/old-*", log.dir.path().display())];
    fs::create_dir(log.path("archive")).expect("made");
    log.append("a.log", "one\n");
    assert_eq!(log.text(), "one\n");
    log.append("a.log", "two\n");
    log.rename("a.log", "archive/old-20240101");
    log.append("a.log", "three\n");
    log.rename("a.log", "archive/old-20240102");
    log.append("a.log", "four\n");
    assert_eq!(log.text(), "two\nthree\nfour\n");
}

#[test]
fn a_log_that_begins_like_the_one_before_is_told_from_it() {
    let header = "# date level text\n";
    let mut log = Follower::new("a.log", from_start());
    log.append("a.log", header);
    assert_eq!(log.text(), header);
    // Copied and emptied, and the header is written again.
    log.append("a.log", "one\n");
    fs::copy(log.path("a.log"), log.path("a.log.1")).expect("copied");
    fs::write(log.path("a.log"), header).expect("emptied");
    assert_eq!(log.lossy().0, format!("one\n{header}"));
    // Renamed.
    log.append("a.log", "two\n");
    log.rename("a.log", "a.log.2");
    log.append("a.log", format!("{header}three\n"));
    assert_eq!(log.text(), format!("two\n{header}three\n"));
}

#[test]
fn without_time_nothing_is_concluded() {
    let mut log = Follower::new("a.log", from_start());
    log.append("a.log", "one\n");
    assert_eq!(log.text(), "one\n");
    log.rename("a.log", "elsewhere");
    log.append("a.log", "three\n");
    let over = Deadline::after(Duration::ZERO);
    let mut sink = |_: &Block<'_>| panic!("nothing is read");
    let done = read(&log.source, &log.marks, &log.wishes, &Root::default(), &over, &mut sink).expect("a file");
    assert_eq!((done.lost.len(), done.problems.len(), &done.marks), (0, 1, &log.marks));
    log.append("elsewhere", "two\n");
    log.rename("elsewhere", "a.log.1");
    assert_eq!(log.text(), "two\nthree\n");
}

#[test]
fn of_very_many_files_the_newest_are_read() {
    let mut logs = Follower::new("*.log", from_start());
    for number in 0..300 {
        let path = logs.path(&format!("{number:03}.log"));
        fs::write(&path, format!("{number}\n")).expect("written");
        let time = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + number);
        fs::File::options().append(true).open(path).and_then(|file| file.set_modified(time)).expect("a time");
    }
    let text = logs.text();
    assert_eq!((text.lines().next(), text.lines().count()), (Some("44"), 256));
    assert_eq!(logs.text(), "");
    logs.append("new.log", "new\n");
    assert_eq!(logs.text(), "new\n");
    fs::remove_file(logs.path("new.log")).expect("removed");
    assert_eq!(logs.run().1, "", "what was left out is not new");
}

/// What happens while a run looks for files: the next look finds them.
#[test]
fn what_is_renamed_while_it_is_looked_for_is_read_once_and_in_order() {
    for source in ["a.log", "a.log*", "a*.log"] {
        let mut logs = Follower::new(source, from_start());
        logs.append("a.log.1", "one\n");
        logs.append("a.log", "two\n");
        logs.run();
        logs.append("a.log", "three\n");
        let names = ["a.log", "a.log.1"].map(|name| logs.path(name));
        let listed = names.into_iter().filter(|name| source != "a*.log" || name.ends_with("a.log"));
        let listed: Vec<PathBuf> = listed.take(if source == "a.log" { 1 } else { 2 }).collect();
        let looks = Cell::new(0);
        // The first look is outrun by two rotations.
        let look = |_: &mut Read| {
            looks.set(looks.get() + 1);
            if looks.get() == 1 {
                for text in ["four\n", "five\n"] {
                    for count in (1..3).rev().filter(|count| logs.path(&format!("a.log.{count}")).exists()) {
                        logs.rename(&format!("a.log.{count}"), &format!("a.log.{}", count + 1));
                    }
                    logs.rename("a.log", "a.log.1");
                    logs.append("a.log", text);
                }
                return listed.clone();
            }
            let all = (1..4).map(|count| logs.path(&format!("a.log.{count}"))).filter(|_| source == "a.log*");
            std::iter::once(logs.path("a.log")).chain(all).collect()
        };
        let deadline = Deadline::after(Duration::from_secs(600));
        let mut text = String::new();
        let mut sink = |block: &Block<'_>| {
            text += &String::from_utf8_lossy(block.text);
            ControlFlow::Continue(())
        };
        let mut reader = Reader::new(&logs.wishes, &deadline, &mut sink);
        let root = Root::default();
        let follow = Follow { wishes: &logs.wishes, root: &root, deadline: &deadline, single: source == "a.log" };
        let done = follow.read(&look, &logs.marks, &mut reader);
        assert!(done.lost.is_empty(), "{source}: {done:?}");
        assert_eq!(text, "three\nfour\nfive\n", "{source}");
        logs.marks = done.marks;
        assert_eq!(logs.text(), "", "{source}");
    }
}

proptest::proptest! {
    /// Marks from anywhere do no harm: what they do not fit is read from the beginning.
    #[test]
    fn any_marks_are_harmless(
        offset in proptest::prelude::any::<u64>(), size in proptest::prelude::any::<u64>(), mtime: i64, floor: i64,
        head: u64, inside: bool, done: bool, gone: bool, quiet: bool, near in 0..20_u64,
    ) {
        for offset in [offset, near] {
            let mut log = Follower::new("a.log", from_start());
            log.append("a.log", "one\ntwo\n");
            log.append("a.log.1", "zero\n");
            let path = log.path("a.log");
            let mark = serde_json::json!({
                "path": path, "real": "/nonexistent/\\x00", "dev": 1, "ino": 2, "born": 3, "offset": offset, "size": size,
                "mtime": mtime, "head": head, "tail": head, "inside": inside, "done": done, "gone": gone, "quiet": quiet,
            });
            let journal = serde_json::json!({ "cursor": "--rotate", "fits": done });
            let command = serde_json::json!({ "lines": offset, "all": head, "head": [size, near], "tail": [] });
            let marks = serde_json::json!({
                "known": true, "floor": floor, "files": [mark.clone(), mark], "journal": journal, "command": command,
            });
            log.marks = serde_json::from_value(marks.clone()).expect("marks");
            let text = log.run().1;
            proptest::prop_assert!(text.ends_with("one\ntwo\n"), "{}", text);
            proptest::prop_assert_eq!(log.text(), "");
            // The same for a command: all of its output is new once.
            log.marks = serde_json::from_value(marks).expect("marks");
            log.source = "command:echo one".parse().expect("a source");
            let (done, text) = log.run();
            proptest::prop_assert!(done.lost.len() == 1 && text == "one\n", "{:?}", done);
            proptest::prop_assert_eq!(log.text(), "");
        }
    }
}
