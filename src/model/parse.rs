//! Foreign plugin output, read as Nagios, Icinga and pnp4nagios read it.
//!
//! Text and performance data may both go on over several lines: the first `|` of the first line begins performance
//! data, and the first `|` in the lines below begins the rest of it (Nagios Core, "Plugin API"). What cannot be
//! read is counted, never guessed.

use super::range::Range;
use super::unit::Unit;

/// The output of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    /// The first line, without its performance data.
    pub summary: String,
    /// The lines below it.
    pub long: Vec<String>,
    /// What could be read of the performance data.
    pub perfdata: Vec<Perfdatum>,
    /// Pieces of the performance data that could not be read.
    pub broken: usize,
    /// Values of the performance data that were read, and not kept.
    pub dropped: usize,
}

/// How much is kept of an output, however long it is.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Bytes of the lines below the first. The line that crosses it is the last.
    pub long: usize,
    /// Values of the performance data.
    pub values: usize,
}

/// One value of the performance data.
#[derive(Clone, Debug, PartialEq)]
pub struct Perfdatum {
    /// The label without quotes.
    pub label: String,
    /// The value; `None` for `U`, "not known".
    pub value: Option<f64>,
    /// The unit of measurement as it was written.
    pub uom: String,
    /// The warning range; a threshold that is no range is not kept.
    pub warn: Option<Range>,
    /// The critical range.
    pub crit: Option<Range>,
    /// The least value.
    pub min: Option<f64>,
    /// The greatest value.
    pub max: Option<f64>,
}

/// Reads the output of a plugin.
#[must_use]
pub fn parse(text: &str) -> Output {
    parse_within(text, Room { long: usize::MAX, values: usize::MAX })
}

/// Reads the output of a plugin that may be a flood.
#[must_use]
pub fn parse_within(text: &str, room: Room) -> Output {
    let mut left = room.long;
    let mut out = Output::default();
    let mut lines = text.lines();
    let (summary, first) = split(lines.next().unwrap_or_default());
    out.summary = summary.trim().to_owned();
    let mut perf = first.map(str::to_owned).unwrap_or_default();
    let mut in_perf = false;
    for line in lines {
        let (said, data) = if in_perf { ("", Some(line)) } else { split(line) };
        if !in_perf && left > 0 {
            out.long.push(said.trim_end().to_owned());
            left = left.saturating_sub(said.len() + 1);
        }
        if let Some(data) = data {
            in_perf = true;
            perf.push(' ');
            perf.push_str(data);
        }
    }
    (out.broken, out.dropped) = read(&perf, |datum| {
        let has_room = out.perfdata.len() < room.values;
        if has_room {
            out.perfdata.push(datum);
        }
        has_room
    });
    out
}

fn split(line: &str) -> (&str, Option<&str>) {
    line.split_once('|').map_or((line, None), |(said, data)| (said, Some(data)))
}

/// Reads performance data: the values, and how many pieces were none.
#[must_use]
pub fn perfdata(text: &str) -> (Vec<Perfdatum>, usize) {
    let mut found = Vec::new();
    let (broken, _) = read(text, |datum| {
        found.push(datum);
        true
    });
    (found, broken)
}

/// Hands each value over; returns how many pieces were none, and how many were not kept.
fn read(text: &str, mut keep: impl FnMut(Perfdatum) -> bool) -> (usize, usize) {
    let (mut broken, mut dropped) = (0, 0);
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (piece, after) = match label(rest) {
            Some((label, fields)) => {
                let end = fields.find(char::is_whitespace).unwrap_or(fields.len());
                let (fields, after) = fields.split_at(end);
                (datum(label, fields), after)
            }
            // No label here: go on behind the next white space.
            None => (None, rest.find(char::is_whitespace).map_or("", |end| rest.split_at(end).1)),
        };
        match piece {
            Some(datum) => dropped += usize::from(!keep(datum)),
            None => broken += 1,
        }
        rest = after.trim_start();
    }
    (broken, dropped)
}

/// The label in front of `=`, and what follows that.
fn label(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('\'') else {
        // Within this piece: a long text without any '=' is not searched anew at each word.
        let end = text.find(|c: char| c.is_whitespace() || c == '=')?;
        let (label, fields) = (text.get(..end)?, text.get(end..)?.strip_prefix('=')?);
        let ok = !label.is_empty() && !label.contains('\'');
        return ok.then(|| (label.to_owned(), fields));
    };
    let mut label = String::new();
    let mut rest = quoted;
    loop {
        let (part, after) = rest.split_once('\'')?;
        label.push_str(part);
        match after.strip_prefix('\'') {
            // Two quotes stand for one.
            Some(more) => {
                label.push('\'');
                rest = more;
            }
            None => return (!label.is_empty()).then_some((label, after.strip_prefix('=')?)),
        }
    }
}

fn datum(label: String, fields: &str) -> Option<Perfdatum> {
    let mut fields = fields.split(';');
    let (value, uom) = value(fields.next()?)?;
    // The numbers behind the value are for drawing: one that is none is as good as absent.
    let range = |text: Option<&str>| text.and_then(|text| Range::parse(text, Unit::None).ok());
    let number = |text: Option<&str>| text.and_then(number);
    let (warn, crit) = (range(fields.next()), range(fields.next()));
    let (min, max) = (number(fields.next()), number(fields.next()));
    Some(Perfdatum { label, value, uom, warn, crit, min, max })
}

/// Bytes of a unit at most.
const LONGEST_UNIT: usize = 16;

fn value(text: &str) -> Option<(Option<f64>, String)> {
    if text == "U" {
        return Some((None, String::new()));
    }
    // The unit is what follows the longest number; an exponent belongs to the number where digits follow it.
    let shortest = text.len().saturating_sub(LONGEST_UNIT).max(1);
    let split = (shortest..=text.len()).rev().find(|end| text.get(..*end).and_then(number).is_some())?;
    let (value, uom) = text.split_at(split);
    let plain = uom.chars().all(|c| c.is_alphabetic() || matches!(c, '%' | '/' | '°' | 'µ'));
    plain.then(|| (number(value), uom.to_owned()))
}

/// A finite number in digits: no `inf`, no `nan`, no comma.
fn number(text: &str) -> Option<f64> {
    let plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
    text.parse().ok().filter(|value: &f64| plain && value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::render::{self, Format, Options};
    use crate::model::report::tests::sample_answer;
    use proptest::prelude::*;

    #[test]
    fn a_flood_is_kept_in_part_and_counted() {
        let out = parse_within("a | x=1 y=2 z\nbb\ncc\ndd | w=3", Room { long: 4, values: 2 });
        assert_eq!((out.long, out.perfdata.len()), (vec!["bb".to_owned(), "cc".to_owned()], 2));
        assert_eq!((out.broken, out.dropped), (1, 1));
    }

    #[test]
    fn the_form_of_the_plugin_api() {
        let out = parse(
            "DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968\n/ 15272 MB (77%);\n/boot 68 MB \
             (69%); | /boot=68MB;88;93;0;98\n/home=69357MB;253404;253409;0;253414\n",
        );
        assert_eq!(out.summary, "DISK OK - free space: / 3326 MB (56%);");
        assert_eq!(out.long, ["/ 15272 MB (77%);", "/boot 68 MB (69%);"]);
        let labels: Vec<(&str, Option<f64>, &str)> =
            out.perfdata.iter().map(|p| (&*p.label, p.value, &*p.uom)).collect();
        assert_eq!(labels, [("/", Some(2643.0), "MB"), ("/boot", Some(68.0), "MB"), ("/home", Some(69357.0), "MB")]);
        assert_eq!(out.broken, 0);
    }

    #[test]
    fn quotes_units_and_what_is_broken() {
        let (found, broken) = perfdata("'it''s a label'=1.5e3ms;@1:2;~:9;;10 b=U c=1,5 =5 d='x' 'open=1");
        let first = &found[0];
        assert_eq!((&*first.label, first.value, &*first.uom), ("it's a label", Some(1500.0), "ms"));
        assert_eq!((first.warn.map(|r| r.to_string()), first.min, first.max), (Some("@1:2".into()), None, Some(10.0)));
        assert_eq!((found.len(), found[1].value), (2, None));
        assert_eq!(broken, 4);
    }

    #[test]
    fn our_own_text_reads_back() {
        let answer = sample_answer();
        let out = parse(&render::render(&answer, Format::Nagios, &Options::default()));
        assert_eq!((out.perfdata.len(), out.broken), (3, 0));
        assert!(out.summary.starts_with("FS CRITICAL - "));
        assert_eq!(out.perfdata[1].label, "/var.used");
        assert_eq!(out.perfdata[1].crit.map(|r| r.end()), Some(95.0));
    }

    /// Whoever sends it must not keep us: what is read costs as much as it is long.
    #[test]
    fn a_megabyte_of_anything_is_read_at_once() {
        let start = std::time::Instant::now();
        let digits = "1".repeat(1 << 19);
        for text in ["a ".repeat(1 << 19), format!("a={digits}{}", "e".repeat(1 << 19)), "'' ".repeat(1 << 18)] {
            let (found, broken) = perfdata(&text);
            assert!(found.is_empty() && broken > 0);
        }
        assert_eq!(perfdata(&"a=1 ".repeat(1 << 17)).0.len(), 1 << 17);
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a'=;|\n 0-9.%U:-]{0,60}") {
            let out = parse(&text);
            prop_assert!(out.perfdata.iter().all(|p| !p.label.is_empty()));
        }
    }
}
