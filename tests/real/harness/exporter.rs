//! A running `vitals_exporter` on a port of its own.

use super::wait::http_ask;
use super::{Daemon, Scratch, http_get};

/// It is stopped when its guard goes.
pub(crate) struct Exporter {
    daemon: Daemon,
    pub(crate) port: u16,
}

impl Exporter {
    /// Starts it beside our plugins, with this configuration.
    pub(crate) fn start(scratch: &Scratch, config: &str) -> Self {
        let program = scratch.plugin("vitals_exporter");
        for plugin in ["check_fs", "check_procs", "check_cpu", "check_mem"] {
            scratch.plugin(plugin);
        }
        let config = scratch.file("exporter.toml", config).display().to_string();
        let command = [&*program, "--config", &config, "--listen", "127.0.0.1:0", "--host-name", "here"];
        let mut daemon = Daemon::start(scratch, &[], &command);
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
}

/// A text as a part of an address.
pub(crate) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
