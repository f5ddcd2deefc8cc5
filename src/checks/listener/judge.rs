//! What the answers mean. Pure.

use super::sample::{Door, Sample, Target};
use super::words::{self, Verdict};
use crate::model::report::{Draft, Measure, Report};
use crate::model::status::Status;
use crate::model::text;
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;

/// Judges; `dead` is the state of an address that clients have another for.
pub(super) fn judge(dead: Status, sample: &Sample, now: Timestamp, report: &mut Report<'_>) {
    for target in &sample.targets {
        if let Some(why) = &target.trouble {
            let mut draft = Draft::whole();
            draft.raise(Status::Unknown);
            let name = if target.name.is_empty() { "the descriptor" } else { &target.name };
            draft.say(format!("{name}: {why}"));
            report.add(draft);
        }
        let verdicts: Vec<Verdict> = target.doors.iter().map(words::verdict).collect();
        let good = verdicts.iter().position(|verdict| verdict.status == Status::Ok);
        for (door, verdict) in target.doors.iter().zip(&verdicts) {
            let other = good.filter(|_| target.failover).and_then(|good| target.doors.get(good));
            address(target, door, verdict, (dead, other, sample.late), now, report);
        }
    }
    summary(sample, report);
    sample.notes.iter().for_each(|note| report.note(note));
    sample.details.iter().for_each(|detail| report.detail(detail));
}

/// Judges one address; `around` is the state of a dead one, one that clients may use instead, and what `--timeout` wants.
fn address(
    target: &Target,
    door: &Door,
    verdict: &Verdict,
    around: (Status, Option<&Door>, Option<Status>),
    now: Timestamp,
    report: &mut Report<'_>,
) {
    let (dead, other, late) = around;
    let mut draft = Draft::item(&door.item);
    let mut said = format!("{}: {}", words::subject(target, door), verdict.text);
    draft.raise(match (verdict.status, other) {
        (status, _) if verdict.late && late.is_some() => late.unwrap_or(status),
        (Status::Critical, Some(other)) => {
            said.push_str(&format!("; clients get through at {}", other.item));
            dead
        }
        (status, _) => status,
    });
    let ping = door.reply.answers.first();
    let seconds = |time: Option<std::time::Duration>| time.map_or(f64::NAN, |time| time.as_secs_f64());
    report.measure(&mut draft, Measure::float("latency", seconds(ping.map(|ping| ping.took))).at_least(0.0));
    let up = match verdict.status {
        Status::Ok => Some(1),
        Status::Unknown => None,
        Status::Warning | Status::Critical => Some(0),
    };
    report.measure(&mut draft, Measure::new("up", up.map(|up: u64| up.into())).bounds(0.0, 1.0));
    report.measure(&mut draft, Measure::float("connect", seconds(ping.map(|ping| ping.connected))).at_least(0.0));
    if let Some((_, until)) = door.reply.certificate.as_ref().and_then(|facts| facts.valid) {
        // A fraction of a second is of no use, and changes from run to run.
        report.measure(&mut draft, Measure::float("certificate", (until - now.0).round()));
    }
    draft.say(said);
    report.add(draft);
    if let Some(detail) = words::certificate(door, now) {
        report.detail(detail);
    }
}

/// `3 listeners answer, slowest db2:1521 in 3.1 ms; database not asked`
fn summary(sample: &Sample, report: &mut Report<'_>) {
    let doors: Vec<&Door> = sample.targets.iter().flat_map(|target| &target.doors).collect();
    let time = |door: &&&Door| door.reply.answers.first().map(|ping| ping.took);
    if doors.len() < 2 {
        return;
    }
    let Some((slowest, took)) = doors.iter().max_by_key(time).and_then(|door| Some((door, time(&door)?))) else {
        return;
    };
    let services =
        doors.iter().any(|door| door.asked.iter().any(|asked| matches!(asked, super::sample::Asked::Server(_))));
    report.summary(format!(
        "{}, slowest {} in {}; {}",
        text::count(doors.len(), "listener answers", "listeners answer"),
        slowest.item,
        Unit::Seconds.show(took.as_secs_f64()),
        if services { "services are registered and have handlers" } else { "database not asked" },
    ));
}
