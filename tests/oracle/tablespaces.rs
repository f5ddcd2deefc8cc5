//! What the statements for tablespaces say, by hand.

use vitals::oracle::sql::Question;

use crate::locks::ask;
use crate::stand_in::{Answer, Oracle};

const SIZES: &[&str] =
    &["tablespace_name", "size_bytes", "max_bytes", "free_bytes", "largest_free_bytes", "growth_bytes"];
const TEMPORARY: &[&str] =
    &["tablespace_name", "files", "autoextensible_files", "size_bytes", "max_bytes", "free_bytes"];
const UNDO: &[&str] = &["tablespace_name", "active_bytes", "unexpired_bytes", "expired_bytes"];
const QUOTA: &[&str] = &["tablespace_name", "username", "used_bytes", "max_bytes"];
const EVERY: [Oracle; 4] = [(10, 2), (11, 2), (12, 1), (23, 0)];

/// The rows, sorted by name.
fn shown(answer: &Answer, columns: &[&str]) -> Vec<String> {
    let mut rows = answer.shown(columns);
    rows.sort();
    rows
}

/// The row that begins so.
fn row(answer: &Answer, columns: &[&str], start: &str) -> String {
    answer.shown(columns).into_iter().find(|row| row.starts_with(start)).unwrap_or_default()
}

#[test]
fn what_a_tablespace_can_grow_to() {
    for release in EVERY {
        let healthy = ask("healthy", Question::Tablespaces, release, 0);
        assert_eq!(
            shown(&healthy, SIZES),
            [
                "ARCHIVE_2024|500000000|500000000|0|0|0",
                // One file that is as large as it gets, and one that may grow from 1 to 5 GB.
                "KIS_DATA|4000000000|8000000000|2000000000|900000000|4000000000",
                // Its limit was set below its size: the size counts.
                "KIS_INDEX|2000000000|2000000000|800000000|800000000|0",
                // Offline: nothing is known of its file.
                "LEGACY|-|-|0|0|0",
                "SYSTEM|1000000000|4000000000|400000000|400000000|3000000000",
                "UNDOTBS1|2000000000|2000000000|500000000|500000000|0",
            ],
            "{release:?}"
        );
        let columns = [
            "tablespace_name",
            "contents",
            "status",
            "bigfile",
            "extent_management",
            "next_extent_bytes",
            "files",
            "autoextensible_files",
            "unreadable_files",
            "offline_files",
        ];
        assert_eq!(
            shown(&healthy, &columns),
            [
                "ARCHIVE_2024|PERMANENT|READ ONLY|NO|LOCAL|-|1|0|0|0",
                "KIS_DATA|PERMANENT|ONLINE|NO|LOCAL|-|2|1|0|0",
                "KIS_INDEX|PERMANENT|ONLINE|YES|LOCAL|4194304|1|1|0|0",
                "LEGACY|PERMANENT|OFFLINE|NO|DICTIONARY|65536|1|0|1|1",
                "SYSTEM|PERMANENT|ONLINE|NO|LOCAL|-|1|1|0|0",
                "UNDOTBS1|UNDO|ONLINE|NO|LOCAL|-|1|0|0|0",
            ],
            "{release:?}"
        );
    }
}

#[test]
fn a_full_tablespace() {
    let full = ask("full_tablespace", Question::Tablespaces, (19, 0), 0);
    assert_eq!(row(&full, SIZES, "KIS_DATA"), "KIS_DATA|4000000000|4000000000|8000000|6000000|0");
    // Without a free piece there is no row in DBA_FREE_SPACE: nothing is free, but it can grow.
    assert_eq!(row(&full, SIZES, "SYSTEM"), "SYSTEM|1000000000|4000000000|0|0|3000000000");
    assert_eq!(row(&full, &["tablespace_name", "autoextensible_files"], "KIS_DATA"), "KIS_DATA|0");
    // 512 MB of headers and 122 blocks of 8 KiB in 10.2; what DBA_TEMP_FREE_SPACE says since.
    for (release, free) in [((10, 2), 122 * 8192), ((11, 1), 1_000_000)] {
        let temporary = ask("full_tablespace", Question::Temporary, release, 0);
        assert_eq!(shown(&temporary, TEMPORARY), [format!("TEMP|1|1|1024000000|4096000000|{free}")]);
    }
    let undo = ask("full_tablespace", Question::UndoExtents, (19, 0), 0);
    assert_eq!(shown(&undo, UNDO), ["UNDOTBS1|801000000|300000000|199000000"]);
    let quotas = ask("full_tablespace", Question::Quotas, (19, 0), 0);
    assert_eq!(shown(&quotas, QUOTA), ["KIS_DATA|LAB|100000000|100000000"]);
}

#[test]
fn autoextend_at_its_limit() {
    let limit = ask("autoextend_limit", Question::Tablespaces, (19, 0), 0);
    assert_eq!(row(&limit, SIZES, "SYSTEM"), "SYSTEM|4000000000|4000000000|10000000|10000000|0");
    assert_eq!(row(&limit, SIZES, "KIS_DATA"), "KIS_DATA|8000000000|8000000000|40000000|40000000|0");
    let columns = ["tablespace_name", "files", "autoextensible_files"];
    assert_eq!(row(&limit, &columns, "KIS_DATA"), "KIS_DATA|2|1");
}

#[test]
fn undo_temporary_and_quotas() {
    for release in EVERY {
        let undo = ask("healthy", Question::UndoExtents, release, 0);
        assert_eq!(shown(&undo, UNDO), ["UNDOTBS1|1000000|300000000|999000000"]);
        // 512,000,000 never used, 50,000 blocks of 8 KiB used before: 921,600,000.
        let temporary = ask("healthy", Question::Temporary, release, 0);
        assert_eq!(shown(&temporary, TEMPORARY), ["TEMP|1|1|1024000000|4096000000|921600000"], "{release:?}");
        // Neither without limit, nor without any, nor of a tablespace that is gone.
        let quotas = ask("healthy", Question::Quotas, release, 0);
        assert_eq!(shown(&quotas, QUOTA), ["KIS_DATA|LAB|90000000|100000000"]);
    }
}

#[test]
fn an_extent_that_fits_nowhere() {
    let columns = ["tablespace_name", "segments", "next_extent_bytes", "room_bytes"];
    for release in EVERY {
        let stuck = |fixture| shown(&ask(fixture, Question::NextExtents, release, 0), &columns);
        assert_eq!(stuck("healthy"), [""; 0]);
        // No file can grow; 8 MiB are wanted where the largest piece is 6 MB.
        assert_eq!(stuck("full_tablespace"), ["KIS_DATA|1|8388608|6000000"]);
        // 4 MiB where 3 MB are free.
        assert_eq!(stuck("autoextend_limit"), ["KIS_INDEX|1|4194304|3000000"]);
    }
}

/// The same names in two containers are two tablespaces.
#[test]
fn containers_are_told_apart() {
    let columns = ["con_id", "con_name", "tablespace_name", "size_bytes", "free_bytes"];
    let root = ask("containers", Question::Tablespaces, (19, 0), 1);
    assert_eq!(
        shown(&root, &columns),
        [
            "1|CDB$ROOT|SYSTEM|700000000|70000000",
            "3|KIS|ARCHIVE_2024|500000000|0",
            "3|KIS|KIS_DATA|4000000000|2000000000",
            "3|KIS|KIS_INDEX|2000000000|800000000",
            "3|KIS|LEGACY|-|0",
            "3|KIS|SYSTEM|1000000000|400000000",
            "3|KIS|UNDOTBS1|2000000000|500000000",
            "4|LAB|KIS_DATA|100000000|1000000",
            "4|LAB|UNDOTBS1|200000000|0",
        ]
    );
    let lab = ask("containers", Question::Tablespaces, (19, 0), 4);
    assert_eq!(shown(&lab, &columns[2..]), ["KIS_DATA|100000000|1000000", "UNDOTBS1|200000000|0"]);
    let undo = ask("containers", Question::UndoExtents, (12, 1), 1);
    assert_eq!(shown(&undo, &["con_id", "expired_bytes"]), ["3|999000000", "4|150000000"]);
    let temporary = ask("containers", Question::Temporary, (19, 0), 1);
    assert_eq!(shown(&temporary, &["con_id", "con_name", "free_bytes"]), ["3|KIS|921600000", "4|LAB|1000000"]);
    let quotas = ask("containers", Question::Quotas, (19, 0), 1);
    assert_eq!(shown(&quotas, &["con_id", "used_bytes"]), ["3|90000000", "4|1"]);
    let stuck = ask("containers", Question::NextExtents, (19, 0), 1);
    assert_eq!(
        shown(&stuck, &["con_id", "tablespace_name", "next_extent_bytes", "room_bytes"]),
        ["4|KIS_DATA|8388608|1000000"]
    );
}

#[test]
fn a_thousand_tablespaces() {
    let all = ask("thousand", Question::Tablespaces, (19, 0), 0);
    assert_eq!(all.rows.len(), 1006);
    // 2 x 7 MB, of which one file may grow to 14 MB; 2 x 1000 MB and 2000 MB.
    assert_eq!(row(&all, SIZES, "TS_0007"), "TS_0007|14000000|21000000|7000|7000|7000000");
    assert_eq!(row(&all, SIZES, "TS_1000"), "TS_1000|2000000000|3000000000|1000000|1000000|1000000000");
}

#[test]
fn names_of_any_script_arrive_whole() {
    let tablespaces = ask("utf8", Question::Tablespaces, (19, 0), 0);
    assert_eq!(row(&tablespaces, SIZES, "Ü"), "ÜBERGABE|4000000000|8000000000|2000000000|900000000|4000000000");
}

/// What is not known is NULL and counted; it is neither full nor empty.
#[test]
fn what_is_missing_is_not_zero() {
    for release in EVERY {
        let tablespaces = ask("nulls", Question::Tablespaces, release, 0);
        assert_eq!(row(&tablespaces, SIZES, "KIS_DATA"), "KIS_DATA|-|-|0|0|0");
        let columns = ["tablespace_name", "files", "autoextensible_files", "unreadable_files", "offline_files"];
        assert_eq!(row(&tablespaces, &columns, "KIS_DATA"), "KIS_DATA|2|0|2|2");
        let temporary = ask("nulls", Question::Temporary, release, 0);
        assert_eq!(shown(&temporary, TEMPORARY), ["TEMP|1|0|-|-|-"]);
        for question in [Question::UndoExtents, Question::NextExtents] {
            assert!(ask("nulls", question, release, 0).rows.is_empty());
        }
    }
}
