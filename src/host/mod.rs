//! Typed readers of one machine. A sample knows no source.

pub mod memory;
