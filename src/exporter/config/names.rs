//! What a name may be.

use super::limits::{MAX_NAME, RESERVED_LABELS};
use super::problem::quote;

/// The name of a check or a group.
pub(super) fn name(text: &str) -> Result<(), String> {
    let length = text.chars().count();
    if length == 0 || text.trim() != text {
        return Err(format!("{} must not be empty or begin or end with a space", quote(text)));
    }
    if length > MAX_NAME {
        return Err(format!("{} has {length} characters: shorten it to {MAX_NAME}", quote(text)));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("{} has a control character: leave it out", quote(text)));
    }
    Ok(())
}

/// The name of a logical host. It is the first part of an identity `host/name`, so it has no `/`.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn host(text: &str) -> Result<(), String> {
    if text.contains('/') {
        return Err(format!("{} has a '/', which ends the host in 'host/name': leave it out", quote(text)));
    }
    name(text)
}

/// The name of a label, by the rules of Prometheus' data model.
pub(super) fn label(text: &str) -> Result<(), String> {
    let mut chars = text.chars();
    let starts = chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    if !starts || !chars.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(format!("{} is no label name: letters, digits and '_', no digit first", quote(text)));
    }
    if text.starts_with("__") {
        return Err(format!("{} begins with '__', which Prometheus keeps for itself: rename it", quote(text)));
    }
    if RESERVED_LABELS.contains(&text) {
        let taken = RESERVED_LABELS.join(", ");
        return Err(format!("{} is a label of the exporter's own ({taken}): rename it", quote(text)));
    }
    if text.len() > MAX_NAME {
        return Err(format!("{} is too long: shorten it to {MAX_NAME}", quote(text)));
    }
    Ok(())
}

/// The name of an environment variable. Those of the exporter itself tell a plugin how to answer.
pub(super) fn variable(text: &str) -> Result<(), String> {
    if text.is_empty() || text.contains(['=', '\0']) {
        return Err(format!("{} is no name of an environment variable: no '=', no NUL", quote(text)));
    }
    if text.starts_with("VITALS") {
        return Err(format!("{}: names with VITALS in front are set by the exporter: leave it out", quote(text)));
    }
    if text.len() > MAX_NAME {
        return Err(format!("{} is too long: shorten it to {MAX_NAME}", quote(text)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_every_reader_can_take() {
        let long = "ö".repeat(MAX_NAME);
        for good in ["disk", "web 80", "a/b", "störung", &long] {
            assert_eq!(name(good), Ok(()));
        }
        for bad in ["", " ", "a ", "a\nb", "a\u{7f}", &format!("{long}x")] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
        assert!(host("kis1").is_ok() && host("a/b").is_err());
    }

    #[test]
    fn labels_are_those_of_prometheus_and_not_our_own() {
        for good in ["team", "_a1", "Team_2"] {
            assert_eq!(label(good), Ok(()));
        }
        for bad in ["", "1a", "a-b", "ä", "__name__", "host", "le"] {
            assert!(label(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn variables_leave_ours_alone() {
        assert!(variable("LANG").is_ok());
        for bad in ["", "A=B", "A\0", "VITALS_OUTPUT"] {
            assert!(variable(bad).is_err(), "{bad:?}");
        }
    }
}
