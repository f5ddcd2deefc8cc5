//! The driver `oracle`: ODPI-C over Oracle's client library, which is looked for and loaded at run time.

use crate::oracle::fault::{Fault, Kind, Stage};
use crate::oracle::login::{Login, Role, Who};
use crate::oracle::query::{Bind, Query};
use crate::oracle::rows::Rows;
use crate::oracle::value::Value;
use crate::oracle::worker::Connection;
use crate::runtime::deadline::Deadline;
use oracle::sql_type::{OracleType, Timestamp, ToSql};
use oracle::{Connector, Error, InitParams, Privilege, SqlValue};
use std::path::{Path, PathBuf};

/// Rows of one round trip.
const AT_A_TIME: u32 = 500;

struct Oci(oracle::Connection);

/// Loads the client library; once in a process.
pub(super) fn load(login: &Login) -> Result<(), Fault> {
    let mut parameters = InitParams::new();
    if let Some(home) = &login.oracle_home {
        parameters.oracle_client_lib_dir(libraries(home)).map_err(|error| fault(Stage::Connect, &error))?;
    }
    if let Some(folder) = &login.tns_admin {
        parameters.oracle_client_config_dir(folder).map_err(|error| fault(Stage::Connect, &error))?;
    }
    parameters.init().map(|_| ()).map_err(|error| fault(Stage::Connect, &error))
}

/// The libraries lie in `lib` of a whole installation, and in the folder itself of an Instant Client.
fn libraries(home: &Path) -> PathBuf {
    Some(home.join("lib")).filter(|folder| folder.is_dir()).unwrap_or_else(|| home.to_owned())
}

pub(super) fn connect(login: &Login, deadline: &Deadline) -> Result<Box<dyn Connection>, Fault> {
    if login.wallet.is_some() {
        let why = "--wallet is for the driver thin: name the wallet in sqlnet.ora (WALLET_LOCATION), and its folder by --tns-admin";
        return Err(Fault::new(Kind::Usage, why));
    }
    if login.oracle_sid.is_some() {
        let why = "--oracle-sid is for --driver sqlplus: the client library reads it from the environment (ORACLE_SID)";
        return Err(Fault::new(Kind::Usage, why));
    }
    let mut connector = match &login.who {
        Who::User { name, password } => Connector::new(name, password.expose(), &login.target),
        Who::External => Connector::new("", "", &login.target),
    };
    connector.external_auth(matches!(login.who, Who::External));
    if let Some(role) = login.role {
        connector.privilege(privilege(role));
    }
    let connection = connector.connect().map_err(|error| fault(Stage::Connect, &error))?;
    // Clients before 18c cannot; the thread's deadline is kept all the same.
    let _ = connection.set_call_timeout(Some(deadline.remaining()));
    Ok(Box::new(Oci(connection)))
}

const fn privilege(role: Role) -> Privilege {
    match role {
        Role::Sysdba => Privilege::Sysdba,
        Role::Sysoper => Privilege::Sysoper,
        Role::Sysbackup => Privilege::Sysbackup,
        Role::Sysdg => Privilege::Sysdg,
        Role::Syskm => Privilege::Syskm,
        Role::Sysrac => Privilege::Sysrac,
    }
}

impl Connection for Oci {
    fn ask(&mut self, queries: &[Query], deadline: &Deadline) -> Vec<Result<Rows, Fault>> {
        queries.iter().map(|query| self.query(query, deadline)).collect()
    }

    fn close(self: Box<Self>) {
        // What comes of it is of no interest any more.
        let _ = self.0.close();
    }
}

impl Oci {
    fn query(&self, query: &Query, deadline: &Deadline) -> Result<Rows, Fault> {
        let told = |error: Error| fault(Stage::Query, &error).needing(&query.grants);
        if deadline.is_over() {
            return Err(Fault::new(Kind::Late(Stage::Query), ""));
        }
        let _ = self.0.set_call_timeout(Some(deadline.remaining()));
        let binds: Vec<(&str, &dyn ToSql)> = query
            .binds
            .iter()
            .map(|(name, bind)| match bind {
                Bind::Integer(number) => (name.as_str(), number as &dyn ToSql),
                Bind::Text(text) => (name.as_str(), text as &dyn ToSql),
            })
            .collect();
        let mut statement = self.0.statement(&query.sql);
        let mut statement = statement.fetch_array_size(AT_A_TIME).prefetch_rows(AT_A_TIME).build().map_err(told)?;
        let answer = statement.query_named(&binds).map_err(told)?;
        let mut rows = Rows::new(answer.column_info().iter().map(|column| column.name().to_owned()).collect());
        for row in answer {
            let row = row.map_err(told)?;
            let values = row.sql_values().iter().map(value).collect::<Result<_, _>>().map_err(told)?;
            if !rows.push(values) {
                break;
            }
        }
        Ok(rows)
    }
}

fn value(value: &SqlValue<'_>) -> Result<Value, Error> {
    let found = match value.oracle_type()? {
        OracleType::Number(..) | OracleType::Float(_) | OracleType::Int64 | OracleType::UInt64 => {
            value.get::<Option<String>>()?.and_then(|digits| Value::number(&digits))
        }
        OracleType::BinaryFloat | OracleType::BinaryDouble => value.get::<Option<f64>>()?.map(Value::float),
        OracleType::Boolean => value.get::<Option<bool>>()?.map(|yes| Value::Integer(yes.into())),
        OracleType::Raw(_) | OracleType::LongRaw | OracleType::BLOB => value.get::<Option<Vec<u8>>>()?.map(Value::raw),
        OracleType::Date | OracleType::Timestamp(_) | OracleType::TimestampTZ(_) | OracleType::TimestampLTZ(_) => {
            value.get::<Option<Timestamp>>()?.map(|time| Value::text(written(&time)))
        }
        // What cannot be read as a text is an error, which names the types.
        _ => value.get::<Option<String>>()?.map(Value::text),
    };
    Ok(found.unwrap_or(Value::Null))
}

fn written(time: &Timestamp) -> String {
    let small = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
    let date = (time.year(), small(time.month()), small(time.day()));
    super::written(date, (small(time.hour()), small(time.minute()), small(time.second())), time.nanosecond())
}

/// What an error of the driver means: some say their number in their text only (DPI-1067, DPI-1080).
fn fault(stage: Stage, error: &Error) -> Fault {
    Fault::told(stage, &error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_of_both_kinds_of_installation() {
        let home = tempfile::tempdir().expect("a folder");
        assert_eq!(libraries(home.path()), home.path());
        std::fs::create_dir(home.path().join("lib")).expect("made");
        assert_eq!(libraries(home.path()), home.path().join("lib"));
    }
}
