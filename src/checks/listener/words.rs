//! The sentences for a person.

use super::sample::{Asked, Door, Target};
use crate::model::status::Status;
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;
use crate::net::tns::Fault;
use crate::net::tns::ask::Answer;
use crate::net::tns::code;
use crate::net::tns::dialogue::Outcome;
use crate::net::tns::refusal::Refusal;

/// What came of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Before failover and `--timeout` are thought of.
    pub(super) status: Status,
    /// Whether time ran out.
    pub(super) late: bool,
    /// Without the name of the address.
    pub(super) text: String,
}

/// Errors with which a listener that is well may answer a ping: it knows no such command, or keeps it for its own machine.
const WELL: [u32; 3] = [0, 1189, 12508];

/// What is said of an address.
pub(super) fn verdict(door: &Door) -> Verdict {
    let mut verdict = Verdict { status: Status::Ok, late: false, text: String::new() };
    let mut answers = door.reply.answers.iter();
    let Some(ping) = answers.next() else {
        fault(&mut verdict, door, "");
        return verdict;
    };
    verdict.text = match refused(&ping.outcome).filter(|refusal| !refusal.code.is_some_and(|code| WELL.contains(&code)))
    {
        Some(refusal) => {
            verdict.status = Status::Critical;
            format!("listener refuses the ping: {}", reason(refusal))
        }
        None => format!("listener answers in {}", Unit::Seconds.show(ping.took.as_secs_f64())),
    };
    if let Some(version) = version(&door.reply.answers) {
        verdict.text.push_str(&format!(", version {version}"));
    }
    let mut services = 0;
    for (asked, answer) in door.asked.iter().skip(1).zip(answers) {
        let Asked::Server(server) = asked else { continue };
        services += 1;
        verdict.text.push_str(&match refused(&answer.outcome) {
            None => format!("; {server} is registered and has a handler"),
            Some(refusal) => {
                verdict.status = Status::Critical;
                format!("; {server} is refused: {}", reason(refusal))
            }
        });
    }
    match door.asked.get(door.reply.answers.len()) {
        Some(Asked::Server(server)) => fault(&mut verdict, door, &format!("; asked for {server}: ")),
        // Its version is not worth a state.
        _ if services == 0 => verdict.text.push_str("; database not asked"),
        _ => {}
    }
    verdict
}

/// Adds why there is no answer.
fn fault(verdict: &mut Verdict, door: &Door, before: &str) {
    let Some(fault) = &door.reply.fault else {
        // Without an answer there is a fault.
        verdict.status = verdict.status.max(Status::Unknown);
        return;
    };
    // The listener's own redirection leads to what cannot be asked: that is its fault, not ours.
    let ours = fault.is_ours() && door.reply.via.is_empty();
    verdict.status = verdict.status.max(if ours { Status::Unknown } else { Status::Critical });
    verdict.late = fault.is_late();
    verdict.text.push_str(before);
    if let Some(last) = door.reply.via.last()
        && *fault != Fault::RedirectsForEver
    {
        verdict.text.push_str(&format!("it sends its clients to {last}, and there: "));
    }
    verdict.text.push_str(&fault.to_string());
    if let (Fault::Unresolved(_) | Fault::ResolverSilent, Some(hint)) = (fault, &door.hint) {
        verdict.text.push_str(&format!("; {hint}"));
    }
}

/// An address with its target in front, where that has another name.
pub(super) fn subject(target: &Target, door: &Door) -> String {
    let (name, item) = (&target.name, &door.item);
    let bare = item.strip_prefix("tcps://").unwrap_or(item);
    let known = bare.starts_with(&**name) || item.starts_with(&**name) || name.contains(bare);
    if known { item.clone() } else { format!("{name} {item}") }
}

/// The certificate of an address.
pub(super) fn certificate(door: &Door, now: Timestamp) -> Option<String> {
    let facts = door.reply.certificate.as_ref()?;
    let (_, until) = facts.valid?;
    let left = Unit::Seconds.show((until - now.0).max(0.0));
    let date = Timestamp(until).rfc3339();
    let (names, issuer) = (facts.names(), &facts.issuer);
    Some(format!("{}: certificate of {names}, signed by {issuer}, until {date} ({left} left)", door.item))
}

fn refused(outcome: &Outcome) -> Option<&Refusal> {
    match outcome {
        Outcome::Refused(refusal) => Some(refusal),
        Outcome::Accepted { .. } | Outcome::Redirected { .. } => None,
    }
}

fn reason(refusal: &Refusal) -> String {
    match refusal.code {
        None => format!("without an error number (reasons {} and {})", refusal.reasons.0, refusal.reasons.1),
        Some(number) => match code::words(number) {
            Some(words) => format!("{words} (ORA-{number})"),
            None => format!("ORA-{number}"),
        },
    }
}

/// The version, from whichever answer tells it.
fn version(answers: &[Answer]) -> Option<String> {
    let told = |answer: &Answer| match &answer.outcome {
        Outcome::Refused(refusal) => refusal.version.map(|version| version.to_string()),
        Outcome::Accepted { banner, .. } => {
            // `TNSLSNR for Linux: Version 10.2.0.4.0 - Production`
            let (_, behind) = banner.as_deref()?.split_once("Version ")?;
            let number = behind.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
            Some(number.to_owned()).filter(|number| !number.is_empty())
        }
        Outcome::Redirected { .. } => None,
    };
    answers.iter().find_map(told)
}
