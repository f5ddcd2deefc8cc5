//! Oracle's views over the tables of a fixture, as a release shows them to a session in a container.

use rusqlite::Connection;

use super::database::Oracle;

/// Columns and views that older releases do not have: the column (or the whole table), and since when.
const SINCE: &[(&str, &str, Oracle)] = &[
    ("fixed_session", "final_blocking_session_status", (11, 2)),
    ("fixed_session", "final_blocking_instance", (11, 2)),
    ("fixed_session", "final_blocking_session", (11, 2)),
    ("fixed_session", "wait_time_micro", (11, 1)),
    ("fixed_database", "cdb", (12, 1)),
    ("fixed_containers", "", (12, 1)),
    ("dict_temp_free_space", "", (11, 1)),
];

const CONTAINERS: Oracle = (12, 1);

/// Makes the views; those that are hidden are not there for this session.
pub fn create(connection: &Connection, release: Oracle, container: u16, hidden: &[&str]) -> rusqlite::Result<()> {
    let mut tables =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%\\_%' ESCAPE '\\'")?;
    let tables: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for table in tables {
        for (view, body) in views(connection, &table, release, container)? {
            if !hidden.contains(&view.as_str()) {
                connection.execute_batch(&format!("CREATE VIEW {view} AS {body}"))?;
            }
        }
    }
    Ok(())
}

/// The views of a table with their queries.
fn views(
    connection: &Connection,
    table: &str,
    release: Oracle,
    container: u16,
) -> rusqlite::Result<Vec<(String, String)>> {
    let known = |column: &str| SINCE.iter().all(|(t, c, since)| (*t, *c) != (table, column) || *since <= release);
    let mut columns = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let columns: Vec<String> = columns.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let list = |without: &str| {
        let shown = columns
            .iter()
            .filter(|column| **column != without && known(column) && (release >= CONTAINERS || *column != "con_id"));
        shown.map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
    };
    // The root sees all; a pluggable database sees itself and what belongs to no container.
    let whole = if container <= 1 { "1 = 1".to_owned() } else { format!("con_id IN (0, {container})") };
    Ok(match table.split_once('_') {
        _ if !known("") => Vec::new(),
        Some(("fixed", name)) => vec![
            (format!("gv${name}"), format!("SELECT {} FROM {table} WHERE {whole}", list(""))),
            (format!("v${name}"), format!("SELECT {} FROM {table} WHERE inst_id = 1 AND {whole}", list("inst_id"))),
        ],
        Some(("dict", name)) => {
            let own = format!("SELECT {} FROM {table} WHERE con_id = {container}", list("con_id"));
            let all = format!("SELECT {} FROM {table} WHERE {whole}", list(""));
            let mut both = vec![(format!("dba_{name}"), own)];
            if release >= CONTAINERS {
                both.push((format!("cdb_{name}"), all));
            }
            both
        }
        _ => Vec::new(),
    })
}
