//! Where lines come from, parsed from one argument.

use super::pattern::Pattern;
use super::{command, journal};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A source of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// One log, followed through its rotations: `/var/log/messages`, or `file:NAME` for any name.
    File(PathBuf),
    /// All logs whose path fits: `*` and `?` stand for characters of one name.
    Glob(String),
    /// Logs with a date in their path, as strftime(3) writes it: `/var/log/app-%Y%m%d.log`.
    Dated(String),
    /// Messages of the systemd journal that have these fields: `journal:unit=foo,priority=err`.
    Journal(Vec<(String, String)>),
    /// What a command writes, whose words are taken as a shell does: `command:errpt -a`.
    Command(String),
    /// Standard input: `-`.
    Stdin,
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "-" {
            return Ok(Self::Stdin);
        }
        if let Some(fields) = text.strip_prefix("journal:") {
            return journal::parse(fields).map(Self::Journal);
        }
        if let Some(command) = text.strip_prefix("command:") {
            let command = command.trim();
            return command::words(command).map(|_| Self::Command(command.to_owned()));
        }
        if let Some(path) = text.strip_prefix("file:") {
            return file(path);
        }
        if text.contains('%') {
            Pattern::dated(text)?;
            return Ok(Self::Dated(text.to_owned()));
        }
        if text.contains(['*', '?']) { Ok(Self::Glob(text.to_owned())) } else { file(text) }
    }
}

fn file(path: &str) -> Result<Source, String> {
    if path.is_empty() { Err("an empty name is no log".to_owned()) } else { Ok(Source::File(path.into())) }
}

impl Source {
    /// The same with a name that is relative taken from a folder.
    #[must_use]
    pub fn below(&self, folder: &Path) -> Self {
        let placed = |text: &str| {
            let path = folder.join(text.strip_prefix("./").unwrap_or(text));
            // A folder whose name would be a pattern itself stays away.
            path.to_str().filter(|_| !folder.to_string_lossy().contains(['*', '?', '%'])).unwrap_or(text).to_owned()
        };
        match self {
            Self::File(path) => Self::File(folder.join(path.strip_prefix(".").unwrap_or(path))),
            Self::Glob(text) => Self::Glob(placed(text)),
            Self::Dated(text) => Self::Dated(placed(text)),
            other => other.clone(),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => {
                // A name that means something else by itself.
                let name = path.to_string_lossy();
                let plain = name.parse().is_ok_and(|source: Self| source == *self);
                write!(f, "{}{name}", if plain { "" } else { "file:" })
            }
            Self::Glob(pattern) | Self::Dated(pattern) => f.write_str(pattern),
            Self::Journal(fields) => {
                f.write_str("journal:")?;
                for (number, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{name}={value}", if number == 0 { "" } else { "," })?;
                }
                Ok(())
            }
            Self::Command(command) => write!(f, "command:{command}"),
            Self::Stdin => f.write_str("-"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_argument_is_one_source() {
        let parsed = |text: &str| text.parse::<Source>();
        assert_eq!(parsed("/var/log/messages"), Ok(Source::File("/var/log/messages".into())));
        assert_eq!(parsed("file:/a/100%*"), Ok(Source::File("/a/100%*".into())));
        assert_eq!(parsed("/var/log/*.log"), Ok(Source::Glob("/var/log/*.log".to_owned())));
        assert_eq!(parsed("/l/a-%Y%m%d.log"), Ok(Source::Dated("/l/a-%Y%m%d.log".to_owned())));
        assert_eq!(parsed("-"), Ok(Source::Stdin));
        assert_eq!(parsed("command: errpt -a"), Ok(Source::Command("errpt -a".to_owned())));
        let fields = vec![("unit".to_owned(), "foo".to_owned()), ("priority".to_owned(), "err".to_owned())];
        assert_eq!(parsed("journal:unit=foo,priority=err"), Ok(Source::Journal(fields)));
        assert_eq!(parsed("journal:"), Ok(Source::Journal(Vec::new())));
        for text in
            ["journal:unit=foo,priority=err", "command:errpt -a", "-", "/a/*.log", "/a/%Y", "file:/a/100%*", "file:-"]
        {
            assert_eq!(parsed(text).map(|source| source.to_string()), Ok(text.to_owned()));
        }
        let below = |text: &str| parsed(text).map(|source| source.below(Path::new("/a")).to_string());
        let names = [("x", "/a/x"), ("./x", "/a/x"), ("/x", "/x"), ("x*", "/a/x*"), ("x-%Y", "/a/x-%Y"), ("-", "-")];
        for (text, name) in names {
            assert_eq!(below(text), Ok(name.to_owned()));
        }
        for wrong in [
            "",
            "file:",
            "command: ",
            "command:a | b",
            "command:a 'b",
            "journal:unit",
            "journal:since=1",
            "/var/log/a-%Q.log",
            "/var/log/a%",
        ] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
