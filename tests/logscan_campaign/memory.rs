//! What is remembered of events: over a reboot, by each of several schedulers, until it is reset.

use crate::harness::Trial;
use crate::run::{Answer, Call, Fate, rules};
use crate::trial;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;

pub fn trials() -> Vec<Trial> {
    let cases: [(&str, fn()); 6] = [
        ("each_scheduler_is_told_once", each_scheduler_is_told_once),
        ("of_many_at_once_one_tells", of_many_at_once_one_tells),
        ("an_event_survives_a_reboot", an_event_survives_a_reboot),
        ("a_reset_ends_what_it_names_and_nothing_else", a_reset_ends_what_it_names_and_nothing_else),
        ("a_dry_run_changes_nothing", a_dry_run_changes_nothing),
        ("the_status_changes_nothing", the_status_changes_nothing),
    ];
    cases.map(|(name, case)| trial(format!("memory::{name}"), case)).into()
}

/// A log with rules for a few lines.
struct Place {
    folder: tempfile::TempDir,
    call: Call,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("state");
        fs::create_dir(&state).expect("a folder");
        let log = folder.path().join("a.log");
        let call = Call { source: log.display().to_string(), rules: rules(folder.path(), 9), state };
        let place = Self { folder, call };
        place.write("a line of noise\n");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, text: &str) {
        let log = File::options().append(true).create(true).open(self.path("a.log"));
        log.and_then(|mut log| log.write_all(text.as_bytes())).expect("written");
    }

    fn event(&self, number: u32) {
        self.write(&format!("EVENT {number:06} happened\n"));
    }

    fn run(&self, identity: &str, more: &[&str]) -> Answer {
        self.call.run(identity, Fate::Whole, more).answer.expect("a whole answer")
    }

    /// The numbers of the lines that a run tells.
    fn told(&self, identity: &str, more: &[&str]) -> Vec<u32> {
        self.run(identity, more).told.into_keys().collect()
    }

    /// Everything in the folder of the memory.
    fn memory(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let entries = fs::read_dir(&self.call.state).expect("a folder").map(|entry| entry.expect("a file").path());
        entries.map(|path| (path.clone(), fs::read(path).expect("read"))).collect()
    }
}

fn each_scheduler_is_told_once() {
    let place = Place::new();
    for event in 1..=3 {
        place.event(event);
        for identity in ["nagios", "cron"] {
            assert_eq!(place.told(identity, &[]), [event], "{identity}");
            assert!(place.told(identity, &[]).is_empty(), "{identity}");
        }
    }
    for identity in ["nagios", "cron"] {
        let seen = place.run(identity, &[]).seen;
        assert_eq!(seen, BTreeMap::from([(1, 1), (2, 1), (3, 1)]), "{identity}");
    }
}

fn of_many_at_once_one_tells() {
    let place = Place::new();
    for event in 1..=9 {
        place.event(event);
        let runs: Vec<_> = (0..6).map(|_| place.call.start("one", Fate::Whole, &[])).collect();
        let answers: Vec<_> = runs.into_iter().map(|run| run.end().answer.expect("a whole answer")).collect();
        let told: Vec<_> = answers.iter().flat_map(|answer| answer.told.keys()).collect();
        assert_eq!(told, [&event]);
        // Whoever came later knows of it.
        let knows = answers.iter().filter(|answer| answer.critical.contains(&event)).count();
        assert!(knows >= 1, "{answers:#?}");
    }
}

/// Another boot: the clock that runs since then begins anew, and files keep no more than their content and times.
fn an_event_survives_a_reboot() {
    let place = Place::new();
    let root = place.path("");
    let boot = |id: &str, uptime: &str| {
        let random = root.join("proc/sys/kernel/random");
        fs::create_dir_all(&random).expect("a folder");
        fs::write(random.join("boot_id"), id).expect("written");
        fs::write(root.join("proc/uptime"), uptime).expect("written");
    };
    let call = Call { source: "/a.log".to_owned(), ..place.call.clone() };
    let run = || {
        let ran = call.run("", Fate::Whole, &["--root", root.to_str().expect("a name")]);
        let answer = ran.answer.expect("a whole answer");
        (answer.told.into_keys().collect::<Vec<_>>(), answer.critical.into_iter().collect::<Vec<_>>())
    };
    boot("1be74aba-0cec-416b-a771-c3dc937bffa9\n", "90000.00 1.00\n");
    place.event(1);
    assert_eq!(run(), (vec![1], vec![1]));
    place.event(2);
    boot("2be74aba-0cec-416b-a771-c3dc937bffa9\n", "7.00 1.00\n");
    // Restored from a copy: every file has another number.
    fs::copy(place.path("a.log"), place.path("copy")).expect("copied");
    fs::rename(place.path("copy"), place.path("a.log")).expect("renamed");
    assert_eq!(run(), (vec![2], vec![1, 2]));
    assert_eq!(run(), (vec![], vec![1, 2]));
}

fn a_reset_ends_what_it_names_and_nothing_else() {
    let place = Place::new();
    (1..=3).for_each(|event| place.event(event));
    assert_eq!(place.told("", &[]), [1, 2, 3]);
    place.event(4);
    let answer = place.run("", &["--reset", "e2"]);
    assert!(answer.told.is_empty(), "{answer:?}");
    assert_eq!(answer.critical.into_iter().collect::<Vec<_>>(), [1, 3]);
    // What came meanwhile has waited.
    let answer = place.run("", &[]);
    assert_eq!(answer.told.into_keys().collect::<Vec<_>>(), [4]);
    assert_eq!(answer.critical.into_iter().collect::<Vec<_>>(), [1, 3, 4]);
    place.run("", &["--reset", "*"]);
    assert!(place.run("", &[]).critical.is_empty());
    place.event(2);
    assert_eq!(place.run("", &[]).critical.into_iter().collect::<Vec<_>>(), [2]);
}

fn a_dry_run_changes_nothing() {
    let place = Place::new();
    place.event(1);
    place.run("", &[]);
    place.event(2);
    let before = place.memory();
    for more in [&["--dry-run"][..], &["--dry-run"], &["--dry-run", "--reset", "*"]] {
        let answer = place.run("", more);
        assert_eq!(place.memory(), before, "{more:?}");
        let read = more.len() == 1;
        assert_eq!(answer.told.into_keys().collect::<Vec<_>>(), if read { vec![2] } else { vec![] });
        assert_eq!(answer.critical.into_iter().collect::<Vec<_>>(), if read { vec![1, 2] } else { vec![] });
    }
    assert_eq!(place.told("", &[]), [2]);
}

fn the_status_changes_nothing() {
    let place = Place::new();
    place.event(1);
    place.run("", &[]);
    place.event(2);
    let before = place.memory();
    let answer = place.run("", &["--status"]);
    assert_eq!(answer.critical.into_iter().collect::<Vec<_>>(), [1]);
    assert_eq!(place.memory(), before);
    assert_eq!(place.told("", &[]), [2]);
}
