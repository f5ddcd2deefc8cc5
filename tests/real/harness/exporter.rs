//! A running `vitals_exporter` on a port of its own.

use super::wait::http_ask;
use super::{Daemon, Scratch, Series, eventually, http_get, plugins, series};
use nix::sys::signal::{Signal, kill};

/// The file that tells it what to do, in the scratch folder.
const CONFIG: &str = "exporter.toml";

/// It is stopped when its guard goes.
pub(crate) struct Exporter {
    pub(crate) daemon: Daemon,
    pub(crate) port: u16,
}

impl Exporter {
    /// Starts it beside our plugins, with this configuration.
    pub(crate) fn start(scratch: &Scratch, config: &str) -> Self {
        Self::start_at("127.0.0.1:0", scratch, &[], config)
    }

    /// The same at this address, and behind another program.
    pub(crate) fn start_at(listen: &str, scratch: &Scratch, prefix: &[String], config: &str) -> Self {
        let program = scratch.plugin("vitals_exporter");
        for plugin in plugins() {
            scratch.plugin(&plugin);
        }
        let config = scratch.file(CONFIG, config).display().to_string();
        let command = [&*program, "--config", &config, "--listen", listen, "--host-name", "here"];
        let mut daemon = Daemon::start(scratch, prefix, &command);
        let log = daemon.output_path();
        let port = daemon.until("its address", || {
            let text = std::fs::read_to_string(&log).ok()?;
            let (_, rest) = text.split_once("http://127.0.0.1:")?;
            rest.split_once('/')?.0.parse().ok()
        });
        Self { daemon, port }
    }

    /// Waits until every check has a result.
    pub(crate) fn ready(&mut self) {
        let port = self.port;
        self.daemon.until("a result of every check", || http_ask(port, "/-/ready").filter(|(code, _)| *code == 200));
    }

    /// The text of a scrape.
    pub(crate) fn metrics(&self) -> String {
        http_get(self.port, "/metrics")
    }

    /// The page of a check, as it is sent.
    pub(crate) fn page(&self, host: &str, name: &str) -> String {
        http_get(self.port, &format!("/check/{}/{}", encoded(host), encoded(name)))
    }

    /// The body of a page.
    pub(crate) fn get(&self, path: &str) -> String {
        http_get(self.port, path)
    }

    /// What it has said.
    pub(crate) fn log(&self) -> String {
        self.daemon.output()
    }

    /// The values of a metric, of one check where one is named.
    fn values(&self, name: &str, check: Option<&str>) -> Vec<f64> {
        let all = series(&self.metrics()).into_iter();
        let fits = |one: &Series| one.name == name && check.is_none_or(|check| one.label("service") == check);
        all.filter(fits).map(|one| one.value).collect()
    }

    /// A metric `vitals_check_…` of a check.
    pub(crate) fn of(&self, check: &str, metric: &str) -> Option<f64> {
        self.values(&format!("vitals_check_{metric}"), Some(check)).first().copied()
    }

    /// Finished runs of a check.
    pub(crate) fn runs(&self, check: &str) -> f64 {
        self.values("vitals_check_runs_total", Some(check)).iter().sum()
    }

    /// A metric `vitals_exporter_…`.
    pub(crate) fn own(&self, metric: &str) -> f64 {
        self.values(&format!("vitals_exporter_{metric}"), None)[0]
    }

    /// What `look` finds, as soon as it does.
    pub(crate) fn until<T>(&mut self, what: &str, look: impl Fn(&Self) -> Option<T>) -> T {
        eventually(what, || look(self))
    }

    /// Gives it another configuration, and waits until it has read that.
    pub(crate) fn reload(&self, scratch: &Scratch, config: &str) {
        let before = self.log().matches("configuration read").count();
        scratch.file(CONFIG, config);
        kill(self.daemon.pid(), Signal::SIGHUP).unwrap();
        eventually("the reload", || (self.log().matches("configuration read").count() > before).then_some(()));
    }

    /// Its children: the state of each, as /proc has it.
    pub(crate) fn children(&self) -> Vec<char> {
        let parent = self.daemon.pid().to_string();
        let stats = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok().map(|entry| entry.path()));
        let state = |stat: String| {
            let mut fields = stat.rsplit_once(") ")?.1.split(' ');
            let state = fields.next()?.chars().next()?;
            (fields.next()? == parent).then_some(state)
        };
        stats.filter_map(|path| std::fs::read_to_string(path.join("stat")).ok()).filter_map(state).collect()
    }
}

/// A text as a part of an address.
pub(crate) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
