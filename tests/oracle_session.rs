//! Sessions over the drivers `thin` and `oci`, with the stand-ins for a database and for Oracle's client library.
#![cfg(all(feature = "thin", feature = "oci"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    missing_docs
)]

#[path = "oracle/stand_in/mod.rs"]
#[allow(dead_code, unused_imports, reason = "other targets use the rest")]
mod stand_in;

use stand_in::{Database, Fault as Wrong, PASSWORD, Release, Setup, Simulator, Stage as At, library_folder};
use std::net::TcpListener;
use std::time::{Duration, Instant};
use vitals::model::timestamp::Timestamp;
use vitals::oracle::driver::Driver;
use vitals::oracle::fault::{Blame, Fault, Kind, Stage};
use vitals::oracle::login::{Login, Role, Wallet, Who};
use vitals::oracle::query::{Bind, Query};
use vitals::oracle::rows::Rows;
use vitals::oracle::session::Session;
use vitals::oracle::sql::{STATEMENTS, Scope};
use vitals::oracle::value::Value;
use vitals::runtime::deadline::Deadline;
use vitals::runtime::secret::Secret;
use vitals::runtime::state::StateDir;

fn login(target: &str, user: &str, password: &str) -> Login {
    Login {
        target: target.to_owned(),
        who: Who::User { name: user.to_owned(), password: Secret::new(password.to_owned()) },
        role: None,
        tns_admin: None,
        oracle_home: None,
        oracle_sid: None,
        wallet: None,
    }
}

/// Far away: a case that meets it fails.
fn later() -> Deadline {
    Deadline::after(Duration::from_secs(120))
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_millis(500))
}

fn thin(simulator: &Simulator, service: &str, deadline: &Deadline) -> Result<Session, Fault> {
    Session::connect(Driver::Thin, login(&simulator.easy_connect(service), "monitor", PASSWORD), deadline)
}

/// As the stand-in writes values.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Raw(bytes) => bytes.iter().map(|byte| format!("{byte:02X}")).collect(),
    }
}

fn texts(rows: &Rows) -> Vec<Vec<String>> {
    rows.iter().map(|row| rows.columns().iter().map(|column| shown(row.value(column))).collect()).collect()
}

/// Each statement gives over the driver what it gives without.
fn statements_arrive(session: &mut Session, fixture: &str, oracle: (u16, u16), container: u16) {
    let database = Database::open(fixture, oracle, container);
    for statement in STATEMENTS.iter().filter(|statement| container == 1 || statement.scope == Scope::Own) {
        let direct = database.query(statement.text(), &[]).unwrap();
        let rows = session.query(Query::new(statement.text()), &later()).unwrap();
        let names: Vec<&str> = direct.columns.iter().map(|(name, _)| name.as_str()).collect();
        // SQL*Plus writes no head without rows.
        if !direct.rows.is_empty() || !rows.columns().is_empty() {
            assert_eq!(rows.columns(), names, "{}", statement.name);
        }
        let expected: Vec<Vec<String>> =
            direct.rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        assert_eq!(texts(&rows), expected, "{} on {fixture}", statement.name);
        assert!(!rows.cut());
    }
}

#[test]
fn every_statement_arrives_over_thin() {
    for release in Release::ALL.iter().filter(|release| release.oracle >= (12, 1)) {
        for (fixture, service, container) in
            [("forgotten_transaction", "KIS", 0), ("utf8", "KIS", 0), ("thousand", "KIS", 0), ("containers", "CDB", 1)]
        {
            let simulator = Simulator::start(Setup::new(fixture, release.name));
            let mut session = thin(&simulator, service, &later()).unwrap();
            statements_arrive(&mut session, fixture, release.oracle, container);
            session.close(&later());
            assert_eq!(simulator.seen().problems, Vec::<String>::new());
        }
    }
}

/// The log-in of SQL*Plus at its stand-in.
fn sqlplus(fixture: &str, service: &str) -> Session {
    let login = Login { oracle_home: Some(library_folder()), ..login(&local(fixture, service), "monitor", PASSWORD) };
    Session::connect(Driver::Sqlplus, login, &later()).unwrap()
}

/// What the stand-ins without a network take for a fixture and a service.
fn local(fixture: &str, service: &str) -> String {
    let address = "(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT=1))";
    format!("(DESCRIPTION={address}(CONNECT_DATA=(SERVICE_NAME={service})(INSTANCE_NAME={fixture})))")
}

#[test]
fn every_statement_arrives_over_sqlplus() {
    for (fixture, service, container) in [
        ("forgotten_transaction", "KIS", 0),
        ("utf8", "KIS", 0),
        ("nulls", "KIS", 0),
        ("thousand", "KIS", 0),
        ("containers", "CDB", 1),
    ] {
        statements_arrive(&mut sqlplus(fixture, service), fixture, (19, 0), container);
    }
    // It writes raw bytes as a text of digits.
    let rows = sqlplus("healthy", "KIS").query(types(2), &later()).unwrap();
    assert_eq!(texts(&rows), [["-1", "Röntgen 診療", "1999-12-31 23:59:59", "0A"]]);
}

const TYPES: &str = "SELECT a_number, a_text, a_date, a_raw FROM every_type WHERE id = :id AND :word = 'x'";

fn types(id: i64) -> Query {
    Query::new(TYPES).bind("id", Bind::Integer(id)).bind("word", Bind::Text("x".to_owned()))
}

/// Values of every type, with binds by name.
fn values_are_typed(session: &mut Session) {
    let (number, time) = (Value::Integer, |text: &str| Value::text(text));
    for (id, expected) in [
        (1, [number(0), Value::text("ASCII"), time("2026-03-02 09:12:05"), Value::raw(vec![0, 255, 16])]),
        (2, [number(-1), Value::text("Röntgen 診療"), time("1999-12-31 23:59:59"), Value::raw(vec![10])]),
        (3, [number(9_007_199_254_740_993), Value::text("x".repeat(4000)), time("2000-02-29 00:00:00"), Value::Null]),
    ] {
        let rows = session.query(types(id), &later()).unwrap();
        let row = rows.iter().next().unwrap();
        let found = ["A_NUMBER", "A_TEXT", "A_DATE", "A_RAW"].map(|column| row.value(column).clone());
        assert_eq!((found, rows.len()), (expected, 1), "{id}");
    }
    let rows = session.query(types(4), &later()).unwrap();
    assert_eq!(rows.iter().next().unwrap().number("A_NUMBER"), Some(-123.456));
}

#[test]
fn values_over_thin_and_in_pieces() {
    let simulator = Simulator::start(Setup { pieces: true, ..Setup::new("healthy", "23") });
    let mut session = thin(&simulator, "KIS", &later()).unwrap();
    values_are_typed(&mut session);
    // The stand-in for the client library has no timestamps.
    let rows = session.query(Query::new("SELECT a_timestamp FROM every_type WHERE id < 3 ORDER BY id"), &later());
    assert_eq!(texts(&rows.unwrap()), [["2026-03-02 09:12:05.25"], ["1999-12-31 23:59:59"]]);
}

/// A failed log-in: its kind, where the fault lies, and words without the password.
fn refused(login: Login, kind: Kind, blame: Blame) {
    let password = match &login.who {
        Who::User { password, .. } => password.expose().to_owned(),
        Who::External => "-".to_owned(),
    };
    let name = format!("{} {}", login.target, login.user());
    let fault = Session::connect(Driver::Thin, login, &later()).map(|_| ()).expect_err(&name);
    assert_eq!((fault.kind(), fault.blame()), (kind, blame), "{name}: {fault}");
    assert!(!format!("{fault} {fault:?}").contains(&password), "{fault}");
}

#[test]
fn log_ins_that_are_refused() {
    let simulator = Simulator::start(Setup::default());
    let kis = simulator.easy_connect("KIS");
    for (user, password, kind) in [
        ("monitor", "t1ger", Kind::WrongPassword),
        ("ghost", "t1ger", Kind::WrongPassword),
        ("locked", PASSWORD, Kind::Locked),
        ("expired", PASSWORD, Kind::Expired),
        ("old", PASSWORD, Kind::OldVerifier),
    ] {
        refused(login(&kis, user, password), kind, Blame::Ours);
    }
    refused(login(&simulator.easy_connect("NOWHERE"), "monitor", PASSWORD), Kind::NoService, Blame::Between);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    refused(login(&format!("{closed}/KIS"), "monitor", PASSWORD), Kind::NoListener, Blame::Between);
    for (code, kind, blame) in [(12528, Kind::NotOpen, Blame::Database), (12520, Kind::NoHandler, Blame::Between)] {
        let simulator = Simulator::start(Setup::with(Wrong::Refuse(code)));
        refused(login(&simulator.easy_connect("KIS"), "monitor", PASSWORD), kind, blame);
    }
}

#[test]
fn refused_credentials_are_not_tried_again() {
    let simulator = Simulator::start(Setup::default());
    let folder = tempfile::tempdir().unwrap();
    let state = StateDir::locate(Some(folder.path())).unwrap();
    let at = |seconds: f64| Timestamp(1.8e9 + seconds);
    let kis = simulator.easy_connect("KIS");
    let connect = |password: &str, now| {
        let session = Session::guarded(Driver::Thin, login(&kis, "monitor", password), &state, now, &later());
        session.map(|session| session.close(&later())).map_err(|fault| fault.kind())
    };
    assert_eq!(connect("t1ger", at(0.0)), Err(Kind::WrongPassword));
    assert_eq!(connect("t1ger", at(60.0)), Err(Kind::NotTried));
    assert_eq!(connect(PASSWORD, at(120.0)), Ok(()));
    assert_eq!(connect("t1ger", at(180.0)), Err(Kind::WrongPassword));
    assert_eq!(connect("t1ger", at(180.0 + 86_400.0)), Err(Kind::WrongPassword));
    assert_eq!(simulator.seen().logins.len(), 4);
}

/// The second that the driver sleeps after a failure by itself is not slept.
#[test]
fn a_refusal_comes_at_once() {
    let simulator = Simulator::start(Setup::default());
    let began = Instant::now();
    for _ in 0..20 {
        assert!(thin(&simulator, "NOWHERE", &later()).is_err());
    }
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_right_that_is_missing_is_named_and_the_session_goes_on() {
    let simulator = Simulator::start(Setup::default());
    let who = login(&simulator.easy_connect("KIS"), "nobody", PASSWORD);
    let mut session = Session::connect(Driver::Thin, who, &later()).unwrap();
    let denied = Query::new("SELECT version FROM v$instance").needs(["SELECT ON V_$INSTANCE".to_owned()]);
    let answers = session.ask(&[denied, Query::new("SELECT id FROM every_type WHERE id = 1")], &later());
    let fault = answers[0].as_ref().unwrap_err();
    assert_eq!(fault.kind(), Kind::NoGrant);
    assert!(fault.to_string().contains("GRANT SELECT ON V_$INSTANCE TO"), "{fault}");
    assert_eq!(answers[1].as_ref().unwrap().len(), 1);
}

#[test]
fn whoever_is_silent_or_goes_is_told_in_time() {
    for at in [At::Connect, At::Negotiate, At::User, At::Password] {
        for wrong in [Wrong::Silent(at), Wrong::Half(at)] {
            let simulator = Simulator::start(Setup::with(wrong));
            let fault = thin(&simulator, "KIS", &soon()).map(|_| ()).unwrap_err();
            assert_eq!(
                (fault.kind(), fault.blame()),
                (Kind::Late(Stage::Connect), Blame::Between),
                "{wrong:?}: {fault}"
            );
        }
        for wrong in [Wrong::Drop(at), Wrong::Garbage(at)] {
            let simulator = Simulator::start(Setup::with(wrong));
            let fault = thin(&simulator, "KIS", &later()).map(|_| ()).unwrap_err();
            assert_eq!(fault.blame(), Blame::Ours, "{wrong:?}: {fault}");
        }
    }
    for wrong in [Wrong::Silent(At::Execute), Wrong::Slow(At::Execute), Wrong::Half(At::Execute)] {
        let simulator = Simulator::start(Setup::with(wrong));
        let mut session = thin(&simulator, "KIS", &later()).unwrap();
        let fault = session.query(types(1), &soon()).unwrap_err();
        assert_eq!((fault.kind(), fault.blame()), (Kind::Late(Stage::Query), Blame::Database), "{wrong:?}: {fault}");
        assert!(fault.failure().timed_out());
    }
    let simulator = Simulator::start(Setup::with(Wrong::Drop(At::Execute)));
    let fault = thin(&simulator, "KIS", &later()).unwrap().query(types(1), &later()).unwrap_err();
    assert_eq!((fault.kind(), fault.blame()), (Kind::Lost, Blame::Database), "{fault}");
}

#[test]
fn a_log_off_delays_nothing() {
    let simulator = Simulator::start(Setup::default());
    thin(&simulator, "KIS", &later()).unwrap().close(&later());
    simulator.until("a log-off", |seen| seen.logoffs == 1);
    let simulator = Simulator::start(Setup::with(Wrong::Silent(At::LogOff)));
    let session = thin(&simulator, "KIS", &later()).unwrap();
    let began = Instant::now();
    session.close(&later());
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn tls_and_sysdba() {
    let simulator = Simulator::start(Setup { tls: true, ..Setup::default() });
    let wallet = tempfile::tempdir().unwrap();
    std::fs::write(wallet.path().join("ewallet.pem"), simulator.certificate().unwrap()).unwrap();
    let who = login(&simulator.easy_connect("KIS"), "monitor", PASSWORD);
    let trusting = Login { wallet: Some(Wallet { folder: wallet.path().to_owned(), password: None }), ..who.clone() };
    let mut session = Session::connect(Driver::Thin, trusting, &later()).unwrap();
    assert_eq!(session.query(types(1), &later()).unwrap().len(), 1);
    let fault = Session::connect(Driver::Thin, who, &later()).map(|_| ()).unwrap_err();
    assert_eq!(fault.kind(), Kind::Tls, "{fault}");
    let simulator = Simulator::start(Setup::default());
    let sys = Login { role: Some(Role::Sysdba), ..login(&simulator.easy_connect("KIS"), "sys", PASSWORD) };
    assert!(Session::connect(Driver::Thin, sys, &later()).is_ok());
}

/// In one test: a process loads the library once, and what there is without it comes before.
#[test]
fn the_client_library_if_there_is_one() {
    let simulator = Simulator::start(Setup::default());
    let nowhere = Login {
        oracle_home: Some("/nonexistent".into()),
        ..login(&simulator.easy_connect("KIS"), "monitor", PASSWORD)
    };
    let fault = Session::connect(Driver::Oci, nowhere.clone(), &later()).map(|_| ()).unwrap_err();
    assert_eq!(fault.kind(), Kind::NoClient, "{fault}");
    // Without it, auto goes by itself.
    values_are_typed(&mut Session::connect(Driver::Auto, nowhere, &later()).unwrap());
    assert_eq!(simulator.seen().logins.len(), 1);
    let with = |target: &str, user: &str, password: &str| Login {
        oracle_home: Some(library_folder()),
        ..login(target, user, password)
    };
    let connect = |login: Login| Session::connect(Driver::Auto, login, &later());
    let mut session = connect(with(&local("healthy", "KIS"), "monitor", PASSWORD)).unwrap();
    values_are_typed(&mut session);
    statements_arrive(&mut session, "healthy", (19, 0), 0);
    session.close(&later());
    let mut session = connect(with(&local("containers", "CDB"), "monitor", PASSWORD)).unwrap();
    statements_arrive(&mut session, "containers", (19, 0), 1);
    for (service, user, password, kind) in [
        ("NOWHERE", "monitor", PASSWORD, Kind::NoService),
        ("KIS", "monitor", "t1ger", Kind::WrongPassword),
        ("KIS", "locked", PASSWORD, Kind::Locked),
    ] {
        let fault = connect(with(&local("healthy", service), user, password)).map(|_| ()).unwrap_err();
        assert_eq!(fault.kind(), kind, "{fault}");
        assert!(!format!("{fault} {fault:?}").contains("t1ger"));
    }
    // What thin cannot.
    assert!(connect(with(&local("healthy", "KIS"), "old", PASSWORD)).is_ok());
}
