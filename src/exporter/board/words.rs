//! Times and texts as people read them.

use crate::model::text;
use crate::model::unit::Unit;
use maud::{Markup, html};
use std::borrow::Cow;
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A span in one unit, rounded down: `12 s`, `3 h`. `age` in `board.js` says the same, for the seconds in between.
pub(super) fn span(time: Duration) -> String {
    match time.as_secs() {
        s if s < 2 * MINUTE => format!("{s} s"),
        s if s < 2 * HOUR => format!("{} min", s / MINUTE),
        s if s < 2 * DAY => format!("{} h", s / HOUR),
        s => format!("{} days", s / DAY),
    }
}

/// A span as it is configured: `90 s`, `1.5 s`, `5 min`.
pub(super) fn exact(time: Duration) -> String {
    Unit::Seconds.show(time.as_secs_f64())
}

/// An age that goes on while the page stands: the script counts from `data-age`, in seconds.
pub(super) fn ticking(age: Duration) -> Markup {
    html! { span data-age=(age.as_secs()) { (span(age)) } }
}

/// Text from outside for one place of a page: what hides text or turns it around is shown as an escape.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    // A bar means something to schedulers alone: it stays.
    let parts: Vec<Cow<'_, str>> = text.split('|').map(text::clean_str).collect();
    let harmless = parts.iter().all(|part| matches!(part, Cow::Borrowed(_)));
    if harmless { Cow::Borrowed(text) } else { Cow::Owned(parts.join("|")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_one_unit() {
        let said = |seconds| span(Duration::from_secs(seconds));
        assert_eq!([0, 119, 120, 7199].map(said), ["0 s", "119 s", "2 min", "119 min"]);
        assert_eq!([7200, 172_799, 172_800].map(said), ["2 h", "47 h", "2 days"]);
    }

    #[test]
    fn only_what_misleads_is_escaped() {
        assert_eq!(plain("a | b <ü>"), "a | b <ü>");
        assert_eq!(plain("a|\u{202e}b"), "a|\\u{202e}b");
    }
}
