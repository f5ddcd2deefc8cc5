//! A running exporter, as its metrics and pages show it.

use std::path::Path;

use crate::harness::{Daemon, Scratch, free_port, http_get};

pub(crate) struct Exporter {
    pub(crate) daemon: Daemon,
    pub(crate) port: u16,
}

impl Exporter {
    pub(crate) fn start(scratch: &Scratch, prefix: &[String], config: &str) -> Self {
        Self::start_at(free_port(), scratch, prefix, config)
    }

    pub(crate) fn start_at(port: u16, scratch: &Scratch, prefix: &[String], config: &str) -> Self {
        scratch.file("vitals.toml", config);
        let (program, listen) = (scratch.plugin("vitals_exporter"), format!("127.0.0.1:{port}"));
        let file = scratch.at("vitals.toml");
        let words = [program.as_str(), "--config", &file, "--listen", &listen];
        let mut daemon = Daemon::start(scratch, prefix, &words);
        daemon.until("its address", || daemon_says(scratch, " shows "));
        Self { daemon, port }
    }

    pub(crate) fn get(&self, path: &str) -> String {
        http_get(self.port, path)
    }

    pub(crate) fn log(&self) -> String {
        self.daemon.output()
    }

    /// The values of the series of this name with these labels.
    fn all(&self, name: &str, labels: &str) -> Vec<f64> {
        let text = self.get("/metrics");
        let fits = |line: &&str| {
            let named = line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']));
            named && line.contains(labels)
        };
        text.lines().filter(fits).map(|line| line.rsplit(' ').next().unwrap().parse().unwrap()).collect()
    }

    /// A metric `vitals_check_…` of a check.
    pub(crate) fn of(&self, check: &str, metric: &str) -> Option<f64> {
        self.all(&format!("vitals_check_{metric}"), &format!("service=\"{check}\"")).first().copied()
    }

    /// Finished runs of a check.
    pub(crate) fn runs(&self, check: &str) -> f64 {
        self.all("vitals_check_runs_total", &format!("service=\"{check}\"")).iter().sum()
    }

    /// A metric `vitals_exporter_…`.
    pub(crate) fn own(&self, metric: &str) -> f64 {
        self.all(&format!("vitals_exporter_{metric}"), "")[0]
    }

    pub(crate) fn until<T>(&mut self, what: &str, look: impl Fn(&Self) -> Option<T>) -> T {
        crate::harness::eventually(what, || look(self))
    }

    pub(crate) fn reload(&self, scratch: &Scratch, config: &str) {
        let before = self.log().matches("configuration read").count();
        scratch.file("vitals.toml", config);
        nix::sys::signal::kill(self.daemon.pid(), nix::sys::signal::Signal::SIGHUP).unwrap();
        crate::harness::eventually("the reload", || {
            (self.log().matches("configuration read").count() > before).then_some(())
        });
    }

    /// Whether a child of it has ended and was not reaped.
    pub(crate) fn has_zombies(&self) -> bool {
        let ours = format!(") Z {} ", self.daemon.pid());
        let stats = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok().map(|entry| entry.path()));
        stats.filter_map(|path| std::fs::read_to_string(path.join("stat")).ok()).any(|stat| stat.contains(&ours))
    }
}

fn daemon_says(scratch: &Scratch, word: &str) -> Option<()> {
    let log = std::fs::read_to_string(Path::new(&scratch.at("vitals_exporter.out"))).unwrap_or_default();
    log.contains(word).then_some(())
}
