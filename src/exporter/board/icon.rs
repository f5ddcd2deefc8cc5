//! The icon in the browser's tab: the worst state by colour and by shape.

use super::state::State;
use crate::model::status::Status;

/// The icon of a state as SVG; `None` while nothing is known.
#[must_use]
pub fn icon(status: Option<Status>) -> String {
    draw(State::from(status))
}

/// The icon in the file of this name below `/icon/`, such as `critical.svg`.
#[must_use]
pub fn icon_of(file: &str) -> Option<String> {
    State::ALL.into_iter().find(|state| file.strip_suffix(".svg") == Some(state.name())).map(draw)
}

/// Where the pages look for the icon.
pub(super) fn path(state: State) -> String {
    format!("/icon/{}.svg", state.name())
}

fn draw(state: State) -> String {
    let (colour, shape, sign) = match state {
        State::Ok => ("#1a7f4b", DISC, "M9.5 16.5l4.5 4.5 9-10"),
        State::Pending => ("#6b7280", DISC, "M9 16h.01M16 16h.01M23 16h.01"),
        State::Warning => ("#b45309", "M16 2.5L31 29.500H1z", "M16 12v8M16 25h.01"),
        State::Unknown => ("#6d45c9", "M16 1l15 15-15 15L1 16z", "M12.500 13a3.5 3.5 0 1 1 3.500 4v1.500M16 23h.01"),
        State::Critical => ("#c5221f", "M10 1h12l9 9v12l-9 9H10l-9-9V10z", "M10.500 10.500l11 11M21.500 10.500l-11 11"),
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><path fill=\"{colour}\" d=\"{shape}\"/>\
         <path fill=\"none\" stroke=\"#fff\" stroke-width=\"3.5\" stroke-linecap=\"round\" stroke-linejoin=\"round\" \
         d=\"{sign}\"/></svg>"
    )
}

const DISC: &str = "M16 1a15 15 0 1 1 0 30a15 15 0 1 1 0-30z";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_an_icon_of_its_own_where_the_pages_look() {
        let mut all: Vec<String> = State::ALL.into_iter().map(draw).collect();
        for state in State::ALL {
            assert_eq!(icon_of(path(state).trim_start_matches("/icon/")), Some(draw(state)));
        }
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 5);
        assert_eq!(icon_of("../critical.svg"), None);
    }
}
