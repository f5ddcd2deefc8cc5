//! Checks as tests need them.

use super::config::{Check, Id};
use std::collections::BTreeMap;
use std::time::Duration;

/// A check of this name with this command and the usual times.
pub(crate) fn check(name: &str, command: &[&str]) -> Check {
    Check {
        id: Id { host: "localhost".to_owned(), name: name.to_owned() },
        groups: Vec::new(),
        command: command.iter().map(|word| (*word).to_owned()).collect(),
        shell: false,
        interval: Duration::from_secs(60),
        retry_interval: Duration::from_secs(15),
        timeout: Duration::from_secs(15),
        retries: 2,
        labels: BTreeMap::new(),
        env: BTreeMap::new(),
        max_series: 1000,
    }
}
