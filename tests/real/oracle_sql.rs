//! The grammar of the statements for Oracle, as a parser of Oracle's dialect sees it that nobody here wrote.

use serde_json::Value;
use vitals::oracle::sql::STATEMENTS;

use crate::harness::{Need, judge, skipped};

const PARSER: Need = Need::Package("sqlglot");

fn objections(statements: &[&str]) -> Vec<String> {
    let statements: Vec<Value> = statements.iter().map(|sql| Value::from(*sql)).collect();
    judge("oracle_grammar.py", &statements).iter().map(|answer| answer.as_str().unwrap().to_owned()).collect()
}

#[test]
fn oracles_dialect_is_spoken() {
    if skipped("oracle_sql::oracles_dialect_is_spoken", &[PARSER]) {
        return;
    }
    let texts: Vec<&str> = STATEMENTS.iter().map(|statement| statement.text()).collect();
    for (statement, objection) in STATEMENTS.iter().zip(objections(&texts)) {
        assert_eq!(objection, "", "{}", statement.name);
    }
}

/// What Oracle refuses, or what belongs to another dialect, is found.
#[test]
fn other_dialects_are_refused() {
    if skipped("oracle_sql::other_dialects_are_refused", &[PARSER]) {
        return;
    }
    let bad = [
        "SELECT a FROM t AS x",
        "SELECT a FROM (SELECT b AS a FROM t) AS q",
        "SELECT a FROM t LIMIT 1",
        "SELECT IFNULL(a, 1) FROM t",
        "SELECT a FROM t WHERE a = 1 AND",
        "SELECT a FROM t; SELECT b FROM u",
        "SELECT a, COUNT(*) AS n FROM t",
        "SELECT a, b, COUNT(*) AS n FROM t GROUP BY a",
        "DELETE FROM t",
    ];
    for (sql, objection) in bad.iter().zip(objections(&bad)) {
        assert_ne!(objection, "", "{sql}");
    }
}
