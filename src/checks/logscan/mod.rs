//! Logs.
mod metrics;
mod rule;
mod scan;
