//! Typed readers of one machine. A sample knows no source.

pub mod cgroup;
pub mod clock;
pub mod cpu;
pub mod disks;
pub mod fields;
pub mod fstype;
pub mod load;
pub mod logs;
pub mod memory;
pub mod mount_tree;
pub mod mounts;
pub mod paging;
pub mod pressure;
pub mod proc;
pub mod resolve;
pub mod space;
pub mod stat_apart;
pub mod top;
pub mod zone;
