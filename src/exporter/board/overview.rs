//! The board: all checks, by host, the worst first.

use super::super::standing::Snapshot;
use super::filter::{Filter, States};
use super::host::Host;
use super::page::Page;
use super::row::Row;
use super::state::{State, Tally};
use super::words::plain;
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// With at most so many checks all are seen at first; beyond, those that are well are folded.
const OPEN: usize = 40;

pub(super) fn page(snapshot: &Snapshot, filter: &Filter) -> Markup {
    let tally = Tally::whole(snapshot);
    Page {
        title: tally.headline(),
        state: tally.worst().unwrap_or(State::Pending),
        header: html! {
            @if tally.total() > 0 { (search(snapshot, filter)) }
            (as_of(snapshot))
        },
        main: html! {
            h1.unseen { "Status board" }
            // Read out when it changes.
            p.unseen role="status" { (tally.headline()) }
            (notices(snapshot))
            @if tally.total() == 0 { (nothing_configured()) } @else {
                (states(&tally, filter))
                (board(snapshot, filter))
            }
        },
        live: true,
    }
    .render()
}

/// When the page was true.
pub(super) fn as_of(snapshot: &Snapshot) -> Markup {
    let at = snapshot.wall.rfc3339();
    html! { p.as-of { "as of " time #as-of datetime=(at) { (at) } } }
}

/// What is wrong with the exporter itself.
fn notices(snapshot: &Snapshot) -> Markup {
    html! {
        @if !snapshot.notices.is_empty() {
            section.notices role="alert" { @for notice in &snapshot.notices { p { (plain(notice)) } } }
        }
    }
}

fn search(snapshot: &Snapshot, filter: &Filter) -> Markup {
    let groups: BTreeSet<&str> =
        snapshot.standings.iter().flat_map(|standing| &standing.check.groups).map(String::as_str).collect();
    html! {
        form role="search" action="/" {
            @if let Some(states) = filter.state { input type="hidden" name="state" value=(states.name()); }
            label.unseen for="q" { "Filter by host, check or text" }
            input #q type="search" name="q" value=(filter.text) placeholder="Filter"
                autocomplete="off" spellcheck="false";
            @if !groups.is_empty() {
                label.unseen for="group" { "Group" }
                select #group name="group" {
                    option value="" { "All groups" }
                    @if let Some(gone) = filter.group.as_deref().filter(|group| !groups.contains(group)) {
                        option value=(gone) selected { (plain(gone)) " (no check)" }
                    }
                    @for group in &groups {
                        option value=(group) selected[filter.group.as_deref() == Some(*group)] { (plain(group)) }
                    }
                }
            }
            noscript { button { "Filter" } }
        }
    }
}

/// The counts; each leads to the checks that it counts.
fn states(tally: &Tally, filter: &Filter) -> Markup {
    let one = |states: Option<States>, class: &str, count: usize, word: &str| {
        html! {
            a.(class).none[count == 0] href=(filter.with_states(states)) data-state=[states.map(States::name)]
                aria-current=[(filter.state == states).then_some("true")] {
                b { (count) } " " span { (word) }
            }
        }
    };
    html! {
        nav.states aria-label="Filter by state" {
            (one(None, "all", tally.total(), "all"))
            (one(Some(States::Problems), "problems", tally.problems(), "problems"))
            @for state in State::ALL {
                (one(Some(States::One(state)), state.name(), tally.count(state), state.in_a_sentence()))
            }
        }
    }
}

fn board(snapshot: &Snapshot, filter: &Filter) -> Markup {
    let mut by_host: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for standing in &snapshot.standings {
        by_host.entry(&standing.check.id.host).or_default().push(Row::new(standing, snapshot.now));
    }
    let mut hosts: Vec<Host<'_>> = by_host.into_iter().map(|(name, rows)| Host::new(name, rows)).collect();
    hosts.sort_by(Host::before);
    let any = hosts.iter().any(|host| host.shows(filter));
    let open = snapshot.standings.len() <= OPEN;
    html! {
        div #board { @for host in &hosts { (host.render(open, filter)) } }
        p #nothing hidden[any] { "No check matches this filter. " a href="/" { "Show all checks" } }
    }
}

fn nothing_configured() -> Markup {
    html! {
        section.empty {
            h2 { "No check is configured" }
            p { "Write one into the configuration file, then let the exporter read it again (SIGHUP, or a restart):" }
            pre { code { "[[check]]\nname = \"filesystems\"\ncommand = [\"check_fs\"]\ninterval = \"1m\"" } }
            p { "Started without " code { "--config" } ", the exporter watches the machine it runs on." }
        }
    }
}
