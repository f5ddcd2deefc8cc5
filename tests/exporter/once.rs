//! What ends by itself: `--once`, `--check-config`, `--print-config`, and starts that are refused.

use crate::common::bin;
use crate::daemon::{Exporter, Folder, LIMIT, RARELY, check, shell, until};
use std::fs::File;
use std::net::TcpListener;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::Instant;

crate::trials![
    once_gives_a_line_for_each_and_the_worst_code,
    once_that_is_ended_ends_its_plugins,
    a_configuration_is_checked_and_printed,
    an_output_that_takes_nothing_is_an_error,
    what_cannot_listen_says_what_to_do,
];

pub struct Ran {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

fn command(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = Command::new(bin("vitals_exporter"));
    command.args(arguments).current_dir(folder.path()).stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub fn exporter(folder: &Folder, arguments: &[&str]) -> Ran {
    let Output { status, stdout, stderr } = command(folder, arguments).output().unwrap();
    let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    Ran { status, stdout, stderr }
}

fn once_gives_a_line_for_each_and_the_worst_code() {
    let folder = Folder::new();
    let checks = [
        shell("z", "exit 0", ""),
        shell("slow", "echo asleep; sleep 1000", "timeout = \"1s\""),
        shell("a", "echo 'fine | a=1'; echo more", ""),
        shell("m", "sleep 0.3; echo bad; exit 1", ""),
    ];
    folder.file("good.toml", format!("concurrency = 2\n{RARELY}{}", checks.concat()));
    folder.file("worst.toml", format!("include = [\"good.toml\"]\n{}", shell("b", "exit 2", "host = \"g\"")));
    folder.file("empty.toml", "");
    let start = Instant::now();
    let ran = exporter(&folder, &["--once", "--config", "good.toml"]);
    assert!(start.elapsed() < LIMIT / 4);
    let want = "OK       h/a: fine\nWARNING  h/m: bad\n\
        UNKNOWN  h/slow: did not end in its time and was ended: asleep\nOK       h/z: no output\n";
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str(), ran.status.code()), (want, "", Some(3)));
    folder
        .file("good.toml", format!("{}{}", shell("h", "exit 3", "host = \"h\""), shell("i", "exit 1", "host = \"h\"")));
    let ran = exporter(&folder, &["--once", "--config", "worst.toml"]);
    assert_eq!(ran.stdout.lines().next(), Some("CRITICAL g/b: no output"));
    assert_eq!(ran.status.code(), Some(2));
    let ran = exporter(&folder, &["--once", "--config", "empty.toml"]);
    assert_eq!((ran.stdout.as_str(), ran.status.code()), ("", Some(3)));
    // What was not found out is UNKNOWN, not WARNING.
    let ran = exporter(&folder, &["--once", "--config", "missing.toml"]);
    assert!(ran.stderr.contains("missing.toml: cannot be read"), "{}", ran.stderr);
    assert_eq!(ran.status.code(), Some(3));
}

fn once_that_is_ended_ends_its_plugins() {
    let folder = Folder::new();
    let script = "trap 'echo asked >asked; exit 0' TERM; : >began; while :; do sleep 0.05; done";
    folder
        .file("vitals.toml", format!("concurrency = 1\n{RARELY}{}{}", shell("a", script, ""), shell("b", ": >b", "")));
    let mut child = command(&folder, &["--once", "--config", "vitals.toml"]).stderr(Stdio::null()).spawn().unwrap();
    let there = |name: &str| folder.path().join(name).exists();
    until("its plugin", || there("began").then_some(()));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let status = until("its end", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(3));
    assert!(there("asked") && !there("b"), "one was asked to end, the other was not begun");
}

fn a_configuration_is_checked_and_printed() {
    let folder = Folder::new();
    let template = "[[template]]\nfor_each = { host = [\"one\", \"two\"] }\n[[template.check]]\nname = \"up\"\n\
        host = \"{host}\"\ncommand = [\"/bin/echo\", \"{host}\", \"a \\\"b\\\" \\\\ \\t 'c'\"]\n";
    folder.file("part.toml", template);
    folder.file("vitals.toml", format!("include = [\"part.toml\"]\n{RARELY}{}", check("x", &["/bin/true"], "")));
    let ran = exporter(&folder, &["--check-config", "--config", "vitals.toml"]);
    assert_eq!((&*ran.stdout, ran.status.code()), ("the configuration is good: 3 checks on 3 hosts\n", Some(0)));
    let first = exporter(&folder, &["--print-config", "--config", "vitals.toml"]);
    assert_eq!(first.status.code(), Some(0), "{}", first.stderr);
    folder.file("printed.toml", &first.stdout);
    let second = exporter(&folder, &["--print-config", "--config", "printed.toml"]);
    assert_eq!(second.stdout, first.stdout);
    // The built-in one too, and it says the host that it was told.
    let first = exporter(&folder, &["--print-config", "--host-name", "elsewhere"]);
    assert!(first.stdout.contains("elsewhere"), "{}", first.stdout);
    folder.file("printed.toml", &first.stdout);
    assert_eq!(exporter(&folder, &["--print-config", "--config", "printed.toml"]).stdout, first.stdout);
    folder.file("vitals.toml", "[[check]]\nname = \"x\"\ncolour = 1\n");
    for mode in ["--check-config", "--print-config"] {
        let ran = exporter(&folder, &[mode, "--config", "vitals.toml"]);
        assert_eq!((&*ran.stdout, ran.status.code()), ("", Some(1)), "{mode}");
        assert!(ran.stderr.contains("vitals.toml:3: "), "{mode}: {}", ran.stderr);
    }
    let ran = exporter(&folder, &["--once", "--check-config"]);
    assert_eq!(ran.status.code(), Some(1), "two modes at a time");
}

fn an_output_that_takes_nothing_is_an_error() {
    let folder = Folder::new();
    folder.file("vitals.toml", format!("{RARELY}{}", shell("x", "exit 0", "")));
    for (mode, code) in [("--once", 3), ("--check-config", 1), ("--print-config", 1), ("--help", 1)] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let ran = command(&folder, &[mode, "--config", "vitals.toml"]).stdout(full).output().unwrap();
        assert_eq!(ran.status.code(), Some(code), "{mode} to a full disk");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = command(&folder, &[mode, "--config", "vitals.toml"]).stdout(writer).output().unwrap();
        assert_eq!(ran.status.code(), Some(code), "{mode} to nobody");
        let stderr = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(stderr.contains("cannot write to standard output: Broken pipe"), "{mode}: {stderr}");
    }
}

fn what_cannot_listen_says_what_to_do() {
    let config = format!("{RARELY}{}", shell("x", ": >>ran", ""));
    let running = Exporter::start(&config);
    let refused = |arguments: &[&str], why: &[&str]| {
        let folder = Folder::new();
        folder.file("vitals.toml", &config);
        let ran = exporter(&folder, &[&["--config", "vitals.toml"], arguments].concat());
        assert_eq!(ran.status.code(), Some(1), "{arguments:?}");
        assert!(why.iter().all(|word| ran.stderr.contains(word)), "{arguments:?}: {}", ran.stderr);
        assert!(!folder.path().join("ran").exists(), "nothing runs of what does not serve");
    };
    let taken = running.address.to_string();
    refused(&["--listen", &taken], &["cannot listen on", &taken, "is another exporter running? --listen", "in use"]);
    refused(&["--listen", "0.0.0.0:0"], &["can be reached by other machines", "--insecure"]);
    refused(&["--listen", "[::]:0"], &["can be reached by other machines", "--insecure"]);
    refused(&["--listen", "nowhere"], &["--listen"]);
    // An address of the documentation, of no machine (RFC 5737).
    refused(&["--insecure", "--listen", "192.0.2.1:9834"], &["cannot listen on 192.0.2.1:9834"]);
    let free = TcpListener::bind("0.0.0.0:0").unwrap().local_addr().unwrap();
    let open = Exporter::start_with(Folder::new(), &config, &[], &["--insecure", "--listen", &free.to_string()]);
    assert_eq!(open.address, free);
}
