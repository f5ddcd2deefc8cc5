//! What was promised, beside what was measured. Never a verdict on the run: a busy machine fails nobody.

use serde::Serialize;

use crate::children::Started;
use crate::scrapes::Measured;

#[derive(Serialize)]
pub(crate) struct Judged {
    pub(crate) target: String,
    pub(crate) measured: String,
    pub(crate) reached: bool,
}

/// For an exporter with a thousand checks.
pub(crate) fn of_many(measured: &Measured) -> Vec<Judged> {
    let p99 = measured.kept.p99.max(measured.new.p99);
    let (peak, cpu) = (measured.memory.peak, measured.at_rest);
    let judged = |target: &str, measured, reached| Judged { target: target.to_owned(), measured, reached };
    vec![
        judged("p99 of a scrape under 20 ms", format!("{p99:.1} ms"), p99 < 20.0),
        judged("peak memory under 64 MiB", format!("{peak:.1} MiB"), peak < 64.0),
        judged(
            "at rest, less CPU time than its children",
            format!("{:.1} and {:.1} ms/s", cpu.own * 1e3, cpu.children * 1e3),
            cpu.own < cpu.children,
        ),
    ]
}

/// For the start of static children.
pub(crate) fn of_children(started: &Started) -> Judged {
    let rate = started.ours.per_second;
    let measured = format!("{rate:.0} a second");
    Judged { target: "5000 children a second on one processor".to_owned(), measured, reached: rate >= 5000.0 }
}
