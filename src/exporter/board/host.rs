//! The checks of one host on the board.

use super::filter::Filter;
use super::row::Row;
use super::state::{State, Tally};
use super::words::plain;
use maud::{Markup, html};

/// A host and its checks, the worst first.
#[derive(Debug)]
pub(super) struct Host<'a> {
    name: &'a str,
    tally: Tally,
    rows: Vec<Row<'a>>,
}

impl<'a> Host<'a> {
    pub(super) fn new(name: &'a str, mut rows: Vec<Row<'a>>) -> Self {
        rows.sort_by(|a, b| b.state.cmp(&a.state).then_with(|| a.standing.check.id.cmp(&b.standing.check.id)));
        Self { name, tally: Tally::of(rows.iter().map(|row| row.state)), rows }
    }

    /// Hosts in the order of the board: by their worst check, then by name.
    pub(super) fn before(&self, other: &Self) -> std::cmp::Ordering {
        other.tally.worst().cmp(&self.tally.worst()).then_with(|| self.name.cmp(other.name))
    }

    /// Whether any of its checks is asked for.
    pub(super) fn shows(&self, filter: &Filter) -> bool {
        self.rows.iter().any(|row| filter.matches(row))
    }

    /// The checks that the filter asks for; unless `open`, those that are well are folded. The fold stands beside the
    /// table, not around it: what is not well is always seen, and one table keeps the order.
    pub(super) fn render(&self, open: bool, filter: &Filter) -> Markup {
        let worst = self.tally.worst().unwrap_or(State::Ok);
        html! {
            section.host.(worst.name()) data-key=(self.name) hidden[!self.shows(filter)] {
                // The script looks for `data-open` where the reader has chosen nothing.
                details data-open[open] open[open || !filter.is_empty()] {
                    summary {
                        h2 { (plain(self.name)) }
                        span.tally { (self.tally.words(|_| true)) }
                        span.strip aria-hidden="true" { @for row in &self.rows { i.(row.state.name()) {} } }
                    }
                }
                table {
                    caption { "Checks of " (plain(self.name)) }
                    colgroup { @for _ in 0..5 { col; } }
                    thead {
                        tr {
                            th scope="col" { "State" } th scope="col" { "Check" } th scope="col" { "Text" }
                            th scope="col" { "In this state" } th scope="col" { "Last result" }
                        }
                    }
                    tbody { @for row in &self.rows { (row.render(!filter.matches(row))) } }
                }
            }
        }
    }
}
