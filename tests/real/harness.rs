//! What every test here needs: a scratch folder, plugins, servers that are stopped whatever happens,
//! private mounts, and waits that end.

mod browser;
mod daemon;
mod exporter;
mod fault;
mod mounts;
mod needs;
mod plugin;
mod python;
mod scrape;
mod scratch;
mod talker;
mod wait;

pub(crate) use browser::{Browser, ENTER, TAB};
pub(crate) use daemon::{Daemon, free_port};
pub(crate) use exporter::{Exporter, encoded};
pub(crate) use fault::{Culprit, Worker};
pub(crate) use mounts::Namespace;
pub(crate) use needs::{Need, skipped};
pub(crate) use plugin::{Perf, Ran, Said, bin, plugins, run};
pub(crate) use python::judge;
pub(crate) use scrape::{Series, series};
pub(crate) use scratch::Scratch;
pub(crate) use talker::Talker;
pub(crate) use wait::{LIMIT, eventually, http_ask, http_get, port_open};
