//! The page of one check.

use super::super::config::Check;
use super::super::outcome::Outcome;
use super::super::standing::{Snapshot, Standing};
use super::page::Page;
use super::row::tags;
use super::state::State;
use super::words::{exact, plain, ticking};
use super::{answer, command, facts, overview};
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;
use maud::{Markup, html};

pub(super) fn page(snapshot: &Snapshot, standing: &Standing) -> Markup {
    let state = State::of(standing, snapshot.now);
    let id = &standing.check.id;
    Page {
        title: format!("{} {}", state.word(), plain(&id.to_string())),
        state,
        header: overview::as_of(snapshot),
        main: html! {
            (head(snapshot, standing, state))
            @if let Some(last) = &standing.last {
                (output(last))
                (answer::readings(&last.readings))
                (stderr(last))
            }
            (run(snapshot, standing))
            (configured(&standing.check))
            (counts(standing))
        },
        live: true,
    }
    .render()
}

/// What it is and how it is.
fn head(snapshot: &Snapshot, standing: &Standing, state: State) -> Markup {
    let id = &standing.check.id;
    html! {
        section.head.(state.name()) {
            p.where { a href="/" { "All checks" } " / " (plain(&id.host)) }
            h1 { (plain(&id.name)) }
            p {
                span.state.(state.name()) { (state.word()) } " "
                @for tag in tags(standing, snapshot.now) { em { (tag) } " " }
                @if standing.verdict.is_some() {
                    "for " (ticking(snapshot.now.saturating_duration_since(standing.since_instant)))
                    ", since " (moment(standing.since))
                }
            }
            @match &standing.last {
                Some(last) => p.summary { (plain(&last.summary)) },
                None => p.summary { "Nothing is known yet: no run has ended." },
            }
        }
    }
}

fn output(last: &Outcome) -> Markup {
    html! { @if !last.long.is_empty() { section { h2 { "Output" } (text(&last.long)) } } }
}

fn stderr(last: &Outcome) -> Markup {
    html! { @if !last.stderr.is_empty() { section { h2 { "Standard error" } (text(&last.stderr)) } } }
}

fn text(lines: &[String]) -> Markup {
    html! { pre { @for line in lines { (plain(line)) "\n" } } }
}

fn run(snapshot: &Snapshot, standing: &Standing) -> Markup {
    let faults = standing.last.as_ref().map(|last| facts::faults(&last.faults)).unwrap_or_default();
    html! {
        section {
            h2 { "Last run" }
            dl {
                @if let (Some(last), Some(age)) = (&standing.last, standing.age(snapshot.now)) {
                    dt { "Result" } dd { (ticking(age)) " ago" }
                    dt { "Began" } dd { (moment(last.started)) }
                    dt { "Took" } dd { (Unit::Seconds.show(last.duration.as_secs_f64())) }
                    dt { "Ended" } dd { (facts::end(&last.end, standing.check.timeout)) }
                }
                @if let Some(confirmed) = facts::confirmed(standing) { dt { "State" } dd { (confirmed) } }
                dt { "Next run" } dd { (facts::phase(standing, snapshot.now)) }
                @if standing.is_overdue(snapshot.now) {
                    dt { "Overdue" }
                    dd { "No result for more than two intervals and a timeout: what is shown may no longer be true." }
                }
                @if !faults.is_empty() { dt { "Its output" } dd { @for fault in &faults { p { (fault) } } } }
            }
        }
    }
}

fn configured(check: &Check) -> Markup {
    let env: Vec<&str> = check.env.keys().map(String::as_str).collect();
    html! {
        section {
            h2 { "Configuration" }
            dl {
                dt { "Command" } dd { code { (command::line(check)) } }
                // The values may be secret.
                @if !env.is_empty() { dt { "Environment" } dd { code { (plain(&env.join(" "))) } } }
                dt { "Host" } dd { (plain(&check.id.host)) }
                @if !check.groups.is_empty() { dt { "Groups" } dd { (plain(&check.groups.join(", "))) } }
                @for (name, value) in &check.labels { dt { "Label " (plain(name)) } dd { (plain(value)) } }
                dt { "Interval" } dd { (exact(check.interval)) }
                dt { "Retries" }
                dd {
                    @if check.retries == 0 { "none: each state counts at once" } @else {
                        (check.retries) ", every " (exact(check.retry_interval))
                    }
                }
                dt { "Timeout" } dd { (exact(check.timeout)) }
            }
        }
    }
}

fn counts(standing: &Standing) -> Markup {
    html! {
        section {
            h2 { "Runs since the exporter started or the check was changed" }
            dl.counts { @for (what, count) in facts::counts(&standing.counts) { dt { (what) } dd { (count) } } }
        }
    }
}

fn moment(at: Timestamp) -> Markup {
    let text = at.rfc3339();
    html! { time datetime=(text) { (text) } }
}
