//! What the exporter is told to do.

mod assembly;
mod format;
mod include;
pub mod limits;
mod load;
mod names;
mod placeholder;
mod print;
mod problem;
mod settings;
mod template;

pub use limits::RESERVED_LABELS;
pub use load::{BUILTIN, Loaded, builtin, load, parse};
pub use names::host as host_name;
pub use print::print;
pub use problem::{Problem, Problems};

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A configuration that has been checked as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where the exporter listens.
    pub listen: SocketAddr,
    /// Plugins that may run at one time.
    pub concurrency: usize,
    /// Folders in which a plugin named without a path is looked for, after the exporter's own.
    pub plugin_path: Vec<PathBuf>,
    /// The checks, in the order of their identities, which are unique.
    pub checks: Vec<Arc<Check>>,
}

/// What a check is called: its name is unique on its host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// The logical host it is about.
    pub host: String,
    /// Its name there, the service.
    pub name: String,
}

/// `host/name`, as people write it.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.name)
    }
}

/// One plugin on a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which it is.
    pub id: Id,
    /// Groups on the board.
    pub groups: Vec<String>,
    /// The program and its arguments; never empty.
    pub command: Vec<String>,
    /// Whether the one word of `command` is for `/bin/sh -c`.
    pub shell: bool,
    /// From one run to the next.
    pub interval: Duration,
    /// From a soft state that is not OK to the next run; at most `interval`.
    pub retry_interval: Duration,
    /// After this a run is ended.
    pub timeout: Duration,
    /// Runs in a row that must confirm a first one that is not OK before its state is hard.
    pub retries: u32,
    /// Added to every series of this check.
    pub labels: BTreeMap<String, String>,
    /// Added to the plugin's environment.
    pub env: BTreeMap<String, String>,
    /// Series that one run may give at most; what is beyond is counted.
    pub max_series: usize,
}

#[cfg(test)]
mod tests;
