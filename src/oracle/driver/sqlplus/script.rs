//! The script that SQL*Plus reads.

use crate::oracle::login::{Login, Role, Who};
use crate::oracle::query::{Bind, Query};
use std::fmt::Write as _;
use zeroize::Zeroizing;

/// SQL*Plus refuses longer lines (SP2-0027).
const LONGEST_LINE: usize = 2499;

/// Before the log-in, so that nothing of the credentials is taken for something else; and again after it, since
/// glogin.sql of the installation runs then.
const SETTINGS: &str = "\
SET ECHO OFF
SET DEFINE OFF
SET VERIFY OFF
SET FEEDBACK OFF
SET TIMING OFF
SET TIME OFF
SET AUTOTRACE OFF
SET SERVEROUTPUT OFF
SET SQLPROMPT ''
SET SQLNUMBER OFF
SET SQLTERMINATOR ';'
SET SQLPREFIX '#'
SET SQLBLANKLINES ON
SET HEADING ON
SET COLSEP ' '
SET NULL ''
SET NUMFORMAT ''
SET NUMWIDTH 50
SET LINESIZE 32767
SET LONG 32767
SET LONGCHUNKSIZE 32767
SET PAGESIZE 50000
SET TRIMOUT ON
SET WRAP ON
SET TAB OFF
SET MARKUP HTML ON HEAD '' BODY '' TABLE '' SPOOL OFF ENTMAP ON PREFORMAT OFF
";

/// Digits and times as they are read here, whatever the session of the host would have.
const NLS: &str = "\
ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,'
/
ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS'
/
ALTER SESSION SET NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF'
/
ALTER SESSION SET NLS_TIMESTAMP_TZ_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF TZH:TZM'
/
";

/// The whole script. A line with `mark` and a number stands in front of each statement's output, and one at the end.
pub(super) fn write(login: &Login, queries: &[Query], mark: &str) -> Result<Zeroizing<String>, String> {
    let connect = connect(login)?;
    let mut script = Zeroizing::new(String::with_capacity(16 * 1024));
    script.push_str("WHENEVER OSERROR CONTINUE\nWHENEVER SQLERROR CONTINUE\n");
    script.push_str(SETTINGS);
    script.push_str(&connect);
    script.push('\n');
    script.push_str(SETTINGS);
    script.push_str(NLS);
    for (number, query) in queries.iter().enumerate() {
        let mut before = String::new();
        for (name, value) in &query.binds {
            before.push_str(&bind(name, value)?);
        }
        let statement = statement(&query.sql)?;
        let _ = write!(*script, "{before}PROMPT {mark} {number}\n{statement}\n/\n");
    }
    let _ = write!(*script, "PROMPT {mark} {}\nEXIT\n", queries.len());
    Ok(script)
}

/// The line that logs in.
pub(super) fn connect(login: &Login) -> Result<Zeroizing<String>, String> {
    let mut line = Zeroizing::new(String::with_capacity(LONGEST_LINE));
    line.push_str("CONNECT ");
    match &login.who {
        Who::External => line.push('/'),
        Who::User { name, password } => {
            let plain = |c: char| c.is_alphanumeric() || "_$#.[]".contains(c);
            let quoted = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
            if name.is_empty() || !quoted.unwrap_or(name).chars().all(plain) {
                return Err("--user has characters that SQL*Plus would misread".to_owned());
            }
            let password = password.expose();
            if password.is_empty() || password.contains(|c: char| c == '"' || c.is_control()) {
                return Err("the password is empty, or has characters that no password of Oracle has".to_owned());
            }
            let _ = write!(*line, "{name}/\"{password}\"");
        }
    }
    // A descriptor may be written on several lines.
    let target = login.target.split_whitespace().collect::<Vec<_>>().join(" ");
    if target.contains(|c: char| c == '"' || c.is_control()) {
        return Err("the target has a double quote, which SQL*Plus cannot be given: use an alias".to_owned());
    }
    if !target.is_empty() {
        let _ = write!(*line, "@\"{target}\"");
    }
    if let Some(role) = login.role {
        let _ = write!(*line, " AS {}", privilege(role));
    }
    if line.len() > LONGEST_LINE {
        return Err("the target is too long for SQL*Plus: use an alias".to_owned());
    }
    Ok(line)
}

const fn privilege(role: Role) -> &'static str {
    match role {
        Role::Sysdba => "SYSDBA",
        Role::Sysoper => "SYSOPER",
        Role::Sysbackup => "SYSBACKUP",
        Role::Sysdg => "SYSDG",
        Role::Syskm => "SYSKM",
        Role::Sysrac => "SYSRAC",
    }
}

/// A statement as SQL*Plus must be given it: nothing in it that would end it or be a command.
fn statement(sql: &str) -> Result<&str, String> {
    let sql = sql.trim();
    let misread = |line: &str| {
        let line = line.trim();
        line.ends_with(';') || line == "/" || line == "." || line.starts_with(['#', '@']) || line.len() > LONGEST_LINE
    };
    match sql.lines().find(|line| misread(line)) {
        Some(_) => Err("the statement has a line that SQL*Plus would misread".to_owned()),
        None => Ok(sql),
    }
}

/// A bind variable with its value.
fn bind(name: &str, value: &Bind) -> Result<String, String> {
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(format!("'{}' is no name of a bind", name.escape_debug()));
    }
    let (kind, literal) = match value {
        Bind::Integer(number) => ("NUMBER".to_owned(), number.to_string()),
        Bind::Text(text) if text.len() > 2000 || text.chars().any(char::is_control) => {
            return Err(format!("the value of :{name} is too long, or has control characters"));
        }
        Bind::Text(text) => ("VARCHAR2(4000 CHAR)".to_owned(), format!("'{}'", text.replace('\'', "''"))),
    };
    Ok(format!("VARIABLE {name} {kind}\nBEGIN :{name} := {literal}; END;\n/\n"))
}
