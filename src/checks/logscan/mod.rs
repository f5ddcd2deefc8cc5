//! Logs.
mod judge;
mod memory;
mod metrics;
#[cfg(test)]
mod presets;
mod rule;
mod scan;
mod seen;
#[cfg(test)]
mod tests;
mod trial;
mod words;
