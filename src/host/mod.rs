//! Typed readers of one machine. A sample knows no source.

pub mod clock;
pub mod fstype;
pub mod memory;
pub mod mount_tree;
pub mod mounts;
pub mod proc;
pub mod resolve;
pub mod space;
pub mod stat_apart;
