//! SQL*Plus is a script here, which does with its input what the manual says, as far as it is used.

use super::*;
use crate::oracle::login::{Role, Who};
use crate::oracle::query::Bind;
use crate::oracle::value::Value;
use crate::runtime::secret::Secret;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

const PASSWORD: &str = "t1ger&<x>/@y z";

/// Logs in with the password or as SYSDBA; knows DUAL, a view without rights, and a statement that takes for ever.
const STAND_IN: &str = r##"#!/bin/sh
here=$(dirname "$0")
printf '%s\n' "$*" > "$here/arguments"
env > "$here/environment"
connected=
sql=
echo $$ > "$here/pid"
while IFS= read -r line; do
  printf '%s\n' "$line" >> "$here/script"
  case $line in
    EXIT) exit 0 ;;
    "PROMPT "*) printf '%s\n<br>\n' "${line#PROMPT }" ;;
    "CONNECT monitor/\"t1ger&<x>/@y z\"@"*|"CONNECT / AS SYSDBA") connected=1; echo 'ERROR:<br>'; echo 'ORA-28002: the password will expire within 7 days<br>' ;;
    "CONNECT "*) printf 'ERROR:<br>\nORA-01017: invalid username/password; logon denied<br>\n' ;;
    /)
      if [ -z "$connected" ]; then echo 'SP2-0640: Not connected<br>'; sql=; continue; fi
      case $sql in
        *ALTER*|*BEGIN*) ;;
        *hangs*) exec sleep 1000 ;;
        *dies*) exit 1 ;;
        *secret*) printf 'SELECT * FROM v$secret\n              *<br>\nERROR at line 1:<br>\nORA-00942: table or view does not exist<br>\n' ;;
        *nothing*) ;;
        *) printf '<p>\n<table>\n<tr>\n<th scope="col">\nDUMMY\n</th>\n<th scope="col">\nN\n</th>\n</tr>\n'
           printf '<tr>\n<td>\nX &lt;\n</td>\n<td align="right">\n     12.5\n</td>\n</tr>\n</table>\n<p>\n' ;;
      esac
      sql= ;;
    SET*|WHENEVER*|VARIABLE*) ;;
    *) sql="$sql $line" ;;
  esac
done
"##;

struct Stand {
    folder: tempfile::TempDir,
}

impl Stand {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sqlplus");
        fs::write(&path, STAND_IN).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
        Self { folder }
    }

    fn login(&self, password: &str) -> Login {
        Login {
            target: "db1:1521/kis".to_owned(),
            who: Who::User { name: "monitor".to_owned(), password: Secret::new(password.to_owned()) },
            role: None,
            tns_admin: None,
            oracle_home: Some(self.folder.path().to_owned()),
            oracle_sid: Some("KIS".to_owned()),
            wallet: None,
        }
    }

    fn wrote(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

fn ask(login: &Login, statements: &[&str], seconds: u64) -> Vec<Result<Rows, Fault>> {
    let queries: Vec<Query> = statements.iter().map(|sql| Query::new(*sql).needs(["SELECT ON X".to_owned()])).collect();
    connect(login).expect("writable").ask(&queries, &Deadline::after(Duration::from_secs(seconds)))
}

#[test]
fn rows_errors_and_nothing_each_for_itself() {
    let stand = Stand::new();
    let answers =
        ask(&stand.login(PASSWORD), &["SELECT 1\n\nFROM dual", "SELECT * FROM v$secret", "SELECT nothing"], 60);
    let rows = answers[0].as_ref().expect("rows");
    let row: Vec<_> = rows.iter().map(|row| (row.text("DUMMY").map(str::to_owned), row.value("N").clone())).collect();
    assert_eq!(row, [(Some("X <".to_owned()), Value::Float(12.5))]);
    let fault = answers[1].as_ref().expect_err("no right");
    assert_eq!(fault.kind(), Kind::NoGrant);
    assert!(fault.to_string().contains("GRANT SELECT ON X TO"), "{fault}");
    assert!(answers[2].as_ref().is_ok_and(Rows::is_empty));
}

#[test]
fn the_password_is_in_the_input_alone() {
    let stand = Stand::new();
    assert!(ask(&stand.login(PASSWORD), &["SELECT 1 FROM dual"], 60)[0].is_ok());
    assert_eq!(stand.wrote("arguments"), "-S -R 3 /nolog\n");
    let environment = stand.wrote("environment");
    assert!(environment.contains("ORACLE_SID=KIS\n") && environment.contains("NLS_LANG=AMERICAN_AMERICA.AL32UTF8\n"));
    assert!(!environment.contains("t1ger"));
    assert_eq!(stand.wrote("script").matches("t1ger").count(), 1);
}

#[test]
fn a_refused_log_in_is_tried_once_and_told_for_each() {
    let stand = Stand::new();
    let answers = ask(&stand.login("wrong"), &["SELECT 1 FROM dual", "SELECT 2 FROM dual"], 60);
    let kinds: Vec<_> = answers.iter().map(|a| a.as_ref().err().map(Fault::kind)).collect();
    assert_eq!(kinds, [Some(Kind::WrongPassword); 2]);
    assert_eq!(stand.wrote("script").matches("CONNECT ").count(), 1);
}

#[test]
fn as_sysdba_and_with_binds() {
    let stand = Stand::new();
    let login = Login { target: String::new(), who: Who::External, role: Some(Role::Sysdba), ..stand.login("") };
    let query =
        Query::new("SELECT :n, :t FROM dual").bind("n", Bind::Integer(-7)).bind("t", Bind::Text("o'x".to_owned()));
    let answers = connect(&login).expect("right").ask(&[query], &Deadline::after(Duration::from_secs(60)));
    assert!(answers[0].is_ok(), "{answers:?}");
    let script = stand.wrote("script");
    assert!(
        script.contains("\nCONNECT / AS SYSDBA\n") && script.contains("\nBEGIN :t := 'o''x'; END;\n/\n"),
        "{script}"
    );
}

#[test]
fn one_that_hangs_is_ended_and_one_that_dies_is_told() {
    let stand = Stand::new();
    let answers = ask(&stand.login(PASSWORD), &["SELECT hangs FROM dual"], 2);
    assert_eq!(answers[0].as_ref().err().map(Fault::kind), Some(Kind::Late(Stage::Connect)));
    let pid = stand.wrote("pid").trim().to_owned();
    assert!(!pid.is_empty() && !std::path::Path::new(&format!("/proc/{pid}")).exists(), "{pid} lives");
    let answers =
        ask(&stand.login(PASSWORD), &["SELECT 1 FROM dual", "SELECT dies FROM dual", "SELECT 2 FROM dual"], 60);
    let kinds: Vec<_> = answers.iter().map(|a| a.as_ref().err().map(Fault::kind)).collect();
    assert_eq!(kinds, [None, Some(Kind::Protocol), Some(Kind::Protocol)]);
}

#[test]
fn what_would_be_misread_is_refused_without_the_password() {
    let stand = Stand::new();
    for login in [
        stand.login("t1ger\nHOST rm"),
        stand.login("t1ger\"x"),
        Login { target: "db1\"\nHOST x".to_owned(), ..stand.login("t1ger") },
        Login {
            who: Who::User { name: "a b".to_owned(), password: Secret::new("t1ger".to_owned()) },
            ..stand.login("")
        },
    ] {
        let said = connect(&login).err().map(|fault| fault.to_string()).unwrap_or_default();
        assert!(!said.is_empty() && !said.contains("t1ger"), "{said}");
    }
    for sql in ["SELECT 1 FROM dual;", "SELECT 1\n/\nHOST x", "@x", "#HOST x"] {
        let answers = ask(&stand.login(PASSWORD), &[sql], 60);
        assert_eq!(answers[0].as_ref().err().map(Fault::kind), Some(Kind::Usage), "{sql}");
    }
    assert!(!stand.folder.path().join("pid").exists(), "nothing was started");
}

#[test]
fn a_program_that_is_missing_is_named() {
    let login = Login { oracle_home: None, ..Stand::new().login(PASSWORD) };
    let said = ask(&login, &["SELECT 1 FROM dual"], 60).remove(0).expect_err("no sqlplus here").to_string();
    assert!(said.starts_with("cannot start sqlplus") && said.contains("--oracle-home"), "{said}");
}
