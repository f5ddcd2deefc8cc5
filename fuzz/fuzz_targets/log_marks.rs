//! What is remembered of logs, damaged in any way: the log is read all the same, at worst again or said to be lost, and
//! the run after that has nothing new and nothing to complain of.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;
use vitals::checks::logscan::Memory;
use vitals::host::logs::{Marks, Read, Source, Wishes, read};
use vitals::runtime::deadline::Deadline;
use vitals::runtime::root::Root;

const TEXT: &str = "one\ntwo\nthree\n";

/// A log with a rotated piece and an empty neighbour, one folder for each process of the fuzzer.
static DIR: LazyLock<PathBuf> = LazyLock::new(|| {
    let shared = PathBuf::from("/dev/shm");
    let parent = if shared.is_dir() { shared } else { std::env::temp_dir() };
    let dir = parent.join(format!("vitals-fuzz-marks-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    std::env::set_current_dir(&dir).expect("its folder");
    std::fs::write("a.log.1", "old\n".repeat(500)).expect("written");
    std::fs::write("a.log", TEXT).expect("written");
    std::fs::write("b.log", "").expect("written");
    dir
});

fn run(source: &Source, marks: &Marks, wishes: &Wishes) -> (Read, Vec<u8>) {
    let mut text = Vec::new();
    let deadline = Deadline::after(Duration::from_secs(60));
    let done = read(source, marks, wishes, &Root::default(), &deadline, &mut |block| {
        assert!(!block.text.is_empty());
        text.extend_from_slice(block.text);
        ControlFlow::Continue(())
    });
    (done.expect("a source of files"), text)
}

fuzz_target!(|bytes: &[u8]| {
    let _ = &*DIR;
    if let Ok(memory) = serde_json::from_slice::<Memory>(bytes) {
        let written = serde_json::to_string(&memory).expect("plain");
        let again: Memory = serde_json::from_str(&written).expect("what we write we read");
        assert_eq!(serde_json::to_string(&again).expect("plain"), written);
    }
    let Ok(marks) = serde_json::from_slice::<Marks>(bytes) else { return };
    for source in ["a.log", "*.log", "a.log*"] {
        let source: Source = source.parse().expect("a source");
        let wishes = Wishes { from_start: bytes.len() % 2 == 0, ..Wishes::default() };
        let (first, text) = run(&source, &marks, &wishes);
        // Of the present log, a part that ends at its end.
        assert!(
            text.is_empty()
                || text.ends_with(TEXT.as_bytes())
                || TEXT.as_bytes().ends_with(&text)
                || text.ends_with(b"old\n")
                || first.files > 1
                || text.len() > TEXT.len(),
            "{text:?}"
        );
        let kept = serde_json::to_string(&first.marks).expect("plain");
        let marks = serde_json::from_str(&kept).expect("what we write we read");
        let (second, text) = run(&source, &marks, &wishes);
        assert!(text.is_empty(), "{kept}: {:?}", String::from_utf8_lossy(&text));
        assert!(second.problems.is_empty() && second.lost.is_empty(), "{kept}: {second:?}");
    }
});
