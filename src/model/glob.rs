//! Patterns of names.

use std::fmt;
use wildmatch::WildMatch;

/// A pattern of a whole name: `*` is any run of characters (`/` too), `?` is one. Nothing else is special, so
/// that a name like `[kworker/0:1]` stands for itself.
#[derive(Clone)]
pub struct Glob {
    pattern: String,
    compiled: WildMatch,
}

impl Glob {
    /// Compiles a pattern; every text is one.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Self { pattern: pattern.to_owned(), compiled: WildMatch::new(pattern) }
    }

    /// Whether the whole name fits.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.compiled.matches(name)
    }

    /// Whether the pattern stands for one name only.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        !self.pattern.contains(['*', '?'])
    }
}

impl From<&str> for Glob {
    fn from(pattern: &str) -> Self {
        Self::new(pattern)
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.pattern)
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Glob({self})")
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_cross_slashes_and_brackets_are_plain() {
        assert!(Glob::new("/var/*").matches("/var/lib/docker"));
        assert!(!Glob::new("/var/*").matches("/var"));
        assert!(Glob::new("[kworker/?:*]").matches("[kworker/0:1]"));
        assert!(Glob::new("st?rung").matches("störung"));
        assert_eq!(Glob::new("/a*").to_string(), "/a*");
        assert!(Glob::new("/var").is_literal() && !Glob::new("/v?r").is_literal());
    }
}
