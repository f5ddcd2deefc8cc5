//! check_listener: do Oracle's listeners answer, and do they know the services that clients ask for?

mod gather;
mod judge;
mod options;
mod sample;
mod target;
#[cfg(test)]
mod tests;
mod words;

use crate::model::catalogue::{Catalogue, MetricDef};
use crate::model::report::Report;
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;
use crate::plugin::{Check, Context, Example};
use crate::runtime::failure::Failure;
pub use options::Listener;
pub use sample::Sample;

impl Check for Listener {
    const NAME: &'static str = "listener";
    const ABOUT: &'static str = "Oracle listeners: they answer, and know the services that are asked for";
    const DESCRIPTION: &'static str = options::DESCRIPTION;
    const EXAMPLES: &'static [Example] = options::EXAMPLES;
    const METRICS: Catalogue = Catalogue::new(
        "address",
        &[
            MetricDef::gauge(
                "latency",
                Unit::Seconds,
                "time from the connection's beginning to the answer to the ping",
            )
            .limits("1", "5")
            .in_perfdata(),
            MetricDef::gauge("up", Unit::Count, "1 where the listener answers as it should, 0 where it does not")
                .in_perfdata(),
            MetricDef::gauge("connect", Unit::Seconds, "time until the connection of TCP was there"),
            MetricDef::gauge(
                "certificate",
                Unit::Seconds,
                "time until the certificate of TLS expires; below 0 since then",
            )
            .limits("30d:", "7d:")
            .in_perfdata(),
        ],
    );
    type Sample = Sample;
    type Memory = ();

    fn validate(&self) -> Result<(), String> {
        self.agree()
    }

    fn probe(&self, cx: &Context<'_>, _memory: &()) -> Result<Sample, Failure> {
        gather::gather(self, cx)
    }

    fn judge(&self, sample: &Sample, _memory: &mut (), now: Timestamp, report: &mut Report<'_>) {
        judge::judge(self.dead_address, sample, now, report);
    }
}
