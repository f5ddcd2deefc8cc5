//! Files of /proc that a kernel, a container or a fixture may hold: read or refused, never a panic; shares of time stay
//! shares whatever the counters do.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::time::Duration;
use vitals::host::{cpu, disks, fields, proc};

fuzz_target!(|bytes: &[u8]| {
    if let Some((name, stat)) = proc::stat::parse(bytes) {
        assert!(name.len() < bytes.len() && (-128..=127).contains(&i32::from(stat.nice)));
    }
    let text = String::from_utf8_lossy(bytes);
    let (before, after) = text.split_once("\n\n").unwrap_or((&text, &text));
    for (name, value) in fields::pairs(before) {
        let _ = (fields::find(after, name), fields::number(value));
    }
    let _ = disks::busiest(&disks::parse(before), &disks::parse(after), Duration::from_secs(1));
    let _ = (cpu::Stat::parse(before, true), cpu::Stat::parse(after, false));
});
