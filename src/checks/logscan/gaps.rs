//! Lines that may be lost: a state for a time, as an event is, or the retry of a soft state would not see it.

use super::memory::Events;
use super::words::moment;
use crate::host::logs::Gap;
use crate::model::report::{Draft, Report};
use crate::model::status::Status;
use crate::model::text;
use crate::model::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

/// What it is called for `--reset`.
pub(super) const NAME: &str = "lost lines";
/// Gaps that are told.
const MOST: usize = 5;
/// Bytes of what is said of one.
const LONGEST: usize = 300;

/// What is remembered of gaps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Lost {
    /// When the last one was found.
    pub(super) at: Timestamp,
    /// Until when it is told.
    pub(super) until: Timestamp,
    why: Vec<String>,
}

impl Lost {
    /// Nothing has happened in the future: a clock was set back.
    pub(super) fn not_after(mut self, now: Timestamp) -> Self {
        let ahead = (self.at.0 - now.0).max(0.0);
        (self.at.0, self.until.0) = (self.at.0 - ahead, self.until.0 - ahead);
        self
    }
}

/// Tells the gaps of this run, and those that are still held; `hold` in seconds.
pub(super) fn judge(gaps: &[Gap], hold: f64, events: &mut Events, now: Timestamp, report: &mut Report<'_>) {
    let (unsure, sure): (Vec<&Gap>, Vec<&Gap>) = gaps.iter().partition(|gap| gap.unsure);
    unsure.iter().take(MOST).for_each(|gap| report.note(&gap.why));
    if let Some(more) = unsure.len().checked_sub(MOST).filter(|more| *more > 0) {
        report.note(format!("the same of {}", text::count(more, "other file", "other files")));
    }
    if !sure.is_empty() {
        let mut why = events.lost.take().map(|lost| lost.why).unwrap_or_default();
        for gap in sure {
            let text = text::cut(&text::clean_str(&gap.why), LONGEST).into_owned();
            why.retain(|before| *before != text);
            why.push(text);
        }
        why.drain(..why.len().saturating_sub(MOST));
        events.lost = Some(Lost { at: now, until: Timestamp(now.0 + hold), why });
    }
    let Some(lost) = &events.lost else { return };
    let mut draft = Draft::whole();
    draft.raise(Status::Warning);
    let until = if hold > 0.0 { format!(", held until {}", moment(lost.until, now)) } else { String::new() };
    draft.say(format!("{} (at {}{until})", lost.why.join("; "), moment(lost.at, now)));
    report.add(draft);
    if lost.until <= now {
        events.lost = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::logscan::metrics;
    use crate::checks::logscan::rule::{Rule, Rules};
    use crate::model::answer::Answer;
    use crate::model::glob::Glob;
    use crate::model::thresholds::Thresholds;

    const NOW: Timestamp = Timestamp(1_795_392_000.0);

    fn rules() -> Rules {
        Rules::new(vec!["a: critical /a/".parse::<Rule>().expect("a rule")]).expect("rules")
    }

    fn at(events: &mut Events, seconds: f64, gaps: &[Gap]) -> Answer {
        let now = Timestamp(NOW.0 + seconds);
        events.meet(&rules(), now, None);
        let catalogue = metrics::METRICS;
        let thresholds = Thresholds::new(&catalogue, &[], &[]).expect("none");
        let mut report = Report::new(&catalogue, &thresholds);
        // No finding at all is UNKNOWN.
        report.add(Draft::item("a"));
        judge(gaps, 900.0, events, now, &mut report);
        report.finish("logscan", "h", "s", now, 0.0)
    }

    #[test]
    fn a_gap_is_told_until_its_time_is_over() {
        let mut events = Events::default();
        let gap = Gap::from("app.log was emptied".to_owned());
        assert_eq!(at(&mut events, 0.0, &[]).status, Status::Ok);
        let first = at(&mut events, 60.0, std::slice::from_ref(&gap));
        assert_eq!(first.summary, "app.log was emptied (at 00:01 UTC, held until 00:16 UTC)");
        assert_eq!((first.status, at(&mut events, 900.0, &[]).status), (Status::Warning, Status::Warning));
        assert_eq!(at(&mut events, 961.0, &[]).status, Status::Ok);
        // A clock that is set back does not hold it for ever, nor end it.
        at(&mut events, 86_400.0, std::slice::from_ref(&gap));
        assert_eq!(at(&mut events, 10.0, &[]).status, Status::Warning);
        assert_eq!(at(&mut events, 1000.0, &[]).status, Status::Ok);
        at(&mut events, 2000.0, &[gap]);
        assert_eq!(events.reset(&rules(), &Glob::new(NAME), NOW), Ok(vec![NAME.to_owned()]));
        assert_eq!(at(&mut events, 2001.0, &[]).status, Status::Ok);
    }

    #[test]
    fn a_rotation_that_leaves_it_open_is_no_fault() {
        let mut events = Events::default();
        let gap = Gap { why: "app.log was copied and emptied".to_owned(), unsure: true };
        let answer = at(&mut events, 0.0, &[gap]);
        assert_eq!((answer.status, answer.notes.len()), (Status::Ok, 1));
        assert_eq!(at(&mut events, 60.0, &[]).notes.len(), 0);
    }

    #[test]
    fn what_is_said_again_is_said_once_and_many_notes_are_counted() {
        let mut events = Events::default();
        let gap = Gap::from("app.log was emptied".to_owned());
        at(&mut events, 0.0, std::slice::from_ref(&gap));
        assert_eq!(at(&mut events, 60.0, &[gap]).summary, "app.log was emptied (at 00:01 UTC, held until 00:16 UTC)");
        let many: Vec<Gap> = (0..9).map(|n| Gap { why: format!("{n}.log is gone"), unsure: true }).collect();
        let notes = at(&mut Events::default(), 0.0, &many).notes;
        assert_eq!((notes.len(), notes.last().map(String::as_str)), (6, Some("the same of 4 other files")));
    }
}
