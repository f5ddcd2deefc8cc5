//! Memory.

use crate::model::catalogue::{Catalogue, MetricDef};
use crate::model::report::{Draft, Measure, Report};
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;
use crate::plugin::{Check, Context, Example};
use crate::runtime::failure::Failure;
use anyhow::anyhow;

/// check_mem
#[derive(clap::Args, Debug)]
pub struct Mem {}

impl Check for Mem {
    const NAME: &'static str = "mem";
    const ABOUT: &'static str = "memory of this machine";
    const DESCRIPTION: &'static str = "";
    const EXAMPLES: &'static [Example] = &[];
    const METRICS: Catalogue = Catalogue::new(
        "",
        &[MetricDef::gauge("available", Unit::Ratio, "share of the memory that programs can still get")
            .limits("10:", "5:")
            .in_perfdata()],
    );
    type Sample = f64;
    type Memory = Option<f64>;

    fn probe(&self, cx: &Context<'_>, _memory: &Self::Memory) -> Result<f64, Failure> {
        let text = cx.root.text("/proc/meminfo")?;
        let value = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.split_whitespace().nth(0)?.parse::<f64>().ok())
                .ok_or_else(|| anyhow!("no {name} in /proc/meminfo"))
        };
        Ok(value("MemAvailable:")? / value("MemTotal:")?)
    }

    fn judge(&self, sample: &f64, memory: &mut Self::Memory, _now: Timestamp, report: &mut Report<'_>) {
        *memory = Some(*sample);
        let mut draft = Draft::whole();
        report.measure(&mut draft, Measure::float("available", *sample).bounds(0.0, 1.0));
        draft.say(format!("{} available", Unit::Ratio.show(*sample)));
        report.add(draft);
    }
}
