//! The JSON answer, held to the published schema by a validator that nobody here wrote. The schema allows no key that
//! it does not name, so neither it nor the code can change without the other.

use serde_json::{Value, json};

use crate::harness::{Namespace, Need, Scratch, run, skipped};

const VALIDATOR: Need = Need::Python("jsonschema", "python3-jsonschema");
const SCHEMA: &str = include_str!("../../packaging/json/vitals-answer-1.schema.json");

/// Prints the first objection to each answer (one in a line) that has any: its line, where, and why.
const PROGRAM: &str = "\
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for number, line in enumerate(open(sys.argv[2], encoding='utf-8')):
    for error in validator.iter_errors(json.loads(line)):
        print(number, '/'.join(map(str, error.absolute_path)), error.message)
        break
";

/// The objections to these answers.
fn objections(scratch: &Scratch, answers: &[Value]) -> Vec<String> {
    let lines: String = answers.iter().map(|answer| format!("{answer}\n")).collect();
    let [program, schema, answers] = [("validate.py", PROGRAM), ("schema.json", SCHEMA), ("answers", &lines)]
        .map(|(name, content)| scratch.file(name, content).display().to_string());
    let ran = run(&["/usr/bin/python3", &program, &schema, &answers]).expect(0);
    ran.stdout.lines().map(str::to_owned).collect()
}

fn answer(scratch: &Scratch, prefix: &[String], plugin: &str, options: &[&str]) -> Value {
    let [program, state] = [scratch.plugin(plugin), scratch.state(plugin)];
    let mut command = prefix.to_vec();
    command.extend([&program, "--state-dir", &state, "--output", "json"].map(str::to_owned));
    command.extend(options.iter().map(|word| (*word).to_owned()));
    let ran = run(&command);
    assert_eq!(ran.stderr, "", "{ran:#?}");
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
    assert_eq!(answer["exit_code"].as_i64(), ran.code.map(i64::from), "{ran:#?}");
    answer
}

#[test]
fn every_answer_fits_the_schema() {
    if skipped("json::every_answer_fits_the_schema", &[VALIDATOR]) {
        return;
    }
    let scratch = Scratch::new();
    let mut answers = Vec::new();
    for (plugin, failing) in [
        ("check_fs", ["-w", "used=0:0.0001", "-c", "size=~:1"]),
        ("check_procs", ["--expect", "ghost: name=no_such_process count=1:1", "--expect", "any: name=* rss=:1"]),
        ("check_cpu", ["--per-core", "--sample=100ms", "-c", "busy=200%:"]),
        ("check_mem", ["-w", "available=200%:", "-c", "available_bytes=1T:"]),
    ] {
        for (options, code) in [
            (&[][..], None),
            (&["-vvv", "--perfdata", "*"], None),
            (&failing, Some(2)),
            (&["--no-such-option"], Some(3)),
            (&["-w", "no_such_metric=1"], Some(3)),
            (&["--root", "/nonexistent"], Some(3)),
        ] {
            let answer = answer(&scratch, &[], plugin, options);
            assert!(code.is_none_or(|code| answer["exit_code"] == code), "{plugin} {options:?}: {answer}");
            answers.push(answer);
        }
    }
    assert_eq!(objections(&scratch, &answers), Vec::<String>::new());
}

#[test]
fn hostile_names_fit_the_schema() {
    if skipped("json::hostile_names_fit_the_schema", &[VALIDATOR, Need::Root, Need::Mounts]) {
        return;
    }
    let (scratch, namespace) = (Scratch::new(), Namespace::new());
    let names = ["pipe | 'x'=1", "new\nline", "tab\there", "\u{1b}[31mred", "Röntgen 室", "quo\"te", "back\\slash"];
    let mut options = vec!["-v".to_owned(), "-c".to_owned(), "size=~:1".to_owned()];
    for name in names {
        let folder = scratch.folder("odd").join(name);
        std::fs::create_dir(&folder).unwrap();
        namespace.tmpfs(&folder, "size=1m");
        options.extend(["-p".to_owned(), folder.to_str().unwrap().to_owned()]);
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let answer = answer(&scratch, &namespace.enter(), "check_fs", &options);
    assert_eq!(answer["findings"].as_array().map(Vec::len), Some(names.len()), "{answer}");
    assert_eq!(objections(&scratch, &[answer]), Vec::<String>::new());
}

#[test]
fn what_is_no_answer_is_refused() {
    if skipped("json::what_is_no_answer_is_refused", &[VALIDATOR]) {
        return;
    }
    let scratch = Scratch::new();
    let good = answer(&scratch, &[], "check_mem", &[]);
    let pointers = [
        ("/vitals", json!(2)),
        ("/exit_code", json!(4)),
        ("/status", json!("ok")),
        ("/summary", json!("two\nlines")),
        ("/findings/0/text", json!("a | b")),
        ("/findings/0/metrics", json!([])),
        ("/findings/0/metrics/0/unit", json!("percent")),
        ("/findings/0/metrics/0/warn", json!("ten")),
        ("/findings/0/metrics/0/more", json!(true)),
        ("/more", json!(true)),
    ];
    let mut answers = vec![good.clone()];
    answers.extend(pointers.iter().map(|(pointer, value)| {
        let mut bad = good.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[key] = value.clone();
        bad
    }));
    let refused: Vec<String> = objections(&scratch, &answers);
    let refused: Vec<&str> = refused.iter().map(|line| line.split(' ').next().unwrap()).collect();
    let bad: Vec<String> = (1..=pointers.len()).map(|number| number.to_string()).collect();
    assert_eq!(refused, bad);
}
