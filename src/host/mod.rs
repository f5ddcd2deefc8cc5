//! Typed readers of one machine. A sample knows no source.

pub mod cgroup;
pub mod cpu;
pub mod disks;
pub mod fields;
pub mod load;
pub mod memory;
pub mod paging;
pub mod pressure;
pub mod top;
pub mod uptime;
