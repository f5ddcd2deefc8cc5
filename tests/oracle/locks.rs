//! What the statements for locks say, by hand.

use vitals::oracle::sql::{Question, Release, Scope, Statement};

use crate::stand_in::{Answer, Database, Oracle};

/// The answer of the statement that this release and scope choose, its rows sorted by their columns.
pub fn ask(fixture: &str, question: Question, release: Oracle, container: u16) -> Answer {
    let (major, minor) = release;
    let scope = if container == 1 { Scope::Root } else { Scope::Own };
    let statement = Statement::find(question, Release { major, minor }, scope).unwrap();
    let mut answer = Database::open(fixture, release, container)
        .query(statement.text(), &[])
        .unwrap_or_else(|refused| panic!("{} on {fixture}: {refused:?}", statement.name));
    answer.rows.sort_by_key(|row| row.iter().map(|value| format!("{:>12}", value.to_string())).collect::<Vec<_>>());
    answer
}

const CHAIN: &[&str] =
    &["inst_id", "sid", "serial_number", "lock_wait", "wait_seconds", "blocking_session", "final_session"];

#[test]
fn nobody_waits_in_a_healthy_database() {
    for release in [(10, 2), (11, 2), (19, 0)] {
        for question in [Question::Sessions, Question::LockPairs, Question::LockedObjects] {
            assert!(ask("healthy", question, release, 0).rows.is_empty(), "{question:?} {release:?}");
        }
    }
}

#[test]
fn a_forgotten_transaction_and_its_three_waiters() {
    for release in [(11, 2), (12, 1), (23, 0)] {
        let sessions = ask("forgotten_transaction", Question::Sessions, release, 0);
        let chain =
            ["1|101|7|0|1075|-|-", "1|102|19|1|600.123|101|101", "1|103|3|1|300.5|102|101", "1|104|5|1|4|103|101"];
        let chain = chain.map(|row| row.replace("|1075|", "|12|"));
        assert_eq!(sessions.shown(CHAIN), chain, "{release:?}");
    }
    let sessions = ask("forgotten_transaction", Question::Sessions, (19, 0), 0);
    let transactions = ["sid", "transaction_start", "transaction_seconds", "undo_records", "call_seconds", "status"];
    assert_eq!(
        sessions.shown(&transactions),
        [
            "101|2026-03-02 09:12:05|1075|17|1075|INACTIVE",
            "102|2026-03-02 09:19:59|601|3|600|ACTIVE",
            "103|2026-03-02 09:24:59|301|1|300|ACTIVE",
            "104|-|-|-|4|ACTIVE",
        ]
    );
    let people = [
        "sid",
        "username",
        "session_type",
        "os_user",
        "machine",
        "program",
        "module",
        "client_process",
        "server_process",
    ];
    assert_eq!(
        sessions.shown(&people),
        [
            r"101|KISAPP|USER|ward3|KLINIK\WARD3-01|kis.exe|Admission|2044:1|4201",
            r"102|KISAPP|USER|ward5|KLINIK\WARD5-02|kis.exe|Admission|3120:4|4202",
            "103|LAB|USER|lab|labsrv1|labif|-|981|4203",
            "104|HL7|USER|hl7|hl7srv1|JDBC Thin Client|-|1200|4204",
        ]
    );
    let work = [
        "sid",
        "sql_id",
        "prev_sql_id",
        "event",
        "wait_class",
        "waited_object_id",
        "blocking_status",
        "blocking_instance",
    ];
    assert_eq!(
        sessions.shown(&work),
        [
            "101|-|a1b2c3d4e5f60|SQL*Net message from client|Idle|-|NO HOLDER|-",
            "102|b7z1x2c3v4b5n|-|enq: TX - row lock contention|Application|7001|VALID|1",
            "103|c3d4e5f6a7b8c|c0ffee0000001|enq: TX - row lock contention|Application|7002|VALID|1",
            "104|d4e5f6a7b8c9d|c0ffee0000002|enq: TX - row lock contention|Application|7003|VALID|1",
        ]
    );
}

/// Before 11.2 the end of the chain is not told, before 11.1 waits are whole seconds.
#[test]
fn the_old_view_says_the_same() {
    for release in [(10, 2), (11, 1)] {
        let sessions = ask("forgotten_transaction", Question::Sessions, release, 0);
        let rows =
            sessions.shown(&["sid", "wait_seconds", "blocking_instance", "blocking_session", "transaction_seconds"]);
        assert_eq!(rows, ["101|12|-|-|1075", "102|600|1|101|601", "103|300|1|102|301", "104|4|1|103|-"], "{release:?}");
    }
}

#[test]
fn locked_objects_are_named() {
    let columns = ["sid", "object_id", "owner", "object_name", "object_type", "held_mode", "held_seconds"];
    let objects = ask("forgotten_transaction", Question::LockedObjects, (19, 0), 0);
    assert_eq!(
        objects.shown(&columns),
        [
            "101|7001|KIS|PATIENT|TABLE|3|1075",
            "102|7001|KIS|PATIENT|TABLE|3|601",
            "102|7002|KIS|ENCOUNTER|TABLE|3|601",
            "103|7002|KIS|ENCOUNTER|TABLE|3|301",
            "103|7003|LAB|RESULT|TABLE|3|301",
            "104|7003|LAB|RESULT|TABLE|3|4",
        ]
    );
}

const PAIR: &[&str] = &[
    "waiting_instance",
    "waiting_session",
    "holding_instance",
    "holding_session",
    "lock_type",
    "id1",
    "id2",
    "held_mode",
    "wanted_mode",
    "wait_seconds",
    "held_seconds",
];

#[test]
fn pairs_of_a_lock() {
    for release in [(10, 2), (19, 0)] {
        let chain = ask("forgotten_transaction", Question::LockPairs, release, 0);
        assert_eq!(
            chain.shown(PAIR),
            [
                "1|102|1|101|TX|65550|900|6|6|600|1075",
                "1|103|1|102|TX|65560|901|6|6|300|601",
                "1|104|1|103|TX|65570|902|6|6|4|301",
            ]
        );
        // The locks of an application: whoever holds one that nobody wants is no pair.
        let lock = ask("unknown_blocker", Question::LockPairs, release, 0);
        assert_eq!(lock.shown(PAIR), ["1|103|1|104|UL|1073741900|0|6|6|90|400"]);
    }
    // The session view knows who waits, not for whom; of 102 it does.
    let sessions = ask("unknown_blocker", Question::Sessions, (19, 0), 0);
    let columns = ["sid", "lock_wait", "blocking_status", "blocking_session", "final_session", "event"];
    assert_eq!(
        sessions.shown(&columns),
        [
            "101|0|NO HOLDER|-|-|SQL*Net message from client",
            "102|0|VALID|101|101|library cache pin",
            "103|1|UNKNOWN|-|-|enq: UL - contention",
        ]
    );
}

/// Every release says the same, as far as it can: of the old view waits are whole seconds.
#[test]
fn releases_agree() {
    let shared = [
        "inst_id",
        "sid",
        "serial_number",
        "username",
        "session_type",
        "os_user",
        "machine",
        "program",
        "module",
        "client_process",
        "server_process",
        "status",
        "call_seconds",
        "sql_id",
        "prev_sql_id",
        "event",
        "wait_class",
        "waited_object_id",
        "lock_wait",
        "blocking_status",
        "blocking_instance",
        "blocking_session",
        "transaction_start",
        "transaction_seconds",
        "undo_records",
    ];
    for fixture in ["healthy", "forgotten_transaction", "unknown_blocker", "rac", "utf8", "nulls"] {
        let newest = ask(fixture, Question::Sessions, (23, 0), 0);
        let sorted = |answer: &Answer, columns: &[&str]| {
            let mut rows = answer.shown(columns);
            rows.sort();
            rows
        };
        for release in [(10, 2), (11, 1), (11, 2)] {
            let older = ask(fixture, Question::Sessions, release, 0);
            assert_eq!(sorted(&older, &shared), sorted(&newest, &shared), "{fixture} {release:?}");
        }
        let exact = ["sid", "wait_seconds", "final_status", "final_instance", "final_session"];
        let middle = ask(fixture, Question::Sessions, (11, 2), 0);
        assert_eq!(sorted(&middle, &exact), sorted(&newest, &exact), "{fixture}");
    }
}

/// The same session number on both instances is not the same session, and a lock that may block does not.
#[test]
fn instances_are_told_apart() {
    let sessions = ask("rac", Question::Sessions, (19, 0), 0);
    let columns = ["inst_id", "sid", "username", "server_process", "blocking_instance", "blocking_session"];
    assert_eq!(
        sessions.shown(&columns),
        ["1|102|KISAPP|4202|2|101", "1|103|LAB|4203|-|-", "1|104|HL7|4204|2|101", "2|101|BATCH|5201|-|-"]
    );
    let columns = ["sid", "final_instance", "transaction_seconds", "event", "wait_seconds", "waited_object_id"];
    assert_eq!(
        sessions.shown(&columns),
        [
            "102|2|-|enq: TX - row lock contention|7.25|7002",
            // It has waited, and does so no more.
            "103|-|2|-|-|-",
            "104|2|-|enq: TX - row lock contention|7.25|7002",
            "101|-|390|SQL*Net message from client|360|-",
        ]
    );
    for release in [(10, 2), (19, 0)] {
        let pairs = ask("rac", Question::LockPairs, release, 0);
        let rows = ["1|102|2|101|TX|131086|77|6|6|7|390", "1|104|2|101|TX|131086|77|6|6|5|390"];
        assert_eq!(pairs.shown(PAIR), rows, "{release:?}");
        let objects = ask("rac", Question::LockedObjects, release, 0);
        let rows = ["1|103|RESULT|2", "2|101|ENCOUNTER|390"];
        assert_eq!(objects.shown(&["inst_id", "sid", "object_name", "held_seconds"]), rows, "{release:?}");
    }
}

/// Object 7001 is another one in each container, and so is its lock.
#[test]
fn containers_are_told_apart() {
    let pairs = ask("containers", Question::LockPairs, (19, 0), 1);
    let columns = ["waiting_session", "holding_session", "con_id", "id1", "wait_seconds"];
    assert_eq!(pairs.shown(&columns), ["102|101|3|7001|9", "104|103|4|7001|5"]);
    let columns = ["con_id", "con_name", "sid", "owner", "object_name", "held_seconds"];
    let objects = ask("containers", Question::LockedObjects, (19, 0), 1);
    assert_eq!(objects.shown(&columns), ["3|KIS|101|KIS|PATIENT|80", "4|LAB|103|LAB|PATIENT_COPY|33"]);
    // A session in a pluggable database sees its own.
    let own = ask("containers", Question::LockedObjects, (19, 0), 4);
    assert_eq!(own.shown(&["sid", "object_name"]), ["103|PATIENT_COPY"]);
    assert_eq!(ask("containers", Question::LockPairs, (19, 0), 3).shown(&["waiting_session"]), ["102"]);
}

#[test]
fn names_of_any_script_arrive_whole() {
    let sessions = ask("utf8", Question::Sessions, (19, 0), 0).shown(&["os_user", "machine", "program", "module"]);
    assert_eq!(sessions[0], r"jürgen.müller|KLINIK\RÖNTGEN-01|診療.exe|Aufnahme | Ö's");
    let objects = ask("utf8", Question::LockedObjects, (19, 0), 0).shown(&["owner", "object_name"]);
    assert_eq!(objects[0], "KIS_ÄRZTE|BEFUND_RÖNTGEN");
    assert_eq!(objects[2], format!("KIS|{}ß", "x".repeat(127)));
}

/// What may be missing is NULL, and hides no session and no lock.
#[test]
fn what_is_missing_hides_nothing() {
    for release in [(10, 2), (11, 2), (19, 0)] {
        let sessions = ask("nulls", Question::Sessions, release, 0);
        let columns = [
            "sid",
            "username",
            "os_user",
            "program",
            "server_process",
            "event",
            "waited_object_id",
            "transaction_seconds",
        ];
        let rows = ["101|-|-|-|-|-|-|-", "102|-|-|-|-|-|-|-", "103|-|-|-|-|-|-|-", "104|-|-|-|-|-|-|-"];
        assert_eq!(sessions.shown(&columns), rows, "{release:?}");
        let objects = ask("nulls", Question::LockedObjects, release, 0);
        assert_eq!(objects.shown(&["sid", "object_id", "owner", "object_name"])[0], "101|7001|-|-");
        assert_eq!(objects.rows.len(), 6);
    }
}

#[test]
fn the_instance_and_its_database() {
    let instance = ask("healthy", Question::Instance, (10, 2), 0);
    let columns = ["instance_name", "host_name", "version", "status", "parallel", "logins", "up_seconds"];
    // From 3:00 on the day before.
    assert_eq!(instance.shown(&columns), ["KIS1|kisdb1|19.0.0.0.0|OPEN|NO|ALLOWED|109800"]);
    let columns = ["name", "db_unique_name", "database_role", "open_mode"];
    assert_eq!(ask("healthy", Question::Database, (11, 2), 0).shown(&columns), ["KIS|KIS_A|PRIMARY|READ WRITE"]);
    let container =
        |fixture, container| ask(fixture, Question::Database, (19, 0), container).shown(&["cdb", "con_id", "con_name"]);
    assert_eq!(container("healthy", 0), ["NO|0|KIS"]);
    assert_eq!(container("containers", 1), ["YES|1|CDB$ROOT"]);
    assert_eq!(container("containers", 4), ["YES|4|LAB"]);
}
