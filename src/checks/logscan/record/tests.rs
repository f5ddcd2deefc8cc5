use super::*;
use crate::checks::logscan::rule::{Phrase, Rule, Rules};
use crate::checks::logscan::scan::Scanner;
use crate::checks::logscan::seen::{Seen, Source};
use crate::host::logs::{self, Block, Log};
use crate::runtime::deadline::Deadline;
use crate::runtime::root::Root;
use proptest::prelude::*;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

fn rules(texts: &[&str]) -> Rules {
    let read = |text: &&str| text.parse::<Rule>().expect(text);
    Rules::new(texts.iter().map(read).collect()).expect("rules")
}

fn start(pattern: &str) -> Start {
    Start::new(Phrase::regex(pattern).expect("a pattern").pattern().clone())
}

/// What a rule took: its place, and the text.
type Taken = (usize, String);

/// Somebody who reads logs run by run.
struct Runs {
    rules: Rules,
    start: Start,
    longest: usize,
    kept: Vec<Pending>,
    cut: u64,
}

/// A block: the log, the number of the file, whether it is late, and its lines.
type Given<'t> = (&'t str, u64, bool, &'t str);

impl Runs {
    fn new(start_pattern: &str, rule_texts: &[&str]) -> Self {
        Self { rules: rules(rule_texts), start: start(start_pattern), longest: 65536, kept: Vec::new(), cut: 0 }
    }

    fn run(&mut self, blocks: &[Given<'_>]) -> Vec<Taken> {
        let blocks: Vec<(Block<'_>, &str)> = blocks
            .iter()
            .map(|(log, file, late, text)| {
                let log = Log { file: *file, late: *late, ..Log::text(Path::new(*log)) };
                (Block { log, file: log.path, text: text.as_bytes(), offset: 0, cut: false }, *text)
            })
            .collect();
        self.read(blocks.iter().map(|(block, _)| *block))
    }

    fn read<'b>(&mut self, blocks: impl Iterator<Item = Block<'b>>) -> Vec<Taken> {
        // As it is kept.
        let kept = serde_json::to_string(&self.kept).expect("written");
        let kept = serde_json::from_str(&kept).expect("read");
        let scanner = Scanner::new(self.rules.matchers()).expect("rules");
        let mut taken = Vec::new();
        let mut judge = |part: Part<'_>, _: Source| {
            part.judge(&scanner, Some(&self.start), |hit| {
                taken.push((hit.rule, String::from_utf8_lossy(hit.line).into_owned()));
            })
        };
        let source = Seen::new(&self.rules).source("a.log");
        let mut streams = Streams::new(&self.rules, &self.start, self.longest, kept);
        for block in blocks {
            streams.block(&block, source, &mut judge).expect("patterns");
        }
        self.cut += streams.cut();
        let kept = streams.finish(&mut judge, |_, _| true).expect("patterns");
        self.kept = kept;
        taken
    }

    fn text(&mut self, text: &str) -> Vec<Taken> {
        self.run(&[("a.log", 1, false, text)])
    }
}

fn taken(all: &[(usize, &str)]) -> Vec<Taken> {
    all.iter().map(|(rule, text)| (*rule, (*text).to_owned())).collect()
}

const JAVA: &str = "\
2026-11-23 14:09:11,412 ERROR [http-3] o.e.kis.Orders - order 4711 refused
org.example.kis.OrderException: no bed
\tat org.example.kis.Orders.place(Orders.java:118)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.lang.OutOfMemoryError: Java heap space
\t... 12 more
";

#[test]
fn a_trace_is_one_record_wherever_a_run_falls_into_it() {
    let rules =
        ["harmless: ignore /probe/", "memory: critical /Caused by: .*OutOfMemoryError/", "error: warning /ERROR/"];
    let before = "2026-11-23 14:09:11,400 ERROR [main] probe failed: OutOfMemoryError\r\n\tat x\r\n";
    let text = format!("{before}{JAVA}2026-11-23 14:09:12,000 ERROR [http-4] again\n");
    let whole = Runs::new(r"^\d{4}-\d\d-\d\d ", &rules).text(&text);
    let want = [(0, before.trim_end()), (1, JAVA.trim_end()), (2, "2026-11-23 14:09:12,000 ERROR [http-4] again")];
    assert_eq!(whole, taken(&want));
    for (at, _) in text.match_indices('\n') {
        let (first, second) = text.split_at(at + 1);
        let mut runs = Runs::new(r"^\d{4}-\d\d-\d\d ", &rules);
        let mut all = runs.text(first);
        assert!(runs.text("").is_empty(), "it is judged once");
        all.extend(runs.text(second));
        let rules = |taken: &[Taken]| taken.iter().map(|(rule, _)| *rule).collect::<Vec<_>>();
        let memory = text.find("Caused by").unwrap_or_default();
        // An alarm does not wait: what was there was an error, and became more.
        let early = (before.len()..memory).contains(&at);
        assert_eq!(rules(&all), if early { vec![0, 2, 1, 2] } else { vec![0, 1, 2] }, "{at}");
        assert_eq!(
            all.iter().filter(|(rule, text)| *rule == 1 && *text == JAVA.trim_end()).count(),
            usize::from(early || at >= text.find("... 12").unwrap_or_default() || at < before.len()),
            "{at}"
        );
    }
}

#[test]
fn traces_of_a_database_and_entries_of_errpt_are_records() {
    let alert = "\
2026-11-23T14:09:11.412093+01:00
Errors in file /u01/diag/KIS_ora_66742.trc  (incident=48231):
ORA-00600: internal error code, arguments: [12700], [51]
Incident details in: /u01/diag/KIS_ora_66742_i48231.trc
2026-11-23T14:09:12.001000+01:00
Thread 1 advanced to log sequence 27332 (LGWR switch)
2026-11-23T14:09:13.001000+01:00
ORA-01578: ORACLE data block corrupted (file # 7, block # 1234)
ORA-01110: data file 7: '/oradata/KIS/users01.dbf'
";
    let rules = ["bug: critical /(?m)^ORA-0*600:/", "block: critical /ORA-01578.*\\n.*data file 7/"];
    let found = Runs::new(r"^\d{4}-\d\d-\d\dT\S+$", &rules).text(alert);
    let places: Vec<(usize, bool)> =
        found.iter().map(|(rule, text)| (*rule, text.starts_with("2026-11-23T14:09:1"))).collect();
    assert_eq!(places, [(0, true), (1, true)]);
    assert_eq!(found[1].1.lines().count(), 3);

    let entry = |label: &str, class: &str| {
        format!(
            "-----\nLABEL:          {label}\nIDENTIFIER:     4865FA9B\n\nClass:           {class}\nType:            PERM\n\n"
        )
    };
    let text = [entry("DISK_ERR1", "H"), entry("CORE_DUMP", "S"), entry("SC_DISK_ERR2", "H")].concat();
    let found =
        Runs::new("^-----$", &["disk: critical /(?ms)^LABEL: +(?<label>\\S+)$.*^Class: +H$.*PERM/"]).text(&text);
    let labels: Vec<&str> = found.iter().filter_map(|(_, text)| text.split_whitespace().nth(2)).collect();
    assert_eq!(labels, ["DISK_ERR1", "SC_DISK_ERR2"]);
}

#[test]
fn what_was_taken_is_not_taken_again_and_what_was_passed_over_is_judged_as_a_whole() {
    let mut runs = Runs::new("^#", &["a: critical /(?s)x.*y/", "b: warning /x/"]);
    assert_eq!(runs.text("#1 x\n"), taken(&[(1, "#1 x")]));
    assert_eq!(runs.text(" x\n"), []);
    assert_eq!(runs.text(" y\n"), taken(&[(0, "#1 x\n x\n y")]));
    assert_eq!(runs.text(" x y\n"), []);
    assert_eq!(runs.text("#2\n"), []);
    assert_eq!(runs.text(" z\n"), []);
    assert_eq!(runs.text(" x\n#3\n"), taken(&[(1, "#2\n z\n x")]));
}

#[test]
fn a_record_goes_on_in_the_next_file_and_late_lines_where_they_belong() {
    let texts = ["a: critical /(?s)begin.*end/"];
    // The run falls between the rename and the new file.
    let mut runs = Runs::new("^#", &texts);
    runs.run(&[("a.log", 1, false, "#1 begin\n")]);
    assert_eq!(
        runs.run(&[("a.log", 1, true, " more\n"), ("a.log", 2, false, " end\n#2\n")]),
        taken(&[(0, "#1 begin\n more\n end")])
    );
    // The new file has begun: what comes late has nothing to do with its record.
    let mut runs = Runs::new("^#", &texts);
    runs.run(&[("a.log", 1, false, "#1\n"), ("a.log", 2, false, "#2 begin\n")]);
    assert_eq!(
        runs.run(&[("a.log", 1, true, " late end\n"), ("a.log", 2, false, " end\n")]),
        taken(&[(0, "#2 begin\n end")])
    );
    // Each log has its own; one was renamed.
    let mut runs = Runs::new("^#", &texts);
    runs.run(&[("a.log", 1, false, "#1 begin\n"), ("b.log", 2, false, "#2 begin\n")]);
    let found =
        runs.run(&[("a.log.1", 1, false, " end\n"), ("b.log", 2, false, "#3\n"), ("a.log", 3, false, " end\n")]);
    assert_eq!(found, taken(&[(0, "#1 begin\n end")]));
}

#[test]
fn an_entry_of_a_journal_is_a_record_by_itself() {
    let mut runs = Runs::new("^#", &["a: critical /(?s)begin.*end/"]);
    let (log, file) = (Log::entries(Path::new("journal")), Path::new("journal"));
    let text = b"#1 begin\n end\nbegin end\n";
    let found = runs.read(std::iter::once(Block { log, file, text, offset: 0, cut: false }));
    assert_eq!(found, taken(&[(0, "begin end")]));
    assert_eq!(runs.kept, []);
}

#[test]
fn a_record_without_an_end_is_cut() {
    let mut runs = Runs::new("^#", &["a: critical /x/", "b: warning /y/"]);
    runs.longest = 10;
    assert_eq!(runs.text("#1 23456789\n x\n#2 345678\n#3 x\n y\n 4567\n#4"), taken(&[(0, "#3 x\n y\n 4")]));
    assert_eq!(runs.cut, 2);
    // What comes behind the cut is passed over, also in later runs.
    assert_eq!(runs.text("# y\n 456789\n"), taken(&[(1, "# y\n 45678")]));
    assert_eq!(runs.cut, 3);
    assert_eq!(runs.text(" x\n"), []);
    assert_eq!(runs.text(" x\n x\n#5 x\n"), taken(&[(0, "#5 x")]));
    assert_eq!(runs.cut, 5);
    // A line that was cut when it was read is not counted twice.
    let block = |text: &'static str, cut: bool| Block {
        log: Log::text(Path::new("a")),
        file: Path::new("a"),
        text: text.as_bytes(),
        offset: 0,
        cut,
    };
    let found = runs.read([block("#6 4567890", true), block(" x\n", false), block("#7 x\n", false)].into_iter());
    assert_eq!((found, runs.cut), (taken(&[(0, "#7 x")]), 5));
}

/// What the reader says of its blocks is enough to put a record together that began in a file which was rotated away.
#[test]
fn a_record_is_followed_through_the_rotation_of_its_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name);
    let write = |name: &str, text: &str| {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path(name)).expect("opened");
        file.write_all(text.as_bytes()).expect("written");
    };
    let source: logs::Source = path("a.log").to_string_lossy().parse().expect("a source");
    let (mut runs, mut marks) = (Runs::new("^#", &["a: critical /(?s)begin.*end/"]), logs::Marks::default());
    let wishes = logs::Wishes { from_start: true, ..logs::Wishes::default() };
    let mut run = || {
        // Blocks are put aside whole, with what their reader says of them.
        let (mut given, deadline) = (Vec::new(), Deadline::after(Duration::from_secs(600)));
        let read = logs::read(&source, &marks, &wishes, &Root::default(), &deadline, &mut |block| {
            let log = (block.log.path.to_owned(), block.log.file, block.log.late);
            given.push((log, block.file.to_owned(), block.text.to_vec()));
            ControlFlow::Continue(())
        });
        marks = read.expect("a file").marks;
        runs.read(given.iter().map(|((path, number, late), file, text)| {
            let log = Log { path, file: *number, late: *late, entries: false };
            Block { log, file, text, offset: 0, cut: false }
        }))
    };
    write("a.log", "#1 begin\n");
    assert_eq!(run(), []);
    // Rotated, while its writer goes on with it until it is told to open the new one.
    std::fs::rename(path("a.log"), path("a.log.1")).expect("renamed");
    write("a.log", "");
    assert_eq!(run(), []);
    write("a.log.1", " more\n");
    assert_eq!(run(), []);
    write("a.log", " end\n#2 begin\n");
    assert_eq!(run(), taken(&[(0, "#1 begin\n more\n end")]));
    // What is added to the old file now does not belong to the present record.
    write("a.log.1", " late end\n");
    write("a.log", " end\n");
    assert_eq!(run(), taken(&[(0, "#2 begin\n end")]));
}

const RULES: [&str; 16] = [
    "/ab/",
    "/b/",
    "/(?s)a.*c/",
    "/a\\nb/",
    "/(?m)^b/",
    "/(?m)c$/",
    "/^#\\d+$/",
    "/c\\z/",
    "/ab|cd/",
    "/d?$/",
    "/^\\s*$/",
    "/[ab]c/",
    "/\\r/",
    "/d/ except=/a/",
    "/(?s)\\n.*\\n/ except=/(?s)b.*b/",
    "\"cd\"",
];

/// The lines of a record as they are judged.
fn slowly(text: &str, start: &Start, longest: usize) -> (Vec<String>, u64) {
    let (mut records, mut cut) = (Vec::<String>::new(), 0);
    for line in text.split_inclusive('\n') {
        let begins = start.end(format!("x\n{line}").as_bytes(), 0) == 2;
        match records.last_mut().filter(|_| !begins) {
            Some(record) => record.push_str(line),
            None => records.push(line.to_owned()),
        }
    }
    for record in &mut records {
        let whole = record.strip_suffix('\n').unwrap_or(record).len();
        if whole > longest {
            record.truncate(longest);
            cut += 1;
        }
        *record = record.strip_suffix('\n').unwrap_or(record).to_owned();
        *record = record.strip_suffix('\r').unwrap_or(record).to_owned();
    }
    (records, cut)
}

/// A record's number: a line that begins one has a number of its own.
fn number(record: &str) -> &str {
    record.strip_prefix('#').map_or("", |rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default())
}

proptest! {
    #[test]
    fn however_blocks_and_runs_fall_each_record_is_judged_by_all_of_its_lines(
        chosen in prop::collection::vec((0..RULES.len(), 0..3_usize), 1..6),
        lines in prop::collection::vec((prop::bool::weighted(0.4), "[abcd \r]{0,5}", 0..6_u8), 1..30),
        longest in prop_oneof![Just(6_usize), Just(12), Just(30), Just(65536)],
        end in any::<bool>(),
    ) {
        let level = |(at, (rule, level)): (usize, &(usize, usize))| {
            format!("r{at}: {} {}", ["critical", "ok", "ignore"][*level], RULES[*rule])
        };
        let texts: Vec<String> = chosen.iter().enumerate().map(level).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let pieces: Vec<(String, u8)> = lines.iter().enumerate().map(|(at, (begins, line, cut))| {
            let head = if *begins { format!("#{at}") } else { String::new() };
            let newline = if at + 1 < lines.len() || end { "\n" } else { "" };
            (format!("{head}{line}{newline}"), *cut)
        }).collect();
        let text: String = pieces.iter().map(|(line, _)| line.as_str()).collect();
        let mut runs = Runs::new("^#", &texts);
        runs.longest = longest;
        let (records, cut) = slowly(&text, &runs.start, longest);
        let rules = rules(&texts);
        let scanner = Scanner::new(rules.matchers()).expect("rules");
        let want: Vec<Taken> = records.iter().filter_map(|record| {
            scanner.judge_line(record.as_bytes()).expect("small").map(|(rule, _)| (rule, record.clone()))
        }).collect();

        // In one run, in any blocks.
        let mut blocks = vec![String::new()];
        for (line, cut) in &pieces {
            if let Some(last) = blocks.last_mut() {
                last.push_str(line);
            }
            if *cut < 2 {
                blocks.push(String::new());
            }
        }
        let given = |(at, block): (usize, &'_ String)| ("a.log", at as u64 + 1, false, block.clone());
        let given: Vec<(&str, u64, bool, String)> = blocks.iter().enumerate().map(given).collect();
        let given: Vec<Given<'_>> = given.iter().map(|(log, file, late, text)| (*log, *file, *late, text.as_str())).collect();
        prop_assert_eq!(runs.run(&given), want.clone(), "{:?}", &blocks);
        prop_assert_eq!(runs.cut, cut);

        // In several runs: at every block that follows a line of a certain kind.
        let mut runs = Runs::new("^#", &texts);
        runs.longest = longest;
        let (mut all, mut block) = (Vec::new(), String::new());
        for (line, kind) in &pieces {
            block.push_str(line);
            if *kind < 2 {
                all.extend(runs.text(&block));
                block.clear();
            }
            if *kind == 0 {
                prop_assert_eq!(runs.text(""), taken(&[]));
            }
        }
        all.extend(runs.text(&block));
        // It is counted again by each run that passes over a part, and not at all once the first rule has taken it.
        prop_assert!(runs.cut <= cut * pieces.len() as u64);
        for record in &records {
            let rules: Vec<usize> = all.iter().filter(|(_, text)| number(text) == number(record)).map(|(rule, _)| *rule).collect();
            prop_assert!(rules.is_sorted_by(|a, b| a > b), "none twice: {rules:?} {record:?}");
            let whole = want.iter().find(|(_, text)| text == record).map(|(rule, _)| *rule);
            let least = rules.last().copied();
            prop_assert!(whole.is_none_or(|whole| least.is_some_and(|least| least <= whole)), "{record:?} {rules:?} {whole:?}");
        }
        let count = |all: &[Taken], record: &str| all.iter().filter(|(_, text)| text == record).count();
        for (_, text) in &all {
            prop_assert!(records.iter().any(|record| record.starts_with(text.trim_end())), "{text:?}");
            prop_assert!(count(&all, text) <= texts.len());
        }
    }
}
