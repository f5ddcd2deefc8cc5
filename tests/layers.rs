//! Holds the code to the layers of the design: modules import downward only, what is pure stays pure, and what is
//! dangerous stays in the few files that are named here with a reason.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

/// What each part may import of ours.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("runtime", &["model"]),
    ("host", &["model", "runtime"]),
    ("net", &["model", "runtime"]),
    ("oracle", &["model", "runtime", "net"]),
    ("dialogue", &["model", "runtime", "net"]),
    ("plugin", &["model", "runtime"]),
    ("checks", &["model", "runtime", "host", "net", "oracle", "dialogue", "plugin"]),
    ("exporter", &["model", "runtime", "net"]),
];

/// What a part must not name outside its tests.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    (
        "model/",
        &[
            "std::fs",
            "std::env",
            "std::io",
            "std::net",
            "std::process",
            "std::thread",
            "std::time::Instant",
            "SystemTime",
            "clap::",
            "nix::",
            "libc::",
            "anyhow::",
        ],
        "the model is pure: no I/O, no clock, no command line",
    ),
    ("runtime/", &["clap::"], "the runtime knows no command line"),
    ("host/", &["clap::"], "readers know no command line"),
    ("bin/check_", &["checks::each", "Visitor", "registry"], "a plugin that reaches the registry links every check"),
    ("", &["println!", "print!", "eprintln!", "eprint!", "dbg!"], "only plugin/emit.rs speaks"),
];

/// Files that may end the process, and why.
const EXITS: &[(&str, &str)] = &[
    ("plugin/run.rs", "the panic hook"),
    ("runtime/backstop.rs", "the handler of the deadline"),
    ("runtime/apart.rs", "the child that is left alone"),
];

/// Files that may be unsafe, and why.
const UNSAFE: &[(&str, &str)] = &[
    ("host/logs/birth.rs", "statx(2) has no safe binding"),
    ("host/proc/listing.rs", "getdents64 has no safe binding"),
    ("host/proc/units.rs", "sysconf is a C interface"),
    ("runtime/apart.rs", "fork, and the descriptors of the child"),
    ("runtime/arena.rs", "an allocator deals in raw memory"),
    ("runtime/backstop.rs", "signal handlers and timers are C interfaces"),
    ("runtime/child/pidfd.rs", "pidfd_open has no safe binding"),
    ("runtime/mark.rs", "memory that is shared with a child"),
    ("runtime/secret.rs", "the number of an inherited descriptor becomes its owner"),
];

/// A source file without its comments and texts, so that only code is looked at.
struct Source {
    /// Below src, with `/`.
    path: String,
    /// The module that it is, from the crate down.
    module: Vec<String>,
    code: String,
    /// Where its unit tests begin.
    tests: usize,
}

impl Source {
    fn read(src: &Path, file: &Path) -> Self {
        let path = file.strip_prefix(src).expect("below src").to_str().expect("a plain name").to_owned();
        let mut module: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&&**last)) {
            module.pop();
        }
        let code = bare(&fs::read_to_string(file).expect("readable"));
        let tests = code.find("#[cfg(test)]\n").unwrap_or(code.len());
        Self { path, module, code, tests }
    }

    fn product(&self) -> &str {
        &self.code[..self.tests]
    }

    /// The paths that it names, from the crate down: of `crate::…` and `super::…`, groups in braces taken apart.
    fn imports(&self) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices("::") {
            let before = word_before(&self.code, at);
            let first = self.code[..at].len() - before.len();
            let follows_a_path = self.code[..first].ends_with("::");
            if follows_a_path || !["crate", "super"].contains(&before) {
                continue;
            }
            // The module of unit tests is one level further down.
            let depth = self.module.len() + usize::from(at > self.tests);
            let mut base = if before == "crate" { 0 } else { depth - 1 };
            let mut rest = &self.code[at + 2..];
            while let Some(more) = rest.strip_prefix("super::") {
                base = base.saturating_sub(1);
                rest = more;
            }
            let base: Vec<String> = self.module.iter().take(base).cloned().collect();
            for path in expand(rest) {
                found.push(base.iter().cloned().chain(path).collect());
            }
        }
        found
    }
}

/// The paths behind `crate::`: one, or those of a group. Two segments are enough to judge.
fn expand(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start();
    let Some(group) = text.strip_prefix('{') else {
        let mut segments = text.splitn(3, "::").map(word_at_start);
        let first = segments.next().unwrap_or_default();
        let after = &text[first.len()..];
        let second = match after.strip_prefix("::") {
            Some(rest) if rest.starts_with('{') => {
                return expand(rest).into_iter().map(|path| [vec![first.clone()], path].concat()).collect();
            }
            Some(rest) => word_at_start(rest),
            None => String::new(),
        };
        return vec![[first, second].into_iter().filter(|segment| !segment.is_empty()).collect()];
    };
    let (mut depth, mut start, mut paths) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                paths.extend(expand(&group[start..at]));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    paths
}

fn word_at_start(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn word_before(text: &str, end: usize) -> &str {
    let start = text[..end].rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
    &text[start..end]
}

/// The code alone: comments and the insides of literals are gone, line breaks stay.
fn bare(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut i) = (Vec::with_capacity(bytes.len()), 0);
    let skip_to = |from: usize, end: &str| text[from..].find(end).map_or(bytes.len(), |at| from + at + end.len());
    while i < bytes.len() {
        let rest = &text[i..];
        let start = i;
        if rest.starts_with("//") {
            i = text[i..].find('\n').map_or(bytes.len(), |at| i + at);
        } else if rest.starts_with("/*") {
            i = skip_to(i + 2, "*/");
        } else if rest.starts_with("r#\"") {
            i = skip_to(i + 3, "\"#");
        } else if rest.starts_with('"') {
            i += 1;
            while i < bytes.len() && bytes[i] != b'"' {
                i += if bytes[i] == b'\\' { 2 } else { 1 };
            }
            i += 1;
            out.extend_from_slice(b"\"\"");
        } else if rest.starts_with("'\\") {
            i = skip_to(i + 3, "'");
        } else if bytes[i] == b'\'' && rest.chars().nth(2) == Some('\'') {
            i += rest.char_indices().nth(3).map_or(rest.len(), |(at, _)| at);
        } else {
            out.push(bytes[i]);
            i += 1;
            continue;
        }
        out.extend(bytes[start..i.min(bytes.len())].iter().filter(|byte| **byte == b'\n'));
    }
    String::from_utf8(out).expect("whole characters were left out")
}

fn sources(src: &Path) -> Vec<Source> {
    let (mut folders, mut files) = (vec![src.to_owned()], Vec::<PathBuf>::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                files.push(entry);
            }
        }
    }
    files.sort();
    files.iter().map(|file| Source::read(src, file)).collect()
}

/// Everything that is wrong below a folder like `src`.
fn violations(src: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources(src) {
        let say = |what: String| format!("src/{}: {what}", source.path);
        wrong.extend(imports_upward(&source).into_iter().map(say));
        for (place, words, why) in FORBIDDEN {
            let named = words.iter().filter(|word| source.path.starts_with(place) && has_word(source.product(), word));
            wrong.extend(named.map(|word| say(format!("{word} ({why})"))));
        }
        let listed = |list: &[(&str, &str)]| list.iter().any(|(path, why)| *path == source.path && !why.is_empty());
        if ["process::exit", "_exit", "process::abort"].iter().any(|word| has_word(source.product(), word))
            && !listed(EXITS)
        {
            wrong.push(say("ends the process".to_owned()));
        }
        if source.code.contains("unsafe ") || source.code.contains("unsafe_code") {
            let text = fs::read_to_string(src.join(&source.path)).expect("readable");
            if !listed(UNSAFE) {
                wrong.push(say("is unsafe, and not in the list of tests/layers.rs".to_owned()));
            } else if text.matches("unsafe {").count() > text.matches("// SAFETY: ").count() {
                wrong.push(say("an unsafe block without its SAFETY".to_owned()));
            }
        }
    }
    wrong
}

fn has_word(code: &str, word: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || c == '_';
    let starts_a_word = |at: usize| !code[..at].ends_with(inner) || !word.starts_with(inner) || word.starts_with('_');
    code.match_indices(word).any(|(at, _)| starts_a_word(at))
}

fn imports_upward(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some(own) = source.module.first() else { return wrong };
    let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| layer == own) else {
        if own != "bin" {
            wrong.push(format!("the part '{own}' is not in the table of layers"));
        }
        return wrong;
    };
    for path in source.imports() {
        let Some(layer) = path.first() else { continue };
        let known = LAYERS.iter().any(|(known, _)| known == layer);
        if known && layer != own && !allowed.contains(&&**layer) {
            wrong.push(format!("{own} imports {}", path.join("::")));
        }
        // No check knows another.
        let (this, other) = (source.module.get(1), path.get(1));
        let is_module = other.is_some_and(|other| other.starts_with(|c: char| c.is_lowercase()) && other != "each");
        if own == "checks" && layer == "checks" && this.is_some() && is_module && this != other {
            wrong.push(format!("a check imports {}", path.join("::")));
        }
    }
    wrong
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn the_layers_hold() {
    let wrong = violations(&src());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_lists_name_files_that_exist() {
    for (path, _) in EXITS.iter().chain(UNSAFE) {
        assert!(src().join(path).is_file(), "{path} is gone: take it off the list");
    }
}

/// A checker that finds nothing proves nothing: each kind of violation is planted in a copy, and found there.
#[test]
fn a_planted_violation_is_found() {
    for (path, planted, found) in [
        ("model/range.rs", "use crate::runtime::root::Root;", "model imports runtime::root"),
        ("model/render/nagios.rs", "use super::super::super::plugin::main;", "model imports plugin::main"),
        ("model/range.rs", "use crate::{model::{unit, text}, checks::{mem}};", "model imports checks::mem"),
        ("model/range.rs", "fn f() { let _ = crate::host::memory::x(); }", "model imports host::memory"),
        ("model/range.rs", "fn f() { let _ = std::time::Instant::now(); }", "std::time::Instant"),
        ("runtime/root.rs", "use crate::plugin::Context;", "runtime imports plugin::Context"),
        ("runtime/root.rs", "use clap::Args;", "clap::"),
        ("host/mod.rs", "use crate::plugin::Context;", "host imports plugin"),
        ("plugin/check.rs", "use crate::checks;", "plugin imports checks"),
        ("plugin/check.rs", "#[cfg(test)]\nmod tests { use super::super::super::checks; }", "plugin imports checks"),
        ("checks/mem.rs", "use crate::checks::cpu::Cpu;", "a check imports checks::cpu"),
        ("checks/mem.rs", "use super::cpu;", "a check imports checks::cpu"),
        ("bin/check_mem.rs", "use vitals::checks::each;", "checks::each"),
        ("checks/mem.rs", "fn f() { println!(); }", "println!"),
        ("checks/mem.rs", "fn f() { std::process::exit(1) }", "ends the process"),
        ("checks/mem.rs", "fn f() { unsafe { g() } }", "is unsafe"),
        ("runtime/apart.rs", "fn f() { unsafe { g() } }", "without its SAFETY"),
        ("novel/mod.rs", "fn f() {}", "'novel' is not in the table"),
    ] {
        let copy = tempfile::tempdir().expect("a folder");
        for source in sources(&src()) {
            let target = copy.path().join(&source.path);
            fs::create_dir_all(target.parent().expect("a folder")).expect("made");
            fs::copy(src().join(&source.path), target).expect("a copy");
        }
        let target = copy.path().join(path);
        fs::create_dir_all(target.parent().expect("a folder")).expect("made");
        let before = fs::read_to_string(&target).unwrap_or_default();
        // In front of the unit tests, where the product's code ends.
        let (code, tests) = before.split_at(before.find("#[cfg(test)]\n").unwrap_or(before.len()));
        let text = if planted.starts_with("#[cfg") {
            format!("{code}{planted}\n")
        } else {
            format!("{code}{planted}\n{tests}")
        };
        fs::write(&target, text).expect("planted");
        let wrong = violations(copy.path());
        let said = wrong.iter().any(|line| line.starts_with(&format!("src/{path}: ")) && line.contains(found));
        assert!(said, "{planted} in {path}: {wrong:?}");
        assert_eq!(wrong.len(), 1, "and nothing else: {wrong:?}");
    }
}

/// What looks like a violation in a comment or a text is none.
#[test]
fn comments_and_texts_are_not_code() {
    let code = bare("a // crate::x\n/* crate::y */ \"crate::z \\\" crate::w\" r#\"crate::\"# '\"' 'c' b'\\'' <'a> b");
    assert!(!code.contains("crate") && code.starts_with('a') && code.ends_with("<'a> b"), "{code}");
}
