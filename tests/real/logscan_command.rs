//! check_logscan on the output of commands: the kernel's ring as dmesg writes it, and a list with the newest first.

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use crate::harness::{Need, Scratch, run, skipped};

/// What a run finds of a command.
fn check(scratch: &Scratch, source: &str, pattern: &str, more: &[&str]) -> (Vec<String>, String) {
    let [program, state] = [scratch.plugin("check_logscan"), scratch.state("command")];
    let fixed = [&program, "--state-dir", &state, source, "--critical-pattern", pattern, "--hold", "0", "-v"];
    let ran = run(&[&fixed, more].concat());
    assert_eq!(ran.stderr, "", "{ran:#?}");
    let lines = ran.stdout.lines().filter_map(|line| line.strip_prefix("critical: ")?.split_once(": "));
    (lines.map(|(_, line)| line.to_owned()).collect(), ran.stdout)
}

#[test]
fn a_message_of_the_kernel_is_found_once() {
    let name = "logscan_command::a_message_of_the_kernel_is_found_once";
    if skipped(name, &[Need::Root, Need::Device("/dev/kmsg"), Need::Program("dmesg", "util-linux")]) {
        return;
    }
    let scratch = Scratch::new();
    // Other tests may make the kernel speak, too.
    let mark = format!("vitals-test-{}", std::process::id());
    let find = || check(&scratch, "command:dmesg", &mark, &[]);
    assert!(find().0.is_empty());
    for number in 1..=2 {
        let mut ring = OpenOptions::new().write(true).open("/dev/kmsg").unwrap();
        ring.write_all(format!("{mark} number {number}\n").as_bytes()).unwrap();
        let (lines, answer) = find();
        assert!(lines.len() == 1 && lines[0].ends_with(&format!("{mark} number {number}")), "{answer}");
        assert!(find().0.is_empty());
    }
}

#[test]
fn a_list_with_the_newest_first_is_read_as_it_grows() {
    let scratch = Scratch::new();
    // As errpt writes it: a heading, one line for each error, the newest first.
    let list = |numbers: std::ops::Range<u32>| {
        let mut text = "IDENTIFIER TIMESTAMP  T C RESOURCE_NAME  DESCRIPTION\n".to_owned();
        for number in numbers.rev() {
            text += &format!("A924A5FC   1123{number:04}26 P H hdisk{number}        DISK OPERATION ERROR\n");
        }
        fs::write(scratch.path().join("list"), text).unwrap();
    };
    let errpt = scratch.script("errpt", &format!("#!/bin/sh\ncat {}\n", scratch.at("list")));
    let source = format!("command:{}", errpt.display());
    let find = || check(&scratch, &source, "hdisk[0-9]+", &[]);
    list(0..10);
    assert!(find().0.is_empty());
    for (range, new) in [(0..12, vec![10, 11]), (5..12, vec![]), (8..15, vec![12, 13, 14])] {
        list(range);
        let (lines, answer) = find();
        let found = lines.iter().filter_map(|line| line.split("hdisk").nth(1)?.split(' ').next()?.parse::<u32>().ok());
        assert_eq!(found.collect::<Vec<_>>(), new, "{answer}");
        assert!(!answer.contains("lost"), "{answer}");
    }
    // Replaced as a whole: all of it is new, and that is said.
    list(100..103);
    let (lines, answer) = find();
    assert!(lines.len() == 3 && answer.contains("lines may be lost"), "{answer}");
}

#[test]
fn what_a_command_may_do_wrong_is_said() {
    let scratch = Scratch::new();
    for (source, words) in [
        ("command:/nonexistent/errpt -a", "cannot start /nonexistent/errpt"),
        ("command:sh -c 'echo an error; echo \"no rights\" >&2; exit 2'", "exit status: 2): no rights"),
        ("command:sleep 1000", "did not end in time"),
    ] {
        let (_, answer) = check(&scratch, source, "error", &["-t", "2"]);
        assert!(answer.starts_with("LOGSCAN UNKNOWN - ") && answer.contains(words), "{answer}");
    }
    let (_, answer) = check(&scratch, "command:dmesg | tail", "error", &[]);
    assert!(answer.starts_with("LOGSCAN UNKNOWN - usage: ") && answer.contains("sh -c"), "{answer}");
}
