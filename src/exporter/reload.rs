//! A new configuration while the exporter runs: all of it, or nothing.

use super::config::{self, Check, Config};
use super::console;
use super::engine::Engine;
use super::find::Folders;
use super::run::{Runner, wall_clock};
use crate::model::timestamp::Timestamp;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Where the configuration comes from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The file; `None` for what is built in.
    pub(super) file: Option<PathBuf>,
    /// The host that checks are about when they name none.
    pub(super) host: String,
}

impl Source {
    /// Reads it whole.
    ///
    /// # Errors
    /// What is wrong with it, a line for each problem.
    pub(super) fn read(&self) -> Result<Config, String> {
        match &self.file {
            None => Ok(config::builtin(&self.host)),
            Some(file) => config::load(file, &self.host).map(|loaded| loaded.config).map_err(|all| all.to_string()),
        }
    }
}

/// How the last reload went.
#[derive(Debug)]
pub struct Health(Mutex<(bool, Timestamp)>);

impl Health {
    /// A configuration was taken over just now.
    pub(super) fn new() -> Self {
        Self(Mutex::new((true, wall_clock())))
    }

    /// Whether the last one was taken over, and when one was.
    #[must_use]
    pub fn last(&self) -> (bool, Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, taken: bool) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = (taken, if taken { wall_clock() } else { last.1 });
    }
}

/// Reads the configuration anew when it is asked to.
pub(super) struct Reloader {
    pub(super) source: Source,
    pub(super) engine: Engine,
    pub(super) health: Arc<Health>,
    /// Where the exporter listens, which cannot change while it runs; `None` where no file decides it.
    pub(super) listen: Option<SocketAddr>,
    /// One at a time.
    pub(super) turn: Mutex<()>,
}

impl Reloader {
    /// Takes the configuration over as it is now, and says so in a line.
    ///
    /// # Errors
    /// What is wrong with it; then nothing has changed.
    pub(super) fn reload(&self) -> Result<String, String> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let config = match self.source.read() {
            Ok(config) => config,
            Err(problems) => {
                console::log("the new configuration was refused; the old one stays in force");
                problems.lines().for_each(console::log);
                let mut notices = vec!["The new configuration was refused; the old one stays in force:".to_owned()];
                notices.extend(problems.lines().map(|line| crate::model::text::clean_str(line).into_owned()));
                self.engine.notice(notices);
                self.health.set(false);
                return Err(problems);
            }
        };
        let mut said = format!("configuration read: {}", count(&config));
        let mut notices = Vec::new();
        if self.listen.is_some_and(|listen| listen != config.listen) {
            let notice = format!("listen = \"{}\" takes effect when the exporter is started again", config.listen);
            said = format!("{said}; {notice}");
            notices.push(notice);
        }
        self.engine.configure(&config, runner(&config, "exporter"));
        self.engine.notice(notices);
        self.health.set(true);
        console::log(&said);
        Ok(said)
    }
}

/// How plugins are run under this configuration.
pub(super) fn runner(config: &Config, use_name: &'static str) -> Runner {
    let exporter = std::env::current_exe().ok();
    Runner { folders: Folders::new(exporter.as_deref(), &config.plugin_path), use_name }
}

/// Checks whose programs are nowhere now; that is no fault of the configuration, as they may come later.
pub(super) fn missing(config: &Config) -> Vec<String> {
    let folders = runner(config, "exporter").folders;
    let program = |check: &Check| check.command.first().filter(|_| !check.shell).cloned().unwrap_or_default();
    let lost = |program: &str| match folders.find(program) {
        Ok(path) => (!path.exists()).then(|| format!("{} does not exist", path.display())),
        Err(why) => Some(why),
    };
    let named = |check: &Arc<Check>| {
        let program = Some(program(check)).filter(|program| !program.is_empty())?;
        Some(format!("{}: {}", check.id, lost(&program)?))
    };
    config.checks.iter().filter_map(named).collect()
}

/// `4 checks on 1 host`.
pub(super) fn count(config: &Config) -> String {
    let mut hosts: Vec<&str> = config.checks.iter().map(|check| &*check.id.host).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let checks = crate::model::text::count(config.checks.len(), "check", "checks");
    format!("{checks} on {}", crate::model::text::count(hosts.len(), "host", "hosts"))
}
