//! How busy the disks are, as the likely cause of a wait.
//!
//! Source: the kernel's Documentation/admin-guide/iostats.rst.

use crate::host::fields::number;
use std::time::Duration;

/// A block device and the milliseconds in which it had something to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Disk {
    /// The kernel's name, such as `sda`.
    pub name: String,
    /// Milliseconds since the start, mod 2^32 on some kernels.
    pub busy: u64,
}

/// The disks of the text of /proc/diskstats, without those that only stand for memory or a file.
#[must_use]
pub fn parse(text: &str) -> Vec<Disk> {
    const NAME: usize = 2;
    const BUSY: usize = 12;
    let one = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let name = words.nth(NAME)?;
        let busy = number(words.nth(BUSY - NAME - 1)?)?;
        let virtual_disk = ["loop", "ram", "zram"].iter().any(|kind| name.starts_with(kind));
        (!virtual_disk).then(|| Disk { name: name.to_owned(), busy })
    };
    text.lines().filter_map(one).collect()
}

/// The disk that was busy for the greatest share of the time between two readings. Of a disk and its partition, the
/// disk: it comes first.
#[must_use]
pub fn busiest(before: &[Disk], after: &[Disk], time: Duration) -> Option<(String, f64)> {
    let millis = time.as_secs_f64() * 1e3;
    if millis <= 0.0 {
        return None;
    }
    let mut found: Option<(String, f64)> = None;
    for disk in after {
        let Some(earlier) = before.iter().find(|earlier| earlier.name == disk.name) else { continue };
        #[expect(clippy::cast_precision_loss, reason = "a difference of milliseconds")]
        let share = (disk.busy.saturating_sub(earlier.busy) as f64 / millis).min(1.0);
        if share > found.as_ref().map_or(0.0, |(_, most)| *most) {
            found = Some((disk.name.clone(), share));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "   7       0 loop0 720 0 12312 78 162 0 144 231 0 280 522 0 0 0 0 162 212
 254       0 vda 163643 17329 19577882 213441 19102 29064 6727280 18002 0 22564 233576 12268 35 1074072 1893 2606 239
 254       1 vda1 163643 17329 19577882 213441 19102 29064 6727280 18002 0 22564 233576
 254       2 vda2 1 2 3
";

    #[test]
    fn the_busiest_is_named() {
        let before = parse(TEXT);
        assert_eq!(before.iter().map(|d| (&*d.name, d.busy)).collect::<Vec<_>>(), [("vda", 22564), ("vda1", 22564)]);
        let after = parse(&TEXT.replace("22564", "22714"));
        let time = Duration::from_millis(300);
        assert_eq!(busiest(&before, &after, time), Some(("vda".to_owned(), 0.5)));
        assert_eq!(busiest(&after, &before, time), None);
        assert_eq!(busiest(&before, &after, Duration::ZERO), None);
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "([ a-z0-9]{0,40}\n){0,5}") {
            let _ = parse(&text);
        }
    }
}
