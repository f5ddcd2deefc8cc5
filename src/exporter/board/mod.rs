//! The status board: pages for people, rendered from a [`Snapshot`] without asking anything else.
//!
//! Every page works without a script. The one there is, `board.js`, filters as one types and fetches the page anew, so
//! the server renders each thing once and in one place. All text is escaped by `maud`; no page holds script or style
//! of its own, and [`CONTENT_SECURITY_POLICY`] forbids both.

mod answer;
mod command;
mod detail;
mod facts;
mod filter;
mod host;
mod icon;
mod overview;
mod page;
mod path;
mod row;
#[cfg(test)]
mod sample;
mod state;
#[cfg(test)]
mod tests;
mod words;

use super::config::Id;
use super::standing::Snapshot;
pub use icon::{icon, icon_of};
pub use path::{id_of, path_of};

/// What a browser may do with a page: load our own style, script and icons, ask our own server, send the filter's
/// form to it, and nothing else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The style sheet, for [`STYLE_PATH`].
#[must_use]
pub const fn style() -> &'static str {
    include_str!("board.css")
}

/// Where the pages look for [`style`].
pub const STYLE_PATH: &str = "/board.css";

/// The script, for [`SCRIPT_PATH`].
#[must_use]
pub const fn script() -> &'static str {
    include_str!("board.js")
}

/// Where the pages look for [`script`].
pub const SCRIPT_PATH: &str = "/board.js";

/// The board of all checks, for `/`. `query` is that of the URL as it came, without `?`: it holds the filter
/// (`state`, `group`, `q`), and what it does not understand is ignored.
#[must_use]
pub fn overview(snapshot: &Snapshot, query: &str) -> String {
    overview::page(snapshot, &filter::Filter::from_query(query)).into_string()
}

/// The page of one check, for [`path_of`]; `None` where no such check is configured.
#[must_use]
pub fn check(snapshot: &Snapshot, id: &Id) -> Option<String> {
    let standing = snapshot.standings.iter().find(|standing| standing.check.id == *id)?;
    Some(detail::page(snapshot, standing).into_string())
}

/// The page for what is not there.
#[must_use]
pub fn not_found() -> String {
    page::not_found().into_string()
}
