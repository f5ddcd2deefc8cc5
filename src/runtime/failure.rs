//! Why a check could not be made.

use std::fmt;

/// What a failure says of the watched object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It could not be found out: usage, rights, a missing file, something else in between.
    Unknown,
    /// The object that this check owns refused, did not answer or hung.
    Down,
}

/// A failure with its chain of causes.
pub struct Failure {
    kind: Kind,
    timed_out: bool,
    error: anyhow::Error,
}

impl Failure {
    /// Nobody knows how the watched object is.
    #[must_use]
    pub fn unknown(error: impl Into<anyhow::Error>) -> Self {
        Self { kind: Kind::Unknown, timed_out: false, error: error.into() }
    }

    /// The watched object is down.
    #[must_use]
    pub fn down(error: impl Into<anyhow::Error>) -> Self {
        Self { kind: Kind::Down, timed_out: false, error: error.into() }
    }

    /// The same failure, marked as one of time: `-t SECONDS:STATE` decides on its state.
    #[must_use]
    pub fn in_time(self) -> Self {
        Self { timed_out: true, ..self }
    }

    /// What it says of the watched object.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the time ran out.
    #[must_use]
    pub const fn timed_out(&self) -> bool {
        self.timed_out
    }
}

/// The chain of causes in one line: what was tried, then why it failed.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind)
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::unknown(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn the_chain_is_one_line() {
        let error = std::fs::read("/nonexistent/x").context("reading the mount table").map_err(Failure::unknown);
        let failure = error.err().map(|f| (f.to_string(), f.kind(), f.timed_out()));
        let text = "reading the mount table: No such file or directory (os error 2)".to_owned();
        assert_eq!(failure, Some((text, Kind::Unknown, false)));
    }
}
