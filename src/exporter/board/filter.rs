//! Which checks are asked for: the query of the board's address.

use super::row::Row;
use super::state::State;
use percent_encoding::percent_decode;

/// The longest text that is looked for, in bytes.
const LONGEST: usize = 200;

/// What a check must be to be shown. `board.js` applies the same rules as one types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) state: Option<States>,
    pub(super) group: Option<String>,
    /// As it was typed.
    pub(super) text: String,
}

/// The states that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum States {
    /// All that somebody should look at.
    Problems,
    /// This one.
    One(State),
}

impl States {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Problems => "problems",
            Self::One(state) => state.name(),
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let all = State::ALL.into_iter().map(Self::One);
        std::iter::once(Self::Problems).chain(all).find(|states| states.name() == name)
    }

    fn hold(self, state: State) -> bool {
        match self {
            Self::Problems => state.is_problem(),
            Self::One(one) => one == state,
        }
    }
}

impl Filter {
    /// Reads `state=critical&group=db&q=text`, form-encoded; anything else is ignored.
    pub(super) fn from_query(query: &str) -> Self {
        let mut filter = Self::default();
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = value.replace('+', " ");
            let value = percent_decode(value.as_bytes()).decode_utf8_lossy();
            match key {
                "state" => filter.state = States::from_name(&value),
                "group" => filter.group = (!value.is_empty()).then(|| value.into_owned()),
                "q" => filter.text = crate::model::text::cut(&value, LONGEST).into_owned(),
                _ => {}
            }
        }
        filter
    }

    pub(super) fn is_empty(&self) -> bool {
        self.state.is_none() && self.group.is_none() && self.text.trim().is_empty()
    }

    pub(super) fn matches(&self, row: &Row<'_>) -> bool {
        self.state.is_none_or(|states| states.hold(row.state))
            && self.group.as_ref().is_none_or(|group| row.standing.check.groups.contains(group))
            && self.finds(row)
    }

    /// Each word that was typed is found in the row.
    fn finds(&self, row: &Row<'_>) -> bool {
        let text = self.text.to_lowercase();
        if text.trim().is_empty() {
            return true;
        }
        let words = row.searched().to_lowercase();
        text.split_whitespace().all(|word| words.contains(word))
    }

    /// The address of the board with this filter, but for other states.
    pub(super) fn with_states(&self, states: Option<States>) -> String {
        let encode = |value: &str| percent_encoding::utf8_percent_encode(value, super::path::ESCAPED).to_string();
        let parts = [
            ("state", states.map(|states| states.name().to_owned())),
            ("group", self.group.as_deref().map(encode)),
            ("q", (!self.text.is_empty()).then(|| encode(&self.text))),
        ];
        let set: Vec<String> =
            parts.into_iter().filter_map(|(key, value)| value.map(|value| format!("{key}={value}"))).collect();
        if set.is_empty() { "/".to_owned() } else { format!("/?{}", set.join("&")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_written() {
        let filter = Filter::from_query("state=critical&group=R%26D&q=%C3%A4+b&x=1&&=");
        let want =
            Filter {
                state: Some(States::One(State::Critical)), group: Some("R&D".to_owned()), text: "ä b".to_owned()
            };
        assert_eq!(filter, want);
        let address = filter.with_states(Some(States::Problems));
        assert_eq!(address, "/?state=problems&group=R%26D&q=%C3%A4%20b");
        let back = Filter::from_query(address.trim_start_matches("/?"));
        assert_eq!(back, Filter { state: Some(States::Problems), ..want });
    }

    #[test]
    fn what_is_not_understood_filters_nothing() {
        assert!(Filter::from_query("state=broken&group=&q=%20&z=%zz%ff").is_empty());
        assert_eq!(Filter::default().with_states(None), "/");
    }
}
