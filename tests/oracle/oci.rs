//! The stand-in for Oracle's client library, judged by the crate `oracle`: it connects, binds and fetches.

use std::process::{Command, Stdio};
use std::sync::LazyLock;

use oracle::{Connection, Connector, InitParams, Privilege};
use vitals::oracle::sql::{Question, Release, STATEMENTS, Scope, Statement};

use crate::stand_in::{Database, PASSWORD, Value, library_folder};

/// A process loads the library once.
static LIBRARY: LazyLock<()> = LazyLock::new(|| {
    assert!(InitParams::new().oracle_client_lib_dir(library_folder()).unwrap().init().unwrap());
});

fn connect(fixture: &str, service: &str, user: &str, password: &str) -> oracle::Result<Connection> {
    LazyLock::force(&LIBRARY);
    let address = "(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT=1))";
    let data = format!("(CONNECT_DATA=(SERVICE_NAME={service})(INSTANCE_NAME={fixture}))");
    Connection::connect(user, password, format!("(DESCRIPTION={address}{data})"))
}

/// The rows of a query as texts; NULL is `-`.
fn rows(connection: &Connection, sql: &str) -> oracle::Result<Vec<Vec<String>>> {
    let row = |row: oracle::Row| {
        let value = |value: &oracle::SqlValue<'_>| Ok(value.get::<Option<String>>()?.unwrap_or_else(|| "-".to_owned()));
        row.sql_values().iter().map(value).collect::<oracle::Result<Vec<String>>>()
    };
    connection.query(sql, &[])?.map(|fetched| row(fetched?)).collect()
}

#[test]
fn every_statement_is_fetched_whole() {
    for (fixture, service, container) in [
        ("forgotten_transaction", "KIS", 0),
        ("utf8", "KIS", 0),
        ("nulls", "KIS", 0),
        ("thousand", "KIS", 0),
        ("containers", "CDB", 1),
    ] {
        let connection = connect(fixture, service, "monitor", PASSWORD).unwrap();
        let database = Database::open(fixture, (19, 0), container);
        for statement in STATEMENTS.iter().filter(|statement| container == 1 || statement.scope == Scope::Own) {
            let direct = database.query(statement.text(), &[]).unwrap().rows;
            let texts: Vec<Vec<String>> = direct.iter().map(|row| row.iter().map(Value::to_string).collect()).collect();
            assert_eq!(rows(&connection, statement.text()).unwrap(), texts, "{} on {fixture}", statement.name);
        }
        connection.close().unwrap();
    }
}

#[test]
fn values_are_bound_and_typed() {
    let connection = connect("healthy", "KIS", "monitor", PASSWORD).unwrap();
    let sql = "SELECT tablespace_name FROM dba_tablespaces WHERE block_size = :1 AND contents = :2";
    let names = connection.query_as::<String>(sql, &[&8192, &"UNDO"]).unwrap();
    assert_eq!(names.collect::<oracle::Result<Vec<String>>>().unwrap(), ["UNDOTBS1"]);
    let sql = "SELECT a_number, a_text FROM every_type WHERE id = :id";
    let row = connection.query_row_as_named::<(f64, String)>(sql, &[("id", &2)]).unwrap();
    assert_eq!(row, (-1.0, "Röntgen 診療".to_owned()));
    let sql = "SELECT a_number, a_date FROM every_type WHERE id = :1";
    let (number, date) = connection.query_row_as::<(i64, oracle::sql_type::Timestamp)>(sql, &[&3]).unwrap();
    assert_eq!((number, date.year(), date.month(), date.day(), date.hour()), (9_007_199_254_740_993, 2000, 2, 29, 0));
    let row = connection.query_row_as::<(Option<f64>, Option<String>, Option<Vec<u8>>)>(
        "SELECT a_number, a_text, a_raw FROM every_type WHERE id = :1",
        &[&7],
    );
    assert_eq!(row.unwrap(), (None, None, None));
    assert_eq!(connection.server_version().unwrap().0.to_string(), "19.3.0.0.0");
}

#[test]
fn errors_are_those_of_oracle() {
    let number = |error: oracle::Error| error.oci_code().unwrap_or_else(|| panic!("{error}"));
    let refused = |service, user, password| number(connect("healthy", service, user, password).err().unwrap());
    assert_eq!(refused("NOWHERE", "monitor", PASSWORD), 12514);
    assert_eq!(refused("KIS", "monitor", "wrong"), 1017);
    assert_eq!(refused("KIS", "ghost", PASSWORD), 1017);
    assert_eq!(refused("KIS", "locked", PASSWORD), 28000);
    assert_eq!(refused("KIS", "expired", PASSWORD), 28001);
    let nobody = connect("healthy", "KIS", "nobody", PASSWORD).unwrap();
    let statement = Statement::find(Question::Sessions, Release { major: 19, minor: 0 }, Scope::Own).unwrap();
    assert_eq!(number(rows(&nobody, statement.text()).err().unwrap()), 942);
    let administrator = Connector::new("sys", PASSWORD, "127.0.0.1:1/KIS").privilege(Privilege::Sysdba).connect();
    assert_eq!(rows(&administrator.unwrap(), "SELECT 1 FROM dual").unwrap(), [["1"]]);
}

/// What the next test starts as another process, with an environment of its own.
#[test]
#[ignore = "run by the_environment_chooses"]
fn as_a_plugin_would() {
    let connection = Connection::connect("monitor", PASSWORD, "127.0.0.1:1/KIS");
    let sids = connection.and_then(|connection| rows(&connection, "SELECT MAX(sid) AS sid FROM gv$lock"));
    eprintln!("said: {}", sids.map_or_else(|error| error.to_string(), |sids| sids[0][0].clone()));
}

#[test]
fn the_environment_chooses() {
    for (fixture, fault, said) in [
        ("healthy", "", "said: -"),
        ("forgotten_transaction", "", "said: 104"),
        ("healthy", "12541", "said: OCI Error: ORA-12541: TNS:no listener"),
    ] {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["oci::as_a_plugin_would", "--exact", "--ignored", "--nocapture"]);
        child.env("LD_LIBRARY_PATH", library_folder()).env("VITALS_ORACLE_FIXTURE", fixture);
        child.env("VITALS_ORACLE_FAULT", fault).stdin(Stdio::null());
        let output = child.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains(said), "{fixture} {fault}: {errors}");
    }
}
