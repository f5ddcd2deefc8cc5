//! The memory between runs: lost, damaged, forbidden, fought over. Where the answer depends on it, UNKNOWN; elsewhere
//! a note.

use crate::every::subjects;
use crate::harness::Trial;
use crate::needs::{Need, is_root, trial};
use crate::run::{Plugin, Ran, Run, eventually};
use crate::stand_in::{helpful, vital};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use vitals::model::status::Status;

type Case = fn(&Plugin);

/// Cases for every plugin, whatever it remembers.
const CASES: &[(&str, &[Need], Case)] = &[
    ("a_folder_that_is_missing", &[], missing),
    ("a_folder_that_is_a_file", &[], no_folder),
    ("a_folder_that_may_not_be_written", &[Need::Root], forbidden),
    ("a_folder_that_is_full", &[Need::Root, Need::Mounts], full),
    ("no_place_at_all", &[], no_place),
    ("files_that_are_damaged", &[], damaged),
    ("folders_in_place_of_files", &[], folders),
    ("links_in_place_of_files", &[], links),
    ("fifos_in_place_of_files", &[], fifos),
    ("two_runs_at_once", &[], at_once),
    ("read_only_memory", &[], kept_private),
];

/// What only the stand-ins can show.
const OWN: &[(&str, fn())] = &[
    ("runs_are_counted", counted),
    ("identities_are_apart", identities),
    ("a_vital_memory_is_waited_for", waited_for),
    ("a_wait_that_is_too_long_is_said", waited_in_vain),
    ("a_killed_run_is_told_again", killed),
    ("an_answer_that_was_not_heard_is_told_again", unheard),
    ("a_memory_that_cannot_be_used_has_a_state", states),
];

pub fn trials() -> impl Iterator<Item = Trial> {
    let each = subjects().into_iter().chain([helpful(), vital()]).flat_map(|plugin| {
        CASES.iter().map(move |(name, needs, case)| {
            let plugin = plugin.clone();
            trial(format!("{}::memory::{name}", plugin.name), needs, move || case(&plugin))
        })
    });
    each.chain(OWN.iter().map(|(name, case)| trial(format!("memory::{name}"), &[], case)))
}

/// What holds whatever the memory is: an answer in form and in time, that is no usage error.
fn answers(run: Run) -> Ran {
    let ran = run.args("-t 10").done().within(5.0);
    ran.ok_form();
    assert!(!ran.first_line().contains("usage:"), "{}", ran.text());
    // The two whose memory is known, and what they make of it.
    match &*ran.plugin.name {
        "check_vital" if ran.first_line().contains("run ") => ran.exits(0),
        "check_vital" => ran.exits(3),
        "check_helpful" => ran.exits(0),
        _ => ran,
    }
}

fn noted(ran: Ran, about: &str) {
    if ["check_vital", "check_helpful"].contains(&&*ran.plugin.name) {
        ran.says(&[about]);
    }
}

fn missing(plugin: &Plugin) {
    let dir = tempfile::tempdir().expect("a folder");
    let gone = dir.path().join("a/b");
    // From the environment it is made, as systemd would; a slip in an option must not make a tree.
    answers(plugin.command().state(&gone));
    let ran = answers(plugin.command().arg("--state-dir").arg(dir.path().join("c/d")));
    noted(ran, "c/d: No such file");
    assert!(!dir.path().join("c").exists());
}

fn no_folder(plugin: &Plugin) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    noted(answers(plugin.command().state(file.path())), "cannot make the state folder");
}

fn forbidden(plugin: &Plugin) {
    assert!(is_root());
    // Another user must be able to reach the binary.
    let dir = tempfile::tempdir().expect("a folder");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("its mode");
    let mut plugin = plugin.clone();
    let copy = dir.path().join(&plugin.name);
    fs::copy(&plugin.path, &copy).expect("a copy of the binary");
    plugin.path = copy;
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let state = dir.path().join("state");
    for mode in [0o755, 0o700] {
        fs::create_dir(&state).expect("a state folder");
        fs::set_permissions(&state, fs::Permissions::from_mode(mode)).expect("its mode");
        noted(answers(plugin.command().state(&state).under(&nobody)), "Permission denied");
        fs::remove_dir_all(&state).expect("nothing is in it");
    }
}

fn full(plugin: &Plugin) {
    // The wrapped stand-in is known by the name of its file.
    let dir = tempfile::tempdir().expect("a folder");
    let mut plugin = plugin.clone();
    let link = dir.path().join(&plugin.name);
    symlink(&plugin.path, &link).expect("a link");
    plugin.path = link;
    let state = dir.path().join("state");
    fs::create_dir(&state).expect("a mount point");
    let script =
        "mount -t tmpfs -o size=4k,nr_inodes=10 tmpfs \"$0\" && head -c 4096 /dev/zero >\"$0/ballast\" && exec \"$@\"";
    let place = state.to_string_lossy().into_owned();
    let private = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, &place];
    noted(answers(plugin.command().state(&state).under(&private)), "No space left");
}

fn no_place(plugin: &Plugin) {
    if Path::new("/var/lib/vitals").exists() {
        return;
    }
    let ran = answers(plugin.command().env("STATE_DIRECTORY", ""));
    noted(ran, "no place for state");
}

/// A state folder with what a first run leaves, for those that remember anything.
fn used(plugin: &Plugin) -> (TempDir, Vec<PathBuf>) {
    let dir = tempfile::tempdir().expect("a folder");
    answers(plugin.command().state(dir.path()));
    let files = fs::read_dir(dir.path()).expect("it").flatten().map(|entry| entry.path());
    let files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|x| x == "json")).collect();
    let remembers = ["check_vital", "check_helpful"].contains(&&*plugin.name);
    assert!(!remembers || files.len() == 1, "{files:?}");
    (dir, files)
}

fn damaged(plugin: &Plugin) {
    for content in [
        &b""[..],
        b"{",
        b"\0\0\0\0",
        b"\xff\xfe",
        b"[]",
        b"{\"vitals_state\":1}",
        b"{\"vitals_state\":99,\"anything\":[1,2,3]}",
        b"{\"vitals_state\":-1}",
        b"{\"vitals_state\":1,\"check\":\"other\",\"identity\":\"\",\"saved\":1,\"memory\":null}",
        b"{\"vitals_state\":1,\"check\":\"vital\",\"identity\":\"\\u001f\",\"saved\":1,\"memory\":{\"runs\":\"x\"}}",
    ] {
        let (dir, files) = used(plugin);
        for file in &files {
            fs::write(file, content).expect("damage");
        }
        let ran = answers(plugin.command().state(dir.path()));
        noted(ran, "as on a first run: ");
        for file in &files {
            assert_eq!(fs::read(file.with_extension("unusable")).expect("put aside"), content);
        }
        answers(plugin.command().state(dir.path())).says_not("first run:");
    }
    // Cut off anywhere: never a crash, never taken for whole.
    let (dir, files) = used(plugin);
    for file in &files {
        let whole = fs::read(file).expect("a memory");
        for length in (0..whole.len()).step_by(7) {
            fs::write(file, whole.get(..length).unwrap_or_default()).expect("damage");
            noted(answers(plugin.command().state(dir.path())), "as on a first run: ");
        }
    }
}

fn folders(plugin: &Plugin) {
    for extension in ["json", "lock", "tmp", "unusable"] {
        let (dir, files) = used(plugin);
        for file in files {
            let place = file.with_extension(extension);
            let _ = fs::remove_file(&place);
            fs::create_dir(&place).expect("a folder in its place");
            fs::write(place.join("full"), "").expect("that is not empty");
        }
        answers(plugin.command().state(dir.path()));
    }
}

/// A link that somebody else has put there is not followed: root's plugin must not write elsewhere, nor show what it reads.
fn links(plugin: &Plugin) {
    for extension in ["json", "lock", "tmp"] {
        let elsewhere = tempfile::tempdir().expect("a folder");
        let (precious, missing) = (elsewhere.path().join("precious"), elsewhere.path().join("missing"));
        fs::write(&precious, "precious\n").expect("a file");
        for target in [&precious, &missing] {
            let (dir, files) = used(plugin);
            for file in files {
                let place = file.with_extension(extension);
                let _ = fs::remove_file(&place);
                symlink(target, &place).expect("a link in its place");
            }
            answers(plugin.command().state(dir.path())).says_not("precious");
            assert_eq!(fs::read_to_string(&precious).expect("it is still there"), "precious\n");
            assert!(!missing.exists(), "{extension}: made through a link");
        }
    }
}

fn fifos(plugin: &Plugin) {
    for extension in ["json", "lock", "tmp"] {
        let (dir, files) = used(plugin);
        for file in files {
            let place = file.with_extension(extension);
            let _ = fs::remove_file(&place);
            nix::unistd::mkfifo(&place, nix::sys::stat::Mode::S_IRWXU).expect("a FIFO in its place");
        }
        answers(plugin.command().state(dir.path()));
    }
}

fn at_once(plugin: &Plugin) {
    let (dir, _) = used(plugin);
    let running: Vec<_> = (0..8).map(|_| plugin.command().state(dir.path()).args("-t 30").start()).collect();
    for run in running {
        let ran = run.end();
        ran.ok_form();
    }
    let left = fs::read_dir(dir.path()).expect("it").flatten().map(|entry| entry.path());
    let odd: Vec<PathBuf> =
        left.filter(|path| path.extension().is_some_and(|x| x == "tmp" || x == "unusable")).collect();
    assert!(odd.is_empty(), "{odd:?}");
    let ran = answers(plugin.command().state(dir.path()));
    if plugin.name == "check_vital" {
        ran.says(&["run 10"]);
    } else {
        ran.says_not("first run:");
    }
}

fn kept_private(plugin: &Plugin) {
    let (_dir, files) = used(plugin);
    for file in files {
        let mode = fs::metadata(&file).expect("a memory").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is nobody else's business", file.display());
    }
}

fn counted() {
    for plugin in [helpful(), vital()] {
        let state = tempfile::tempdir().expect("a folder");
        for n in 1..4 {
            plugin.command().state(state.path()).done().says(&[&format!("run {n}")]);
        }
        plugin.command().arg("--state-dir").arg(state.path()).done().says(&["run 4"]);
    }
}

fn identities() {
    let state = tempfile::tempdir().expect("a folder");
    for id in ["", "a", "b", "a/../b", "ü\u{1}"] {
        for n in 1..3 {
            let ran = vital().command().state(state.path()).arg("--state-id").arg(id).done();
            ran.says(&[&format!("run {n}")]);
        }
    }
    // A scheduler may give the name in the environment; the option wins.
    let by_scheduler = || vital().command().state(state.path()).env("VITALS_STATE_ID", "a");
    by_scheduler().done().says(&["run 3"]);
    by_scheduler().arg("--state-id").arg("b").done().says(&["run 3"]);
    vital().command().state(state.path()).env("VITALS_STATE_ID", "").done().says(&["run 3"]);
    helpful().command().state(state.path()).done().says(&["run 1"]);
}

fn waited_for() {
    let state = tempfile::tempdir().expect("a folder");
    let mark = state.path().join("begun");
    let first = vital().command().state(state.path()).args("--seconds 1 --mark").arg(&mark).start();
    eventually("the first run has begun", || mark.exists());
    vital().command().state(state.path()).args("-t 30").done().says(&["run 2"]);
    first.end().says(&["run 1"]);
    // Who only keeps a history does not wait for it.
    let mark = state.path().join("again");
    let first = helpful().command().state(state.path()).args("--seconds 3 --mark").arg(&mark).start();
    eventually("the first run has begun", || mark.exists());
    let second = helpful().command().state(state.path()).done().exits(0);
    let first = first.end().exits(0);
    assert!(second.took < first.took, "{second:?} {first:?}");
}

fn waited_in_vain() {
    let state = tempfile::tempdir().expect("a folder");
    let mark = state.path().join("begun");
    let first = vital().command().state(state.path()).args("--seconds 5 --mark").arg(&mark).start();
    eventually("the first run has begun", || mark.exists());
    let second = vital().command().state(state.path()).args("-t 0.5").done().within(0.5);
    assert_eq!(second.ok_form(), Status::Unknown);
    second.says(&["another run of the same check holds its memory"]);
    let third = vital().command().state(state.path()).args("-t 0.5:critical").done().within(0.5);
    assert_eq!(third.ok_form(), Status::Critical);
    // Once the lock is there, something else is what is waited for.
    let fourth = vital().command().state(state.path()).args("-t 8 --seconds 60").done().within(8.0).exits(3);
    fourth.says_not("another run");
    first.end().says(&["run 1"]);
}

fn killed() {
    let state = tempfile::tempdir().expect("a folder");
    let mark = state.path().join("begun");
    let run = vital().command().state(state.path()).args("--seconds 30 --mark").arg(&mark).start();
    eventually("the run has begun", || mark.exists());
    run.signal(nix::sys::signal::Signal::SIGKILL);
    assert!(run.end().status.code().is_none());
    vital().command().state(state.path()).done().says(&["run 1"]);
}

fn unheard() {
    let state = tempfile::tempdir().expect("a folder");
    let (read, write) = std::io::pipe().expect("a pipe");
    drop(read);
    vital().command().state(state.path()).stdout(write).done().exits(3);
    // At least once: nobody has heard of it, so it is told again.
    vital().command().state(state.path()).done().says(&["run 1"]);
}

fn states() {
    let (dir, files) = used(&vital());
    for file in &files {
        fs::remove_file(file).expect("a memory");
        fs::create_dir(file).expect("a folder in its place");
    }
    let ran = vital().command().state(dir.path()).done().exits(3);
    ran.ok_form();
    ran.says(&["Is a directory"]);
    // A damaged memory of events is a first run, and somebody must hear of it.
    let (dir, files) = used(&vital());
    for file in &files {
        fs::write(file, "{").expect("damage");
    }
    let ran = vital().command().state(dir.path()).done();
    assert_eq!(ran.ok_form(), Status::Unknown);
    ran.says(&["UNKNOWN - as on a first run: "]);
    // Once: then it counts anew.
    vital().command().state(dir.path()).done().exits(0).says(&["run 2"]);
}
