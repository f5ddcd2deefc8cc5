//! Logs.
mod scan;
