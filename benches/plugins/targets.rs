//! What was promised, beside what was measured. Never a verdict on the run: a busy machine fails nobody.

use serde::Serialize;

use crate::cases::{Case, Role, Target};
use crate::measure::{Measured, Row};
use crate::stats::Spread;

#[derive(Serialize)]
pub(crate) struct Judged {
    pub(crate) target: String,
    pub(crate) value: f64,
    /// The value with its unit or its spread.
    pub(crate) measured: String,
    pub(crate) reached: bool,
}

/// The targets of a case whose commands could be measured.
pub(crate) fn judge(case: &Case, rows: &[Row]) -> Vec<Judged> {
    let find = |role: Role| {
        let row = rows.iter().find(|row| row.role == role)?;
        Some((row.command.first()?.as_str(), row.measured()?))
    };
    let Some((_, ours)) = find(Role::Ours) else { return vec![] };
    let judge = |target: &Target| match *target {
        Target::CpuMs(most) => {
            let cpu = ours.cpu_ms.median;
            Some(Judged {
                target: format!("at most {most} ms of CPU time"),
                value: cpu,
                measured: format!("{cpu:.3} ms"),
                reached: cpu <= most,
            })
        }
        Target::PeakKib(most) => ours.peak_kib.map(|peak| Judged {
            target: format!("at most {most} KiB of memory"),
            value: peak as f64,
            measured: format!("{peak} KiB"),
            reached: peak <= most,
        }),
        Target::LighterThanPeer => find(Role::Peer).and_then(|(name, peer)| {
            let (ours, theirs) = (ours.peak_kib?, peer.peak_kib?);
            Some(Judged {
                target: format!("less memory than {name}"),
                value: ours as f64,
                measured: format!("{ours} KiB, {theirs} KiB"),
                reached: ours < theirs,
            })
        }),
        Target::TimesLess(least) => find(Role::Peer).map(|(name, peer)| {
            let times = ratio(peer, ours);
            Judged {
                target: format!("{least} times less CPU time than {name}"),
                value: times.median,
                measured: times.in_words(),
                reached: times.median >= least,
            }
        }),
        Target::OfLimit(most) => find(Role::Limit).map(|(_, limit)| {
            let times = ratio(ours, limit);
            Judged {
                target: format!("at most {most} times the CPU time of the C reader"),
                value: times.median,
                measured: times.in_words(),
                reached: times.median <= most,
            }
        }),
    };
    case.targets.iter().filter_map(judge).collect()
}

/// Round by round, so that both sides of each ratio saw the same machine.
fn ratio(above: &Measured, below: &Measured) -> Spread {
    Spread::of(above.rounds.iter().zip(&below.rounds).map(|(above, below)| above.cpu_ms / below.cpu_ms))
}

impl Spread {
    fn in_words(&self) -> String {
        format!("{:.2} ({:.2} to {:.2})", self.median, self.low, self.high)
    }
}
