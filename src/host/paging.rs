//! Traffic between memory and disks, and what was killed for want of memory: /proc/vmstat.

use super::fields::{number, pairs};
use serde::{Deserialize, Serialize};

/// Counters since the start; what a kernel does not have is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Paging {
    /// Pages read back from swap.
    pub swap_in: Option<u64>,
    /// Pages written to swap.
    pub swap_out: Option<u64>,
    /// KiB read from block devices.
    pub page_in: Option<u64>,
    /// KiB written to block devices.
    pub page_out: Option<u64>,
    /// Page faults that had to wait for a disk.
    pub major_faults: Option<u64>,
    /// Processes that the kernel killed for want of memory (since Linux 4.13).
    pub oom_kills: Option<u64>,
}

impl Paging {
    /// Reads the text of /proc/vmstat.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut found = Self::default();
        for (name, value) in pairs(text) {
            let field = match name {
                "pswpin" => &mut found.swap_in,
                "pswpout" => &mut found.swap_out,
                // In KiB, although other counters beside them are in pages: mm/vmstat.c divides them by two, from
                // sectors of 512 bytes.
                "pgpgin" => &mut found.page_in,
                "pgpgout" => &mut found.page_out,
                "pgmajfault" => &mut found.major_faults,
                "oom_kill" => &mut found.oom_kills,
                _ => continue,
            };
            *field = number(value);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_six_counters() {
        let text =
            "nr_free_pages 5\npgpgin 10\npgpgout 20\npswpin 1\npswpout 2\npgmajfault 7\noom_kill 3\noom_killx 9\n";
        let expected = Paging {
            swap_in: Some(1),
            swap_out: Some(2),
            page_in: Some(10),
            page_out: Some(20),
            major_faults: Some(7),
            oom_kills: Some(3),
        };
        assert_eq!(Paging::parse(text), expected);
        assert_eq!(Paging::parse("pswpin -1\npswpout x\noom_kill\n"), Paging::default());
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text: String) {
            let _ = Paging::parse(&text);
        }
    }
}
