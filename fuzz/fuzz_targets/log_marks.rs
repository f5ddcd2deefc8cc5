//! What is remembered of logs, damaged in any way: they are read all the same, at worst again or said to be lost, and
//! the run after that has nothing new and nothing to complain of.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;
use vitals::checks::logscan::Memory;
use vitals::host::logs::{Marks, Read, Source, Wishes, read};
use vitals::runtime::deadline::Deadline;
use vitals::runtime::root::Root;

/// A log with a rotated piece and an empty neighbour: in memory, one folder for each process of the fuzzer.
static DIR: LazyLock<PathBuf> = LazyLock::new(|| {
    let shared = PathBuf::from("/dev/shm");
    let parent = if shared.is_dir() { shared } else { std::env::temp_dir() };
    let dir = parent.join(format!("vitals-fuzz-marks-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    for (name, text) in
        [("a.log.1", "old\n".repeat(500)), ("a.log", "one\ntwo\nthree\n".to_owned()), ("b.log", String::new())]
    {
        std::fs::write(dir.join(name), text).expect("written");
    }
    dir
});

const SOURCES: [&str; 3] = ["a.log", "*.log", "a.log*"];
const NUMBERS: [&str; 8] = ["offset", "size", "mtime", "head", "tail", "ino", "born", "dev"];
const FLAGS: [&str; 4] = ["inside", "done", "gone", "quiet"];
const NAMES: [&str; 4] = ["a.log", "a.log.1", "b.log", "c.log"];

fn source(at: usize) -> Source {
    format!("{}/{}", DIR.display(), SOURCES[at % SOURCES.len()]).parse().expect("a source")
}

fn run(source: &Source, marks: &Marks, wishes: &Wishes) -> (Read, u64) {
    let (mut given, deadline) = (0, Deadline::after(Duration::from_secs(60)));
    let done = read(source, marks, wishes, &Root::default(), &deadline, &mut |block| {
        assert!(!block.text.is_empty());
        given += block.text.len() as u64;
        ControlFlow::Continue(())
    });
    (done.expect("a source of files"), given)
}

/// Real marks with other values in some places.
fn damaged(at: usize, changes: &[(u8, u8, i64)]) -> Value {
    let (first, _) = run(&source(at), &Marks::default(), &Wishes { from_start: true, ..Wishes::default() });
    let mut marks = serde_json::to_value(first.marks).expect("plain");
    let copy = marks["files"][0].clone();
    for (which, key, value) in changes {
        let files = marks["files"].as_array().map_or(0, Vec::len).max(1);
        let mark = &mut marks["files"][usize::from(*which) % files];
        let mark = if *which >= 128 && mark.get("behind").is_some() { &mut mark["behind"] } else { mark };
        let key = usize::from(*key);
        match key {
            0..8 => {
                mark[NUMBERS[key]] =
                    if *value < 0 && !matches!(key, 2 | 6) { json!(value.unsigned_abs()) } else { json!(value) }
            }
            8..12 => mark[FLAGS[key - 8]] = json!(value % 2 == 0),
            12 => mark["behind"] = copy.clone(),
            13 => marks["floor"] = json!(value),
            14 => marks["known"] = json!(value % 2 == 0),
            _ => {
                let name = DIR.join(NAMES[usize::try_from(value.unsigned_abs() % 4).unwrap_or(0)]);
                mark[if key % 2 == 0 { "path" } else { "real" }] = json!(name);
            }
        }
    }
    marks
}

fuzz_target!(|input: (u8, Vec<(u8, u8, i64)>, &str)| {
    let (at, changes, text) = (usize::from(input.0), input.1, input.2);
    if let Ok(memory) = serde_json::from_str::<Memory>(text) {
        let written = serde_json::to_string(&memory).expect("plain");
        let again: Memory = serde_json::from_str(&written).expect("what we write we read");
        assert_eq!(serde_json::to_string(&again).expect("plain"), written);
    }
    let wishes = Wishes { from_start: at % 2 == 0, ..Wishes::default() };
    let value = if changes.is_empty() { serde_json::from_str(text).ok() } else { Some(damaged(at, &changes)) };
    let Some(Ok(marks)) = value.map(serde_json::from_value::<Marks>) else { return };
    let (first, given) = run(&source(at), &marks, &wishes);
    assert!(given <= 3 * 2014, "no line more than twice: {given}");
    let kept = serde_json::to_string(&first.marks).expect("plain");
    let (second, given) = run(&source(at), &serde_json::from_str(&kept).expect("what we write we read"), &wishes);
    assert_eq!(given, 0, "{kept}");
    assert!(second.problems.is_empty() && second.lost.is_empty(), "{kept}: {second:?}");
});
