//! From files as they are written to a configuration that has been checked as a whole.

use super::format::{Entry, File, Text, Words};
use super::limits::{self, MAX_CHECKS, MAX_TEXT};
use super::problem::{Lines, Place, Problems, quote};
use super::settings::{Notes, Settings, number};
use super::{Check, Config, Id, names, template};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::Spanned;

/// A file that has been read.
pub(super) struct Part {
    pub(super) lines: Lines,
    pub(super) file: File,
}

/// Makes one configuration of the main file, which is the first, and all that it includes.
pub(super) fn assemble(parts: &[Part], host: &str, problems: &mut Problems) -> Config {
    let mut config = Config {
        listen: limits::LISTEN,
        concurrency: limits::CONCURRENCY,
        plugin_path: Vec::new(),
        checks: Vec::new(),
    };
    let mut settings = Settings::standard(host);
    if let Some(main) = parts.first() {
        let mut notes = Notes { lines: &main.lines, problems };
        globals(&main.file, &mut config, &mut notes);
        if let Some(defaults) = &main.file.defaults {
            only_in_checks(defaults.get_ref(), &mut notes);
            settings = settings.with(defaults.get_ref(), &mut notes);
        }
    }
    let mut checks = Checks { settings, found: BTreeMap::new(), size: 0, full: false };
    for (number, part) in parts.iter().enumerate() {
        let mut notes = Notes { lines: &part.lines, problems };
        if number > 0 {
            only_in_main(&part.file, &mut notes);
        }
        for check in &part.file.check {
            checks.add(check.span(), check.get_ref(), &mut notes);
        }
        for template in &part.file.template {
            template::expand(template, &mut notes, &mut |span, entry, notes| checks.add(span, entry, notes));
        }
    }
    config.checks = checks.found.into_values().map(|(check, _)| check).collect();
    config
}

fn globals(file: &File, config: &mut Config, notes: &mut Notes<'_>) {
    if let Some(listen) = &file.listen {
        let why = "is no address and port, such as 127.0.0.1:9834 or [::1]:9834";
        let read = listen.get_ref().parse().map_err(|_| format!("{} {why}", quote(listen.get_ref())));
        config.listen = notes.take("listen", listen.span(), read).unwrap_or(config.listen);
    }
    if let Some(at) = &file.concurrency {
        let read = number(*at.get_ref(), &limits::CONCURRENCIES);
        config.concurrency = notes.take("concurrency", at.span(), read).unwrap_or(config.concurrency);
    }
    for folder in file.plugin_path.iter().flat_map(Spanned::get_ref) {
        let absolute = Path::new(folder.get_ref()).is_absolute() && !folder.get_ref().contains('\0');
        let why = || format!("{} is not absolute: begin it with '/'", quote(folder.get_ref()));
        notes.take("plugin_path", folder.span(), if absolute { Ok(()) } else { Err(why()) });
        config.plugin_path.push(PathBuf::from(folder.get_ref()));
    }
}

fn only_in_main(file: &File, notes: &mut Notes<'_>) {
    let keys = [
        ("listen", file.listen.as_ref().map(Spanned::span)),
        ("concurrency", file.concurrency.as_ref().map(Spanned::span)),
        ("plugin_path", file.plugin_path.as_ref().map(Spanned::span)),
        ("defaults", file.defaults.as_ref().map(Spanned::span)),
    ];
    for (key, span) in keys {
        if let Some(span) = span {
            notes.add(span, format!("'{key}' stands only in the main file: move it there"));
        }
    }
}

fn only_in_checks(defaults: &Entry, notes: &mut Notes<'_>) {
    let keys = [
        ("name", defaults.name.as_ref().map(Spanned::span)),
        ("command", defaults.command.as_ref().map(Spanned::span)),
        ("shell", defaults.shell.as_ref().map(Spanned::span)),
    ];
    for (key, span) in keys {
        if let Some(span) = span {
            notes.add(span, format!("'{key}' stands only in [[check]]: take it out of [defaults]"));
        }
    }
}

/// The checks that have been found so far.
struct Checks {
    settings: Settings,
    found: BTreeMap<Id, (Arc<Check>, Place)>,
    /// Bytes of their texts.
    size: usize,
    /// Whether one of the limits on all of them is reached, which has been said.
    full: bool,
}

impl Checks {
    /// Takes a check in; whether there is room for more.
    fn add(&mut self, span: Range<usize>, entry: &Entry, notes: &mut Notes<'_>) -> bool {
        if self.full {
            return false;
        }
        let settings = self.settings.with(entry, notes);
        let name = entry.name.as_ref().map(Spanned::get_ref);
        match &entry.name {
            Some(name) => drop(notes.take("name", name.span(), names::name(name.get_ref()))),
            None => notes.add(span.clone(), "the check has no name: add name = \"…\""),
        }
        if entry.host.is_none() {
            // The host's own name, which no file has said.
            notes.take("host", span.clone(), names::host(&settings.host));
        }
        let shell = entry.shell.as_ref().is_some_and(|shell| *shell.get_ref());
        let command = command(entry, shell, &span, notes);
        let (Some(name), Some(command)) = (name, command) else { return true };
        let check = Check {
            id: Id { host: settings.host, name: name.clone() },
            groups: settings.groups,
            command,
            shell,
            interval: settings.interval,
            retry_interval: settings.retry_interval.min(settings.interval),
            timeout: settings.timeout,
            retries: settings.retries,
            labels: settings.labels,
            env: settings.env,
            max_series: settings.max_series,
        };
        self.insert(check, entry.name.as_ref().map_or(span, Spanned::span), notes);
        !self.full
    }

    fn insert(&mut self, check: Check, span: Range<usize>, notes: &mut Notes<'_>) {
        let place = notes.lines.place(span.clone());
        if let Some((_, first)) = self.found.get(&check.id) {
            let id = quote(&check.id.to_string());
            let what = if *first == place {
                format!("more than one row gives {id}: put a placeholder into the name or the host")
            } else {
                format!("there is a check {id} at {first} already: rename one of them, or give it another host")
            };
            notes.add(span, what);
            return;
        }
        self.size += size(&check);
        if self.found.len() >= MAX_CHECKS || self.size > MAX_TEXT {
            self.full = true;
            notes.add(span, format!("too much: at most {MAX_CHECKS} checks, of {} MiB in all", MAX_TEXT >> 20));
            return;
        }
        self.found.insert(check.id.clone(), (Arc::new(check), place));
    }
}

/// Bytes of all texts of a check.
fn size(check: &Check) -> usize {
    let pairs = check.labels.iter().chain(&check.env).flat_map(|(key, value)| [key, value]);
    let texts = [&check.id.host, &check.id.name].into_iter().chain(&check.groups).chain(&check.command).chain(pairs);
    texts.map(String::len).sum()
}

/// The words of a command; `None` when that has been noted as a problem.
fn command(entry: &Entry, shell: bool, span: &Range<usize>, notes: &mut Notes<'_>) -> Option<Vec<String>> {
    let Some(at) = &entry.command else {
        notes.add(span.clone(), "the check has no command: add command = [\"PROGRAM\", \"ARGUMENT\", …]");
        return None;
    };
    let words: Result<Vec<String>, &str> = match at.get_ref() {
        Words::One(text) if shell => Ok(vec![text.get_ref().clone()]),
        Words::One(_) => Err("a string is not taken apart: write an array such as [\"check_fs\", \"-w\", \"90%\"], \
                              or add shell = true for /bin/sh -c"),
        Words::List(list) if shell && list.len() != 1 => {
            Err("with shell = true it is one string, which /bin/sh takes apart: write it as such")
        }
        Words::List(list) => Ok(list.iter().map(Text::get_ref).cloned().collect()),
    };
    let words = words.and_then(|words| match words.first() {
        None => Err("it is empty: name the program"),
        Some(program) if program.trim().is_empty() => Err("the program's name is empty: name the program"),
        _ if words.iter().any(|word| word.contains('\0')) => Err("it has a NUL: leave it out"),
        _ => Ok(words),
    });
    notes.take("command", at.span(), words.map_err(str::to_owned))
}
