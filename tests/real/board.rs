//! The status board of the exporter in a real browser.

use std::fmt::Write as _;
use std::process::Command;

use crate::harness::{Browser, Daemon, ENTER, Need, Scratch, TAB, bin, free_port, port_open, skipped};

/// What a plugin, or the thing it watches, might say to get into the page.
const HOSTILE: &str = r#"<script>document.title="taken"</script>"><img src=x onerror='document.title="taken"'>"#;

/// The board with a few checks whose results the test chooses.
struct Board {
    scratch: Scratch,
    exporter: Daemon,
    port: u16,
}

/// Host, check, exit code and text.
type Result<'a> = (&'a str, &'a str, u8, &'a str);

impl Board {
    fn start(results: &[Result]) -> Self {
        let scratch = Scratch::new();
        let says = scratch.script("says", "#!/bin/sh\ncat \"$1.text\"\nexit \"$(cat \"$1.code\")\"\n");
        let mut config = "[defaults]\ninterval = \"1s\"\nretries = 0\n".to_owned();
        for (number, (host, name, code, text)) in results.iter().enumerate() {
            say(&scratch, number, *code, text);
            let (says, file) = (says.display(), scratch.at(&format!("result{number}")));
            let _ = write!(
                config,
                "[[check]]\nhost = '''{host}'''\nname = '''{name}'''\ngroups = ['{}']\ncommand = ['{says}', '{file}']\n",
                ["even", "odd"][number % 2]
            );
        }
        scratch.file("config.toml", config);
        let port = free_port();
        Self { exporter: run(&scratch, port), scratch, port }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

fn run(scratch: &Scratch, port: u16) -> Daemon {
    let [config, listen] = [scratch.at("config.toml"), format!("127.0.0.1:{port}")];
    let program = bin("vitals_exporter").canonicalize().unwrap();
    let mut exporter =
        Daemon::start(scratch, &[], &[program.to_str().unwrap(), "--config", &config, "--listen", &listen]);
    exporter.until("its port", || port_open(port).then_some(()));
    exporter
}

/// What the next run of a check comes to.
fn say(scratch: &Scratch, number: usize, code: u8, text: &str) {
    scratch.file(&format!("result{number}.text"), text);
    scratch.file(&format!("result{number}.code"), code.to_string());
}

const USUAL: [Result; 4] = [
    ("db1", "disk", 1, "disk 91 % full"),
    ("db1", "load", 0, "load is low | load=0.5;4;8;0;"),
    ("web", "a/b ?#ü", 0, "answers in 12 ms"),
    ("web", "..", 3, HOSTILE),
];

/// Each check has been run.
const ALL_KNOWN: &str = "document.querySelector('#board') && !document.querySelector('#board tr.pending')";
/// The rows that can be seen, as the names of the checks.
const ROWS: &str = "[...document.querySelectorAll('#board tbody tr')].filter(row => row.checkVisibility()) \
    .map(row => row.cells[1].textContent).join(' ')";

/// What is wider than the page, or reaches beyond it (a box around it may have cut it off).
const BEYOND: &str = "const beyond = element => element.getBoundingClientRect().right > innerWidth + 1; \
    const inner = [...document.querySelectorAll('header *, main *')].filter(one => one.checkVisibility()); \
    const wide = document.documentElement.scrollWidth > innerWidth ? [document.documentElement] : []; \
    return [...wide, ...inner.filter(beyond)].map(one => one.outerHTML.slice(0, 200))";

fn settled(browser: &Browser, board: &Board) {
    browser.open(&board.url("/"));
    browser.until(ALL_KNOWN);
}

#[test]
fn fits_narrow_and_wide_light_and_dark() {
    if skipped("board::fits_narrow_and_wide_light_and_dark", &Browser::NEEDS) {
        return;
    }
    // Nowhere in it may a line be broken by itself.
    let long = "x".repeat(200);
    let mut results = USUAL.to_vec();
    results.push((&long, &long, 2, &long));
    let board = Board::start(&results);
    let browser = Browser::start(&board.scratch);
    settled(&browser, &board);
    let checks = browser.run("return [...document.querySelectorAll('#board th a')].map(link => link.href)");
    let mut pages: Vec<String> = checks.as_array().unwrap().iter().map(|link| link.as_str().unwrap().into()).collect();
    assert_eq!(pages.len(), results.len());
    pages.push(board.url("/"));
    pages.push(board.url("/no/such/page"));
    let mut grounds = Vec::new();
    for scheme in ["light", "dark"] {
        browser.scheme(scheme);
        for (width, page) in [320, 390, 768, 1280].into_iter().flat_map(|width| pages.iter().map(move |p| (width, p))) {
            browser.resize(width, 800);
            browser.open(page);
            assert_eq!(browser.run(BEYOND), serde_json::json!([]), "{page} in {width} pixels");
        }
        grounds.push(browser.run("return getComputedStyle(document.documentElement).backgroundColor"));
    }
    assert_ne!(grounds[0], grounds[1]);
}

#[test]
fn hostile_text_stays_text() {
    if skipped("board::hostile_text_stays_text", &Browser::NEEDS) {
        return;
    }
    let board = Board::start(&USUAL);
    let browser = Browser::start(&board.scratch);
    settled(&browser, &board);
    let text = "document.querySelector('tr.unknown .text').textContent";
    assert_eq!(browser.run(&format!("return {text}")), HOSTILE);
    // It came with the page; now it comes with an update.
    let other = HOSTILE.replace("taken", "taken again");
    say(&board.scratch, 3, 3, &other);
    browser.until(&format!("{text}.includes('taken again')"));
    assert_eq!(browser.run(&format!("return {text}")), *other);
    for path in ["/", "/check/web/~.."] {
        browser.open(&board.url(path));
        browser.until("document.querySelector('main').textContent.includes('taken again')");
        assert_eq!(browser.run("return document.querySelectorAll('img, main script').length"), 0);
        assert_eq!(browser.run("return document.title.includes('taken')"), false);
    }
    // The policy had nothing to refuse, so nothing that it forbids was ever tried.
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn filters_as_one_types_and_without_a_script() {
    if skipped("board::filters_as_one_types_and_without_a_script", &Browser::NEEDS) {
        return;
    }
    let board = Board::start(&USUAL);
    let browser = Browser::start(&board.scratch);
    settled(&browser, &board);
    let rows = || browser.run(&format!("return {ROWS}"));
    assert_eq!(rows(), ".. a/b ?#ü disk load");
    browser.run("document.querySelector('#q').focus()");
    browser.press("db1 91");
    assert_eq!(rows(), "disk");
    // The address keeps it, and so does an update.
    assert_eq!(browser.run("return location.search"), "?q=db1+91");
    say(&board.scratch, 0, 2, "disk 91.5 % full");
    browser.until("document.querySelector('tr.critical')");
    assert_eq!(rows(), "disk");
    assert_eq!(browser.run("return document.activeElement.value"), "db1 91");
    browser.open(&board.url("/?q=db1+91"));
    assert_eq!(rows(), "disk");
    browser.open(&board.url("/"));
    browser.run("document.querySelector('[data-state=problems]').click()");
    assert_eq!(rows(), "disk ..");
    browser.run(
        "const group = document.querySelector('#group'); group.value = 'odd'; \
        group.dispatchEvent(new Event('change', {bubbles: true}))",
    );
    assert_eq!(rows(), "..");
    assert_eq!(browser.run("return location.search"), "?state=problems&group=odd");
    browser.scripts(false);
    for (query, want) in
        [("", "disk load .. a/b ?#ü"), ("?state=ok", "load a/b ?#ü"), ("?group=even&q=s", "disk a/b ?#ü")]
    {
        browser.open(&board.url(&format!("/{query}")));
        assert_eq!(rows(), want, "{query}");
    }
}

#[test]
fn shows_what_changes_and_when_nobody_answers() {
    if skipped("board::shows_what_changes_and_when_nobody_answers", &Browser::NEEDS) {
        return;
    }
    let mut board = Board::start(&USUAL);
    let browser = Browser::start(&board.scratch);
    settled(&browser, &board);
    // A page that was loaded anew would not know this, nor would a row that was made anew have the focus.
    browser.run("window.stays = true; document.querySelector('th a[href$=\"/load\"]').focus()");
    say(&board.scratch, 1, 2, "load is high");
    browser.until("document.querySelector('tr.critical')?.textContent.includes('load is high')");
    assert_eq!(browser.run("return window.stays && document.activeElement.textContent"), "load");
    assert_eq!(browser.run("return document.title"), "1 critical, 1 unknown, 1 warning – vitals");
    let icon = "return document.querySelector('link[rel=icon]').getAttribute('href')";
    assert_eq!(browser.run(icon), "/icon/critical.svg");
    board.exporter.crash();
    browser.until("document.querySelector('#lost').checkVisibility()");
    let said = browser.run("return document.querySelector('#lost').textContent");
    assert!(said.as_str().unwrap().starts_with("Connection lost: the server does not answer."), "{said}");
    assert_eq!(browser.run("return document.title.startsWith('? connection lost')"), true);
    assert_eq!(browser.run(icon), "/icon/unknown.svg");
    say(&board.scratch, 1, 0, "load is low again");
    board.exporter = run(&board.scratch, board.port);
    browser.until("!document.querySelector('#lost').checkVisibility()");
    browser.until("document.querySelector('#board').textContent.includes('load is low again')");
    assert_eq!(browser.run("return window.stays"), true);
}

#[test]
fn the_keyboard_reaches_a_check() {
    if skipped("board::the_keyboard_reaches_a_check", &Browser::NEEDS) {
        return;
    }
    let board = Board::start(&USUAL);
    let browser = Browser::start(&board.scratch);
    settled(&browser, &board);
    let focused = || browser.run("return document.activeElement.textContent");
    browser.press(TAB);
    assert_eq!(focused(), "Skip to the content");
    browser.press(ENTER);
    for _ in 0..50 {
        browser.press(TAB);
        if focused() == "a/b ?#ü" {
            break;
        }
    }
    let outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle");
    assert_eq!(outline, "solid", "the focus is seen");
    browser.press(ENTER);
    browser.until("document.querySelector('h1')?.textContent === 'a/b ?#ü'");
    assert_eq!(browser.run("return document.title"), "OK web/a/b ?#ü – vitals");
}

/// The accessibility checker, and what its one file must be.
const AXE: (&str, &str) = ("axe-core@4.10.3", "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb");

#[test]
fn the_accessibility_checker_finds_nothing() {
    let name = "board::the_accessibility_checker_finds_nothing";
    let [chromium, driver] = Browser::NEEDS;
    if skipped(name, &[chromium, driver, Need::Program("npm", "npm")]) {
        return;
    }
    let board = Board::start(&USUAL);
    let path = |name: &str| board.scratch.at(name);
    let fetched = Command::new("npm")
        .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", &path("npm"), AXE.0])
        .output()
        .unwrap();
    let file = path("npm/node_modules/axe-core/axe.min.js");
    if !fetched.status.success() && skipped(name, &[Need::File(file.clone(), "npm could not fetch axe-core")]) {
        return;
    }
    let sum = Command::new("sha256sum").arg(&file).output().unwrap();
    assert!(String::from_utf8_lossy(&sum.stdout).starts_with(AXE.1), "another {}: {sum:?}", AXE.0);
    let axe = std::fs::read_to_string(&file).unwrap();
    let browser = Browser::start(&board.scratch);
    settled(&browser, &board);
    for (scheme, width) in [("light", 1280), ("dark", 390)] {
        browser.scheme(scheme);
        browser.resize(width, 800);
        for path in ["/", "/check/db1/load", "/check/web/~..", "/no/such/page"] {
            browser.open(&board.url(path));
            browser.run(&axe);
            let found = browser.run(
                "return axe.run().then(found => found.violations.map(violation => violation.id + ': ' + \
                 violation.nodes.map(node => node.html + ' ' + node.failureSummary).join('\\n')))",
            );
            assert_eq!(found, serde_json::json!([]), "{scheme} {path}");
        }
    }
}
