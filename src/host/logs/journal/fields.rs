//! What may stand behind `journal:`, and what it is for journalctl.
//!
//! Only what is listed here becomes an argument, always as `--name=VALUE` or `NAME=VALUE` in one word: no value can be
//! taken for an option. All options are those of systemd 219 (RHEL 7) and later; what is newer is written as a match.

use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use anyhow::anyhow;
use std::fmt::Write as _;

/// What a field means.
struct Known {
    name: &'static str,
    /// What is expected, for people.
    value: &'static str,
    means: Means,
}

enum Means {
    /// An option of journalctl.
    Option(&'static str, fn(&str) -> bool),
    /// A match of this field of the journal with what is made of the value.
    Match(&'static str, fn(&str) -> Option<String>),
}

const KNOWN: &[Known] = &[
    Known { name: "unit", value: "the name of a unit", means: Means::Option("--unit", any) },
    Known { name: "user-unit", value: "the name of a user's unit", means: Means::Option("--user-unit", any) },
    Known { name: "identifier", value: "a syslog identifier", means: Means::Match("SYSLOG_IDENTIFIER", same) },
    Known {
        name: "priority",
        value: "emerg to debug, 0 to 7, or a range (err..crit)",
        means: Means::Option("--priority", is_priority),
    },
    Known { name: "facility", value: "kern, user, ... or 0 to 23", means: Means::Match("SYSLOG_FACILITY", facility) },
    Known {
        name: "transport",
        value: "audit, driver, syslog, journal, stdout or kernel",
        means: Means::Match("_TRANSPORT", transport),
    },
    Known {
        name: "boot",
        value: "current, or a boot's ID of 32 hexadecimal digits",
        means: Means::Match("_BOOT_ID", boot),
    },
    Known { name: "directory", value: "a folder of journal files", means: Means::Option("--directory", is_absolute) },
    Known { name: "file", value: "a journal file, or a pattern of such", means: Means::Option("--file", is_absolute) },
];

/// Fields that can be given once.
const ONCE: [&str; 3] = ["priority", "boot", "directory"];

/// Stands for the boot that runs.
const CURRENT: &str = "current";

const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "", "", "",
    "", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];

const PRIORITIES: [&str; 8] = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/// The fields of a source, from `NAME=VALUE,NAME=VALUE`.
///
/// # Errors
/// In words, with what there is.
pub(in crate::host::logs) fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for field in text.split(',').filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once('=').filter(|(_, value)| !value.is_empty()).ok_or_else(|| wrong(field))?;
        if let Some(known) = KNOWN.iter().find(|known| known.name == name) {
            if !known.takes(value) {
                return Err(format!("journal field '{field}': {} is expected", known.value));
            }
        } else if !is_match(name) {
            return Err(wrong(field));
        }
        if ONCE.contains(&name) && fields.iter().any(|(other, _)| other == name) {
            return Err(format!("journal field '{name}' is given twice"));
        }
        fields.push((name.to_owned(), value.to_owned()));
    }
    let has = |name: &str| fields.iter().any(|(other, _)| other == name);
    if has("directory") && has("file") {
        return Err("journal fields 'directory' and 'file' exclude each other".to_owned());
    }
    Ok(fields)
}

/// What journalctl is told: where to read, and what.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Arguments {
    /// Which journal.
    pub(super) place: Vec<String>,
    /// Which of its entries.
    pub(super) filter: Vec<String>,
}

impl Arguments {
    /// Of fields that [`parse`] has accepted.
    ///
    /// # Errors
    /// The current boot's ID cannot be read; or a field is none.
    pub(super) fn of(fields: &[(String, String)], root: &Root) -> Result<Self, Failure> {
        let mut arguments = Self::default();
        let elsewhere = fields.iter().any(|(name, _)| matches!(name.as_str(), "directory" | "file"));
        if root.is_elsewhere() && !elsewhere {
            arguments.place.push(format!("--root={}", root.path("/").display()));
        }
        for (name, value) in fields {
            let Some(known) = KNOWN.iter().find(|known| known.name == name) else {
                if !is_match(name) {
                    return Err(anyhow!(wrong(name)).into());
                }
                arguments.filter.push(format!("{name}={value}"));
                continue;
            };
            match known.means {
                Means::Option(option, _) if matches!(name.as_str(), "directory" | "file") => {
                    arguments.place.push(format!("{option}={}", root.path(value).display()));
                }
                Means::Option(option, _) => arguments.filter.push(format!("{option}={value}")),
                Means::Match(field, _) if name == "boot" && value == CURRENT => {
                    let id = root.text("/proc/sys/kernel/random/boot_id")?;
                    arguments.filter.push(format!("{field}={}", id.trim().replace('-', "")));
                }
                Means::Match(field, make) => {
                    let value = make(value).ok_or_else(|| anyhow!("{name}={value}: {} is expected", known.value))?;
                    arguments.filter.push(format!("{field}={value}"));
                }
            }
        }
        Ok(arguments)
    }
}

impl Known {
    fn takes(&self, value: &str) -> bool {
        match self.means {
            Means::Option(_, fits) => fits(value),
            Means::Match(_, make) => make(value).is_some(),
        }
    }
}

fn wrong(field: &str) -> String {
    let mut text = format!("'{field}' is no field of the journal: NAME=VALUE is expected, where NAME is ");
    for known in KNOWN {
        let _ = write!(text, "{}, ", known.name);
    }
    text + "or a field in capitals such as _COMM"
}

/// A field as journald writes it: capitals, digits and underscores.
fn is_match(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.bytes().all(fits) && name.bytes().any(|byte| byte.is_ascii_uppercase()) && name.len() <= 64
}

fn any(_: &str) -> bool {
    true
}

fn same(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn is_absolute(value: &str) -> bool {
    value.starts_with('/')
}

fn is_priority(value: &str) -> bool {
    let one = |text: &str| PRIORITIES.contains(&text) || matches!(text.as_bytes(), [b'0'..=b'7']);
    value.split_once("..").map_or_else(|| one(value), |(from, to)| one(from) && one(to))
}

fn facility(value: &str) -> Option<String> {
    let number = match value.parse::<usize>() {
        Ok(number) => number,
        Err(_) => FACILITIES.iter().position(|name| *name == value)?,
    };
    (number < FACILITIES.len()).then(|| number.to_string())
}

fn transport(value: &str) -> Option<String> {
    let known = ["audit", "driver", "syslog", "journal", "stdout", "kernel"];
    known.contains(&value).then(|| value.to_owned())
}

fn boot(value: &str) -> Option<String> {
    let id = value.replace('-', "").to_ascii_lowercase();
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (value == CURRENT || is_id).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Result<Vec<String>, String> {
        let fields = parse(text)?;
        let arguments = Arguments::of(&fields, &Root::default()).map_err(|failure| failure.to_string())?;
        Ok(arguments.place.into_iter().chain(arguments.filter).collect())
    }

    #[test]
    fn fields_become_arguments_and_never_options() {
        let said =
            arguments("unit=-f,user-unit=a@b,identifier=--vacuum-size=1,priority=0..err,facility=local7,_COMM=-x");
        let expected = ["--unit=-f", "--user-unit=a@b", "SYSLOG_IDENTIFIER=--vacuum-size=1", "--priority=0..err"];
        let expected = [&expected[..], &["SYSLOG_FACILITY=23", "_COMM=-x"]].concat();
        assert_eq!(said, Ok(expected.into_iter().map(str::to_owned).collect()));
        let id = "0123456789abcdef0123456789abcdef";
        let said = arguments(&format!("boot={id},transport=kernel,directory=/j,facility=0"));
        let expected = ["--directory=/j", &format!("_BOOT_ID={id}"), "_TRANSPORT=kernel", "SYSLOG_FACILITY=0"];
        assert_eq!(said, Ok(expected.map(str::to_owned).to_vec()));
        assert_eq!(arguments(""), Ok(Vec::new()));
        let boot = arguments("boot=current").map(|said| said.concat().len());
        assert_eq!(boot, Ok("_BOOT_ID=".len() + 32));
    }

    #[test]
    fn what_is_no_field_is_refused_with_what_there_is() {
        for wrong in [
            "unit",
            "unit=",
            "=x",
            "--vacuum-size=1",
            "-f=1",
            "Unit=x",
            "+",
            "/bin/sh=1",
            "priority=9",
            "priority=err..",
            "facility=24",
            "facility=",
            "transport=x",
            "boot=-1",
            "directory=j",
            "priority=1,priority=2",
            "directory=/a,file=/b",
            "___=1",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        let said = parse("since=yesterday").err().unwrap_or_default();
        assert!(said.contains("'since=yesterday'") && said.contains("unit, user-unit, identifier, priority"), "{said}");
    }

    #[test]
    fn another_root_has_another_journal() {
        let root = Root::new(Some("/host".into()));
        let of = |text: &str| Arguments::of(&parse(text).unwrap_or_default(), &root).map(|arguments| arguments.place);
        assert_eq!(of("unit=a").ok(), Some(vec!["--root=/host/".to_owned()]));
        assert_eq!(of("file=/a.journal").ok(), Some(vec!["--file=/host/a.journal".to_owned()]));
    }
}
