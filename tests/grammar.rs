//! Our ranges and performance data against those of others: the text of the guidelines, Perl's Monitoring::Plugin
//! (the parser that most plugins and graphers share), and Icinga 2's reading.
//!
//! Perl's module is Debian's libmonitoring-plugin-perl. Where it is missing, its tests say so and are skipped; with
//! `CI=true` that is a failure.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "grammar/hostile.rs"]
mod hostile;
#[path = "grammar/icinga.rs"]
mod icinga;
#[path = "grammar/perl.rs"]
mod perl;
#[path = "common/random.rs"]
mod random;

use hostile::Wanted;
use random::Random;
use vitals::model::parse;
use vitals::model::range::Range;
use vitals::model::unit::Unit;

/// The table of the guidelines ("Threshold and Ranges"), then the edges that it leaves open.
const TABLE: &[(&str, &[f64], &[f64])] = &[
    ("10", &[0.0, 5.0, 10.0], &[-0.1, 10.1]),
    ("10:", &[10.0, 11.0, 1e15], &[9.9, 0.0, -1.0]),
    ("~:10", &[-1e15, 0.0, 10.0], &[10.1]),
    ("10:20", &[10.0, 15.0, 20.0], &[9.9, 20.1]),
    ("@10:20", &[9.9, 20.1], &[10.0, 15.0, 20.0]),
    // Examples of the guidelines: check_stuff -w10 -c20, -w~:10, -c10:, -c1:, -w@10:20.
    ("20", &[0.0, 20.0], &[-1.0, 21.0]),
    ("1:", &[1.0], &[0.0, 0.9]),
    (":10", &[0.0, 10.0], &[-1.0, 11.0]),
    ("0", &[0.0], &[-1.0, 1.0]),
    ("0:0", &[0.0], &[-1.0, 1.0]),
    ("5:5", &[5.0], &[4.9, 5.1]),
    ("@5:5", &[4.9, 5.1], &[5.0]),
    ("-10:-5", &[-10.0, -5.0], &[-4.0, -11.0, 0.0]),
    ("-10:", &[-10.0, 0.0], &[-10.1]),
    ("~:-5", &[-6.0, -5.0], &[-4.0, 0.0]),
    ("~:0", &[-1.0, 0.0], &[0.1]),
    ("~:", &[-1e15, 0.0, 1e15], &[]),
    ("@~:", &[], &[-1e15, 0.0, 1e15]),
    ("@~:10", &[10.1], &[-5.0, 10.0]),
    ("@10:", &[9.9], &[10.0, 1e15]),
    ("@10", &[-0.1, 10.1], &[0.0, 10.0]),
    ("0.5:1.5", &[0.5, 1.5], &[0.4, 1.6]),
    (".5", &[0.0, 0.5], &[0.6]),
    ("+5", &[5.0], &[6.0]),
    ("-0", &[0.0], &[0.1, -0.1]),
];

fn ours(text: &str) -> Result<Range, String> {
    Range::parse(text, Unit::None)
}

/// All rows as questions: range, value, whether it alerts.
fn rows() -> Vec<(String, f64, bool)> {
    let row =
        |text: &str, values: &[f64], alert| values.iter().map(|v| (text.to_owned(), *v, alert)).collect::<Vec<_>>();
    TABLE.iter().flat_map(|(text, good, bad)| [row(text, good, false), row(text, bad, true)].concat()).collect()
}

#[test]
fn the_guidelines_hold() {
    for (text, value, alert) in rows() {
        assert_eq!(ours(&text).map(|range| range.alerts(value)), Ok(alert), "{value} in '{text}'");
    }
}

#[test]
fn perl_agrees_on_the_table_and_on_random_ranges() {
    let Some(perl) = perl::Perl::found("perl_agrees_on_the_table_and_on_random_ranges") else { return };
    let mut cases = rows();
    let mut random = Random::new(0x5eed);
    while cases.len() < 2000 + rows().len() {
        let text = hostile::range(&mut random);
        let Ok(range) = ours(&text) else { continue };
        // On the ends, beside them, and anywhere.
        let end = if random.one_in(2) { range.start() } else { range.end() };
        let value = match random.below(4) {
            0 if end.is_finite() => end,
            1 if end.is_finite() => end + if random.one_in(2) { 0.001 } else { -0.001 },
            _ => hostile::short_number(&mut random),
        };
        cases.push((text, value, range.alerts(value)));
    }
    let questions: Vec<String> = cases.iter().map(|(text, value, _)| format!("R\t{text}\t{value}")).collect();
    for ((text, value, alert), theirs) in cases.iter().zip(perl.ask(&questions)) {
        assert_eq!(theirs, if *alert { "1" } else { "0" }, "{value} in '{text}'");
    }
}

/// Perl is laxer: what it takes and we refuse, all of it. A threshold that two
/// readers understand differently is worse than one that is refused.
const PERL_TAKES: &[(&str, &str)] = &[
    (" 10 ", "white space is taken out"),
    ("10 : 20", "white space is taken out"),
    ("1 0", "and makes another number"),
    ("1e3", "an exponent"),
    ("1e3:2e3", "an exponent"),
    ("1.2.3", "a number with two points is cut: 1.2"),
    ("1:2.3.4", "a number with two points is cut: 2.3"),
    ("5.", "a point with nothing behind it"),
    ("5.:6.", "a point with nothing behind it"),
    ("1e1.5", "a broken exponent"),
];

/// What both refuse.
const NOBODY_TAKES: &[&str] = &[
    "", "@", ":", "@:", "~", "@~", "10:~", "~10", "20:10", "1:2:3", "nan", "inf", "~:inf", "1,5", "0x10", "10%", "--1",
    "@@1",
];

#[test]
fn perl_is_laxer_where_we_know_it() {
    let Some(perl) = perl::Perl::found("perl_is_laxer_where_we_know_it") else { return };
    let lax: Vec<String> = PERL_TAKES.iter().map(|(text, _)| format!("R\t{text}\t1")).collect();
    for ((text, why), theirs) in PERL_TAKES.iter().zip(perl.ask(&lax)) {
        assert_ne!(theirs, "-", "Perl refuses '{text}' too ({why})");
        assert!(ours(text).is_err(), "'{text}': {why}");
    }
    let none: Vec<String> = NOBODY_TAKES.iter().map(|text| format!("R\t{text}\t1")).collect();
    for (text, theirs) in NOBODY_TAKES.iter().zip(perl.ask(&none)) {
        assert_eq!((theirs.as_str(), ours(text).is_err()), ("-", true), "'{text}'");
    }
    // Whatever we take, Perl takes, and means the same.
    let mut random = Random::new(0x0acc_e9ed);
    let texts: Vec<String> =
        (0..20_000).map(|_| hostile::from_alphabet(&mut random, "@~:0123456789.-+e ", 8)).collect();
    let taken: Vec<(&String, Range)> = texts.iter().filter_map(|text| Some((text, ours(text).ok()?))).collect();
    assert!(taken.len() > 1000, "{}", taken.len());
    let values = [-1e9, -7.0, -0.5, 0.0, 0.5, 1.0, 7.0, 42.0, 1e9];
    let questions: Vec<String> =
        taken.iter().flat_map(|(text, _)| values.map(|value| format!("R\t{text}\t{value}"))).collect();
    let answers = perl.ask(&questions);
    for ((text, range), theirs) in taken.iter().zip(answers.chunks(values.len())) {
        let ours = values.map(|value| if range.alerts(value) { "1" } else { "0" });
        assert_eq!(theirs, ours, "'{text}'");
    }
}

/// The seeds of the hostile answers. A failure names its seed.
fn answers() -> impl Iterator<Item = (u64, String, Vec<Wanted>)> {
    (1..=300).map(|seed| {
        let (line, wanted) = hostile::perfdata(seed);
        (seed, line, wanted)
    })
}

#[test]
fn our_own_reader_agrees() {
    for (seed, line, wanted) in answers() {
        let (read, broken) = parse::perfdata(&line);
        assert_eq!((broken, read.len()), (0, wanted.len()), "seed {seed}: {line}");
        for (read, wanted) in read.iter().zip(&wanted) {
            let at = format!("seed {seed}: {read:?} {wanted:?}\n{line}");
            assert_eq!(read.label, wanted.label, "{at}");
            assert!(wanted.is_value(read.value), "{at}");
            assert_eq!(read.uom, wanted.uom, "{at}");
            assert!(wanted.is_warn(read.warn) && wanted.is_crit(read.crit), "{at}");
            assert!(wanted.is_min(read.min) && wanted.is_max(read.max), "{at}");
        }
    }
}

#[test]
fn icinga_agrees() {
    for (seed, line, wanted) in answers() {
        // A value that is not known is refused there, and logged; the others are not harmed.
        let read = icinga::read(&line);
        let known: Vec<&Wanted> = wanted.iter().filter(|wanted| wanted.value.is_some()).collect();
        assert_eq!(read.len(), known.len(), "seed {seed}: {line}");
        for (read, wanted) in read.iter().zip(known) {
            let at = format!("seed {seed}: {read:?} {wanted:?}\n{line}");
            assert_eq!(read.label, wanted.label, "{at}");
            assert!(wanted.is_value(Some(read.value)), "{at}");
            let unit = match (read.unit, read.counter) {
                ("seconds", false) => "s",
                ("bytes", false) => "B",
                ("percent", false) => "%",
                ("", true) => "c",
                ("", false) => "",
                other => panic!("{other:?} {at}"),
            };
            assert_eq!(unit, wanted.uom, "{at}");
            // Only a plain upper limit is taken; of other ranges it says that they are not supported.
            let plain =
                |range: Option<Range>| range.filter(|r| r.start() == 0.0 && r.end().is_finite() && !r.is_inverted());
            assert!(wanted.is_end(plain(wanted.warn), read.warn), "{at}");
            assert!(wanted.is_end(plain(wanted.crit), read.crit), "{at}");
            assert!(wanted.is_min(read.min) && wanted.is_max(read.max), "{at}");
        }
    }
}

#[test]
fn perl_agrees_on_performance_data() {
    let Some(perl) = perl::Perl::found("perl_agrees_on_performance_data") else { return };
    let all: Vec<_> = answers().collect();
    let questions: Vec<String> = all.iter().map(|(_, line, _)| format!("P\t{line}")).collect();
    for ((seed, line, wanted), answer) in all.iter().zip(perl.ask(&questions)) {
        let items: Vec<Vec<&str>> =
            answer.split('\u{1e}').filter(|item| !item.is_empty()).map(|item| item.split('\u{1f}').collect()).collect();
        // A value that is not known is passed over.
        let known: Vec<&Wanted> = wanted.iter().filter(|wanted| wanted.value.is_some()).collect();
        assert_eq!(items.len(), known.len(), "seed {seed}: {line}\n{answer}");
        for (item, wanted) in items.iter().zip(known) {
            let at = format!("seed {seed}: {item:?} {wanted:?}\n{line}");
            let [label, value, uom, warn, crit, min, max] = item[..] else { panic!("{at}") };
            assert_eq!(label, wanted.label, "{at}");
            assert!(wanted.is_value(value.parse().ok()), "{at}");
            assert_eq!(uom, wanted.uom, "{at}");
            // It stops reading at the '@' of an inverted range.
            let readable = |range: Option<Range>| range.is_none_or(|range| !range.is_inverted());
            if readable(wanted.warn) {
                assert!(wanted.is_warn(ours(warn).ok()), "{at}");
                if readable(wanted.crit) {
                    assert!(wanted.is_crit(ours(crit).ok()), "{at}");
                    assert!(wanted.is_min(min.parse().ok()) && wanted.is_max(max.parse().ok()), "{at}");
                }
            }
        }
    }
}
