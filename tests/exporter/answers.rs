//! What plugins write, of every kind and size.

use crate::daemon::{Exporter, Folder, RARELY, shell};
use vitals::model::answer::{Answer, Finding};
use vitals::model::json;
use vitals::model::metric::{Kind, Metric, Value};
use vitals::model::status::Status;
use vitals::model::unit::Unit;

crate::trials![floods_are_cut, every_kind_of_text_is_shown_harmlessly, json_that_is_not_right_is_told];

/// The most memory of an exporter that two plugins at a time flood with 100 MB, in KiB.
const MEMORY: u64 = 40 * 1024;

fn floods_are_cut() {
    let more = "timeout = \"30s\"";
    let checks = [
        shell("lines", "yes 'a line of it' | head -c 100000000; exit 1", more),
        shell("values", "echo 'fine |'; yes 'a=1' | head -c 100000000", more),
        shell("zeros", "head -c 100000000 /dev/zero", more),
        shell("errors", "head -c 100000000 /dev/zero >&2; exit 2", more),
        // Nobody reads for ever from one who writes for ever.
        shell("endless", "exec yes", "timeout = \"1s\""),
    ];
    let exporter = Exporter::start(&format!("concurrency = 2\n{RARELY}{}", checks.concat()));
    let names = ["lines", "values", "zeros", "errors", "endless"];
    exporter.until_run(&names, 1.0);
    let scrape = exporter.scrape();
    for (name, status) in names.into_iter().zip([1.0, 0.0, 0.0, 2.0, 3.0]) {
        assert_eq!(scrape.of(name, "status"), Some(status), "{name}");
        assert_eq!(scrape.of(name, "output_cut_total"), Some(1.0), "{name}");
        let page = exporter.get(&format!("/check/h/{name}")).body;
        assert!(page.contains("It wrote more than is kept; the rest is lost."), "{name}");
        assert!(page.len() < 1_000_000, "{name}: {}", page.len());
    }
    let peak = exporter.memory("VmHWM");
    assert!(peak < MEMORY, "{peak} KiB");
    exporter.leaves_nothing_but(&[]);
}

fn every_kind_of_text_is_shown_harmlessly() {
    let checks = [
        ("nothing0", "exit 0", 0.0, "no output"),
        ("nothing2", "exit 2", 2.0, "no output"),
        ("blank", "printf '\\n\\n  \\n'", 0.0, "no output"),
        ("stderr", "echo 'only here' >&2; exit 1", 1.0, "no output, but on standard error: only here"),
        ("ansi", "printf '\\033[31mred\\033[0m'", 0.0, "\\x1b[31mred\\x1b[0m"),
        ("binary", "printf 'a\\000b\\377c|x=1'", 0.0, "a\\x00b\u{fffd}c"),
        ("html", "echo '<script>alert(1)</script> & more'", 0.0, "<script>alert(1)</script> & more"),
        ("broken", "echo 'fine | a=1 b=c \"=2 =3 d=4;;;;;;'", 0.0, "fine"),
        ("labels", "printf 'fine | %s=1\\n' \"'a\\\"\\\\b{}'\"", 0.0, "fine"),
    ];
    let config: String = checks.iter().map(|(name, command, ..)| shell(name, command, "")).collect();
    let exporter = Exporter::start(&format!("{RARELY}{config}"));
    exporter.until_run(&checks.map(|check| check.0), 1.0);
    let scrape = exporter.scrape();
    for (name, _, status, summary) in checks {
        assert_eq!(scrape.of(name, "status"), Some(status), "{name}");
        let page = exporter.page(name);
        assert!(page.contains(summary), "{name}: {page}");
    }
    for path in ["/", "/check/h/html", "/check/h/ansi", "/check/h/binary", "/metrics"] {
        let body = exporter.get(path).body;
        assert!(!body.contains("<script>alert"), "{path}");
        assert!(!body.chars().any(|c| c.is_control() && c != '\n'), "{path}");
    }
    assert_eq!(scrape.one("vitals_perfdata_value", &[("service", "binary")]), Some(1.0));
    assert!(scrape.of("broken", "parse_errors_total").unwrap() >= 1.0);
    assert!(scrape.0.contains("label=\"a\\\"\\\\b{}\""), "{}", scrape.0);
    assert!(!exporter.log().contains('\u{1b}'));
}

/// An answer with so many metrics.
fn answer(metrics: usize) -> Answer {
    let metric = |number: usize| Metric {
        name: "value".to_owned(),
        labels: [("item".to_owned(), number.to_string())].into(),
        value: Some(Value::from(number)),
        unit: Unit::Count,
        kind: Kind::Gauge,
        warn: None,
        crit: None,
        min: None,
        max: None,
        perfdata: false,
    };
    let finding = Finding { metrics: (0..metrics).map(metric).collect(), text: "all".to_owned(), ..Finding::default() };
    Answer { check: "made".to_owned(), summary: "all is well".to_owned(), findings: vec![finding], ..Answer::default() }
}

/// An answer with findings within findings.
fn nested(levels: usize) -> String {
    let deeper = |inner, _| Finding { text: "deeper".to_owned(), findings: vec![inner], ..Finding::default() };
    json::write(&Answer { findings: vec![(0..levels).fold(Finding::default(), deeper)], ..answer(0) })
}

fn json_that_is_not_right_is_told() {
    let (whole, folder) = (json::write(&answer(1)), Folder::new());
    let huge = Answer { notes: vec!["x".repeat(5_000_000)], ..answer(1) };
    let unreadable = "its JSON cannot be read: ";
    let cases = [
        ("well", whole.clone(), 0.0, "all is well"),
        ("half", whole[..whole.len() / 2].to_owned(), 1.0, unreadable),
        ("version", whole.replacen(":1,", ":2,", 1), 1.0, "JSON version 2 is not known"),
        ("huge", json::write(&huge), 1.0, unreadable),
        ("behind", format!("{whole}\nand more"), 1.0, unreadable),
        ("deep", nested(50), 0.0, "all is well"),
        ("deeper", nested(200), 1.0, unreadable),
        ("deepest", format!("{{\"vitals\":1,\"x\":{}", "[".repeat(3_000_000)), 1.0, unreadable),
        ("wrong", whole.replacen("\"all is well\"", "7", 1), 1.0, unreadable),
        ("reserved", whole.replacen("\"made\"", "\"exporter\"", 1), 1.0, unreadable),
        (
            "liar",
            json::write(&Answer { status: Status::Critical, ..answer(1) }),
            0.0,
            "its text says CRITICAL, its exit code OK",
        ),
        ("many", json::write(&answer(5000)), 0.0, "all is well"),
    ];
    let mut config = RARELY.to_owned();
    for (name, text, ..) in &cases {
        let file = folder.file(name, text);
        config.push_str(&shell(name, &format!("cat {file}"), ""));
    }
    let exporter = Exporter::start_in(folder, &config);
    exporter.until_run(&cases.iter().map(|case| case.0).collect::<Vec<_>>(), 1.0);
    let scrape = exporter.scrape();
    for (name, _, errors, words) in &cases {
        assert_eq!(scrape.of(name, "parse_errors_total"), Some(*errors), "{name}");
        assert_eq!(scrape.of(name, "status"), Some(0.0), "{name}: the exit code is the truth");
        let page = exporter.page(name);
        assert!(page.contains(words), "{name}: {}", page.chars().take(3000).collect::<String>());
    }
    assert_eq!(scrape.of("liar", "disagreements_total"), Some(1.0));
    assert_eq!(scrape.of("huge", "output_cut_total"), Some(1.0));
    assert_eq!(scrape.of("many", "series_dropped_total"), Some(4000.0));
    assert_eq!(scrape.all("vitals_made_value", &[("service", "many")]).len(), 1000);
    assert_eq!(scrape.all("vitals_made_value", &[("service", "well")]), [0.0]);
}
