//! The log: one line for each event, on standard error, where a service manager collects it.

use crate::model::text;
use std::io::Write as _;

/// Bytes of a line.
const LONGEST: usize = 2000;

/// Writes a line; that nobody reads it stops nothing.
pub(super) fn log(line: &str) {
    let line = text::clean_str(line);
    let line = format!("vitals_exporter: {}\n", text::cut(&line, LONGEST));
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}
