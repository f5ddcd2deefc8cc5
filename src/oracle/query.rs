//! What is asked.

/// A statement with what it is given. It is a SELECT: nothing here ever changes a database.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The statement, without a semicolon.
    pub sql: String,
    /// The values of `:name` in it; each of them once.
    pub binds: Vec<(String, Bind)>,
    /// What must be granted for it, as GRANT names it (`SELECT ON V_$LOCK`); said when the database refuses.
    pub grants: Vec<String>,
}

/// A value that is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Bind {
    /// A NUMBER.
    Integer(i64),
    /// A VARCHAR2.
    Text(String),
}

impl Query {
    /// A statement without binds.
    #[must_use]
    pub fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), binds: Vec::new(), grants: Vec::new() }
    }

    /// The same, with a value for `:name`.
    #[must_use]
    pub fn bind(mut self, name: &str, value: Bind) -> Self {
        self.binds.push((name.to_owned(), value));
        self
    }

    /// The same, which needs these rights.
    #[must_use]
    pub fn needs(mut self, grants: impl IntoIterator<Item = String>) -> Self {
        self.grants.extend(grants);
        self
    }
}
