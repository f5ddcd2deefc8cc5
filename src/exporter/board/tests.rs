//! The pages as a whole.

use super::super::config::Id;
use super::super::standing::Snapshot;
use super::state::State;
use super::*;
use crate::model::status::Status;

/// What stands between two marks, each time.
fn between<'a>(page: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    page.split(start).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

fn hosts(page: &str) -> Vec<&str> {
    between(page, "<h2>", "</h2>")
}

/// The rows that are not hidden, as `class name`.
fn rows(page: &str) -> Vec<String> {
    let shown = |row: &&str| !row.split('>').next().unwrap().contains(" hidden");
    let row = |row: &str| {
        let class = row.split('"').nth(1).unwrap();
        format!("{class} {}", between(row, "<a href=\"", "</a>")[0].split('>').nth(1).unwrap())
    };
    between(page, "<tr ", "</tr>").into_iter().filter(shown).map(row).collect()
}

fn page(snapshot: &Snapshot, id: &Id) -> String {
    check(snapshot, id).expect("a page")
}

#[test]
fn the_worst_comes_first() {
    let board = overview(&sample::every(), "");
    assert_eq!(hosts(&board), ["app1", "db1", "web", "db2"]);
    let want = [
        "critical http",
        "critical nfs",
        "unknown memory",
        "critical tablespaces",
        "warning filesystems",
        "ok load",
        "unknown certificate",
        "pending new",
        "pending backup",
        "ok load",
    ];
    assert_eq!(rows(&board), want);
}

#[test]
fn the_tab_is_an_alarm() {
    let every = sample::every();
    let board = overview(&every, "");
    assert!(board.contains("<title>3 critical, 2 unknown, 1 warning – vitals</title>"));
    assert!(board.contains("href=\"/icon/critical.svg\""));
    let of_one = page(&every, &sample::id("db1", "filesystems"));
    assert!(of_one.contains("<title>WARNING db1/filesystems – vitals</title>"));
    assert!(of_one.contains("href=\"/icon/warning.svg\""));
}

#[test]
fn a_state_comes_with_what_limits_it() {
    let board = overview(&sample::every(), "");
    let row = |name: &str| between(&board, "<tr ", "</tr>").into_iter().find(|row| row.contains(name)).unwrap();
    let says = |name: &str, said: &[&str]| {
        let row = row(name);
        assert!(said.iter().all(|part| row.contains(part)), "{row}");
    };
    says(">http<", &["CRITICAL", "attempt 1 of 3", "Connection refused", "data-age=\"9\">9 s</span> ago"]);
    says(">nfs<", &["CRITICAL", "stuck", "no answer in 30 s"]);
    says(">memory<", &["UNKNOWN", "overdue", "memory 40 % used"]);
    says(">backup<", &["PENDING", "running"]);
    says(">new<", &["PENDING", "not yet run"]);
    says(">tablespaces<", &["for <span data-age=\"10800\">3 h</span>"]);
}

#[test]
fn a_filter_works_without_a_script() {
    let every = sample::every();
    let shown = |query: &str| rows(&overview(&every, query));
    assert_eq!(shown("state=warning"), ["warning filesystems"]);
    assert_eq!(shown("state=problems").len(), 6);
    assert_eq!(shown("q=DB1+load"), ["ok load"]);
    assert_eq!(shown("q=99.7"), ["critical tablespaces"]);
    assert_eq!(shown("state=ok&q=overdue"), [""; 0]);
    let none = overview(&every, "q=nothing+like+it");
    assert!(none.contains("<p id=\"nothing\">"));
    let groups = sample::many(6, 2);
    assert_eq!(rows(&overview(&groups, "group=web")).len(), 4);
}

#[test]
fn an_empty_board_says_what_to_do() {
    let none = overview(&sample::snapshot(sample::now(), Vec::new()), "");
    assert!(none.contains("[[check]]") && none.contains("<title>no checks – vitals</title>"));
}

#[test]
fn hostile_text_stays_text() {
    let hostile = sample::hostile();
    let pages = hostile.standings.iter().map(|standing| page(&hostile, &standing.check.id));
    for page in pages.chain([overview(&hostile, "q=%22%3E%3Cscript%3Ealert(1)&group=%22%3E%3Cimg%3E")]) {
        // The one script is ours, and so is every attribute.
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert_eq!(page.matches("</title>").count(), 1);
        assert_eq!(page.matches("<h1").count(), 1);
        assert!(!page.contains("<img") && !page.contains("onerror=\""));
        let mut seen = page.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text);
        assert!(!seen.any(|text| text.contains(['\u{202e}', '\u{200b}'])), "turned around or hidden");
    }
}

#[test]
fn a_page_tells_all_but_what_may_be_secret() {
    let hostile = sample::hostile();
    let page = page(&hostile, &hostile.standings[0].check.id);
    for said in [
        "Findings",
        "Metrics",
        "WARNING</span> 97 %",
        "&gt; 90 %",
        "Notes",
        "Standard error",
        "exit code 1",
        "1 piece of",
        "TOKEN",
        "team",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("hush-hush"));
    assert!(check(&hostile, &sample::id("no", "such")).is_none());
}

#[test]
fn a_thousand_checks_are_a_page_of_modest_size() {
    let page = overview(&sample::many(50, 20), "");
    assert_eq!(rows(&page).len(), 1000);
    assert!(page.len() < 600_000, "{} bytes", page.len());
}

#[test]
fn the_policy_allows_all_that_the_pages_use() {
    let page = overview(&sample::every(), "");
    for path in [STYLE_PATH, SCRIPT_PATH, "/icon/critical.svg"] {
        assert!(page.contains(&format!("\"{path}\"")), "{path}");
    }
    // No style and no handler of its own, and nothing from elsewhere.
    assert!(!page.contains(" style=") && !page.contains("<style") && !page.contains("//"));
    assert!(!CONTENT_SECURITY_POLICY.contains("unsafe") && !CONTENT_SECURITY_POLICY.contains("  "));
}

/// Every page is whole. They are left in the folder VITALS_PAGES, if one is named, to look at in a browser:
/// `python3 -m http.server` there serves them.
#[test]
fn every_page_is_whole() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = std::env::var_os("VITALS_PAGES").map_or_else(|| scratch.path().to_owned(), Into::into);
    let write = |file: &str, content: &str| {
        let is_page = file.ends_with(".html");
        let whole = content.starts_with("<!DOCTYPE html>") && content.ends_with("</html>");
        assert!(!content.is_empty() && is_page == whole, "{file}");
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, content).expect("written");
    };
    let now = sample::now();
    let all_ok =
        ["cpu", "fs", "mem", "procs"].map(|name| sample::ran(sample::check("here", name), now, Status::Ok, "fine"));
    let snapshots = [
        ("none", sample::snapshot(now, Vec::new())),
        ("ok", sample::snapshot(now, all_ok.into())),
        ("every", sample::every()),
        ("many", sample::many(50, 20)),
        ("hostile", sample::hostile()),
    ];
    for (name, snapshot) in snapshots {
        write(&format!("{name}.html"), &overview(&snapshot, ""));
        for (number, standing) in snapshot.standings.iter().take(10).enumerate() {
            write(&format!("{name}-{number}.html"), &page(&snapshot, &standing.check.id));
        }
    }
    write("filtered.html", &overview(&sample::every(), "state=problems&q=db1"));
    write("not-found.html", &not_found());
    write("board.css", style());
    write("board.js", script());
    for state in State::ALL {
        let name = format!("{}.svg", state.name());
        write(&format!("icon/{name}"), &icon_of(&name).expect("an icon"));
    }
}
