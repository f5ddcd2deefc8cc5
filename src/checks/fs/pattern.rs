//! Patterns that choose file systems: `[mount:|device:|type:]GLOB` or `…~REGEX`.

use crate::model::glob::Glob;
use regex::Regex;
use std::str::FromStr;

/// Which of a file system's names a pattern is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Mount,
    Device,
    Type,
}

#[derive(Clone, Debug)]
enum Test {
    Glob(Glob),
    Regex(Regex),
}

/// A pattern and what the user wrote.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    field: Field,
    test: Test,
    text: String,
}

/// The names of one file system, as they are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'n> {
    /// Where it is mounted.
    pub(super) mount: &'n str,
    /// The device or server.
    pub(super) device: &'n str,
    /// The type.
    pub(super) fstype: &'n str,
}

impl Pattern {
    /// Whether a file system fits.
    #[must_use]
    pub(super) fn matches(&self, names: Names<'_>) -> bool {
        let name = match self.field {
            Field::Mount => names.mount,
            Field::Device => names.device,
            Field::Type => names.fstype,
        };
        match &self.test {
            Test::Glob(glob) => glob.matches(name),
            Test::Regex(regex) => regex.is_match(name),
        }
    }

    /// Whether it says clearly enough what is meant to bring in what is left out by default: by the type, or by one
    /// whole name. `/var/*` means the file systems below /var, not the layers of containers there.
    #[must_use]
    pub(super) fn is_definite(&self) -> bool {
        self.field == Field::Type || matches!(&self.test, Test::Glob(glob) if glob.is_literal())
    }

    /// Whether it is the name of one mount point.
    #[must_use]
    pub(super) fn is_one_mount(&self) -> bool {
        self.field == Field::Mount && matches!(&self.test, Test::Glob(glob) if glob.is_literal())
    }

    /// What the user wrote.
    #[must_use]
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fields = [("mount:", Field::Mount), ("device:", Field::Device), ("type:", Field::Type)];
        let said = fields.iter().find_map(|(prefix, field)| Some((*field, text.strip_prefix(prefix)?)));
        let (field, body) = said.unwrap_or((Field::Mount, text));
        let test = match body.strip_prefix('~') {
            Some(regex) => {
                Test::Regex(Regex::new(regex).map_err(|e| format!("'{regex}' is no regex: {}", reason(&e)))?)
            }
            None if body.is_empty() => return Err("a pattern must not be empty".to_owned()),
            None => Test::Glob(Glob::new(body)),
        };
        // Such a pattern can fit no mount point, and would silently do nothing.
        if field == Field::Mount && matches!(test, Test::Glob(_)) && !body.starts_with(['/', '*', '?']) {
            return Err(match body.split_once(':').filter(|_| said.is_none()) {
                // A server's export has the same form, and is a device.
                Some((field, rest)) => {
                    let advice = if rest.starts_with('/') { format!(", as in device:{text}") } else { String::new() };
                    let fields = "the fields are mount:, device:, type:";
                    format!("'{text}' fits no mount point, and '{field}:' is no field: {fields}{advice}")
                }
                None => format!("'{text}' fits no mount point; use /…, type:{body} or device:{body}"),
            });
        }
        Ok(Self { field, test, text: text.to_owned() })
    }
}

/// The last line of a regex error is what is wrong; the lines above it draw where.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

/// `NAME=GLOB`: file systems that are judged as one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// The name of the group.
    pub(super) name: String,
    /// The mount points that belong to it.
    pub(super) glob: Glob,
}

impl FromStr for Group {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, glob)) if !name.is_empty() && !glob.is_empty() => {
                Ok(Self { name: name.to_owned(), glob: Glob::new(glob) })
            }
            _ => Err("a group is NAME=GLOB, such as data=/data*".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NFS: Names<'_> = Names { mount: "/mnt/a b", device: "srv:/export", fstype: "nfs4" };

    fn fits(text: &str) -> Result<bool, String> {
        text.parse::<Pattern>().map(|pattern| pattern.matches(NFS))
    }

    #[test]
    fn each_field_by_glob_and_regex() {
        for text in ["/mnt/*", "mount:/mnt/a?b", "*", "device:srv:*", "type:nfs*", "~^/mnt/.+b$", "type:~^nfs(3|4)$"] {
            assert_eq!(fits(text), Ok(true), "{text}");
        }
        for text in ["/mnt", "device:/mnt/*", "type:nfs", "type:~^nfs$"] {
            assert_eq!(fits(text), Ok(false), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        assert_eq!(fits("nfs4"), Err("'nfs4' fits no mount point; use /…, type:nfs4 or device:nfs4".to_owned()));
        let wrong = "'typ:tmpfs' fits no mount point, and 'typ:' is no field: the fields are mount:, device:, type:";
        assert_eq!(fits("typ:tmpfs"), Err(wrong.to_owned()));
        assert!(fits("typ:~^tmp").is_err_and(|why| why.contains("'typ:' is no field")));
        assert!(fits("srv:/export").is_err_and(|why| why.ends_with("as in device:srv:/export")));
        assert!(fits("mount:a:b").is_err_and(|why| why.ends_with("use /…, type:a:b or device:a:b")));
        assert_eq!(fits("type:"), Err("a pattern must not be empty".to_owned()));
        assert!(fits("~(").is_err_and(|why| why.starts_with("'(' is no regex: unclosed group")));
        assert!("=x".parse::<Group>().is_err() && "x".parse::<Group>().is_err());
    }

    #[test]
    fn only_a_clear_word_brings_in_what_is_left_out() {
        let definite = |text: &str| text.parse::<Pattern>().is_ok_and(|pattern| pattern.is_definite());
        assert!(
            definite("/srv/iso") && definite("type:tmpfs") && definite("type:~^fuse") && definite("device:/dev/sr0")
        );
        assert!(!definite("/srv/*") && !definite("~^/srv") && !definite("device:/dev/loop*"));
    }
}
