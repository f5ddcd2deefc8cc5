//! The metrics of a snapshot, in the text format of Prometheus. A scrape runs nothing.
//!
//! What a plugin measured becomes text once a run, through the families and the encoder of the `prometheus` crate, and
//! is put together for a scrape; while somebody scrapes, that text is made ahead. What the exporter itself knows of a check is written for each scrape. With both done
//! through fresh families, a scrape of a thousand checks took ten times as long (`benches/README.md`).

mod standing;
mod values;

use super::engine::{Engine, Load};
use super::reload::Health;
use super::standing::Snapshot;
use crate::model::families::Families;
use crate::model::metric::Kind;
use crate::model::timestamp::Timestamp;
use prometheus::process_collector::ProcessCollector;
use prometheus::{Registry, TextEncoder};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use values::Values;

/// Ends each HELP, so that nobody takes a scrape for a run.
pub const CACHED: &str = "(of the last run; a scrape runs nothing)";

/// How long after a scrape text is made ahead of another: longer than the intervals that people use.
const ASKED_FOR: Duration = Duration::from_secs(300);

/// All that is scraped.
pub struct Metrics {
    process: Registry,
    engine: Engine,
    reload: Arc<Health>,
    kept: Mutex<Kept>,
}

/// What one scrape leaves for the next.
#[derive(Default)]
struct Kept {
    values: Values,
    /// Bytes of the answer.
    size: usize,
    asked: Option<Instant>,
}

impl Metrics {
    /// The metrics of this engine, and of its process.
    ///
    /// # Errors
    /// When two collectors give metrics of one name; there is one.
    pub fn new(engine: Engine, reload: Arc<Health>) -> prometheus::Result<Self> {
        let process = Registry::new();
        process.register(Box::new(ProcessCollector::for_self()))?;
        Ok(Self { process, engine, reload, kept: Mutex::default() })
    }

    /// The text of a scrape, format 0.0.4.
    ///
    /// # Errors
    /// When the encoder refuses a family.
    pub fn text(&self) -> prometheus::Result<String> {
        let mut kept = self.kept();
        kept.asked = Some(Instant::now());
        let mut out = String::with_capacity(kept.size + kept.size / 16);
        TextEncoder::new().encode_utf8(&self.process.gather(), &mut out)?;
        write(&mut out, &self.engine.snapshot(), &self.engine.load(), self.reload.last(), &mut kept.values)?;
        kept.size = out.len();
        Ok(out)
    }

    /// Makes text of what is new, so that the next scrape need not; nothing where nobody scrapes.
    ///
    /// # Errors
    /// When the encoder refuses a family.
    pub fn prepare(&self) -> prometheus::Result<()> {
        let mut kept = self.kept();
        if kept.asked.is_some_and(|asked| asked.elapsed() < ASKED_FOR) {
            kept.values.update(&self.engine.snapshot().standings)?;
        }
        Ok(())
    }

    /// Whoever panics with it leaves values that the next update makes right.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All but what is said of the process. `reload` is whether the last configuration was taken over, and when one was.
///
/// # Errors
/// When the encoder refuses a family.
pub fn text(snapshot: &Snapshot, load: &Load, reload: (bool, Timestamp)) -> prometheus::Result<String> {
    let mut out = String::new();
    write(&mut out, snapshot, load, reload, &mut Values::default())?;
    Ok(out)
}

fn write(
    out: &mut String,
    snapshot: &Snapshot,
    load: &Load,
    reload: (bool, Timestamp),
    values: &mut Values,
) -> prometheus::Result<()> {
    TextEncoder::new().encode_utf8(&of_exporter(load, reload).finish(), out)?;
    values.update(&snapshot.standings)?;
    let lost = values.write(out);
    standing::write(out, snapshot, values, &lost);
    Ok(())
}

fn of_exporter(load: &Load, (reloaded, at): (bool, Timestamp)) -> Families {
    let mut families = Families::default();
    let version = vec![("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    for (name, help, labels, value) in [
        ("build_info", "1, with what was built", version, 1.0),
        ("running", "plugins that are running now", Vec::new(), load.running as f64),
        ("queued", "checks that are due and wait for their turn", Vec::new(), load.queued as f64),
        ("stuck", "runs that cannot be ended, stuck in the kernel", Vec::new(), load.stuck as f64),
        ("concurrency", "plugins that may run at one time", Vec::new(), load.concurrency as f64),
        (
            "config_last_reload_successful",
            "1 when the last configuration was taken over",
            Vec::new(),
            f64::from(u8::from(reloaded)),
        ),
        ("config_last_reload_success_timestamp_seconds", "when a configuration was last taken over", Vec::new(), at.0),
    ] {
        families.add(&format!("vitals_exporter_{name}"), help, Kind::Gauge, labels, value);
    }
    families
}

#[cfg(test)]
mod tests;
