//! check_fs on machines that are too large or too long for a fixture.
#![allow(clippy::expect_used, unreachable_pub, missing_docs, dead_code)]

mod common;

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

const MANY: usize = 10_000;

/// A root with many file systems of 100 blocks; one of them is full. Each is mounted twice.
fn many(root: &Path) {
    let mut table = "1 0 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n".to_owned();
    let mut sizes = "/\t4096 100 50 50 10 5\n".to_owned();
    for i in 0..MANY {
        let id = i + 2;
        let _ = writeln!(table, "{id} 1 9:{i} / /data/{i:05}/volume rw,relatime - xfs /dev/mapper/v{i} rw");
        let _ = writeln!(table, "{} 1 9:{i} /sub /srv/bind/mounts/of/{i:05} rw - xfs /dev/mapper/v{i} rw", id + MANY);
        let _ =
            writeln!(sizes, "/data/{i:05}/volume\t4096 100 {free} {free} 10 5", free = if i == 7777 { 1 } else { 50 });
    }
    std::fs::create_dir_all(root.join("proc/self")).expect("a root");
    std::fs::write(root.join("proc/self/mountinfo"), table).expect("a mount table");
    std::fs::write(root.join("statfs"), sizes).expect("sizes");
}

fn check_fs(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(common::bin("check_fs"));
    command.arg("--root").arg(dir).arg("--state-dir").arg(dir).args(arguments).env_remove("VITALS_OUTPUT");
    command.output().expect("run check_fs")
}

#[test]
fn ten_thousand_mounts_are_judged_and_the_full_one_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    many(dir.path());
    for arguments in [&[][..], &["--exclude", "~^/srv"][..], &["--group", "rest=/data/0*"][..]] {
        let output = check_fs(dir.path(), arguments);
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(if arguments.first() == Some(&"--group") { 0 } else { 2 }), "{text}");
        assert!(text.len() <= 64 << 10, "the whole answer has a bound");
    }
    let first = check_fs(dir.path(), &["--perfdata", "used"]);
    let text = String::from_utf8_lossy(&first.stdout);
    assert!(
        text.starts_with("FS CRITICAL - /data/07777/volume 99 % used, 4 KiB of 400 KiB free (critical: "),
        "{text}"
    );
    assert!(text.contains("'/data/07777/volume.used'=99%;90;95;0;100"), "what is not OK comes first: {text}");
    let all = check_fs(dir.path(), &["--output", "json"]);
    assert_eq!(String::from_utf8_lossy(&all.stdout).matches("\"item\":").count(), MANY + 1, "each of them once");
}
