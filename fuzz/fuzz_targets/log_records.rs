//! Records of several lines, however blocks and runs fall: each is judged once, by its first lines, and in one run by all
//! that is judged of a record.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::checks::logscan::fuzzing::{records, records_slowly};

const STARTS: [&str; 6] = ["^#", "a", "^$", r"^\S", "b$", r"\d{2}"];

fn without_end(record: &[u8], longest: usize) -> &[u8] {
    let whole = record.strip_suffix(b"\n").unwrap_or(record);
    let judged = if whole.len() > longest { &record[..longest] } else { record };
    let judged = judged.strip_suffix(b"\n").unwrap_or(judged);
    judged.strip_suffix(b"\r").unwrap_or(judged)
}

fuzz_target!(|input: (u8, u8, Vec<(u8, bool)>, &[u8])| {
    let (start, longest, cuts, text) = (STARTS[usize::from(input.0) % STARTS.len()], input.1, input.2, input.3);
    let longest = if longest == 0 { 65536 } else { usize::from(longest) };
    // Blocks of some lines each; some begin a run.
    let line_ends: Vec<usize> = text.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1).collect();
    let (mut runs, mut blocks, mut line) = (vec![Vec::new()], Vec::new(), 0);
    for (step, new_run) in &cuts {
        line += usize::from(*step);
        let Some(end) = line_ends.get(line) else { break };
        blocks.push(*end);
        runs.last_mut().expect("one").push(*end);
        if *new_run {
            runs.push(Vec::new());
        }
    }
    blocks.push(text.len());
    runs.last_mut().expect("one").push(text.len());

    // `.` of a pattern is a character: what is no UTF-8 is not taken by the rule of all.
    let text = String::from_utf8_lossy(text).into_owned();
    if text.len() != input.3.len() || longest < 65536 && !text.is_ascii() {
        return;
    }
    let text = text.as_bytes();
    let slow = records_slowly(text, start).expect("a pattern");
    let want: Vec<&[u8]> = slow.iter().map(|record| without_end(record, longest)).collect();
    assert_eq!(records(text, start, longest, &[vec![text.len()]]).expect("a pattern"), want, "in one block");
    assert_eq!(records(text, start, longest, &[blocks]).expect("a pattern"), want, "in one run");
    let got = records(text, start, longest, &runs).expect("a pattern");
    assert_eq!(got.len(), want.len(), "{runs:?} {got:?}");
    for (got, record) in got.iter().zip(&slow) {
        assert!(record.starts_with(got), "{got:?} {record:?}");
    }
});
