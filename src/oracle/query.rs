//! What is asked.

use super::sql::Statement;

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

/// A statement of ours, with the rights that it needs.
impl From<&Statement> for Query {
    fn from(statement: &Statement) -> Self {
        Self::new(statement.text()).needs(statement.reads().into_iter().map(|view| format!("SELECT ON {view}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::fault::{Fault, Stage};
    use crate::oracle::sql::STATEMENTS;

    #[test]
    fn a_statement_of_ours_names_its_rights() {
        let query = |name| STATEMENTS.iter().find(|statement| statement.name == name).map(Query::from).expect(name);
        let said = |query: &Query| Fault::told(Stage::Query, "ORA-00942: x").needing(&query.grants).to_string();
        assert!(said(&query("instance")).contains(": GRANT SELECT ON V_$INSTANCE TO the user of this check"));
        assert!(said(&query("tablespaces")).contains(" needs SELECT ON DBA_DATA_FILES, SELECT ON DBA_FREE_SPACE, "));
    }
}
