//! How much memory there is and how much programs can still get: /proc/meminfo.
//!
//! Source: proc_meminfo(5), and the kernel's Documentation/filesystems/proc.rst.

use super::fields::{self, number, pairs};
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use anyhow::anyhow;

const MEMINFO: &str = "/proc/meminfo";
const ARC: &str = "/proc/spl/kstat/zfs/arcstats";

/// A reading, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Memory {
    /// What the kernel manages.
    pub size: u64,
    /// What new programs can get without swapping.
    pub available: u64,
    /// Whether the kernel said that more is available than there is; all is taken to be available then.
    pub more_than_all: bool,
    /// Whether `available` is our own estimate, because the kernel gives none (before Linux 3.14).
    pub estimated: bool,
    /// What the file cache of ZFS would give back, part of `available`.
    pub arc: u64,
    /// Swap in all.
    pub swap_size: u64,
    /// Swap that is taken.
    pub swap_used: u64,
    /// Memory that has been promised to programs, and how much may be: the limit counts only where overcommitting is
    /// forbidden.
    pub committed: Option<(u64, u64)>,
    /// Pages of the pool of huge pages: all, and those that nobody has taken or reserved.
    pub huge_pages: Option<(u64, u64)>,
}

impl Memory {
    /// Reads /proc/meminfo, and what ZFS tells of its cache.
    ///
    /// # Errors
    /// When the file cannot be read, or lacks what is needed: named with the field.
    pub fn read(root: &Root) -> Result<Self, Failure> {
        let text = root.text(MEMINFO)?;
        let mut memory = parse(&text).map_err(|why| anyhow!("{}: {why}", root.path(MEMINFO).display()))?;
        // The kernel does not know that this cache can shrink. Without ZFS there is no such file.
        if let Ok(Some(arc)) = root.text_if_there(ARC) {
            memory.arc = reclaimable_arc(&arc).min(memory.size - memory.available);
            memory.available += memory.arc;
        }
        Ok(memory)
    }
}

/// All fields that are looked at; the names of the kernel.
#[derive(Default)]
struct Fields {
    total: Option<u64>,
    free: Option<u64>,
    available: Option<u64>,
    buffers: Option<u64>,
    cached: Option<u64>,
    shmem: Option<u64>,
    reclaimable: Option<u64>,
    swap_total: Option<u64>,
    swap_free: Option<u64>,
    commit_limit: Option<u64>,
    committed: Option<u64>,
    huge_total: Option<u64>,
    huge_free: Option<u64>,
    huge_reserved: Option<u64>,
}

impl Fields {
    fn parse(text: &str) -> Self {
        const KIB: u64 = 1024;
        let mut found = Self::default();
        for (name, value) in pairs(text) {
            let (field, scale) = match name {
                "MemTotal" => (&mut found.total, KIB),
                "MemFree" => (&mut found.free, KIB),
                "MemAvailable" => (&mut found.available, KIB),
                "Buffers" => (&mut found.buffers, KIB),
                "Cached" => (&mut found.cached, KIB),
                "Shmem" => (&mut found.shmem, KIB),
                "SReclaimable" => (&mut found.reclaimable, KIB),
                "SwapTotal" => (&mut found.swap_total, KIB),
                "SwapFree" => (&mut found.swap_free, KIB),
                "CommitLimit" => (&mut found.commit_limit, KIB),
                "Committed_AS" => (&mut found.committed, KIB),
                "HugePages_Total" => (&mut found.huge_total, 1),
                "HugePages_Free" => (&mut found.huge_free, 1),
                "HugePages_Rsvd" => (&mut found.huge_reserved, 1),
                _ => continue,
            };
            // A size beyond 64 bits is no size.
            *field = number(value).and_then(|value| value.checked_mul(scale));
        }
        found
    }
}

fn parse(text: &str) -> Result<Memory, String> {
    let fields = Fields::parse(text);
    let size = fields.total.filter(|size| *size > 0).ok_or("it has no usable MemTotal")?;
    let available = match fields.available {
        Some(available) => available,
        // A field that is there but makes no sense is a fault, not an old kernel.
        None if pairs(text).any(|(name, _)| name == "MemAvailable") => {
            return Err("its MemAvailable is not a number".to_owned());
        }
        None => estimate(&fields).ok_or("it has neither a usable MemAvailable nor MemFree")?,
    };
    let swap_size = fields.swap_total.unwrap_or_default();
    Ok(Memory {
        size,
        available: available.min(size),
        more_than_all: available > size,
        estimated: fields.available.is_none(),
        arc: 0,
        swap_size,
        // Without a usable SwapFree nothing is known to be taken.
        swap_used: swap_size.saturating_sub(fields.swap_free.unwrap_or(swap_size)),
        committed: fields.committed.zip(fields.commit_limit),
        huge_pages: fields.huge_total.zip(fields.huge_free).map(|(total, free)| {
            // Reserved pages are still counted as free.
            (total, free.saturating_sub(fields.huge_reserved.unwrap_or_default()).min(total))
        }),
    })
}

/// What kernels before MemAvailable were taken to have: free memory and the caches, but not shared memory, which is
/// among the cached and cannot be dropped. Source: the commit that brought MemAvailable (34e431b0ae39, Linux 3.14).
fn estimate(fields: &Fields) -> Option<u64> {
    let cached = fields.cached.unwrap_or_default().saturating_sub(fields.shmem.unwrap_or_default());
    // Half of the slab: it is seldom given back whole.
    let caches = [fields.buffers.unwrap_or_default(), cached, fields.reclaimable.unwrap_or_default() / 2];
    fields.free.map(|free| caches.into_iter().fold(free, u64::saturating_add))
}

/// The cache of ZFS beyond the size that it always keeps: lines `name type data` below two of a header.
fn reclaimable_arc(text: &str) -> u64 {
    let value = |name: &str| {
        text.lines().find_map(|line| {
            let mut words = line.split_ascii_whitespace();
            (words.next() == Some(name)).then(|| words.nth(1).and_then(fields::number))?
        })
    };
    match (value("size"), value("c_min")) {
        (Some(size), Some(least)) => size.saturating_sub(least),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OLD: &str =
        "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 50 kB\nCached: 300 kB\nShmem: 100 kB\nSReclaimable: 40 kB\n";

    #[test]
    fn the_kernels_own_figure() {
        let text = "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\nSwapTotal: 200 kB\nSwapFree: 50 kB\n\
                    CommitLimit: 700 kB\nCommitted_AS: 350 kB\nHugePages_Total: 10\nHugePages_Free: 6\nHugePages_Rsvd: 2\n";
        let memory = parse(text).unwrap_or_default();
        assert_eq!((memory.size, memory.available, memory.estimated), (1_024_000, 409_600, false));
        assert_eq!((memory.swap_size, memory.swap_used), (204_800, 153_600));
        assert_eq!((memory.committed, memory.huge_pages), (Some((358_400, 716_800)), Some((10, 4))));
    }

    #[test]
    fn an_old_kernel_is_estimated() {
        let memory = parse(OLD).unwrap_or_default();
        assert_eq!((memory.available, memory.estimated), (370 * 1024, true));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (text, why) in [
            ("", "MemTotal"),
            ("MemTotal: 0 kB\nMemAvailable: 1 kB", "MemTotal"),
            ("MemTotal: -5 kB\nMemAvailable: 1 kB", "MemTotal"),
            ("MemTotal: 5 kB\nMemAvailable: lots", "MemAvailable is not a number"),
            ("MemTotal: 18446744073709551615 kB\nMemAvailable: 1 kB", "MemTotal"),
            ("MemTotal: 5 kB", "neither a usable MemAvailable nor MemFree"),
        ] {
            let said = parse(text).err().unwrap_or_default();
            assert!(said.contains(why), "{said}");
        }
        // More available than there is: never above the whole, and said.
        let more = parse("MemTotal: 5 kB\nMemAvailable: 9 kB").unwrap_or_default();
        assert_eq!((more.available, more.more_than_all), (5120, true));
    }

    #[test]
    fn the_cache_of_zfs_beyond_its_least_size() {
        let text = "13 1 0x01 123 33456 8 9\nname  type data\nhits 4 1\nc_min 4 100\nc_max 4 900\nsize 4 700\n";
        assert_eq!(reclaimable_arc(text), 600);
        assert_eq!(reclaimable_arc("size 4 x\nc_min 4 1\n"), 0);
        assert_eq!(reclaimable_arc("size 4 50\nc_min 4 100\n"), 0);
    }

    proptest! {
        #[test]
        fn any_values_are_taken(total: u64, rest: [Option<u64>; 6]) {
            let names = ["MemFree", "MemAvailable", "Cached", "Shmem", "SwapTotal", "SwapFree"];
            let mut text = format!("MemTotal: {total} kB\n");
            for (name, value) in names.iter().zip(rest) {
                if let Some(value) = value {
                    text.push_str(&format!("{name}: {value} kB\n"));
                }
            }
            if let Ok(memory) = parse(&text) {
                prop_assert!(memory.available <= memory.size && memory.swap_used <= memory.swap_size);
            }
        }

        #[test]
        fn any_text_is_taken(text: String) {
            let _ = (parse(&text), reclaimable_arc(&text));
        }
    }
}
