//! The configuration as it is in effect, as a file that says the same.

use super::settings::written;
use super::{Check, Config};
use serde::Serialize;
use std::collections::BTreeMap;

/// The configuration in TOML, with every setting of every check written out: templates, includes and defaults are
/// resolved. Reading it gives the same configuration.
#[must_use]
pub fn print(config: &Config) -> String {
    let file = File {
        listen: config.listen.to_string(),
        concurrency: config.concurrency,
        // They come from TOML, so they are UTF-8.
        plugin_path: config.plugin_path.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        check: config.checks.iter().map(|check| Entry::new(check)).collect(),
    };
    // Texts, numbers and tables of them: nothing here has no form in TOML.
    toml::to_string(&file).unwrap_or_else(|error| format!("# cannot be written: {error}\n"))
}

#[derive(Serialize)]
struct File<'a> {
    listen: String,
    concurrency: usize,
    plugin_path: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    check: Vec<Entry<'a>>,
}

/// The tables come last, as TOML wants it.
#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    host: &'a str,
    groups: &'a [String],
    command: Command<'a>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    shell: bool,
    interval: String,
    retry_interval: String,
    retries: u32,
    timeout: String,
    max_series: usize,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    env: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Command<'a> {
    Shell(&'a str),
    Words(&'a [String]),
}

impl<'a> Entry<'a> {
    fn new(check: &'a Check) -> Self {
        let command = match check.command.first() {
            Some(text) if check.shell => Command::Shell(text),
            _ => Command::Words(&check.command),
        };
        Self {
            name: &check.id.name,
            host: &check.id.host,
            groups: &check.groups,
            command,
            shell: check.shell,
            interval: written(check.interval),
            retry_interval: written(check.retry_interval),
            retries: check.retries,
            timeout: written(check.timeout),
            max_series: check.max_series,
            labels: &check.labels,
            env: &check.env,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BUILTIN, Id, limits, names, parse};
    use super::*;
    use proptest::collection::{btree_map, btree_set, vec};
    use proptest::prelude::*;
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    fn command() -> impl Strategy<Value = (Vec<String>, bool)> {
        let text = "[^\0]{0,12}";
        let program = "[^\0 \t\r\n]{1,12}".prop_filter("a program", |program| !program.trim().is_empty());
        let words = (program.clone(), vec(text, 0..4));
        let words = words.prop_map(|(program, rest)| ([vec![program], rest].concat(), false));
        prop_oneof![words, (program, text).prop_map(|(program, rest)| (vec![program + &rest], true))]
    }

    fn check(id: Id) -> impl Strategy<Value = Arc<Check>> {
        let name = || "\\PC{1,12}".prop_filter("a name", |text| names::name(text).is_ok());
        let label = "[a-zA-Z_]{1,4}".prop_filter("a label", |text| names::label(text).is_ok());
        let variable = "[^\0=]{1,6}".prop_filter("a variable", |text| names::variable(text).is_ok());
        let times = (1_000_u64..100_000_000, 1_000_u64..100_000_000, limits::TIMEOUTS);
        let texts = (btree_map(label, "\\PC{0,9}", 0..3), btree_map(variable, "[^\0]{0,9}", 0..3));
        let numbers = (0_u32..=100, 1_usize..=100_000);
        (btree_set(name(), 0..3), command(), times, texts, numbers).prop_map(
            move |(groups, (command, shell), (interval, retry, timeout), (labels, env), (retries, max_series))| {
                Arc::new(Check {
                    id: id.clone(),
                    groups: groups.into_iter().collect(),
                    command,
                    shell,
                    interval: Duration::from_millis(interval.max(retry)),
                    retry_interval: Duration::from_millis(interval.min(retry)),
                    timeout: Duration::from_millis(timeout),
                    retries,
                    labels,
                    env,
                    max_series,
                })
            },
        )
    }

    fn config() -> impl Strategy<Value = Config> {
        let text =
            |rule: fn(&str) -> Result<(), String>| "\\PC{1,12}".prop_filter("a name", move |text| rule(text).is_ok());
        let id = (text(names::host), text(names::name)).prop_map(|(host, name)| Id { host, name });
        let checks = btree_set(id, 0..4).prop_flat_map(|ids| ids.into_iter().map(check).collect::<Vec<_>>());
        let path = vec("/[^\0]{0,9}", 0..3);
        (any::<std::net::Ipv6Addr>(), any::<u16>(), 1_usize..=1024, path, checks).prop_map(
            |(address, port, concurrency, path, checks)| Config {
                listen: (address, port).into(),
                concurrency,
                plugin_path: path.into_iter().map(Into::into).collect(),
                checks,
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_as_the_same(config in config()) {
            let text = print(&config);
            let read = parse(&text, Path::new("x.toml"), "another");
            prop_assert_eq!(read, Ok(config), "{}", text);
        }
    }

    #[test]
    fn the_built_in_one_is_printed() {
        let config = parse(BUILTIN, Path::new("x"), "h").unwrap();
        assert!(print(&config).contains("\n[[check]]\nname = \"cpu\"\nhost = \"h\"\n"), "{}", print(&config));
        assert_eq!(parse(&print(&config), Path::new("x"), "h"), Ok(config));
    }
}
