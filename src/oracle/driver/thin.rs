//! The driver `oracledb`. A beta: what is guarded against here was seen with the version that Cargo.toml pins.

use crate::oracle::fault::{Fault, Kind, Stage};
use crate::oracle::login::{Login, Role, Who};
use crate::oracle::query::{Bind, Query};
use crate::oracle::rows::Rows;
use crate::oracle::value::Value;
use crate::oracle::worker::Connection;
use crate::runtime::deadline::Deadline;
use oracledb::{DbType, ErrorKind, OracleNumber, OracleTimestamp, ToDbValue};

/// Rows of one packet's worth of fetching.
const AT_A_TIME: u32 = 500;
/// With this in the environment it writes every packet to standard output.
const TALKATIVE: &str = "RSO_DEBUG_PACKETS";

struct Thin(oracledb::Connection);

pub(super) fn connect(login: &Login, deadline: &Deadline) -> Result<Box<dyn Connection>, Fault> {
    let usage = |why: &str| Fault::new(Kind::Usage, why);
    let Who::User { name, password } = &login.who else {
        return Err(usage("the driver thin needs --user and a password: for '/' take --driver oci or sqlplus"));
    };
    if login.target.is_empty() {
        return Err(usage("the driver thin needs a TARGET: without one take --driver oci or sqlplus"));
    }
    if std::env::var_os(TALKATIVE).is_some() {
        return Err(usage("RSO_DEBUG_PACKETS is set, with which the driver thin writes to standard output: unset it"));
    }
    // Where two are linked, rustls takes none by itself. One that is there already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut config = oracledb::Config::default()
        .set_credentials(name, password.expose())
        .set_transport_connect_timeout(Some(deadline.remaining()));
    if let Some(folder) = &login.tns_admin {
        config = config.set_config_dir(&folder.to_string_lossy());
    }
    config = config.set_connect_string(&login.target).map_err(|error| fault(Stage::Connect, &error))?;
    let descriptor = at_once(&config.get_connect_descriptor());
    config = config.set_connect_string(&descriptor).map_err(|error| fault(Stage::Connect, &error))?;
    if let Some(role) = login.role {
        config = config.set_auth_mode(mode(role));
    }
    if let Some(wallet) = &login.wallet {
        config = config.set_wallet_location(wallet.folder.to_string_lossy());
        if let Some(password) = &wallet.password {
            config = config.set_wallet_password(password.expose());
        }
    }
    let connection = oracledb::connect(config).map_err(|error| fault(Stage::Connect, &error))?;
    Ok(Box::new(Thin(connection)))
}

/// The descriptor without the second that the driver sleeps after an attempt that failed, even after the last.
fn at_once(descriptor: &str) -> String {
    if descriptor.contains("(RETRY_DELAY=") {
        return descriptor.to_owned();
    }
    descriptor.replace("(DESCRIPTION=", "(DESCRIPTION=(RETRY_DELAY=0)")
}

/// The bits of `Config::set_auth_mode`.
const fn mode(role: Role) -> u8 {
    match role {
        Role::Sysbackup => 0x02,
        Role::Sysdba => 0x04,
        Role::Sysdg => 0x08,
        Role::Syskm => 0x10,
        Role::Sysoper => 0x20,
        Role::Sysrac => 0x40,
    }
}

impl Connection for Thin {
    fn ask(&mut self, queries: &[Query], deadline: &Deadline) -> Vec<Result<Rows, Fault>> {
        queries.iter().map(|query| self.query(query, deadline)).collect()
    }

    fn close(mut self: Box<Self>) {
        // What comes of it is of no interest any more.
        let _ = self.0.close();
    }
}

impl Thin {
    fn query(&self, query: &Query, deadline: &Deadline) -> Result<Rows, Fault> {
        let told = |error: oracledb::Error| fault(Stage::Query, &error).needing(&query.grants);
        if deadline.is_over() {
            return Err(Fault::new(Kind::Late(Stage::Query), ""));
        }
        self.0.set_call_timeout(Some(deadline.remaining())).map_err(told)?;
        let binds: Vec<(&str, &dyn ToDbValue)> = query
            .binds
            .iter()
            .map(|(name, bind)| match bind {
                Bind::Integer(number) => (name.as_str(), number as &dyn ToDbValue),
                Bind::Text(text) => (name.as_str(), text as &dyn ToDbValue),
            })
            .collect();
        let statement = self.0.statement(&query.sql).map_err(told)?;
        let statement = statement.prefetch_rows(AT_A_TIME).fetch_array_size(AT_A_TIME).build().map_err(told)?;
        let cursor = statement.query_named(&binds).map_err(told)?;
        let types: Vec<&DbType> = cursor.columns().iter().map(oracledb::Metadata::db_type).collect();
        let mut rows = Rows::new(cursor.columns().iter().map(|column| column.name().to_owned()).collect());
        for row in cursor {
            let row = row.map_err(told)?;
            let value = |(place, kind): (usize, &&DbType)| value(&row, place, kind);
            let values = types.iter().enumerate().map(value).collect::<Result<_, _>>().map_err(told)?;
            if !rows.push(values) {
                break;
            }
        }
        Ok(rows)
    }
}

fn value(row: &oracledb::Row, place: usize, kind: &DbType) -> Result<Value, oracledb::Error> {
    let is = |kinds: &[&DbType]| kinds.contains(&kind);
    let value = if is(&[oracledb::DB_TYPE_NUMBER, oracledb::DB_TYPE_BINARY_INTEGER]) {
        row.get::<Option<OracleNumber>>(place)?.and_then(|number| Value::number(&number.to_string()))
    } else if is(&[oracledb::DB_TYPE_BINARY_DOUBLE]) {
        row.get::<Option<f64>>(place)?.map(Value::float)
    } else if is(&[oracledb::DB_TYPE_BINARY_FLOAT]) {
        row.get::<Option<f32>>(place)?.map(|number| Value::float(number.into()))
    } else if is(&[oracledb::DB_TYPE_BOOLEAN]) {
        row.get::<Option<bool>>(place)?.map(|yes| Value::Integer(yes.into()))
    } else if is(&[oracledb::DB_TYPE_RAW, oracledb::DB_TYPE_LONG_RAW, oracledb::DB_TYPE_BLOB]) {
        row.get::<Option<Vec<u8>>>(place)?.map(Value::raw)
    } else if is(&[
        oracledb::DB_TYPE_DATE,
        oracledb::DB_TYPE_TIMESTAMP,
        oracledb::DB_TYPE_TIMESTAMP_TZ,
        oracledb::DB_TYPE_TIMESTAMP_LTZ,
    ]) {
        row.get::<Option<OracleTimestamp>>(place)?.map(|time| Value::text(written(&time)))
    } else {
        // What cannot be read as a text is an error, which names the types.
        row.get::<Option<String>>(place)?.map(Value::text)
    };
    Ok(value.unwrap_or(Value::Null))
}

/// `2026-03-02 09:12:05`, with the fraction where there is one.
fn written(time: &OracleTimestamp) -> String {
    let (year, month, day) = (time.year(), time.month(), time.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    super::written((year.into(), month, day), (hour, minute, second), time.nanoseconds())
}

/// What an error of the driver means.
fn fault(stage: Stage, error: &oracledb::Error) -> Fault {
    // The cause is in the text alone; the driver tells no other way that nobody listens.
    let said = error.to_string();
    let nobody = || ["refused (os error", "No route to host", "unreachable"].iter().any(|text| said.contains(text));
    let untrusted = || ["certificate", "fatal alert", "corrupt message"].iter().any(|text| said.contains(text));
    match error.kind() {
        ErrorKind::DbError(db) => Fault::numbered(stage, u32::try_from(db.code()).ok(), db.message()),
        ErrorKind::CallTimeoutExceeded => Fault::new(Kind::Late(stage), ""),
        ErrorKind::DeadConnection | ErrorKind::UnableToRecover if stage == Stage::Query => {
            Fault::new(Kind::Lost, &said)
        }
        ErrorKind::StreamOperation if stage == Stage::Query => Fault::new(Kind::Lost, &said),
        ErrorKind::StreamOperation if untrusted() => Fault::new(Kind::Tls, &said),
        ErrorKind::StreamOperation if nobody() => Fault::new(Kind::NoListener, &said),
        ErrorKind::ServerVersionNotSupported => Fault::new(Kind::Versions, &said),
        ErrorKind::TnsAliasNotFound(..) | ErrorKind::NoConfigDir => Fault::new(Kind::NoTarget, &said),
        ErrorKind::InvalidConnectString(..) | ErrorKind::InvalidDescriptorNode(..) => Fault::new(Kind::Usage, &said),
        ErrorKind::TlsOperation | ErrorKind::PemFileOperation => Fault::new(Kind::Tls, &said),
        ErrorKind::WalletPasswordMissingOrInvalid(..)
        | ErrorKind::WalletPrivateKeyInvalid(..)
        | ErrorKind::WalletUnreadable(..) => Fault::new(Kind::Usage, &said),
        _ => Fault::told(stage, &said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_is_slept_after_a_failure() {
        let once = |text: &str| {
            let config = oracledb::Config::default().set_connect_string(text).expect("right");
            at_once(&config.get_connect_descriptor())
        };
        assert!(once("db1:1521/kis").starts_with("(DESCRIPTION=(RETRY_DELAY=0)"));
        let own = "(DESCRIPTION=(RETRY_DELAY=3)(ADDRESS=(PROTOCOL=tcp)(HOST=db1)(PORT=1521))(CONNECT_DATA=(SID=KIS)))";
        assert!(once(own).contains("(RETRY_DELAY=3)") && !once(own).contains("(RETRY_DELAY=0)"));
    }

    #[test]
    fn times_are_written_as_everywhere() {
        assert_eq!(written(&OracleTimestamp::new_date(2026, 3, 2)), "2026-03-02 00:00:00");
        let time = OracleTimestamp::new_timestamp(2026, 3, 2, 9, 12, 5, 250_000_000);
        assert_eq!(written(&time), "2026-03-02 09:12:05.25");
    }
}
