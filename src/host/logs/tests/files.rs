//! Each way of rotation by itself.

use super::super::{Block, Follow, Reader};
use super::*;
use std::cell::Cell;
use std::fs;

fn followed() -> Follower {
    let mut log = Follower::new("a.log", from_start());
    log.append("a.log", "one\ntwo\n");
    assert_eq!(log.text(), "one\ntwo\n");
    log
}

#[test]
fn only_what_is_new_is_read_and_only_whole_lines() {
    let mut log = Follower::new("a.log", Wishes::default());
    log.append("a.log", "old\nhal");
    let (done, text) = log.run();
    assert_eq!((done.began.len(), done.files, text.as_str()), (1, 1, ""));
    log.append("a.log", "f\nnew\n");
    assert_eq!(log.text(), "half\nnew\n");
    assert_eq!(log.text(), "");
    log.append("a.log", "more\n");
    assert_eq!(log.text(), "more\n");
}

#[test]
fn a_renamed_log_is_read_to_its_end_with_its_unfinished_line() {
    let mut log = followed();
    log.append("a.log", "three\nfour");
    log.rename("a.log", "a.log.1");
    assert_eq!(log.run().1, "three\n", "its writer may still be at it");
    log.append("a.log", "five\n");
    assert_eq!(log.text(), "five\n");
    log.append("a.log.1", " and");
    assert_eq!(log.text(), "");
    log.rest("a.log.1");
    assert_eq!(log.text(), "four and");
    assert_eq!(log.text(), "");
}

#[test]
fn a_line_that_is_finished_after_the_rotation_is_one_line() {
    let mut log = followed();
    log.append("a.log", "three\nfo");
    log.rename("a.log", "a.log.1");
    log.append("a.log", "five\n");
    assert_eq!(log.text(), "three\nfive\n");
    log.append("a.log.1", "ur\n");
    assert_eq!(log.text(), "four\n");
    assert_eq!(log.text(), "");
}

#[test]
fn a_late_line_is_read_under_whatever_name_its_file_has_by_then() {
    let mut log = followed();
    log.rename("a.log", "a.log.1");
    log.append("a.log", "three\n");
    assert_eq!(log.text(), "three\n");
    log.append("a.log.1", "late\n");
    log.rename("a.log.1", "a.log.2");
    log.rename("a.log", "a.log.1");
    log.append("a.log", "four\n");
    assert_eq!(log.text(), "late\nfour\n");
    assert_eq!(log.text(), "");
}

#[test]
fn a_log_that_begins_as_its_copy_does_is_another_if_it_is_shorter() {
    let mut log = Follower::new("a.log", from_start());
    log.append("a.log", "12:00 unfi");
    assert_eq!(log.text(), "");
    log.append("a.log", "nished\n12:01 more\n");
    fs::copy(log.path("a.log"), log.path("a.log.1")).expect("copied");
    fs::write(log.path("a.log"), "12:00 un").expect("emptied");
    assert_eq!(log.lossy().0, "12:00 unfinished\n12:01 more\n");
    log.append("a.log", "til now\n");
    assert_eq!(log.text(), "12:00 until now\n");
}

#[test]
fn a_copy_of_what_has_not_been_emptied_yet_is_no_generation() {
    let mut log = followed();
    fs::copy(log.path("a.log"), log.path("a.log.2")).expect("copied");
    fs::write(log.path("a.log"), "").expect("emptied");
    log.append("a.log", "three\nfour\n");
    fs::write(log.path("a.log.1"), "three\nfo").expect("copied by half");
    assert_eq!(log.lossy().0, "three\nfour\n");
}

#[test]
fn two_rotations_between_two_runs() {
    let mut log = followed();
    log.append("a.log", "three\n");
    log.rename("a.log", "a.log.2");
    log.append("a.log.1", "four\n");
    log.append("a.log", "five\n");
    assert_eq!(log.text(), "three\nfour\nfive\n");
    assert_eq!(log.text(), "");
}

#[test]
fn a_copied_and_emptied_log_is_read_on_in_its_copy() {
    let mut log = followed();
    log.append("a.log", "three\n");
    fs::copy(log.path("a.log"), log.path("a.log.1")).expect("copied");
    fs::write(log.path("a.log"), "").expect("emptied");
    log.append("a.log", "four\n");
    let (text, lost) = log.lossy();
    assert_eq!(text, "three\nfour\n");
    assert!(lost.ends_with("a.log was copied and emptied: lines written in between may be lost"), "{lost}");
}

#[test]
fn what_is_emptied_replaced_or_deleted_is_said_once() {
    let mut log = followed();
    fs::write(log.path("a.log"), "x\n").expect("emptied");
    let (text, lost) = log.lossy();
    assert_eq!(text, "x\n");
    assert!(lost.contains("was emptied"), "{lost}");
    fs::remove_file(log.path("a.log")).expect("removed");
    let (done, text) = log.run();
    assert_eq!((done.lost.len(), done.problems.len(), text.as_str()), (1, 1, ""));
    assert!(done.problems[0].missing);
    let (done, _) = log.run();
    assert_eq!((done.lost.len(), done.problems.len()), (0, 1), "{done:?}");
    log.append("a.log", "y\n");
    assert_eq!(log.text(), "y\n");
    fs::write(log.path("new"), "z\n").expect("written");
    log.rename("new", "a.log");
    let (text, lost) = log.lossy();
    assert_eq!(text, "z\n");
    assert!(lost.contains("was replaced"), "{lost}");
}

/// As between logrotate's `create` and the signal that it sends.
#[test]
fn what_is_written_to_a_renamed_log_after_it_was_read_is_read_too() {
    let mut log = followed();
    log.append("a.log", "three\n");
    log.rename("a.log", "a.log.1");
    log.append("a.log", "");
    assert_eq!(log.text(), "three\n");
    log.append("a.log.1", "late\n");
    log.append("a.log", "four\n");
    assert_eq!(log.text(), "late\nfour\n");
    log.append("a.log.1", "later\nlatest\n");
    // Stopped in between, nothing is read twice.
    let mut seen = Vec::new();
    log.read(&mut |block| {
        seen.extend_from_slice(block);
        ControlFlow::Break(())
    });
    log.append("a.log", "five\n");
    assert_eq!(String::from_utf8_lossy(&seen) + log.text().as_str(), "later\nlatest\nfive\n");
    assert_eq!(log.text(), "");
}

/// A copy is older than what was written to the log between it and the emptying.
#[test]
fn what_is_gone_while_its_writer_may_have_had_it_open_is_said() {
    let mut log = followed();
    for next in ["three\n", "four\n"] {
        log.rename("a.log", "a.log.1");
        log.append("a.log", next);
        log.text();
        fs::remove_file(log.path("a.log.1")).expect("removed");
        let (text, why) = log.lossy();
        assert!(text.is_empty() && why.ends_with("a.log.1 is gone: lines written to it at last may be lost"), "{why}");
        assert_eq!(log.text(), "", "it is said once");
    }
    // Nobody has it open for hours.
    log.rename("a.log", "a.log.1");
    log.append("a.log", "five\n");
    log.rest_for("a.log", 2 * 3600);
    log.rest_for("a.log.1", 2 * 3600);
    log.text();
    fs::remove_file(log.path("a.log.1")).expect("removed");
    assert_eq!(log.text(), "");
}

#[test]
fn a_log_that_is_copied_and_emptied_while_it_is_read_is_read_on_in_its_copy() {
    let mut log = Follower::new("a.log", from_start());
    log.append("a.log", "");
    log.rest_for("a.log", 50);
    assert_eq!(log.text(), "");
    log.append("a.log", "one\n");
    fs::copy(log.path("a.log"), log.path("a.log.2")).expect("copied");
    log.rest_for("a.log.2", 40);
    fs::write(log.path("a.log"), "two\n").expect("emptied");
    fs::copy(log.path("a.log"), log.path("a.log.1")).expect("copied");
    log.rest_for("a.log.1", 30);
    log.append("a.log", "lost\n");
    log.rest_for("a.log", 20);
    let (path, mut text) = (log.path("a.log"), Vec::new());
    log.read(&mut |block| {
        text.extend_from_slice(block);
        fs::write(&path, "").expect("emptied");
        ControlFlow::Continue(())
    });
    assert_eq!(text, b"one\n");
    log.append("a.log", "three\n");
    assert_eq!(log.run().1, "two\nthree\n");
    assert_eq!(log.text(), "");
}

#[test]
fn a_link_that_is_switched_while_its_file_is_read_does_not_hide_the_generations() {
    let mut log = Follower::new("a.log", from_start());
    let lead = |log: &Follower, name: &str| {
        std::os::unix::fs::symlink(name, log.path("link")).expect("a link");
        log.rename("link", "a.log");
    };
    log.append("b-20260001.log", "one\n");
    lead(&log, "b-20260001.log");
    assert_eq!(log.text(), "one\n");
    log.append("b-20260002.log", "two\n");
    lead(&log, "b-20260002.log");
    let (link, mut text) = (log.path("a.log"), Vec::new());
    log.read(&mut |block| {
        text.extend_from_slice(block);
        fs::remove_file(&link).expect("removed");
        ControlFlow::Continue(())
    });
    assert_eq!(text, b"two\n");
    log.append("b-20260002.log", "three\n");
    let (done, text) = log.run();
    assert_eq!((done.lost.len(), done.problems.len(), text.as_str()), (0, 1, "three\n"), "{done:?}");
    log.append("b-20260003.log", "four\n");
    lead(&log, "b-20260003.log");
    assert_eq!(log.text(), "four\n");
}

#[test]
fn half_a_line_is_finished_by_its_writer_while_the_next_file_is_empty() {
    let mut log = Follower::new("a.log", from_start());
    let lead = |log: &Follower, name: &str| std::os::unix::fs::symlink(name, log.path("a.log")).expect("a link");
    log.append("b-20260001.log", "one\n");
    lead(&log, "b-20260001.log");
    assert_eq!(log.text(), "one\n");
    log.append("b-20260001.log", "two\nthr");
    log.append("b-20260002.log", "");
    fs::remove_file(log.path("a.log")).expect("removed");
    assert_eq!(log.run().1, "two\n");
    log.append("b-20260001.log", "ee\n");
    lead(&log, "b-20260002.log");
    assert_eq!(log.text(), "three\n");
    log.append("b-20260002.log", "four\n");
    assert_eq!(log.text(), "four\n");
}

/// Somebody renames the files around a log all the time: nothing is concluded from that, but not for ever.
#[test]
fn what_never_stands_still_is_for_the_next_run_once() {
    let log = followed();
    log.rename("a.log", "a.log.1");
    log.append("a.log.1", "late\n");
    log.append("a.log", "three\n");
    let (wishes, root) = (Wishes::default(), Root::default());
    let deadline = Deadline::after(Duration::from_secs(600));
    let other = Cell::new(false);
    let run = |marks: &Marks| {
        let names = |_: &mut Read| {
            // Another answer each time.
            other.set(!other.get());
            [Some(log.path("a.log")), other.get().then(|| log.path("b.log"))].into_iter().flatten().collect()
        };
        let mut text = Vec::new();
        let mut sink = |block: &Block<'_>| {
            text.extend_from_slice(block.text);
            ControlFlow::Continue(())
        };
        let mut reader = Reader::new(&wishes, &deadline, &mut sink);
        let follow = Follow { wishes: &wishes, root: &root, deadline: &deadline, single: true };
        let read = follow.read(&names, marks, &mut reader);
        (read, String::from_utf8(text).expect("UTF-8"))
    };
    let (first, text) = run(&log.marks);
    assert_eq!((text.as_str(), first.more, first.lost.len(), &first.marks.files), ("", true, 0, &log.marks.files));
    let (second, text) = run(&first.marks);
    assert_eq!((text.as_str(), second.more), ("late\nthree\n", false));
}
