//! A database that is asked our questions: the statement for each depends on its release and on the container that the
//! session is in.

use super::fault::{Fault, Kind};
use super::options::{Find, Options};
use super::query::Query;
use super::rows::{Row, Rows};
use super::session::Session;
use super::sql::{Question, Release, Scope, Statement};
use crate::model::timestamp::Timestamp;
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use crate::runtime::state::StateDir;

/// The first release that knows of containers.
const CONTAINERS: Release = Release { major: 12, minor: 1 };
/// ORA-00904: a column that this release does not have.
const NO_SUCH_COLUMN: u32 = 904;

/// Where a session is.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The database's name (DB_NAME), empty where it is not told.
    pub database: String,
    /// The release of the instance that answers.
    pub release: Release,
    /// Its version as it says it: 19.0.0.0.0.
    pub version: String,
    /// The instance that answers.
    pub instance: String,
    /// Whether there may be more instances.
    pub rac: bool,
    /// PRIMARY, PHYSICAL STANDBY, …
    pub role: String,
    /// MOUNTED, READ WRITE, READ ONLY, READ ONLY WITH APPLY.
    pub open_mode: String,
    /// What the statements speak of.
    pub scope: Scope,
    /// The pluggable database that the session is in.
    pub container: Option<String>,
}

/// What a log-in needs beside the options.
pub struct Surroundings<'a> {
    /// Where the machine's files begin.
    pub root: &'a Root,
    /// How a secret is found.
    pub secret: Find<'a>,
    /// Where refused credentials are remembered, or why nowhere.
    pub state: Result<StateDir, Failure>,
    /// The wall clock.
    pub now: Timestamp,
}

/// A session that knows where it is.
#[derive(Debug)]
pub struct Database {
    session: Session,
    place: Place,
}

impl Database {
    /// Logs in and finds out where it is.
    ///
    /// # Errors
    /// What went wrong: CRITICAL where the database itself is at fault, UNKNOWN where it could not be asked.
    pub fn open(options: &Options, around: Surroundings<'_>, deadline: &Deadline) -> Result<Self, Failure> {
        let login = options.login(around.root, around.secret)?;
        let session = match around.state {
            Ok(state) => Session::guarded(options.driver, login, &state, around.now, deadline),
            Err(why) => Session::connect(options.driver, login, deadline).map_err(|fault| forgotten(fault, &why)),
        };
        Self::locate(session.map_err(|fault| fault.failure())?, deadline).map_err(|fault| fault.failure())
    }

    fn locate(mut session: Session, deadline: &Deadline) -> Result<Self, Fault> {
        let newest = |question| Statement::find(question, Release { major: u16::MAX, minor: 0 }, Scope::Own);
        let queries = [newest(Question::Instance), newest(Question::Database)];
        let queries: Vec<Query> = queries.into_iter().flatten().map(Query::from).collect();
        let mut answers = session.ask(&queries, deadline).into_iter();
        let instance = answers.next().unwrap_or_else(|| Ok(Rows::default()))?;
        let mut database = answers.next().unwrap_or_else(|| Ok(Rows::default()));
        let release = instance.iter().next().and_then(|row| Release::parse(row.text("VERSION")?));
        let release = release.ok_or_else(|| Fault::new(Kind::Protocol, "V$INSTANCE tells no version"))?;
        if database.as_ref().is_err_and(|fault| fault.number() == Some(NO_SUCH_COLUMN))
            && release < CONTAINERS
            && let Some(statement) = Statement::find(Question::Database, release, Scope::Own)
        {
            database = session.query(Query::from(statement), deadline);
        }
        let place = Place::of(release, instance.iter().next(), database?.iter().next());
        Ok(Self { session, place })
    }

    /// Where it is.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Asks these questions, and gives as many answers. What goes wrong with one keeps no other from being asked.
    pub fn ask(&mut self, questions: &[Question], deadline: &Deadline) -> Vec<Result<Rows, Fault>> {
        let found = questions.iter().map(|question| Statement::find(*question, self.place.release, self.place.scope));
        let Some(queries) = found.map(|statement| statement.map(Query::from)).collect::<Option<Vec<_>>>() else {
            let why = format!("Oracle {} is older than any that can be asked (10.2)", self.place.version);
            return vec![Err(Fault::new(Kind::Versions, &why)); questions.len()];
        };
        self.session.ask(&queries, deadline)
    }

    /// Logs off: a courtesy that delays nothing.
    pub fn close(self, deadline: &Deadline) {
        self.session.close(deadline);
    }
}

/// The words for a refusal that cannot be remembered.
fn forgotten(fault: Fault, why: &Failure) -> Fault {
    match fault.kind() {
        Kind::WrongPassword | Kind::Locked => {
            fault.with(&format!("and that cannot be remembered, so the next run tries again: {why}"))
        }
        _ => fault,
    }
}

impl Place {
    fn of(release: Release, instance: Option<Row<'_>>, database: Option<Row<'_>>) -> Self {
        let text = |row: Option<Row<'_>>, column| row.and_then(|row| row.text(column)).unwrap_or_default().to_owned();
        let container = database.and_then(|row| row.integer("CON_ID")).unwrap_or(0);
        Self {
            database: text(database, "NAME"),
            release,
            version: text(instance, "VERSION"),
            instance: text(instance, "INSTANCE_NAME"),
            rac: text(instance, "PARALLEL") == "YES",
            role: text(database, "DATABASE_ROLE"),
            open_mode: text(database, "OPEN_MODE"),
            scope: if container == 1 { Scope::Root } else { Scope::Own },
            container: (container > 1).then(|| text(database, "CON_NAME")),
        }
    }

    /// Where the answer comes from, for a person: `KIS on KIS1 (Oracle 19.0.0.0.0)`.
    #[must_use]
    pub fn name(&self) -> String {
        let database = match &self.container {
            Some(container) => format!("{container} of {}", self.database),
            None => self.database.clone(),
        };
        format!("{database} on {} (Oracle {})", self.instance, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::value::Value;

    fn rows(values: &[(&str, Value)]) -> Rows {
        let mut rows = Rows::new(values.iter().map(|(name, _)| (*name).to_owned()).collect());
        rows.push(values.iter().map(|(_, value)| value.clone()).collect());
        rows
    }

    #[test]
    fn a_place_is_read_from_two_rows() {
        let instance = rows(&[
            ("INSTANCE_NAME", Value::text("KIS1")),
            ("VERSION", Value::text("19.0.0.0.0")),
            ("PARALLEL", Value::text("YES")),
        ]);
        let database = |con_id| {
            rows(&[("NAME", Value::text("CDB")), ("CON_ID", Value::Integer(con_id)), ("CON_NAME", Value::text("LAB"))])
        };
        let release = Release { major: 19, minor: 0 };
        let of = |database: &Rows| Place::of(release, instance.iter().next(), database.iter().next());
        for (con_id, scope, name) in [
            (0, Scope::Own, "CDB on KIS1 (Oracle 19.0.0.0.0)"),
            (1, Scope::Root, "CDB on KIS1 (Oracle 19.0.0.0.0)"),
            (4, Scope::Own, "LAB of CDB on KIS1 (Oracle 19.0.0.0.0)"),
        ] {
            let place = of(&database(con_id));
            assert_eq!((place.scope, place.rac, place.name().as_str()), (scope, true, name));
        }
        assert_eq!(of(&Rows::default()).role, "");
    }
}
