//! Monitoring::Plugin, the Perl library of most other plugins and of graphers, reads our perfdata: a
//! parser that nobody here wrote.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{Namespace, Need, Scratch, run, skipped};

const MODULE: Need = Need::Perl("Monitoring::Plugin::Performance", "libmonitoring-plugin-perl");

/// An item of perfdata without its value, which differs from run to run.
type Item = (String, String, [Option<f64>; 2], [String; 2]);

/// How Perl reads it.
fn read_by_perl(scratch: &Scratch, perfdata: &str) -> Vec<Item> {
    let program = scratch.file("perfdata.pl", include_str!("perfdata.pl"));
    let mut perl = Command::new("perl")
        .arg(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    perl.stdin.take().unwrap().write_all(perfdata.as_bytes()).unwrap();
    let read = perl.wait_with_output().unwrap();
    assert!(read.status.success() && read.stderr.is_empty(), "{perfdata}\n{read:?}");
    let items = String::from_utf8(read.stdout).unwrap();
    items
        .lines()
        .map(|line| {
            let field: Vec<&str> = line.split('\t').collect();
            assert!(field[1].parse::<f64>().is_ok(), "{line}");
            let bounds = [field[5], field[6]].map(|bound| bound.parse().ok());
            (field[0].to_owned(), field[2].to_owned(), bounds, [field[3], field[4]].map(str::to_owned))
        })
        .collect()
}

/// What the same check says in JSON, in the words of perfdata.
fn from_json(answer: &Value, taken: &mut BTreeSet<String>) -> Vec<Item> {
    let mut items = Vec::new();
    let findings = answer["findings"].as_array().into_iter().flatten();
    for finding in findings {
        for metric in finding["metrics"].as_array().into_iter().flatten() {
            let name = metric["name"].as_str().unwrap();
            let label = finding["item"].as_str().map_or(name.to_owned(), |item| format!("{item}.{name}"));
            let label = unique(safe(&label), taken);
            if metric["value"].is_null() {
                continue;
            }
            let unit = metric["unit"].as_str().unwrap();
            let factor = if unit == "ratio" { 100.0 } else { 1.0 };
            let uom = match (unit, metric["kind"].as_str()) {
                ("ratio", _) => "%",
                ("bytes", _) => "B",
                ("seconds", _) => "s",
                ("count", Some("counter")) => "c",
                _ => "",
            };
            let bound = |name: &str| metric[name].as_f64().map(|bound| bound * factor);
            let range = |name: &str| {
                let range = metric[name].as_str().unwrap_or_default();
                let ends =
                    range.split(':').map(|end| end.parse::<f64>().map_or(end.to_owned(), |end| short(end * factor)));
                ends.collect::<Vec<_>>().join(":")
            };
            items.push((label, uom.to_owned(), [bound("min"), bound("max")], [range("warn"), range("crit")]));
        }
        items.extend(from_json(finding, taken));
    }
    items
}

/// A number rounded to what is written of it.
fn short(number: f64) -> String {
    ((number * 1e6).round() / 1e6).to_string()
}

/// A label as the plugin contract has it: without what ends or splits one.
fn safe(label: &str) -> String {
    label.replace("::", "__").replace(['\'', '=', '|', '"'], "_")
}

/// Labels that would fall together are numbered, in the order of the answer.
fn unique(label: String, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = label.clone();
    for number in 2.. {
        if taken.insert(candidate.clone()) {
            break;
        }
        candidate = format!("{label}_{number}");
    }
    candidate
}

/// Both readings of one check with these options.
fn compare(scratch: &Scratch, prefix: &[String], plugin: &str, options: &[&str]) -> Vec<Item> {
    let [program, state] = [scratch.plugin(plugin), scratch.state(plugin)];
    let run_with = |more: &[&str]| {
        let mut all = prefix.to_vec();
        all.extend(
            [&[program.as_str(), "--state-dir", &state], options, more].concat().iter().map(|w| (*w).to_owned()),
        );
        run(&all)
    };
    // The first run of a check that keeps a memory has less to say.
    let _ = run_with(&[]);
    let text = run_with(&["-v", "--perfdata", "*"]);
    // Some metrics are measured only when they are wanted: both runs must want the same.
    let answer = serde_json::from_str(&run_with(&["--perfdata", "*", "--output", "json"]).stdout).unwrap();
    let mut json: Vec<Item> = from_json(&answer, &mut BTreeSet::new());
    let mut perl = read_by_perl(scratch, &text.said().perfdata);
    perl.sort_by(|a, b| a.0.cmp(&b.0));
    json.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(!perl.is_empty());
    assert_eq!(perl, json, "{plugin} {options:?}: {}", text.stdout);
    perl
}

#[test]
fn reads_what_json_says() {
    if skipped("perl::reads_what_json_says", &[MODULE]) {
        return;
    }
    let scratch = Scratch::new();
    compare(&scratch, &[], "check_cpu", &["-w", "busy=70", "-c", "busy=~:99.5"]);
    compare(&scratch, &[], "check_mem", &["-w", "available=12.5:", "-c", "available=6:"]);
    compare(&scratch, &[], "check_fs", &["-w", "used=71.5%"]);
    compare(&scratch, &[], "check_procs", &["--expect", "init: name=init count=0:1"]);
}

#[test]
fn reads_labels_that_look_like_syntax() {
    if skipped("perl::reads_labels_that_look_like_syntax", &[MODULE, Need::Root, Need::Mounts]) {
        return;
    }
    let (scratch, namespace) = (Scratch::new(), Namespace::new());
    let names = [
        "it's",
        "a=b",
        "a::b",
        "pipe | 'x'=1",
        "new\nline",
        "tab\there",
        "Röntgen 室",
        "-w",
        "semi;colon",
        "back\\slash",
        "quo\"te",
        "end ",
        "#hash",
        "a_b",
        "50%;90",
    ];
    let mut options = Vec::new();
    for name in names {
        let folder = scratch.folder("odd").join(name);
        std::fs::create_dir(&folder).unwrap();
        namespace.tmpfs(&folder, "size=1m");
        options.extend(["-p".to_owned(), folder.to_str().unwrap().to_owned()]);
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let items = compare(&scratch, &namespace.enter(), "check_fs", &options);
    let used = items.iter().filter(|item| item.0.contains(".used")).count();
    assert!(used >= names.len(), "{items:#?}");
    let labels: BTreeSet<&String> = items.iter().map(|item| &item.0).collect();
    assert_eq!(labels.len(), items.len(), "two items share a label");
}
