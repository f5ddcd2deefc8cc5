use super::*;
use crate::exporter::config::RESERVED_LABELS;
use crate::exporter::outcome::{End, Faults};
use crate::exporter::outcome::{Outcome, Readings};
use crate::exporter::samples::check;
use crate::exporter::standing::Standing;
use crate::model::parse;
use crate::model::report::tests::sample_answer;
use crate::model::status::Status;
use crate::model::unit::Unit;
use std::collections::BTreeSet;
use std::time::Duration;

const WALL: Timestamp = Timestamp(1_795_449_590.0);

fn standing(name: &str, status: Status, readings: Readings) -> Standing {
    let mut check = check(name, &["/usr/lib/nagios/plugins/check_load"]);
    check.labels.insert("site".to_owned(), "north \"1\"\n\\".to_owned());
    let now = Instant::now();
    let mut standing = Standing::new(Arc::new(check), now, (now, WALL));
    let typed = matches!(readings, Readings::Typed(_));
    let outcome = Outcome {
        started: WALL,
        ended: now,
        duration: Duration::from_millis(250),
        status,
        check: if typed { "fs" } else { "load" }.to_owned(),
        summary: String::new(),
        long: Vec::new(),
        readings,
        stderr: Vec::new(),
        end: End::Code(i32::from(status.code())),
        faults: Faults { unreadable: 3, ..Faults::default() },
    };
    standing.record(outcome, WALL);
    standing
}

fn text(standings: Vec<Standing>) -> String {
    let snapshot = Snapshot { standings, notices: Vec::new(), now: Instant::now(), wall: WALL };
    super::text(&snapshot, &Load::default(), (true, WALL)).expect("text")
}

fn foreign(name: &str) -> Standing {
    let (data, _) = parse::perfdata("load1=2.5;5;10;0;100 'a \"quoted\"\tlabel'=7ms;1:2 load1=3 gone=U errors=9c");
    standing(name, Status::Critical, Readings::Perfdata(data))
}

#[test]
fn a_foreign_plugin_has_its_state_and_its_values() {
    let text = text(vec![foreign("load")]);
    let own = "check=\"load\",host=\"localhost\",service=\"load\",site=\"north \\\"1\\\"\\n\\\\\"";
    let own_with = |name: &str, after: &str| {
        let mut labels: Vec<String> = own.split(",").map(str::to_owned).collect();
        labels.push(after.to_owned());
        labels.sort();
        format!("{name}{{{}}}", labels.join(","))
    };
    for line in [
        format!("vitals_check_status{{{own}}} 2"),
        format!("vitals_check_hard_status{{{own}}} 0"),
        format!("vitals_check_attempt{{{own}}} 1"),
        format!("vitals_check_duration_seconds{{{own}}} 0.25"),
        format!("vitals_check_parse_errors_total{{{own}}} 3"),
        format!("vitals_check_last_run_timestamp_seconds{{{own}}} 1795449590"),
        format!("{} 1", own_with("vitals_check_state", "state=\"critical\"")),
        format!("{} 0", own_with("vitals_check_state", "state=\"ok\"")),
        format!("{} 1", own_with("vitals_check_runs_total", "state=\"critical\"")),
        // The second value of one label has no place of its own.
        format!("vitals_check_series_clashing{{{own}}} 1"),
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
    let values: Vec<&str> = text.lines().filter(|line| line.starts_with("vitals_perfdata_value{")).collect();
    assert_eq!(values.len(), 2, "{values:?}");
    let in_seconds =
        |line: &&str| line.contains("label=\"a \\\"quoted\\\"") && line.ends_with("unit=\"seconds\"} 0.007");
    assert!(values.iter().any(in_seconds), "{values:?}");
    assert!(text.contains("# TYPE vitals_perfdata_total counter") && text.contains("label=\"errors\""));
    let limits =
        |name: &str| text.lines().filter(|line| line.starts_with(&format!("vitals_perfdata_{name}{{"))).count();
    assert_eq!([limits("warn"), limits("crit"), limits("min"), limits("max")], [1, 1, 1, 1], "1:2 is not one number");
}

#[test]
fn ours_are_typed_and_told_by_host_and_service() {
    let text = text(vec![standing("disk", Status::Ok, Readings::Typed(Box::new(sample_answer())))]);
    let line = text.lines().find(|line| line.starts_with("vitals_fs_used_ratio{") && line.contains("/var"));
    let line = line.expect("typed");
    for label in ["host=\"localhost\"", "service=\"disk\"", "mountpoint=\"/var\"", "site=\"north"] {
        assert!(line.contains(label), "{line}");
    }
    assert!(text.contains("# TYPE vitals_fs_used_ratio gauge") && !text.contains("vitals_perfdata"));
}

#[test]
fn nothing_is_said_of_a_state_before_the_first_result() {
    let now = Instant::now();
    let text = text(vec![Standing::new(Arc::new(check("new", &["x"])), now, (now, WALL))]);
    assert!(!text.contains("vitals_check_status{") && text.contains("vitals_check_overdue{"), "{text}");
}

/// A configured label must not take the place of one of ours, so the list of those that are taken must be whole.
#[test]
fn labels_of_ours_are_reserved() {
    let typed = standing("b", Status::Ok, Readings::Typed(Box::new(sample_answer())));
    let text = text(vec![foreign("a"), typed]);
    let ours = text.lines().filter(|line| line.starts_with("vitals_check_") || line.starts_with("vitals_perfdata_"));
    let name = regex::Regex::new("[{,]([a-z_]+)=\"").expect("an expression");
    let labels: BTreeSet<&str> = ours
        .flat_map(|line| name.captures_iter(line))
        .filter_map(|found| Some(found.get(1)?.as_str()))
        .filter(|name| *name != "site")
        .collect();
    let reserved: BTreeSet<&str> = RESERVED_LABELS.iter().copied().collect();
    assert!(labels.is_subset(&reserved), "{labels:?}");
    assert!(labels.contains("label") && labels.contains("state"));
}

#[test]
fn a_thousand_checks_that_measure_the_same_clash_nowhere() {
    let standings = (0..1000).map(|n| foreign(&format!("load {n}"))).collect();
    let text = text(standings);
    assert_eq!(text.lines().filter(|line| line.starts_with("vitals_perfdata_value{")).count(), 2000);
    let mut lines: Vec<&str> =
        text.lines().filter_map(|line| line.rsplit_once(' ')).map(|(series, _)| series).collect();
    let all = lines.len();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), all);
}

#[test]
fn a_family_has_the_type_that_the_first_check_gives_it() {
    let typed = |name, metric: &str, kind| {
        let mut answer = sample_answer();
        let metrics = answer.findings.iter_mut().flat_map(|finding| &mut finding.metrics);
        for (index, found) in metrics.enumerate() {
            (found.name, found.unit, found.kind) = (metric.to_owned(), Unit::Count, kind);
            found.labels.insert("index".to_owned(), index.to_string());
        }
        standing(name, Status::Ok, Readings::Typed(Box::new(answer)))
    };
    let gauge = |name| typed(name, "x_total", Kind::Gauge);
    let text = text(vec![gauge("a"), typed("b", "x", Kind::Counter), gauge("c")]);
    let of = |service: &str| {
        let label = format!("service=\"{service}\"");
        let lines = text.lines().filter(|line| line.contains(&label));
        let clashing = |line: &&str| line.starts_with("vitals_check_series_clashing{");
        let said = lines.clone().find(clashing).and_then(|line| line.rsplit(' ').next()?.parse::<usize>().ok());
        (lines.filter(|line| line.starts_with("vitals_fs_x_total{")).count(), said)
    };
    let (all, _) = of("a");
    assert!(all > 0, "{text}");
    assert_eq!([of("a"), of("b"), of("c")], [(all, Some(0)), (0, Some(all)), (all, Some(0))]);
    assert_eq!(text.lines().filter(|line| line.contains("TYPE vitals_fs_x_total")).count(), 1);
}

#[test]
fn what_is_kept_goes_with_its_run_and_its_check() {
    let mut values = Values::default();
    let mut scrape = |standings: Vec<Standing>| {
        let snapshot = Snapshot { standings, notices: Vec::new(), now: Instant::now(), wall: WALL };
        let mut out = String::new();
        write(&mut out, &snapshot, &Load::default(), (true, WALL), &mut values).expect("text");
        assert_eq!(out, super::text(&snapshot, &Load::default(), (true, WALL)).expect("text"));
        out
    };
    let perfdata = |text| Readings::Perfdata(parse::perfdata(text).0);
    let [a, b, c] = ["a", "b", "c"].map(|name| standing(name, Status::Ok, perfdata("x=1")));
    let first = scrape(vec![a.clone(), c.clone()]);
    assert!(first.contains("service=\"c\",site=\"north \\\"1\\\"\\n\\\\\",unit=\"\"} 1"), "{first}");
    // Another run, another check between, other labels; then one that has gone.
    let mut again = a.clone();
    again.record(Outcome { readings: perfdata("x=2"), ..a.last.as_deref().expect("a run").clone() }, WALL);
    let mut moved = c.clone();
    let mut check = (*c.check).clone();
    check.labels.insert("site".to_owned(), "south".to_owned());
    moved.check = Arc::new(check);
    let second = scrape(vec![again, b.clone(), moved]);
    let value = |text: &str, service: &str| {
        let of = format!("service=\"{service}\"");
        let found = text.lines().filter(|line| line.starts_with("vitals_perfdata_value{") && line.contains(&of));
        found.map(|line| line.rsplit(' ').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!([value(&second, "a"), value(&second, "b"), value(&second, "c")].concat(), ["2", "1", "1"]);
    assert!(second.contains("site=\"south\""));
    let third = scrape(vec![b]);
    assert!(value(&third, "a").is_empty() && value(&third, "c").is_empty());
}

#[test]
fn what_is_the_same_is_not_made_again() {
    let (a, b) = (foreign("a"), foreign("b"));
    let mut values = Values::default();
    let mut places = |standings: &[Standing]| {
        values.update(standings).expect("text");
        values.labels().map(str::as_ptr).collect::<Vec<_>>()
    };
    let first = places(&[a.clone(), b.clone()]);
    assert_eq!(places(&[a, b.clone()]), first);
    assert_eq!(places(&[b])[..], first[1..]);
}
