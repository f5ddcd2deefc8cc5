//! The vocabulary of monitoring, pure: no I/O, no clock, no command line.

pub mod answer;
pub mod bytes;
pub mod catalogue;
pub mod families;
pub mod glob;
pub mod hold;
pub mod json;
pub mod metric;
pub mod parse;
pub mod perfunit;
pub mod range;
pub mod render;
pub mod report;
pub mod rule;
pub mod stamp;
pub mod status;
pub mod text;
pub mod thresholds;
pub mod timestamp;
pub mod trend;
pub mod unit;
