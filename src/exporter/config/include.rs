//! The files of a configuration.

use super::assembly::Part;
use super::format::File;
use super::limits::MAX_FILE;
use super::problem::{Lines, Place, Problems};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Reads a file and what it includes, the file itself first.
pub(super) fn read(path: &Path, problems: &mut Problems) -> (Vec<Part>, Vec<PathBuf>) {
    let Some(text) = text(path).map_err(|why| problems.add(&Place::whole(path), why)).ok() else {
        return (Vec::new(), Vec::new());
    };
    let lines = Lines::new(path, &text);
    let file = understand(&text, &lines, problems);
    (file.map(|file| Part { lines, file }).into_iter().collect(), vec![path.to_owned()])
}

/// The text of a file, within its limits.
fn text(path: &Path) -> Result<String, String> {
    let why = |error: std::io::Error| format!("cannot read it: {error}");
    // Opening a named pipe would wait for its other end.
    if !fs::metadata(path).map_err(why)?.is_file() {
        return Err("is not a file: name a file".to_owned());
    }
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(why)?.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(why)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("is larger than {} MiB: divide it, and use include", MAX_FILE >> 20));
    }
    String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
        format!("is not UTF-8 in line {line}: save it as UTF-8")
    })
}

/// What a text says, as far as TOML and its types can tell.
pub(super) fn understand(text: &str, lines: &Lines, problems: &mut Problems) -> Option<File> {
    let tell = |error: toml::de::Error| {
        let place = error.span().map_or_else(|| lines.whole(), |span| lines.place(span));
        problems.add(&place, error.message());
    };
    toml::from_str(text).map_err(tell).ok()
}
