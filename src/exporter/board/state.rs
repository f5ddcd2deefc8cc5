//! What the board says of a check: one of the four states, or that it has none yet.

use super::super::standing::{Snapshot, Standing};
use crate::model::status::Status;
use std::time::Instant;

/// The state that is shown. The order is that of the board: the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Ok,
    /// No run has ended yet.
    Pending,
    Warning,
    Unknown,
    Critical,
}

impl State {
    /// All states, the worst first.
    pub(super) const ALL: [Self; 5] = [Self::Critical, Self::Unknown, Self::Warning, Self::Pending, Self::Ok];

    pub(super) fn of(standing: &Standing, now: Instant) -> Self {
        Self::from(standing.shown(now))
    }

    /// The word on the board.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Ok => Status::Ok.word(),
            Self::Pending => "PENDING",
            Self::Warning => Status::Warning.word(),
            Self::Unknown => Status::Unknown.word(),
            Self::Critical => Status::Critical.word(),
        }
    }

    /// The word in a sentence.
    pub(super) const fn in_a_sentence(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            _ => self.name(),
        }
    }

    /// The word in a class, an address and a filter.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Pending => "pending",
            Self::Warning => "warning",
            Self::Unknown => "unknown",
            Self::Critical => "critical",
        }
    }

    /// Whether somebody should look.
    pub(super) const fn is_problem(self) -> bool {
        matches!(self, Self::Warning | Self::Unknown | Self::Critical)
    }
}

impl From<Status> for State {
    fn from(status: Status) -> Self {
        match status {
            Status::Ok => Self::Ok,
            Status::Warning => Self::Warning,
            Status::Critical => Self::Critical,
            Status::Unknown => Self::Unknown,
        }
    }
}

impl From<Option<Status>> for State {
    fn from(status: Option<Status>) -> Self {
        status.map_or(Self::Pending, Self::from)
    }
}

/// How many checks are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally([usize; 5]);

impl Tally {
    pub(super) fn of(states: impl Iterator<Item = State>) -> Self {
        let mut tally = Self::default();
        for state in states {
            if let Some(count) = tally.0.get_mut(state as usize) {
                *count += 1;
            }
        }
        tally
    }

    pub(super) fn whole(snapshot: &Snapshot) -> Self {
        Self::of(snapshot.standings.iter().map(|standing| State::of(standing, snapshot.now)))
    }

    pub(super) fn count(&self, state: State) -> usize {
        self.0.get(state as usize).copied().unwrap_or(0)
    }

    pub(super) fn problems(&self) -> usize {
        State::ALL.into_iter().filter(|state| state.is_problem()).map(|state| self.count(state)).sum()
    }

    pub(super) fn total(&self) -> usize {
        self.0.iter().sum()
    }

    /// The worst state there is.
    pub(super) fn worst(&self) -> Option<State> {
        State::ALL.into_iter().find(|state| self.count(*state) > 0)
    }

    /// `2 critical, 1 warning`: the states for which `which` holds, the worst first.
    pub(super) fn words(&self, which: impl Fn(State) -> bool) -> String {
        let counted = State::ALL.into_iter().filter(|state| which(*state) && self.count(*state) > 0);
        let words: Vec<String> =
            counted.map(|state| format!("{} {}", self.count(state), state.in_a_sentence())).collect();
        words.join(", ")
    }

    /// What the browser's tab says: the problems, or that there are none.
    pub(super) fn headline(&self) -> String {
        if self.total() == 0 {
            return "no checks".to_owned();
        }
        let problems = self.words(State::is_problem);
        if problems.is_empty() { self.words(|_| true) } else { problems }
    }
}

#[cfg(test)]
mod tests {
    use super::State::{Critical, Ok, Pending, Unknown, Warning};
    use super::*;

    #[test]
    fn the_headline_is_an_alarm() {
        let headline = |states: &[State]| Tally::of(states.iter().copied()).headline();
        assert_eq!(headline(&[Ok, Warning, Critical, Pending, Critical]), "2 critical, 1 warning");
        assert_eq!(headline(&[Warning, Unknown]), "1 unknown, 1 warning");
        assert_eq!(headline(&[Ok, Pending, Ok]), "1 pending, 2 OK");
        assert_eq!(headline(&[]), "no checks");
    }

    #[test]
    fn the_worst_comes_first() {
        let mut states = [Ok, Critical, Pending, Warning, Unknown];
        states.sort_by(|a, b| b.cmp(a));
        assert_eq!(states, State::ALL);
        assert_eq!(Tally::of(states.into_iter()).worst(), Some(Critical));
        assert_eq!(Tally::of([Ok, Pending].into_iter()).worst(), Some(Pending));
    }
}
