//! The statements that the checks run, each a file of `sql/` that says what its columns mean. A file's name ends with
//! the release that it needs, where another one serves older releases; `cdb` is for a session in the root container.

use std::collections::BTreeSet;

/// A release of the database, as 12.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// 10, 11, 12, 18, 19, …
    pub major: u16,
    /// The second part; 0 for most releases since 18.
    pub minor: u16,
}

impl Release {
    /// The first two parts of a version: `12.2.0.1.0`.
    #[must_use]
    pub fn parse(version: &str) -> Option<Self> {
        let mut parts = version.trim().split('.').map(str::parse);
        let major = parts.next()?.ok()?;
        Some(Self { major, minor: parts.next().and_then(Result::ok).unwrap_or(0) })
    }
}

/// What a check wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The instance: version, state.
    Instance,
    /// The database: role, open mode, container.
    Database,
    /// Sessions with a transaction, in a chain of waits, or waited for.
    Sessions,
    /// Who waits for whose lock.
    LockPairs,
    /// Tables that are locked, by whom and for how long.
    LockedObjects,
    /// Permanent and undo tablespaces.
    Tablespaces,
    /// What the undo tablespaces hold.
    UndoExtents,
    /// Temporary tablespaces.
    Temporary,
    /// Users with limited space.
    Quotas,
    /// Segments that cannot grow.
    NextExtents,
}

/// Where a session must be for a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Anywhere. In a database with containers it speaks of the session's own.
    Own,
    /// In the root of a database with containers. It speaks of all that are open.
    Root,
}

/// A statement.
#[derive(Debug)]
pub struct Statement {
    /// What it answers.
    pub question: Question,
    /// Where it runs.
    pub scope: Scope,
    /// The oldest release that it runs on.
    pub since: Release,
    /// Its file's name without the ending.
    pub name: &'static str,
    file: &'static str,
}

macro_rules! statements {
    ($($question:ident $scope:ident $major:literal $minor:literal $name:literal)*) => {
        /// Every statement. Of those with the same question and scope, a later one needs a later release.
        pub static STATEMENTS: &[Statement] = &[$(Statement {
            question: Question::$question,
            scope: Scope::$scope,
            since: Release { major: $major, minor: $minor },
            name: $name,
            file: include_str!(concat!("sql/", $name, ".sql")),
        }),*];
    };
}

statements! {
    Instance      Own  10 2 "instance"
    Database      Own  10 2 "database"
    Database      Own  12 1 "database_12_1"
    Sessions      Own  10 2 "sessions"
    Sessions      Own  11 2 "sessions_11_2"
    Sessions      Own  12 1 "sessions_12_1"
    LockPairs     Own  10 2 "lock_pairs"
    LockPairs     Own  12 1 "lock_pairs_12_1"
    LockedObjects Own  10 2 "locked_objects"
    LockedObjects Root 12 1 "locked_objects_cdb_12_1"
    Tablespaces   Own  10 2 "tablespaces"
    Tablespaces   Root 12 1 "tablespaces_cdb_12_1"
    UndoExtents   Own  10 2 "undo_extents"
    UndoExtents   Root 12 1 "undo_extents_cdb_12_1"
    Temporary     Own  10 2 "temporary"
    Temporary     Own  11 1 "temporary_11_1"
    Temporary     Root 12 1 "temporary_cdb_12_1"
    Quotas        Own  10 2 "quotas"
    Quotas        Root 12 1 "quotas_cdb_12_1"
    NextExtents   Own  10 2 "next_extents"
    NextExtents   Root 12 1 "next_extents_cdb_12_1"
}

impl Statement {
    /// The statement for this release and place, none where the release is older than any.
    #[must_use]
    pub fn find(question: Question, release: Release, scope: Scope) -> Option<&'static Self> {
        let fits = |statement: &&Self| statement.question == question && statement.since <= release;
        let newest = |scope| STATEMENTS.iter().rev().filter(fits).find(|statement| statement.scope == scope);
        newest(scope).or_else(|| newest(Scope::Own))
    }

    /// Its text without the comment in front, which says what the columns mean and is no business of the server's.
    #[must_use]
    pub fn text(&self) -> &'static str {
        let mut text = self.file;
        while let Some((_, rest)) = text.split_once('\n').filter(|(line, _)| line.starts_with("--")) {
            text = rest;
        }
        text.trim_end()
    }

    /// The views that it reads, by the names on which SELECT is granted (`V_$LOCK` for the synonym `V$LOCK`).
    #[must_use]
    pub fn reads(&self) -> BTreeSet<String> {
        let words = self.text().split(|c: char| !c.is_ascii_alphanumeric() && !"_$#".contains(c));
        let views = words.filter(|word| ["v$", "gv$", "dba_", "cdb_"].iter().any(|kind| word.starts_with(kind)));
        views.map(|view| view.to_ascii_uppercase().replacen("V$", "V_$", 1)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(question: Question, major: u16, minor: u16, scope: Scope) -> Option<&'static str> {
        Statement::find(question, Release { major, minor }, scope).map(|statement| statement.name)
    }

    #[test]
    fn the_newest_that_runs_is_chosen() {
        for (question, major, minor, scope, name) in [
            (Question::Sessions, 9, 2, Scope::Own, None),
            (Question::Sessions, 10, 2, Scope::Own, Some("sessions")),
            (Question::Sessions, 11, 1, Scope::Own, Some("sessions")),
            (Question::Sessions, 11, 2, Scope::Own, Some("sessions_11_2")),
            (Question::Sessions, 19, 0, Scope::Root, Some("sessions_12_1")),
            (Question::Tablespaces, 19, 0, Scope::Own, Some("tablespaces")),
            (Question::Tablespaces, 12, 1, Scope::Root, Some("tablespaces_cdb_12_1")),
            (Question::Temporary, 23, 0, Scope::Own, Some("temporary_11_1")),
        ] {
            assert_eq!(named(question, major, minor, scope), name, "{question:?} {major}.{minor} {scope:?}");
        }
    }

    #[test]
    fn versions_are_read() {
        for (version, release) in [
            ("12.2.0.1.0", Some((12, 2))),
            ("19", Some((19, 0))),
            ("23.26.0", Some((23, 26))),
            ("", None),
            ("x.1", None),
        ] {
            assert_eq!(Release::parse(version).map(|r| (r.major, r.minor)), release, "{version}");
        }
    }

    #[test]
    fn grants_name_the_views_behind_the_synonyms() {
        let statement = Statement::find(Question::LockedObjects, Release { major: 19, minor: 0 }, Scope::Root);
        let reads: Vec<String> = statement.map(Statement::reads).unwrap_or_default().into_iter().collect();
        assert_eq!(reads, ["CDB_OBJECTS", "GV_$LOCK", "V_$CONTAINERS"]);
    }

    /// What SQL*Plus would take for the end of a statement or for a substitution, and what drivers trip over.
    #[test]
    fn the_texts_are_plain() {
        for statement in STATEMENTS {
            let text = statement.text();
            let first = text.split_whitespace().next();
            assert!(first == Some("SELECT") || first == Some("WITH"), "{}", statement.name);
            assert!(text.is_ascii() && !text.contains("\n\n") && !text.contains("--"), "{}", statement.name);
            assert!(!text.contains([';', '&', '"', '\t', '\r']), "{}", statement.name);
        }
    }
}
