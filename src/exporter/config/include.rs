//! The files of a configuration: the main one, and what it includes.

use super::assembly::Part;
use super::format::{File, Text};
use super::limits::{MAX_DEPTH, MAX_FILE, MAX_FILES, MAX_TEXT};
use super::problem::{Lines, Place, Problems, quote};
use crate::model::glob::Glob;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Reads a file and what it includes, the file itself first.
pub(super) fn read(path: &Path, problems: &mut Problems) -> (Vec<Part>, Vec<PathBuf>) {
    let mut reader = Reader { problems, parts: Vec::new(), files: Vec::new(), seen: BTreeMap::new(), size: 0 };
    reader.file(path, &Place::whole(path), &mut Vec::new());
    (reader.parts, reader.files)
}

struct Reader<'a> {
    problems: &'a mut Problems,
    parts: Vec<Part>,
    files: Vec<PathBuf>,
    /// Every file that has been met, without links, and where it was asked for.
    seen: BTreeMap<PathBuf, Place>,
    /// Bytes that have been read.
    size: usize,
}

impl Reader<'_> {
    /// Reads a file that is asked for at `place`, below the files `above`.
    fn file(&mut self, path: &Path, place: &Place, above: &mut Vec<PathBuf>) {
        let text = self.admit(path, place, above).and_then(|real| Ok((real, text(path)?)));
        let (real, text) = match text {
            Ok(read) => read,
            Err(why) => {
                let name = if above.is_empty() { String::new() } else { format!("include: {}: ", path.display()) };
                return self.problems.add(place, format!("{name}{why}"));
            }
        };
        self.size += text.len();
        let lines = Lines::new(path, &text);
        self.files.push(path.to_owned());
        let Some(file) = understand(&text, &lines, self.problems) else { return };
        let includes: Vec<(Place, Text)> =
            file.include.iter().map(|include| (lines.place(include.span()), include.clone())).collect();
        self.parts.push(Part { lines, file });
        above.push(real);
        for (place, include) in includes {
            match named(path, include.get_ref()) {
                Ok(files) => files.iter().for_each(|file| self.file(file, &place, above)),
                Err(why) => self.problems.add(&place, format!("include: {}: {why}", quote(include.get_ref()))),
            }
        }
        above.pop();
    }

    /// The file without links, when it may be read.
    fn admit(&mut self, path: &Path, place: &Place, above: &[PathBuf]) -> Result<PathBuf, String> {
        // A pipe has a link to what is no path.
        if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
            return Err(NO_FILE.to_owned());
        }
        let real = fs::canonicalize(path).map_err(|error| unreadable(&error))?;
        if above.contains(&real) {
            return Err("the includes go in a circle: take one of them out".to_owned());
        }
        if let Some(first) = self.seen.get(&real) {
            return Err(format!("it is included at {first} already: take one of the two out"));
        }
        if above.len() > MAX_DEPTH {
            return Err(format!("includes within includes end after {MAX_DEPTH}: include it from the main file"));
        }
        if self.files.len() >= MAX_FILES || self.size > MAX_TEXT {
            return Err(format!("too much: at most {MAX_FILES} files, of {} MiB in all", MAX_TEXT >> 20));
        }
        self.seen.insert(real.clone(), place.clone());
        Ok(real)
    }
}

/// The files that an `include` in the file `from` names, by name.
fn named(from: &Path, include: &str) -> Result<Vec<PathBuf>, String> {
    if include.is_empty() || include.contains('\0') {
        return Err("names no file: take it out".to_owned());
    }
    let path = from.parent().unwrap_or(Path::new("")).join(include);
    let last = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let pattern = Glob::new(last);
    let above = Path::new(include).parent().and_then(Path::to_str);
    if above.is_some_and(|folder| !Glob::new(folder).is_literal()) && !path.exists() {
        return Err("a pattern may only stand after the last '/': write the folder out".to_owned());
    }
    if path.is_dir() {
        return listed(&path, &Glob::new("*.toml"));
    }
    if !pattern.is_literal() && !path.exists() {
        return listed(path.parent().unwrap_or(Path::new("")), &pattern);
    }
    Ok(vec![path])
}

/// The files of a folder whose names fit, without the hidden ones.
fn listed(folder: &Path, pattern: &Glob) -> Result<Vec<PathBuf>, String> {
    let why = |error: io::Error| unreadable(&error);
    // A path without a folder is one of the working directory.
    let opened = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut files = Vec::new();
    for entry in fs::read_dir(opened).map_err(why)? {
        let entry = entry.map_err(why)?;
        let fits = entry.file_name().to_str().is_some_and(|name| !name.starts_with('.') && pattern.matches(name));
        // Links are followed; one that leads nowhere is read, and so told.
        if fits && !entry.path().is_dir() {
            files.push(folder.join(entry.file_name()));
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(error: &io::Error) -> String {
    format!("cannot be read: {error}: see that it is there and readable")
}

const NO_FILE: &str = "is no regular file: name one, not a folder or a pipe, as it is read anew at each reload";

/// The text of a file, within its limits.
fn text(path: &Path) -> Result<String, String> {
    let why = |error: io::Error| unreadable(&error);
    // Opening a named pipe would wait for its other end.
    if !fs::metadata(path).map_err(why)?.is_file() {
        return Err(NO_FILE.to_owned());
    }
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(why)?.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(why)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("is larger than {} MiB: divide it, and use include", MAX_FILE >> 20));
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
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

#[cfg(test)]
mod tests;
