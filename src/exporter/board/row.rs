//! One check on the board.

use super::super::standing::{Phase, Standing};
use super::path::path_of;
use super::state::State;
use super::words::{plain, ticking};
use crate::model::text;
use maud::{Markup, html};
use std::borrow::Cow;
use std::time::Instant;

/// Bytes of a check's text on the board; the whole is on its page.
const TEXT: usize = 300;

/// A check and what the board says of it.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) standing: &'a Standing,
    pub(super) state: State,
    now: Instant,
}

impl<'a> Row<'a> {
    pub(super) fn new(standing: &'a Standing, now: Instant) -> Self {
        Self { standing, state: State::of(standing, now), now }
    }

    fn text(&self) -> Cow<'a, str> {
        match (&self.standing.last, self.standing.phase) {
            (Some(last), _) => Cow::Owned(text::cut(&plain(&last.summary), TEXT).into_owned()),
            (None, Phase::Running(_)) => Cow::Borrowed("its first run is under way"),
            (None, Phase::Stuck(_)) => Cow::Borrowed("its first run cannot be ended"),
            (None, Phase::Queued) => Cow::Borrowed("it waits for its first turn"),
            (None, Phase::Waiting) => Cow::Borrowed("not yet run"),
        }
    }

    /// All that a filter by text looks at.
    pub(super) fn searched(&self) -> String {
        let id = &self.standing.check.id;
        let tags = tags(self.standing, self.now).join(" ");
        format!("{} {} {} {} {}", id.host, id.name, self.state.word(), tags, self.text())
    }

    pub(super) fn render(&self, hidden: bool) -> Markup {
        let check = &self.standing.check;
        let groups = check.groups.join("\n");
        let running = matches!(self.standing.phase, Phase::Running(_));
        html! {
            tr.(self.state.name()) hidden[hidden] data-groups=[(!groups.is_empty()).then_some(groups)] {
                td.state { (self.state.word()) }
                th scope="row" { a href=(path_of(&check.id)) { (plain(&check.id.name)) } }
                td.text {
                    @for tag in tags(self.standing, self.now) { em { (tag) } " " }
                    (self.text())
                }
                td.since {
                    @if self.standing.verdict.is_some() {
                        "for " (ticking(self.now.saturating_duration_since(self.standing.since_instant)))
                    }
                }
                td.age {
                    @if let Some(age) = self.standing.age(self.now) { (ticking(age)) " ago" }
                    @if running { " " i { "running" } }
                }
            }
        }
    }
}

/// What limits the state that is shown, in a word or two each.
pub(super) fn tags(standing: &Standing, now: Instant) -> Vec<String> {
    let mut tags = Vec::new();
    if let Some(verdict) = standing.verdict.filter(|verdict| !verdict.is_hard()) {
        tags.push(format!("attempt {} of {}", verdict.attempt, u64::from(standing.check.retries) + 1));
    }
    if matches!(standing.phase, Phase::Stuck(_)) {
        tags.push("stuck".to_owned());
    } else if standing.is_overdue(now) {
        tags.push("overdue".to_owned());
    }
    tags
}
