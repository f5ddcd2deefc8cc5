//! Reads a configuration: from a file and what it includes, from a text, or the built-in one.

use super::assembly::{Part, assemble};
use super::problem::{Lines, Problems};
use super::{Config, include, limits, names};
use std::path::{Path, PathBuf};

/// The configuration of the exporter when it is given no file, with its comments.
pub const BUILTIN: &str = include_str!("builtin.toml");

/// A configuration and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// What is to be done.
    pub config: Config,
    /// The files that said so, the main one first.
    pub files: Vec<PathBuf>,
}

/// Reads a file and what it includes. `host` is the logical host of checks that name none.
///
/// # Errors
/// Everything that is wrong with it: nothing is left out silently.
pub fn load(path: &Path, host: &str) -> Result<Loaded, Problems> {
    let mut problems = Problems::default();
    let (parts, files) = include::read(path, &mut problems);
    let config = assemble(&parts, host, &mut problems);
    if problems.is_empty() { Ok(Loaded { config, files }) } else { Err(problems) }
}

/// Reads a text as the file `name`, without touching any file. It includes nothing.
///
/// # Errors
/// As [`load`], and for every `include`.
pub fn parse(text: &str, name: &Path, host: &str) -> Result<Config, Problems> {
    let mut problems = Problems::default();
    let lines = Lines::new(name, text);
    let file = include::understand(text, &lines, &mut problems);
    let parts: Vec<Part> = file.map(|file| Part { lines, file }).into_iter().collect();
    for part in &parts {
        for include in &part.file.include {
            problems.add(&part.lines.place(include.span()), "include: there is no file to look beside: take it out");
        }
    }
    let config = assemble(&parts, host, &mut problems);
    if problems.is_empty() { Ok(config) } else { Err(problems) }
}

/// What the exporter does without a file. A `host` that cannot be one is `localhost`.
#[must_use]
pub fn builtin(host: &str) -> Config {
    let host = if names::host(host).is_ok() { host } else { "localhost" };
    // A test holds that it is read; an exporter without checks is what is left otherwise, and says so on its board.
    parse(BUILTIN, Path::new("built-in"), host).unwrap_or_else(|_| Config {
        listen: limits::LISTEN,
        concurrency: limits::CONCURRENCY,
        plugin_path: Vec::new(),
        checks: Vec::new(),
    })
}
