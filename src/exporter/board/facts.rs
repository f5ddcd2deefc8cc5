//! How a run went and what is known of its check, in words.

use super::super::outcome::{End, Faults};
use super::super::standing::{Counts, Phase, Standing};
use super::words::{plain, span};
use crate::model::status::Status;
use crate::model::text::count;
use nix::sys::signal::Signal;
use std::time::{Duration, Instant};

/// How the run ended.
pub(super) fn end(end: &End, timeout: Duration) -> String {
    match end {
        End::Code(code) => format!("exit code {code}"),
        End::Signal(number) => match Signal::try_from(*number) {
            Ok(signal) => format!("ended by signal {number} ({signal})"),
            Err(_) => format!("ended by signal {number}"),
        },
        End::TimedOut => format!("not done within its timeout of {}, and ended", span(timeout)),
        End::Stuck => {
            format!("not done within its timeout of {}, and stuck in the kernel: it cannot be ended", span(timeout))
        }
        End::NotStarted(why) => format!("could not be started: {}", plain(why)),
    }
}

/// What was wrong with the form of the output.
pub(super) fn faults(faults: &Faults) -> Vec<String> {
    let mut said = Vec::new();
    if faults.disagreed {
        said.push("Its JSON named another state than its exit code; the exit code counts.".to_owned());
    }
    if faults.unreadable > 0 {
        said.push(format!(
            "{} of its performance data or JSON could not be read.",
            count(faults.unreadable, "piece", "pieces")
        ));
    }
    if faults.cut {
        said.push("It wrote more than is kept; the rest is lost.".to_owned());
    }
    if faults.dropped > 0 {
        said.push(format!(
            "{} beyond its max_series left out of the metrics.",
            count(faults.dropped, "value was", "values were")
        ));
    }
    if faults.left_behind {
        said.push("A process that it left behind still holds its output.".to_owned());
    }
    said
}

/// What the check does now and when it runs next.
pub(super) fn phase(standing: &Standing, now: Instant) -> String {
    let since = |start: Instant| span(now.saturating_duration_since(start));
    match standing.phase {
        Phase::Waiting if standing.due > now => format!("in {}", span(standing.due.saturating_duration_since(now))),
        Phase::Waiting | Phase::Queued => "now: it is due and waits for its turn".to_owned(),
        Phase::Running(start) => format!("running now, for {}", since(start)),
        Phase::Stuck(start) => {
            format!("not before the stuck run has gone; it has been there for {}", since(start))
        }
    }
}

/// How far the state is confirmed.
pub(super) fn confirmed(standing: &Standing) -> Option<String> {
    let verdict = standing.verdict?;
    let attempts = u64::from(standing.check.retries) + 1;
    Some(if verdict.is_hard() {
        "confirmed".to_owned()
    } else {
        format!(
            "not yet confirmed: attempt {} of {attempts}; the last confirmed state is {}",
            verdict.attempt, verdict.hard
        )
    })
}

/// How often what happened, without what never did.
pub(super) fn counts(counts: &Counts) -> Vec<(&'static str, u64)> {
    let runs = Status::ALL.into_iter().zip(counts.runs).map(|(status, count)| (status.word(), count));
    let others = [
        ("not done in time", counts.timeouts),
        ("times missed", counts.missed),
        ("pieces not read", counts.unreadable),
        ("text and exit code disagreed", counts.disagreed),
        ("output cut", counts.cut),
        ("values beyond max_series", counts.dropped),
    ];
    runs.chain(others.into_iter().filter(|(_, count)| *count > 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_in_words() {
        let said = |how: &End| end(how, Duration::from_secs(30));
        assert_eq!(said(&End::Code(2)), "exit code 2");
        assert_eq!(said(&End::Signal(9)), "ended by signal 9 (SIGKILL)");
        assert_eq!(said(&End::Signal(99)), "ended by signal 99");
        assert_eq!(said(&End::TimedOut), "not done within its timeout of 30 s, and ended");
        assert_eq!(said(&End::NotStarted("no\u{202e}pe".to_owned())), "could not be started: no\\u{202e}pe");
    }

    #[test]
    fn each_fault_is_said() {
        assert!(faults(&Faults::default()).is_empty());
        let all = faults(&Faults { unreadable: 2, disagreed: true, dropped: 3, cut: true, left_behind: true });
        assert_eq!(all.len(), 5);
        assert!(all[1].starts_with("2 pieces"), "{all:?}");
    }
}
