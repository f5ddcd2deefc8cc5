//! The last so many seconds, found by the times that lines carry.

use super::super::{Since, Times};
use super::*;
use crate::model::timestamp::Timestamp;
use proptest::prelude::*;
use std::fs::{File, FileTimes};
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// 2026-11-23 22:00:00 UTC.
const NOW: i64 = 1_795_471_200;

/// Somebody who reads the last quarter of an hour. Local time is UTC: there is no zone below his root.
fn reader(source: &str, wishes: Wishes) -> Follower {
    Follower::new(source, Wishes { since: Some(since(900)), ..wishes })
}

#[expect(clippy::cast_precision_loss, reason = "small")]
fn since(seconds: i64) -> Since {
    let root = Root::new(Some("/nowhere".into()));
    let times = Arc::new(Times::new(Timestamp(NOW as f64), &root, None));
    Since { from: Timestamp((NOW - seconds) as f64), times }
}

/// A line that was written so many seconds before now.
fn line(ago: i64, text: &str) -> String {
    let time = jiff::Timestamp::from_second(NOW - ago).expect("a time");
    format!("{} {text}\n", jiff::tz::Offset::UTC.to_datetime(time).strftime("%Y-%m-%d %H:%M:%S"))
}

/// Sets when a file was last written to.
fn written(path: &Path, ago: i64) {
    let time = UNIX_EPOCH + Duration::from_secs(u64::try_from(NOW - ago).expect("after 1970"));
    let file = File::options().append(true).open(path).expect("opened");
    file.set_times(FileTimes::new().set_modified(time)).expect("set");
}

#[test]
fn the_same_lines_come_at_each_run() {
    let mut log = reader("a.log", Wishes::default());
    log.append("a.log", line(1000, "old") + " of old\n" + &line(900, "new") + " of new\n" + &line(0, "now") + " rest");
    written(&log.path("a.log"), 0);
    let wanted = line(900, "new") + " of new\n" + &line(0, "now") + " rest";
    assert_eq!(log.text(), wanted);
    assert_eq!(log.text(), wanted);
    assert_eq!(log.marks, Marks::default());
}

#[test]
fn a_large_log_is_not_read() {
    let mut log = reader("a.log", Wishes::default());
    let mut text = String::new();
    for ago in (0..40_000).rev() {
        text += &line(ago, "some line of the usual length, more or less, with a trace behind it");
        if ago % 5000 == 0 {
            text += &"\tat org.example.Trace.line(Trace.java)\n".repeat(2000);
        }
    }
    log.append("a.log", &text);
    written(&log.path("a.log"), 0);
    let (done, read) = log.run();
    let begin = text.find(&line(900, "some")[..20]).expect("the line");
    assert!(done.problems.is_empty() && done.lost.is_empty() && done.notes.is_empty(), "{done:?}");
    assert_eq!(read, text[begin..]);
    assert!(done.bytes < read.len() as u64 + 2000, "{}", done.bytes);
}

#[test]
fn generations_of_the_time_are_read_packed_ones_too() {
    let mut log = reader("a.log", Wishes::default());
    for (name, ago, text) in [
        ("a.log.3", 2000, line(2000, "too old")),
        ("a.log.1", 300, line(600, "second") + &line(300, "third")),
        ("a.log.other", 300, line(300, "of another log")),
        ("a.log", 0, line(299, "last")),
    ] {
        log.append(name, text);
        written(&log.path(name), ago);
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all((line(950, "before") + " of it\n" + &line(700, "first")).as_bytes()).expect("packed");
    log.append("a.log.2.gz", packed.finish().expect("packed"));
    written(&log.path("a.log.2.gz"), 700);
    let wanted = [(700, "first"), (600, "second"), (300, "third"), (299, "last")];
    assert_eq!(log.text(), wanted.map(|(ago, text)| line(ago, text)).concat());
}

#[test]
fn a_log_without_times_is_a_problem() {
    for (text, why) in [
        ("a\nb\n".to_owned(), "begins with a time that is known"),
        ("11/23/26 21:59:00 a\n".to_owned(), "the day or with the month"),
        ("x\n".repeat(1_000_000), "--time-format"),
    ] {
        let mut log = reader("a.log", Wishes::default());
        log.append("a.log", text);
        let (done, read) = log.run();
        assert_eq!(read, "");
        let said: Vec<String> = done.problems.iter().map(|problem| problem.failure.to_string()).collect();
        assert!(matches!(&said[..], [said] if said.contains(why)), "{said:?}");
    }
    let mut log = reader("a.log", Wishes::default());
    log.append("a.log", "");
    assert_eq!(log.text(), "");
    // A long trace at the end does not make it one.
    log.append("a.log", line(901, "old") + &"x\n".repeat(1_000_000));
    assert_eq!(log.text(), "");
    let mut nothing = reader("none.log", Wishes::default());
    assert!(nothing.run().0.problems.iter().all(|problem| problem.missing));
}

#[test]
fn a_log_of_another_zone_is_read_in_its_own_time() {
    let mut log = reader("a.log", Wishes::default());
    // Its writer is two hours behind.
    log.append("a.log", line(7200 + 901, "old") + &line(7200 + 800, "new") + &line(7200 + 3, "newer"));
    written(&log.path("a.log"), 0);
    let (done, text) = log.run();
    assert_eq!(text, line(7200 + 800, "new") + &line(7200 + 3, "newer"));
    assert!(matches!(&done.notes[..], [note] if note.contains("2 h behind")), "{:?}", done.notes);
    // One that is only idle is not moved.
    written(&log.path("a.log"), 7200 + 3);
    let (done, text) = log.run();
    assert!(text.is_empty() && done.notes.is_empty(), "{text}");
}

#[test]
fn a_wide_log_with_a_mark_is_searched_too() {
    let mut log = reader("a.log", Wishes::default());
    let text = line(1000, "old").repeat(3000) + &line(800, "new") + &line(1, "now");
    let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    log.append("a.log", wide);
    written(&log.path("a.log"), 0);
    assert_eq!(log.text(), line(800, "new") + &line(1, "now"));
    let mut short = reader("b.log", Wishes::default());
    short.append("b.log", format!("\u{feff}{}", line(800, "new")));
    written(&short.path("b.log"), 0);
    assert_eq!(short.text(), line(800, "new"));
}

#[test]
fn what_is_not_read_for_its_size_is_said() {
    let mut log = reader("a.log", Wishes { most_bytes: 300_000, ..Wishes::default() });
    log.append("a.log", line(10, "x").repeat(40_000));
    written(&log.path("a.log"), 0);
    let (text, lost) = log.lossy();
    assert!(text.len() < 880_000 && lost.contains("not read to its end"), "{lost}");
}

#[test]
fn a_command_is_asked_for_all_and_its_lines_of_the_time_are_given() {
    let mut log = reader("errpt.txt", Wishes::default());
    // The newest first, to the minute.
    log.append(
        "errpt.txt",
        "A924A5FC   1123215826 P H sysplanar0 new\n12081DC6   1123214526 P S hdisk0 edge\n12081DC6   1123214426 P S old\n",
    );
    log.source = format!("command:cat {}", log.path("errpt.txt").display()).parse().expect("a source");
    for _ in 0..2 {
        assert_eq!(
            log.text().lines().filter_map(|line| line.split(' ').next_back()).collect::<Vec<_>>(),
            ["new", "edge"]
        );
    }
    assert_eq!(log.marks, Marks::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the log: no line of the time is missing, and none that is surely older is there.
    #[test]
    fn nothing_of_the_time_is_missing(
        lines in prop::collection::vec((0_i64..40, 0_i64..9, 0_usize..4, 0_usize..3000), 0..150),
        wanted in 1_i64..2000,
    ) {
        let mut log = Follower::new("a.log", Wishes { since: Some(since(wanted)), ..Wishes::default() });
        let (mut ago, mut text, mut expected) = (0, Vec::new(), String::new());
        for (pause, disorder, more, length) in lines {
            ago += pause;
            let own = (ago - disorder).max(0);
            let record = line(own, &"x".repeat(length)) + &" more\n".repeat(more);
            text.push((own, record));
        }
        text.reverse();
        for (ago, record) in &text {
            log.append("a.log", record);
            if *ago <= wanted {
                expected += record;
            }
        }
        if text.is_empty() {
            return Ok(());
        }
        written(&log.path("a.log"), text.last().map_or(0, |(ago, _)| *ago));
        let (done, read) = log.run();
        prop_assert!(done.problems.is_empty() && done.notes.is_empty());
        // Behind the first line that is surely wanted all is given, whatever its time.
        let records: Vec<&str> = text.iter().map(|(_, record)| record.as_str()).collect();
        let open = text.iter().position(|(ago, _)| *ago <= wanted - 10).unwrap_or(text.len());
        let given: String = text.iter().zip(records).enumerate()
            .filter(|(at, ((ago, _), _))| *at > open || *ago <= wanted).map(|(_, (_, record))| record).collect();
        prop_assert_eq!(&read, &given);
        prop_assert!(expected.len() <= read.len());
    }
}
