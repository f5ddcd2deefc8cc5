//! check_procs on this machine: what no fixture shows.
#![allow(clippy::expect_used, unreachable_pub, missing_docs)]

mod common;

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process that ends with its test.
struct Sleeper(Child);

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sleeps under a name of its own, in a process group of its own or in ours.
fn sleeper(name: &str, own_group: bool) -> Sleeper {
    let mut command = Command::new("/bin/sh");
    command.arg0(name).args(["-c", "read forever", name]).stdin(Stdio::piped());
    if own_group {
        command.process_group(0);
    }
    let child = command.spawn().expect("a shell");
    // The name of the executable is that of the shell: only the arguments tell.
    Sleeper(child)
}

fn run(state: &tempfile::TempDir, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(common::bin("check_procs"));
    let output = command.arg("--state-dir").arg(state.path()).args(arguments).output().expect("check_procs");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A neighbour in the process group is a process like any other: only the check itself and its own shell are not.
#[test]
fn only_the_check_itself_is_left_out() {
    let state = tempfile::tempdir().expect("a folder");
    let (ours, apart) = (format!("vitals-ours-{}", std::process::id()), format!("vitals-apart-{}", std::process::id()));
    let _first = sleeper(&ours, false);
    let _second = sleeper(&apart, true);
    let (code, said) = run(
        &state,
        &[
            "--expect",
            &format!("ours: arg={ours} count=1:1"),
            "--expect",
            &format!("apart: arg={apart} count=1:1"),
            "-v",
        ],
    );
    assert_eq!(code, 0, "{said}");
}

/// Runs a script of a shell that leads a process group of its own, and returns what it prints.
fn script(state: &tempfile::TempDir, text: &str) -> String {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", text]).process_group(0).stdin(Stdio::null());
    let output = command.env("CHECK", common::bin("check_procs")).env("STATE", state.path()).output().expect("a shell");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn what_a_script_starts_counts_and_the_script_does_not() {
    let state = tempfile::tempdir().expect("a folder");
    // Seconds that nobody else sleeps.
    let time = format!("98{}", std::process::id());
    let check = |expect: &str| format!("\"$CHECK\" --state-dir \"$STATE\" --expect '{expect}'");
    // Until the program is there, what the shell has forked is another shell.
    let there =
        "i=0; until read -r name </proc/$!/comm && [ \"$name\" = sleep ] || [ $i -gt 100000 ]; do i=$((i+1)); done";
    let checked = check(&format!("d: cmd~\"^sleep {time}\" count=1:1"));
    let counted = script(&state, &format!("sleep {time} & {there}; {checked}; kill $!"));
    assert!(counted.starts_with("PROCS OK - d: 1 process (sleep)"), "{counted}");
    // The text is in the command lines of the script, of the shell in it and of the check.
    let mark = format!("vitals-mark-{}", std::process::id());
    let nested = format!("sh -c '{}; true'; true", check("X").replace("'X'", &format!("\"m: cmd~{mark} count=0\"")));
    let own = script(&state, &nested);
    assert!(own.starts_with("PROCS OK - m: none running"), "{own}");
}

#[test]
fn a_process_that_blocks_its_readers_is_named_in_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    };
    let stat = |pid: u32| format!("{pid} (p{pid}) S 0 0 0 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 5 4096 1\n");
    write("proc/uptime", "1000.0 1\n");
    for pid in [1, 13, 14] {
        write(&format!("proc/{pid}/stat"), &stat(pid));
        write(&format!("proc/{pid}/comm"), &format!("p{pid}\n"));
        write(&format!("proc/{pid}/cmdline"), "wanted\0");
    }
    // Nobody ever writes into it: whoever opens it to read waits without end.
    let blocking = root.join("proc/13/cmdline");
    std::fs::remove_file(&blocking).expect("removed");
    nix::unistd::mkfifo(&blocking, nix::sys::stat::Mode::S_IRWXU).expect("a fifo");
    let root = root.to_string_lossy().into_owned();
    let begun = Instant::now();
    let ask = |count: &str| run(&folder, &["--root", &root, "--expect", &format!("x: cmd=wanted count={count}")]);
    let (code, said) = ask("1:3");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("process p13 (pid 13) holds up"), "{said}");
    let (code, said) = ask("3:3");
    assert_eq!(code, 3, "whether 13 is one of them decides: {said}");
    // A reader waits twice for 750 ms; as long as that one hangs there, nobody tries again.
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    let again = Instant::now();
    let (_, said) = ask("1:3");
    assert!(said.contains("process p13 (pid 13) holds up"), "{said}");
    assert!(again.elapsed() < Duration::from_millis(700), "{:?}", again.elapsed());
    // Lets the readers go.
    drop(std::fs::OpenOptions::new().read(true).write(true).open(&blocking).expect("the fifo"));
}
