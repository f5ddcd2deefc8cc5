//! The stand-in for an Oracle database, judged by python-oracledb: what Oracle's own client refuses, or reads as
//! something else, is a fault of the stand-in.

use serde_json::{Value as Json, json};
use vitals::oracle::sql::{STATEMENTS, Scope};

use crate::harness::{Need, Scratch, judge, skipped};
use crate::stand_in::{Database, Fault, PASSWORD, Release, Setup, Simulator, Stage};

const CLIENT: Need = Need::Package("oracledb");

/// Those that Oracle's thin client speaks to.
fn releases() -> impl Iterator<Item = Release> {
    Release::ALL.iter().copied().filter(|release| release.oracle >= (12, 1))
}

/// A case as the user who may see all.
fn case(simulator: &Simulator, service: &str, calls: Json) -> Json {
    json!({"dsn": simulator.easy_connect(service), "user": "monitor", "password": PASSWORD, "calls": calls})
}

fn with(mut case: Json, more: Json) -> Json {
    case.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    case
}

fn ask(cases: &[Json]) -> Vec<Json> {
    judge("oracle_client.py", cases)
}

/// What the client says of a failed log-in or call.
fn error(answer: &Json) -> &str {
    answer["error"].as_str().or(answer["calls"][0]["error"].as_str()).unwrap_or_else(|| panic!("no error: {answer}"))
}

fn sound(simulator: &Simulator) {
    assert_eq!(simulator.seen().problems, Vec::<String>::new());
}

/// Every statement, in every release, gives over the wire what it gives without; a comment in front is no hindrance.
#[test]
fn every_statement_arrives_whole() {
    if skipped("oracle_client::every_statement_arrives_whole", &[CLIENT]) {
        return;
    }
    for release in releases() {
        for fixture in ["forgotten_transaction", "utf8", "nulls", "containers", "rac"] {
            let (service, container) = if fixture == "containers" { ("CDB", 1) } else { ("KIS", 0) };
            let run = STATEMENTS.iter().filter(|statement| container == 1 || statement.scope == Scope::Own);
            let texts: Vec<String> =
                run.map(|statement| format!("-- {}\n{}", statement.name, statement.text())).collect();
            let calls: Vec<Json> = texts.iter().map(|text| json!([text, []])).collect();
            let simulator = Simulator::start(Setup::new(fixture, release.name));
            let answer = ask(&[case(&simulator, service, json!(calls))]).remove(0);
            let database = Database::open(fixture, release.oracle, container);
            for (text, call) in texts.iter().zip(answer["calls"].as_array().unwrap_or_else(|| panic!("{answer}"))) {
                let direct = database.query(text, &[]).unwrap();
                let names: Vec<&str> = direct.columns.iter().map(|(name, _)| name.as_str()).collect();
                let told = call["columns"].as_array().unwrap_or_else(|| panic!("{call}")).iter();
                assert_eq!(
                    told.map(|column| column[0].as_str().unwrap()).collect::<Vec<_>>(),
                    names,
                    "{}",
                    release.name
                );
                let row = |row: &Vec<_>| row.iter().map(ToString::to_string).collect::<Vec<String>>();
                let rows: Vec<Vec<String>> = direct.rows.iter().map(row).collect();
                assert_eq!(call["rows"], json!(rows), "{} {fixture} {text}", release.name);
            }
            sound(&simulator);
        }
    }
}

#[test]
fn types_binds_and_batches() {
    if skipped("oracle_client::types_binds_and_batches", &[CLIENT]) {
        return;
    }
    let one = "SELECT tablespace_name, block_size FROM dba_tablespaces WHERE tablespace_name = :1";
    let calls = json!([
        ["SELECT * FROM every_type ORDER BY id", []],
        [one, ["KIS_DATA"]],
        // The client keeps the cursor, and only sends other binds.
        [one, ["TEMP"]],
        [one, [""]],
        ["SELECT id FROM every_type WHERE a_number > :least AND a_text <> :text ORDER BY id", {"least": -1, "text": "ASCII"}],
        ["SELECT id FROM every_type WHERE a_date = :1", ["date:2026-03-02T09:12:05"]],
        ["SELECT id FROM every_type WHERE a_number = :1", [-123.456]],
        ["SELECT tablespace_name FROM dba_tablespaces WHERE tablespace_name LIKE 'TS_%' ORDER BY tablespace_name", []],
    ]);
    let versions = ["12.1.0.2.0", "12.2.0.1.0", "18.4.0.0.0", "19.3.0.0.0", "21.3.0.0.0", "23.4.0.0.0"];
    let rows = |call: &Json| -> Vec<String> {
        let row = |row: &Json| {
            row.as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect::<Vec<_>>().join("|")
        };
        call["rows"].as_array().unwrap_or_else(|| panic!("{call}")).iter().map(row).collect()
    };
    for (release, version) in releases().zip(versions) {
        let simulator = Simulator::start(Setup::new("thousand", release.name));
        let answer = ask(&[with(case(&simulator, "KIS", calls.clone()), json!({"arraysize": 37}))]).remove(0);
        assert_eq!(answer["version"], version);
        let calls = answer["calls"].as_array().unwrap();
        assert_eq!(
            rows(&calls[0]),
            [
                "1|0|ASCII|2026-03-02 09:12:05|2026-03-02 09:12:05.250000|00FF10".to_owned(),
                "2|-1|Röntgen 診療|1999-12-31 23:59:59|1999-12-31 23:59:59|0A".to_owned(),
                format!("3|9007199254740993|{}|2000-02-29 00:00:00|-|-", "x".repeat(4000)),
                format!("4|-123.456|{}|-|2038-01-19 03:14:08.001000|-", "y".repeat(253)),
                "5|0.001| |-|-|-".to_owned(),
                "6|100|-|-|-|-".to_owned(),
                "7|-|-|-|-|-".to_owned(),
            ]
        );
        let types = ["NUMBER", "NUMBER", "VARCHAR", "DATE", "TIMESTAMP", "RAW"].map(|kind| format!("DB_TYPE_{kind}"));
        let told = calls[0]["columns"].as_array().unwrap().iter().map(|column| column[1].as_str().unwrap().to_owned());
        assert_eq!(told.collect::<Vec<_>>(), types);
        assert_eq!(rows(&calls[1]), ["KIS_DATA|8192"]);
        assert_eq!(rows(&calls[2]), ["TEMP|8192"]);
        assert_eq!(rows(&calls[3]), [""; 0]);
        assert_eq!(rows(&calls[4]), ["3", "5"], "an empty text is none, and a comparison with none is not true");
        assert_eq!(rows(&calls[5]), ["1"]);
        assert_eq!(rows(&calls[6]), ["4"]);
        let all: Vec<String> = (1..=1000).map(|number| format!("TS_{number:04}")).collect();
        assert_eq!(rows(&calls[7]), all);
        sound(&simulator);
    }
}

#[test]
fn log_ins_are_refused_in_oracles_words() {
    if skipped("oracle_client::log_ins_are_refused_in_oracles_words", &[CLIENT]) {
        return;
    }
    for release in releases() {
        let simulator = Simulator::start(Setup::new("healthy", release.name));
        let one = case(&simulator, "KIS", json!([["SELECT 1 FROM dual", []]]));
        let sid = format!(
            "(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT={}))(CONNECT_DATA=(SID=",
            simulator.port()
        );
        let refused = [
            (json!({"password": "wrong"}), "ORA-01017"),
            (json!({"user": "ghost"}), "ORA-01017"),
            (json!({"user": "locked"}), "ORA-28000"),
            (json!({"user": "locked", "password": "wrong"}), "ORA-01017"),
            (json!({"user": "expired"}), "ORA-28001"),
            (json!({"user": "sys"}), "ORA-28009"),
            (json!({"sysdba": true}), "ORA-01017"),
            (json!({"dsn": simulator.easy_connect("NOWHERE")}), "DPY-6001"),
            (json!({"dsn": format!("{sid}NOWHERE)))")}), "DPY-6003"),
        ];
        let well = [
            json!({}),
            json!({"user": "OLD"}),
            json!({"user": "sys", "sysdba": true}),
            json!({"dsn": format!("{sid}KIS1)))")}),
        ];
        let mut cases: Vec<Json> = refused.iter().map(|(more, _)| with(one.clone(), more.clone())).collect();
        cases.extend(well.iter().map(|more| with(one.clone(), more.clone())));
        let answers = ask(&cases);
        for ((more, code), answer) in refused.iter().zip(&answers) {
            assert!(error(answer).contains(code), "{} {more}: {answer}", release.name);
        }
        for (more, answer) in well.iter().zip(&answers[refused.len()..]) {
            assert_eq!(answer["calls"][0]["rows"], json!([["1"]]), "{} {more}: {answer}", release.name);
        }
        // What a test asks for when it says that a wrong password is tried once.
        let seen = simulator.seen();
        let tried: Vec<(&str, Option<u32>)> =
            seen.logins.iter().map(|login| (login.user.as_str(), login.refused)).collect();
        assert_eq!(
            tried,
            [
                ("MONITOR", Some(1017)),
                ("GHOST", Some(1017)),
                ("LOCKED", Some(28000)),
                ("LOCKED", Some(1017)),
                ("EXPIRED", Some(28001)),
                ("SYS", Some(28009)),
                ("MONITOR", Some(1017)),
                ("MONITOR", None),
                ("OLD", None),
                ("SYS", None),
                ("MONITOR", None),
            ]
        );
        assert!(seen.logins[0].program.starts_with("python-oracledb"), "{seen:?}");
        sound(&simulator);
    }
}

/// Oracle's thin client knows no server before 12.1, and says so.
#[test]
fn an_old_server_is_refused() {
    if skipped("oracle_client::an_old_server_is_refused", &[CLIENT]) {
        return;
    }
    let simulator = Simulator::start(Setup::new("healthy", "11.2"));
    let answer = ask(&[case(&simulator, "KIS", json!([]))]).remove(0);
    assert!(error(&answer).contains("DPY-3010"), "{answer}");
}

#[test]
fn missing_rights_and_wrong_statements() {
    if skipped("oracle_client::missing_rights_and_wrong_statements", &[CLIENT]) {
        return;
    }
    for release in releases() {
        let simulator = Simulator::start(Setup::new("healthy", release.name));
        let statements = [
            ("SELECT * FROM gv$session", "ORA-00942"),
            ("SELECT missing FROM dual", "ORA-00904"),
            ("SELECT FROM WHERE", "ORA-00900"),
            ("SELECT 1 FROM dual", ""),
        ];
        let calls: Vec<Json> = statements.iter().map(|(sql, _)| json!([sql, []])).collect();
        let nobody = with(case(&simulator, "KIS", json!(calls)), json!({"user": "nobody"}));
        let answer = ask(&[nobody]).remove(0);
        for ((sql, code), call) in
            statements.iter().zip(answer["calls"].as_array().unwrap_or_else(|| panic!("{answer}")))
        {
            assert!(call["error"].as_str().unwrap_or("").starts_with(code), "{} {sql}: {call}", release.name);
        }
        let ran = simulator.seen().ran;
        let outcome: Vec<(&str, Option<u32>)> = ran.iter().map(|ran| (ran.sql.as_str(), ran.failed)).collect();
        let codes = [Some(942), Some(904), Some(900), None];
        assert_eq!(outcome, statements.map(|(sql, _)| sql).into_iter().zip(codes).collect::<Vec<_>>());
        sound(&simulator);
    }
}

/// Detours that a client takes without a word.
#[test]
fn detours_lead_there() {
    if skipped("oracle_client::detours_lead_there", &[CLIENT]) {
        return;
    }
    let scratch = Scratch::new();
    let sql = json!([["SELECT tablespace_name FROM dba_tablespaces WHERE contents = :1", ["UNDO"]]]);
    for release in releases() {
        let plain = Setup::new("healthy", release.name);
        let there = Simulator::start(plain.clone());
        let setups = [
            Setup { fault: Some(Fault::Redirect(there.port())), ..plain.clone() },
            Setup { fault: Some(Fault::Resend), ..plain.clone() },
            Setup { pieces: true, ..plain.clone() },
            Setup { tls: true, ..plain },
        ];
        let simulators = setups.map(Simulator::start);
        let cases = simulators.iter().map(|simulator| {
            let one = case(simulator, "KIS", sql.clone());
            let file = simulator.certificate().map(|certificate| scratch.file("ca.pem", certificate));
            file.map_or(one.clone(), |file| with(one, json!({"ca": file})))
        });
        for (number, answer) in ask(&cases.collect::<Vec<_>>()).iter().enumerate() {
            assert_eq!(answer["calls"][0]["rows"], json!([["UNDOTBS1"]]), "{} {number}: {answer}", release.name);
            sound(&simulators[number]);
        }
    }
}

/// A fault is an error of the client's own, at once or when its time is over; and it is back in order after a slow call.
#[test]
fn faults_end_in_errors() {
    if skipped("oracle_client::faults_end_in_errors", &[CLIENT]) {
        return;
    }
    let first = json!([["SELECT tablespace_name FROM dba_tablespaces", []]]);
    for release in ["12.1", "19", "23"] {
        use Stage::{Connect, Execute, Fetch, Negotiate, Password, User};
        let lost = [Connect, Negotiate, User, Password, Execute, Fetch].map(|stage| (Fault::Drop(stage), "DPY-"));
        let garbled = [Connect, Password, Execute].map(|stage| (Fault::Garbage(stage), ""));
        let refused = [(Fault::Refuse(12518), "ORA-12518"), (Fault::Refuse(12528), "ORA-12528")];
        let hung = [Fault::Silent(Execute), Fault::Silent(Fetch), Fault::Half(Execute)].map(|fault| (fault, "DPY-"));
        let slow = [Fault::Slow(Execute), Fault::Slow(Fetch)].map(|fault| (fault, "DPY-4024"));
        let all = lost.into_iter().chain(garbled).chain(refused).chain(hung).chain(slow);
        let start = |(fault, code)| {
            (fault, code, Simulator::start(Setup { fault: Some(fault), ..Setup::new("healthy", release) }))
        };
        let all: Vec<(Fault, &str, Simulator)> = all.map(start).collect();
        let cases = all.iter().map(|(fault, _, simulator)| {
            let more = json!({"timeout": 300, "usable": matches!(fault, Fault::Slow(_))});
            with(case(simulator, "KIS", first.clone()), more)
        });
        for ((fault, code, simulator), answer) in all.iter().zip(ask(&cases.collect::<Vec<_>>())) {
            assert!(error(&answer).contains(code), "{release} {fault:?}: {answer}");
            sound(simulator);
        }
    }
}
