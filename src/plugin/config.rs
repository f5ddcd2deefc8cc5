//! `--config FILE`: options, and what stands without one, from a TOML file, as if they stood in front of those of the
//! command line.

use crate::runtime::secret::{Secret, refuse_if_open_to_others};
use anyhow::{Context as _, anyhow, bail};
use clap::{ArgAction, Command};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use toml::{Table, Value};

/// The key of a section below which secrets stand.
const SECRETS: &str = "secrets";
/// No configuration of a plugin is larger.
const LARGEST: u64 = 4 << 20;
/// Options that would lead in a circle or make no sense in a file.
const NOT_HERE: [&str; 4] = ["config", "section", "help", "version"];

/// What a section gave.
#[derive(Debug, Default)]
pub(super) struct Config {
    /// Its options as arguments.
    pub arguments: Vec<OsString>,
    /// Its secrets by name: they never become arguments.
    pub secrets: BTreeMap<String, Secret>,
}

/// The value of a long option, found without parsing the rest: what is required may stand in the file.
pub(super) fn prescan<'a>(arguments: &'a [OsString], name: &str) -> Option<&'a OsStr> {
    let mut found = None;
    let mut rest = arguments.iter().skip(1).take_while(|argument| *argument != "--");
    while let Some(argument) = rest.next() {
        if argument == name {
            found = rest.next().map(OsString::as_os_str);
        } else if let Some(value) = argument.as_bytes().strip_prefix(name.as_bytes()).and_then(|a| a.strip_prefix(b"="))
        {
            // The name of a file need not be UTF-8.
            found = Some(OsStr::from_bytes(value));
        }
    }
    found
}

impl Config {
    /// Reads a section of a file.
    ///
    /// # Errors
    /// A file that cannot be read or is not TOML (with the line), a section or option that does not exist, a value
    /// of a wrong type, secrets in a file that others can read.
    pub(super) fn read(path: &Path, section: &str, command: &Command) -> anyhow::Result<Self> {
        let at = || path.display().to_string();
        let file = File::open(path).with_context(|| format!("cannot read {}", at()))?;
        let mut text = String::new();
        (&file).take(LARGEST).read_to_string(&mut text).with_context(|| format!("cannot read {}", at()))?;
        Self::understand(&text, section, command, || refuse_if_open_to_others(&file, path)).with_context(at)
    }

    /// What a section of a text says. `private` is asked before a secret is taken from it.
    fn understand(
        text: &str,
        section: &str,
        command: &Command,
        private: impl Fn() -> anyhow::Result<()>,
    ) -> anyhow::Result<Self> {
        let table: Table = text.parse().map_err(|e: toml::de::Error| anyhow!("{}", where_and_why(&e, text)))?;
        let Some(Value::Table(section_table)) = table.get(section) else {
            let known: Vec<&str> = table.iter().filter(|(_, v)| v.is_table()).map(|(k, _)| &**k).collect();
            let there = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            bail!("no section [{section}]; there are: {there}");
        };
        let mut config = Self::default();
        for (key, value) in section_table {
            if key == SECRETS {
                private()?;
                config.secrets = secrets(value).with_context(|| format!("[{section}.{SECRETS}]"))?;
            } else {
                option(key, value, command, &mut config.arguments).with_context(|| format!("[{section}]"))?;
            }
        }
        Ok(config)
    }
}

/// The arguments that a section of a configuration stands for, without its secrets: to try a file that is shipped.
///
/// # Errors
/// As for `--config`, without the file's name.
pub fn configured(text: &str, section: &str, command: &Command) -> anyhow::Result<Vec<OsString>> {
    Config::understand(text, section, command, || Ok(())).map(|config| config.arguments)
}

fn where_and_why(error: &toml::de::Error, text: &str) -> String {
    let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    match line {
        Some(line) => format!("line {line}: {}", error.message()),
        None => error.message().to_owned(),
    }
}

fn secrets(value: &Value) -> anyhow::Result<BTreeMap<String, Secret>> {
    let table = value.as_table().ok_or_else(|| anyhow!("must be a table"))?;
    let one = |(name, value): (&String, &Value)| match value {
        Value::String(text) => Ok((name.clone(), Secret::new(text.clone()))),
        _ => bail!("{name} must be a string"),
    };
    table.iter().map(one).collect()
}

fn option(key: &str, value: &Value, command: &Command, out: &mut Vec<OsString>) -> anyhow::Result<()> {
    if command.get_positionals().any(|argument| argument.get_id() == key) {
        return positional(key, value, out);
    }
    let argument = command.get_arguments().find(|argument| argument.get_long() == Some(key));
    let Some(argument) = argument.filter(|_| !NOT_HERE.contains(&key)) else {
        bail!("no option '{key}': the keys are the long options of {}", command.get_name());
    };
    let flag = !argument.get_action().takes_values();
    match value {
        Value::Boolean(true) if flag => out.push(format!("--{key}").into()),
        Value::Boolean(false) if flag => {}
        Value::Integer(times) if matches!(argument.get_action(), ArgAction::Count) && (0..=3).contains(times) => {
            out.extend((0..*times).map(|_| format!("--{key}").into()));
        }
        _ if flag => bail!("'{key}' takes true or false"),
        Value::Array(values) => {
            for value in values {
                out.push(format!("--{key}={}", scalar(key, value)?).into());
            }
        }
        value => out.push(format!("--{key}={}", scalar(key, value)?).into()),
    }
    Ok(())
}

/// What stands on a command line without an option: the key is its name there, in small letters.
fn positional(key: &str, value: &Value, out: &mut Vec<OsString>) -> anyhow::Result<()> {
    for value in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
        let text = scalar(key, value)?;
        if text.len() > 1 && text.starts_with('-') {
            bail!("'{key}': {text} would be an option");
        }
        out.push(text.into());
    }
    Ok(())
}

fn scalar(key: &str, value: &Value) -> anyhow::Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        _ => bail!("'{key}' takes a string, a number, or a list of them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Arg;
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;

    fn command() -> Command {
        Command::new("check_x")
            .arg(Arg::new("warning").long("warning").action(ArgAction::Append))
            .arg(Arg::new("quiet").long("quiet-ok").action(ArgAction::SetTrue))
            .arg(Arg::new("verbose").long("verbose").action(ArgAction::Count))
            .arg(Arg::new("config").long("config"))
    }

    fn read(text: &str, mode: u32) -> Result<Config, String> {
        let mut file = tempfile::NamedTempFile::new().map_err(|e| e.to_string())?;
        file.write_all(text.as_bytes()).map_err(|e| e.to_string())?;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(mode)).map_err(|e| e.to_string())?;
        Config::read(file.path(), "check_x", &command()).map_err(|e| format!("{e:#}"))
    }

    #[test]
    fn keys_are_the_long_options() {
        let config = read("[check_x]\nwarning = ['a=1', 'b=2']\nquiet-ok = true\nverbose = 2\n[other]\nz = 1", 0o644);
        let arguments = config.map(|c| c.arguments).unwrap_or_default();
        assert_eq!(arguments, ["--quiet-ok", "--verbose", "--verbose", "--warning=a=1", "--warning=b=2"]);
    }

    #[test]
    fn what_has_no_option_has_its_name_as_key() {
        let command = Command::new("check_x").arg(Arg::new("log").num_args(1..));
        let read = |text: &str| configured(text, "check_x", &command).map_err(|e| format!("{e:#}"));
        assert_eq!(read("[check_x]\nlog = ['/a b', '-']"), Ok(vec!["/a b".into(), "-".into()]));
        assert_eq!(read("[check_x]\nlog = '/a'"), Ok(vec!["/a".into()]));
        assert_eq!(read("[check_x]\nlog = '--x'"), Err("[check_x]: 'log': --x would be an option".to_owned()));
    }

    #[test]
    fn errors_name_file_section_and_key() {
        for (text, why) in [
            ("[check_x]\nwarnign = 1", "[check_x]: no option 'warnign'"),
            ("[check_x]\nconfig = 'x'", "no option 'config'"),
            ("[check_x]\nwarning = {}", "takes a string"),
            ("[check_x]\nquiet-ok = 1", "takes true or false"),
            ("[a]\n[b]", "no section [check_x]; there are: a, b"),
            ("[check_x]\nx = = 1", "line 2: "),
        ] {
            let said = read(text, 0o644).err().unwrap_or_default();
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn secrets_stay_out_of_the_arguments_and_need_a_private_file() {
        let text = "[check_x]\nwarning = 5\n[check_x.secrets]\npassword = 'tiger'";
        let config = read(text, 0o640).unwrap_or_default();
        assert_eq!(config.arguments, ["--warning=5"]);
        assert_eq!(config.secrets.get("password").map(Secret::expose), Some("tiger"));
        assert!(!format!("{config:?}").contains("tiger"));
        let refused = read(text, 0o644).err().unwrap_or_default();
        assert!(refused.contains("chmod o=") && !refused.contains("tiger"), "{refused}");
    }

    #[test]
    fn the_file_is_found_before_the_rest_is_parsed() {
        let arguments = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(prescan(&arguments("x --config a -v"), "--config"), Some(OsStr::new("a")));
        assert_eq!(prescan(&arguments("x --config=a --config=b"), "--config"), Some(OsStr::new("b")));
        assert_eq!(prescan(&arguments("x -- --config a"), "--config"), None);
        assert_eq!(prescan(&arguments("x --configure=a"), "--config"), None);
        let odd = [OsString::from("x"), OsStr::from_bytes(b"--config=\xff").to_owned()];
        assert_eq!(prescan(&odd, "--config"), Some(OsStr::from_bytes(b"\xff")));
    }
}
