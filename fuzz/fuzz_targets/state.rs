//! A state file, damaged in any way: found, or put aside. Never a crash, and the next run is as good as the first.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;
use vitals::model::timestamp::Timestamp;
use vitals::model::trend::Trend;
use vitals::runtime::state::{Loaded, Need, Prepared, StateDir};

/// A folder in memory, one for each process of the fuzzer.
static DIR: LazyLock<PathBuf> = LazyLock::new(|| {
    let shared = PathBuf::from("/dev/shm");
    let parent = if shared.is_dir() { shared } else { std::env::temp_dir() };
    let dir = parent.join(format!("vitals-fuzz-state-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    dir
});

fuzz_target!(|bytes: &[u8]| {
    let dir = StateDir::locate(Some(&DIR)).expect("it is there");
    let slot = || dir.slot("x", "a", Need::Helpful, || ()).expect("a slot");
    // The name of the one memory, learnt by writing it.
    let first: BTreeMap<String, Trend> = BTreeMap::new();
    let _ = slot().prepare(&first, Timestamp(1.0)).expect("written").map(Prepared::commit);
    let file = std::fs::read_dir(&*DIR).expect("it").flatten().map(|entry| entry.path());
    let file = file.into_iter().find(|path| path.extension().is_some_and(|x| x == "json")).expect("a memory");
    std::fs::write(&file, bytes).expect("damage");
    match slot().load::<BTreeMap<String, Trend>>().expect("a file can be read") {
        Loaded::Found(memory, _) => drop(slot().prepare(&memory, Timestamp(2.0)).expect("written")),
        Loaded::Unusable(why) => {
            assert!(!why.is_empty() && !file.exists());
            assert_eq!(slot().load::<BTreeMap<String, Trend>>().expect("nothing is there"), Loaded::First);
        }
        Loaded::First => unreachable!("a file was there"),
    }
});
