//! A fixture in SQLite, and what a statement says of it.

use std::path::Path;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value as Sqlite;
use rusqlite::{Connection, params_from_iter};

use super::dialect::translate;
use super::{types, views};

/// A release as Oracle counts: 12.1.
pub type Oracle = (u16, u16);

/// The clock of every fixture: 2026-03-02 09:30:00, as a Julian day.
const NOW: f64 = 2_461_101.895_833_333_5;

/// A value of a row or of a bind.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    /// As digits: a number of Oracle is decimal.
    Number(String),
    Text(String),
    /// Seconds since 1970 and nanoseconds, by the clock of the database.
    Date(i64, u32),
    Timestamp(i64, u32),
    Raw(Vec<u8>),
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    Text,
    Date,
    Timestamp,
    Raw,
}

/// What a query gives.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub columns: Vec<(String, Kind)>,
    pub rows: Vec<Vec<Value>>,
}

impl Answer {
    /// A row as texts by the names of columns; NULL is `-`, `|` between: for tables of what is expected.
    pub fn shown(&self, columns: &[&str]) -> Vec<String> {
        let place = |name: &&str| self.columns.iter().position(|(column, _)| column.eq_ignore_ascii_case(name));
        let places: Vec<usize> =
            columns.iter().map(|name| place(name).unwrap_or_else(|| panic!("no {name}"))).collect();
        let row = |row: &Vec<Value>| places.iter().map(|place| row[*place].to_string()).collect::<Vec<_>>().join("|");
        self.rows.iter().map(row).collect()
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => out.write_str("-"),
            Self::Number(text) | Self::Text(text) => out.write_str(text),
            Self::Date(seconds, nanos) | Self::Timestamp(seconds, nanos) => write!(out, "{seconds}.{nanos:09}"),
            Self::Raw(bytes) => bytes.iter().try_for_each(|byte| write!(out, "{byte:02X}")),
        }
    }
}

/// Why a statement was refused: the ORA number and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub u32, pub String);

/// A fixture as one session sees it.
pub struct Database {
    connection: Connection,
}

/// Fixtures that build upon another one than `healthy`.
const UPON: &[(&str, &str)] = &[("nulls", "forgotten_transaction"), ("utf8", "forgotten_transaction")];

impl Database {
    /// Loads a fixture of `tests/oracle/fixtures` as this release shows it. The container is 0 where there are none.
    ///
    /// # Panics
    /// When the fixture is not there or not right.
    pub fn open(fixture: &str, release: Oracle, container: u16) -> Self {
        Self::open_for(fixture, release, container, &[])
    }

    /// The same without the views that are hidden from its user, by lower-case names.
    pub fn open_for(fixture: &str, release: Oracle, container: u16, hidden: &[&str]) -> Self {
        let connection = load(fixture);
        let name: String = connection
            .query_row(
                "SELECT COALESCE(MAX(name), 'KIS') FROM fixed_containers WHERE con_id = ?1",
                [container],
                |row| row.get(0),
            )
            .unwrap();
        functions(&connection, container, name).unwrap();
        views::create(&connection, release, container, hidden).unwrap();
        Self { connection }
    }

    /// Runs a query of Oracle's dialect.
    pub fn query(&self, sql: &str, binds: &[Value]) -> Result<Answer, Refused> {
        let mut statement = self.connection.prepare(&translate(sql)).map_err(|error| refused(&error))?;
        let declared: Vec<(String, Option<Kind>)> = statement
            .columns()
            .map(|column| (column.name().to_ascii_uppercase(), column.decl_type().map(types::declared)))
            .collect();
        let width = declared.len();
        let binds = params_from_iter(binds.iter().map(bound));
        let rows = statement.query_map(binds, |row| (0..width).map(|i| row.get(i)).collect::<Result<Vec<Sqlite>, _>>());
        let rows = rows.and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(|error| refused(&error))?;
        // An expression has no declared type: its first value tells.
        let kind = |i: usize| rows.iter().find_map(|row| types::natural(&row[i])).unwrap_or(Kind::Text);
        let columns: Vec<(String, Kind)> = (declared.into_iter().enumerate())
            .map(|(i, (name, declared))| (name, declared.unwrap_or_else(|| kind(i))))
            .collect();
        let typed =
            |row: Vec<Sqlite>| row.into_iter().zip(&columns).map(|(value, (_, kind))| types::value(value, *kind));
        let rows = rows.into_iter().map(|row| typed(row).collect()).collect();
        Ok(Answer { columns, rows })
    }
}

/// The services that the listener knows, with their containers.
pub fn services(fixture: &str) -> Vec<(String, u16)> {
    let connection = load(fixture);
    let mut services = connection.prepare("SELECT name, con_id FROM listener_services").unwrap();
    let services = services.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    services.unwrap().collect::<Result<_, _>>().unwrap()
}

/// The SIDs that it knows.
pub(super) fn sids(fixture: &str) -> Vec<String> {
    let connection = load(fixture);
    let mut sids = connection.prepare("SELECT name FROM listener_sids").unwrap();
    let sids = sids.query_map([], |row| row.get(0));
    sids.unwrap().collect::<Result<_, _>>().unwrap()
}

fn load(fixture: &str) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "case_sensitive_like", true).unwrap();
    let mut scripts = vec!["views", "healthy"];
    scripts.extend(UPON.iter().filter(|(name, _)| *name == fixture).map(|(_, upon)| upon));
    scripts.extend((fixture != "healthy").then_some(fixture));
    for script in scripts {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/fixtures");
        let sql = std::fs::read_to_string(folder.join(format!("{script}.sql")));
        let sql = sql.unwrap_or_else(|error| panic!("fixture {script}: {error}"));
        connection.execute_batch(&sql).unwrap_or_else(|error| panic!("fixture {script}: {error}"));
    }
    empty_is_null(&connection).unwrap();
    connection
}

/// Oracle knows no empty text.
fn empty_is_null(connection: &Connection) -> rusqlite::Result<()> {
    let mut columns = connection.prepare(
        "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
          WHERE t.type = 'table' AND c.type LIKE 'VARCHAR2%'",
    )?;
    let columns: Vec<(String, String)> =
        columns.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (table, column) in columns {
        connection.execute(&format!("UPDATE {table} SET {column} = NULL WHERE {column} = ''"), [])?;
    }
    Ok(())
}

/// Oracle's functions that SQLite lacks.
fn functions(connection: &Connection, container: u16, name: String) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("sysdate", 0, flags, |_| Ok(NOW))?;
    connection.create_scalar_function("to_number", 1, flags, |call| match call.get::<Sqlite>(0)? {
        Sqlite::Text(text) => Ok(text.parse().map_or(Sqlite::Null, Sqlite::Real)),
        other => Ok(other),
    })?;
    connection.create_scalar_function("sys_context", 2, flags, move |call| {
        Ok(match (call.get::<String>(0)?.as_str(), call.get::<String>(1)?.as_str()) {
            ("USERENV", "CON_ID") => Some(container.to_string()),
            ("USERENV", "CON_NAME") => Some(name.clone()),
            _ => None,
        })
    })?;
    connection.create_scalar_function("to_char", 2, flags, |call| {
        if call.get::<String>(1)? != "YYYY-MM-DD HH24:MI:SS" {
            return Err(rusqlite::Error::UserFunctionError("ORA-01821: date format not recognized".into()));
        }
        Ok(call.get::<Option<f64>>(0)?.map(|days| types::written(types::seconds(days).0)))
    })
}

fn bound(value: &Value) -> Sqlite {
    match value {
        Value::Null => Sqlite::Null,
        Value::Text(text) if text.is_empty() => Sqlite::Null,
        Value::Number(digits) => {
            digits.parse().map_or_else(|_| Sqlite::Real(digits.parse().unwrap_or(f64::NAN)), Sqlite::Integer)
        }
        Value::Text(text) => Sqlite::Text(text.clone()),
        Value::Date(seconds, nanos) | Value::Timestamp(seconds, nanos) => Sqlite::Real(types::days(*seconds, *nanos)),
        Value::Raw(bytes) => Sqlite::Blob(bytes.clone()),
    }
}

/// What Oracle would say of SQLite's objection.
fn refused(error: &rusqlite::Error) -> Refused {
    let text = error.to_string();
    let after = |words: &str| {
        text.split_once(words).map(|(_, rest)| rest.split_whitespace().next().unwrap_or("").to_uppercase())
    };
    if let Some(number) = text.split_once("ORA-").and_then(|(_, rest)| rest.get(..5)?.parse().ok()) {
        return Refused(number, text);
    }
    if after("no such table: ").is_some() {
        return Refused(942, "ORA-00942: table or view does not exist".to_owned());
    }
    if let Some(column) = after("no such column: ") {
        return Refused(904, format!("ORA-00904: {column}: invalid identifier"));
    }
    if text.contains("Wrong number of parameters") {
        return Refused(1008, "ORA-01008: not all variables bound".to_owned());
    }
    Refused(900, format!("ORA-00900: invalid SQL statement ({text})"))
}
