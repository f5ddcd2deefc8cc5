//! A tnsnames.ora with all that it includes, and the search in it.

use super::file::{self, Problem};
use super::near::near;
use crate::model::text;
use crate::net::tns::descriptor::Descriptor;
use crate::net::tns::easy;
use crate::net::tns::nv::{Malformed, Pair};
use anyhow::{Context as _, anyhow, bail};
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Bytes of one file at most.
const LARGEST: u64 = 8 << 20;
/// Files that include each other at most, and files in all.
const DEEPEST: usize = 10;
const MOST_FILES: usize = 64;

/// The aliases of a file and of those that it includes. Where one is there twice, the last counts.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The file that was read first.
    path: PathBuf,
    /// By the name in lower case.
    entries: BTreeMap<String, Place>,
    /// What is wrong in the files, each with its place.
    pub problems: Vec<String>,
}

/// Where an alias stands, and for what.
#[derive(Clone, Debug)]
struct Place {
    /// As it is written.
    name: String,
    text: String,
    path: PathBuf,
    line: usize,
    /// Where the text begins.
    text_line: usize,
}

/// Reads a file with all that it includes.
///
/// # Errors
/// When the file itself cannot be read; what is wrong with those that it includes is a problem of the answer.
pub fn load(path: &Path) -> anyhow::Result<Names> {
    let mut names = Names { path: path.to_owned(), ..Names::default() };
    let mut seen = HashSet::new();
    names.take(path, &mut seen, 0)?;
    Ok(names)
}

/// The text of a configuration file; bytes that are not UTF-8 are taken as Latin-1, as old files have them.
///
/// # Errors
/// When it cannot be read, or is larger than 8 MiB.
pub fn read(path: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let reading = || format!("cannot read {}", path.display());
    let file = File::open(path).with_context(reading)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).with_context(reading)?;
    if bytes.len() as u64 > LARGEST {
        bail!("{} is larger than 8 MiB", path.display());
    }
    let decoded = String::from_utf8(bytes);
    Ok(decoded.unwrap_or_else(|error| error.as_bytes().iter().map(|byte| char::from(*byte)).collect()))
}

impl Names {
    fn take(&mut self, path: &Path, seen: &mut HashSet<PathBuf>, depth: usize) -> anyhow::Result<()> {
        let text = read(path)?;
        seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_owned()));
        let file = file::parse(&text);
        for Problem { line, why } in file.problems {
            self.problems.push(format!("{}:{line}: {why}", path.display()));
        }
        for entry in file.entries {
            for name in entry.names {
                let place = Place {
                    name: name.to_owned(),
                    text: entry.text.to_owned(),
                    path: path.to_owned(),
                    line: entry.line,
                    text_line: entry.text_line,
                };
                self.entries.insert(name.to_ascii_lowercase(), place);
            }
        }
        for (line, included) in file.includes {
            if let Err(why) = self.include(path, included, seen, depth) {
                self.problems.push(format!("{}:{line}: IFILE: {why:#}", path.display()));
            }
        }
        Ok(())
    }

    fn include(&mut self, from: &Path, name: &str, seen: &mut HashSet<PathBuf>, depth: usize) -> anyhow::Result<()> {
        // A path of its own stays as it is.
        let path = from.parent().unwrap_or(Path::new("")).join(name);
        if depth + 1 >= DEEPEST || seen.len() >= MOST_FILES {
            bail!("more than {DEEPEST} files in each other or {MOST_FILES} in all: {} is not read", path.display());
        }
        if seen.contains(&path.canonicalize().unwrap_or_else(|_| path.clone())) {
            bail!("{} is read already: files that include each other", path.display());
        }
        self.take(&path, seen, depth + 1)
    }

    /// The file that was read first.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is an alias of this name, in any case, with or without the default domain.
    #[must_use]
    pub fn has(&self, name: &str, domain: Option<&str>) -> bool {
        self.place(name, domain).is_some()
    }

    fn place(&self, name: &str, domain: Option<&str>) -> Option<&Place> {
        let name = name.to_ascii_lowercase();
        let qualified =
            domain.filter(|_| !name.contains('.')).map(|domain| format!("{name}.{}", domain.to_ascii_lowercase()));
        qualified.and_then(|name| self.entries.get(&name)).or_else(|| self.entries.get(&name))
    }

    /// The descriptor of an alias.
    ///
    /// # Errors
    /// That it is not there, with the names that look like it; or what is wrong with its text, with file and line.
    pub fn find(&self, name: &str, domain: Option<&str>) -> anyhow::Result<Descriptor> {
        let place = self.place(name, domain).ok_or_else(|| self.missing(name))?;
        let at = |line: usize, why: &str| anyhow!("{}:{line}: {}: {why}", place.path.display(), place.name);
        if !place.text.starts_with('(') {
            return easy::parse(&place.text).map_err(|why| at(place.text_line, &why));
        }
        let malformed = |error: &Malformed| {
            let before = place.text.get(..error.at).unwrap_or(&place.text);
            at(place.text_line + before.matches('\n').count(), &error.why)
        };
        let tree = Pair::parse(&place.text).map_err(|error| malformed(&error))?;
        Descriptor::of(tree).map_err(|why| at(place.line, &why))
    }

    fn missing(&self, name: &str) -> anyhow::Error {
        let near = near(name, self.entries.values().map(|place| &*place.name));
        let hint = if near.is_empty() {
            format!(" ({})", text::count(self.entries.len(), "alias", "aliases"))
        } else {
            format!("; there is {}", near.join(", "))
        };
        let broken = self.problems.first().map(|problem| format!("; not all of it can be read: {problem}"));
        anyhow!("no alias {name} in {}{hint}{}", self.path.display(), broken.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn write(dir: &tempfile::TempDir, files: &[(&str, &str)]) -> PathBuf {
        for (name, text) in files {
            fs::write(dir.path().join(name), text).expect("a file");
        }
        dir.path().join(files[0].0)
    }

    const DB1: &str = "(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=db1)(PORT=1521)))";

    fn host(found: &anyhow::Result<Descriptor>) -> Option<String> {
        let list = found.as_ref().ok()?.lists().next()?;
        Some(list.addresses.first()?.host.clone())
    }

    #[test]
    fn aliases_are_found_in_any_case_with_and_without_the_domain() {
        let dir = tempfile::tempdir().expect("a folder");
        let text = format!("Kis, KIS.old={DB1}\nLAB.WORLD=db2/lab\n");
        let names = load(&write(&dir, &[("tnsnames.ora", &text)])).expect("readable");
        for (name, domain, found) in [
            ("kis", None, Some("db1")),
            ("KIS.OLD", Some("world"), Some("db1")),
            ("kis", Some("world"), Some("db1")),
            ("lab", Some("World"), Some("db2")),
            ("lab", None, None),
        ] {
            assert_eq!(host(&names.find(name, domain)).as_deref(), found, "{name} {domain:?}");
            assert_eq!(names.has(name, domain), found.is_some());
        }
        let said = names.find("LAB", None).map_err(|e| e.to_string()).err();
        assert_eq!(said, Some(format!("no alias LAB in {}; there is LAB.WORLD", names.path().display())));
    }

    #[test]
    fn included_files_and_files_that_include_each_other() {
        let dir = tempfile::tempdir().expect("a folder");
        let files =
            [("a.ora", "IFILE=b.ora\nIFILE=none.ora\n"), ("b.ora", &*format!("IFILE = \"a.ora\"\nKIS={DB1}\nX=(A=\n"))];
        let names = load(&write(&dir, &files)).expect("readable");
        assert_eq!(host(&names.find("KIS", None)).as_deref(), Some("db1"));
        let prefix = format!("{}/", dir.path().display());
        let said: Vec<String> = names.problems.iter().map(|problem| problem.replace(&prefix, "")).collect();
        let expected = [
            "b.ora:3: the parentheses of X are not closed",
            "b.ora:1: IFILE: a.ora is read already: files that include each other",
            "a.ora:2: IFILE: cannot read none.ora: No such file or directory (os error 2)",
        ];
        assert_eq!(said, expected);
        assert!(names.find("none", None).is_err_and(|e| e.to_string().contains("not all of it can be read")));
    }

    #[test]
    fn a_chain_of_files_ends() {
        let dir = tempfile::tempdir().expect("a folder");
        for i in 0..30 {
            fs::write(dir.path().join(format!("{i}.ora")), format!("IFILE={}.ora\n", i + 1)).expect("a file");
        }
        let names = load(&dir.path().join("0.ora")).expect("readable");
        assert_eq!(names.problems.len(), 1);
    }

    #[test]
    fn what_is_wrong_has_its_line() {
        let dir = tempfile::tempdir().expect("a folder");
        let text = "\nKIS =\n (DESCRIPTION=\n  (ADDRESS=(PROTOCOL=tcp)(HOST)))\nLAB=(DESCRIPTION=(X=1))\n";
        let names = load(&write(&dir, &[("t.ora", text)])).expect("readable");
        let prefix = format!("{}/", dir.path().display());
        let said = |name: &str| names.find(name, None).map_err(|e| e.to_string().replace(&prefix, "")).err();
        assert_eq!(said("KIS").as_deref(), Some("t.ora:4: KIS: '=' is missing before ')'"));
        assert_eq!(said("LAB").as_deref(), Some("t.ora:5: LAB: no ADDRESS in it"));
        assert!(load(&dir.path().join("no.ora")).is_err());
    }
}
