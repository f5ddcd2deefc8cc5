//! What holds where nothing is said, and how far what is said may go: the one definition of each.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::ops::RangeInclusive;
use std::time::Duration;

/// Where the exporter listens by default: on this machine only.
pub const LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 9834));
/// Plugins that run at one time by default.
pub const CONCURRENCY: usize = 32;
/// From one run to the next by default.
pub const INTERVAL: Duration = Duration::from_secs(60);
/// From a soft state that is not OK to the next run by default; the interval where that is shorter.
pub const RETRY_INTERVAL: Duration = Duration::from_secs(15);
/// Runs that confirm a first bad one by default.
pub const RETRIES: u32 = 2;
/// After this a run is ended by default. Our plugins give themselves 10 s, and should be the first to speak.
pub const TIMEOUT: Duration = Duration::from_secs(15);
/// Series of one run by default.
pub const MAX_SERIES: usize = 1000;

pub(super) const CONCURRENCIES: RangeInclusive<i64> = 1..=1024;
/// In milliseconds: 1 s to 7 days.
pub(super) const INTERVALS: RangeInclusive<u64> = 1_000..=604_800_000;
/// In milliseconds: 100 ms to 1 hour.
pub(super) const TIMEOUTS: RangeInclusive<u64> = 100..=3_600_000;
pub(super) const RETRY_COUNTS: RangeInclusive<i64> = 0..=100;
pub(super) const SERIES_COUNTS: RangeInclusive<i64> = 1..=100_000;

/// Checks of one configuration, those from templates included.
pub(super) const MAX_CHECKS: usize = 100_000;
/// Characters of a name, a host, a group.
pub(super) const MAX_NAME: usize = 200;
/// Characters of the value of a label.
pub(super) const MAX_LABEL_VALUE: usize = 1_000;
/// Entries of `labels`, of `env`, of `groups`.
pub(super) const MAX_ENTRIES: usize = 64;
/// Bytes of one file.
pub(super) const MAX_FILE: u64 = 16 << 20;
/// Bytes of all files, and of all texts of the checks: a short template can write a long book.
pub(super) const MAX_TEXT: usize = 64 << 20;
/// Files in all.
pub(super) const MAX_FILES: usize = 4096;
/// Includes within includes.
pub(super) const MAX_DEPTH: usize = 8;
/// Problems that are listed; what is beyond is counted.
pub(super) const MAX_PROBLEMS: usize = 200;

/// Label names that the exporter gives itself, and those that Prometheus reads a meaning into.
pub const RESERVED_LABELS: &[&str] = &["check", "host", "label", "le", "quantile", "service", "state", "unit"];
