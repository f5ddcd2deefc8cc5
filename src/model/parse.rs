//! Foreign plugin output, read as Nagios Core, Icinga 2 and pnp4nagios read it.
//!
//! The first line that is not empty is the summary; the first `|` in it begins performance data, and the first `|`
//! in the lines below begins the rest of it (Nagios Core, "Plugin API"). Of performance data, what any of the three
//! reads is read with the same meaning; what they read differently, or none reads, is counted and not guessed.
//! `tests/grammar.rs` and `tests/real/foreign.rs` hold this table against the real programs.
//!
//! | what | here |
//! |---|---|
//! | a later line with its own `|` | text and performance data, as Icinga; to Nagios the words would be labels |
//! | a line without `=` after performance data began | text, as Icinga; nothing in it could be a value |
//! | separators | any white space, as Perl; Icinga knows the blank alone |
//! | label without quotes | up to the first `=`, blanks inside included, as all; blanks around it are no part |
//! | quoted label | may hold `=` and blanks; `''` is one quote (guidelines; Icinga leaves both) |
//! | empty label, quote never closed, label over 1024 bytes | broken |
//! | `a=b=5` | label `a=b`, as Icinga; `a=1=2` is broken: readers differ |
//! | `x::y::a=1 b=2` | check_multi: the second is `x::y::b`, as Icinga and pnp4nagios |
//! | a label that comes twice | both are kept, in order |
//! | `U`, `NaN` | read as "not known" |
//! | empty value, infinite, hexadecimal, two points | broken |
//! | `1,5` | 1.5, as Perl and pnp4nagios; Icinga refuses it; `1,234.5` is broken |
//! | `+5`, `.5`, `5.`, `1E3` | numbers |
//! | unit | any word to 16 bytes, kept as written; what it means says [`perfunit`](super::perfunit) |
//! | missing fields, further semicolons, `U` as a limit | absent |
//! | limits | the guidelines' ranges; an end may repeat the value's unit (`10%`), another unit is broken |
//! | a limit or bound that cannot be read | counted; the value stands (Icinga drops it for some) |
//! | a limit below 0 that is no range (`-1`) | counted: no value is within 0 and -1, and who means what is not known |
//! | `|` within performance data | broken, and what follows is read |
//! | byte order mark in front, CR LF | left out |
//! | bytes that are not UTF-8 | the caller makes them U+FFFD, which may stand in a label or unit |
//!
//! The time it takes grows with the length of the text alone; the caller bounds that.

mod field;
mod label;

use super::perfunit::{self, Base};
use super::range::Range;
use label::{Front, Piece};

/// The output of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    /// The first line, without its performance data.
    pub summary: String,
    /// The lines below it.
    pub long: Vec<String>,
    /// What could be read of the performance data.
    pub perfdata: Vec<Perfdatum>,
    /// Pieces of the performance data, and limits and bounds in them, that could not be read.
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
    /// The warning range; one that cannot be read is counted and not kept.
    pub warn: Option<Range>,
    /// The critical range.
    pub crit: Option<Range>,
    /// The least value.
    pub min: Option<f64>,
    /// The greatest value.
    pub max: Option<f64>,
}

impl Perfdatum {
    /// The same in base units, and the unit. A number that is beyond a float there is not known.
    #[must_use]
    pub fn in_base(&self) -> (Self, Base<'_>) {
        let base = perfunit::base(&self.uom);
        let scaled = |value: Option<f64>| value.map(|value| base.apply(value)).filter(|value| value.is_finite());
        let range = |range: Option<Range>| range.map(|range| range.map(|end| base.apply(end)));
        let datum = Self {
            label: self.label.clone(),
            value: scaled(self.value),
            uom: base.name.to_owned(),
            warn: range(self.warn),
            crit: range(self.crit),
            min: scaled(self.min),
            max: scaled(self.max),
        };
        (datum, base)
    }
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
    let mut lines = text.trim_start_matches('\u{feff}').lines().skip_while(|line| line.trim().is_empty());
    let (summary, first) = split(lines.next().unwrap_or_default());
    out.summary = summary.trim().to_owned();
    let mut perf = first.map(str::to_owned).unwrap_or_default();
    let mut in_perf = false;
    for line in lines {
        let (said, data) = split(line);
        match data {
            None if in_perf && line.contains('=') => perf.extend([" ", line]),
            _ if left > 0 => {
                out.long.push(said.trim_end().to_owned());
                left = left.saturating_sub(said.len() + 1);
            }
            _ => {}
        }
        if let Some(data) = data {
            in_perf = true;
            perf.extend([" ", data]);
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

/// Reads performance data: the values, and how many pieces could not be read.
#[must_use]
pub fn perfdata(text: &str) -> (Vec<Perfdatum>, usize) {
    let mut found = Vec::new();
    let (broken, _) = read(text, |datum| {
        found.push(datum);
        true
    });
    (found, broken)
}

/// Hands each value over; returns how many pieces could not be read, and how many values were not kept.
fn read(text: &str, mut keep: impl FnMut(Perfdatum) -> bool) -> (usize, usize) {
    let (mut broken, mut dropped, mut front) = (0, 0, Front::default());
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (piece, after) = label::next(rest);
        let datum = match piece {
            Piece::Item(label, fields) => front.complete(label).and_then(|label| datum(label, fields, &mut broken)),
            Piece::Broken => None,
        };
        match datum {
            Some(datum) => dropped += usize::from(!keep(datum)),
            None => broken += 1,
        }
        rest = after.trim_start();
    }
    (broken, dropped)
}

fn datum(label: String, fields: &str, broken: &mut usize) -> Option<Perfdatum> {
    let mut fields = fields.split(';');
    let (value, uom) = field::value(fields.next()?)?;
    let mut range = |text| field::range(text, uom).or_count(broken);
    let (warn, crit) = (range(fields.next()), range(fields.next()));
    let mut bound = |text| field::bound(text, uom).or_count(broken);
    let (min, max) = (bound(fields.next()), bound(fields.next()));
    Some(Perfdatum { label, value, uom: uom.to_owned(), warn, crit, min, max })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::render::{self, Format, Options};
    use crate::model::report::tests::sample_answer;
    use proptest::prelude::*;

    #[test]
    fn a_flood_is_kept_in_part_and_counted() {
        let out = parse_within("a | x=1 y=2 z=q\nbb\ncc\ndd | w=3", Room { long: 4, values: 2 });
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
        let (found, broken) = perfdata("'it''s a label'=1.5e3ms;@1:2;~:9;;10 b=U c=1;x;;y;2 =5 d='x' 'open=1 e=;;;;");
        let first = &found[0];
        assert_eq!((&*first.label, first.value, &*first.uom), ("it's a label", Some(1500.0), "ms"));
        assert_eq!((first.warn.map(|r| r.to_string()), first.min, first.max), (Some("@1:2".into()), None, Some(10.0)));
        assert_eq!((found.len(), found[1].value), (3, None));
        assert_eq!((found[2].value, found[2].max), (Some(1.0), Some(2.0)));
        assert_eq!(broken, 6);
        let (base, unit) = first.in_base();
        assert_eq!((base.value, base.crit.map(|r| r.end()), base.max), (Some(1.5), Some(0.009), Some(0.01)));
        assert_eq!((unit.name, unit.counter), ("seconds", false));
    }

    /// Where Nagios and Icinga go different ways, and odd ends.
    #[test]
    fn text_and_performance_data_over_several_lines() {
        let read = |text: &str| {
            let out = parse(text);
            let labels: Vec<String> = out.perfdata.into_iter().map(|p| p.label).collect();
            format!("{} [{}] [{}] {}", out.summary, out.long.join("/"), labels.join(","), out.broken)
        };
        assert_eq!(read("s | a=1\nx | b=2\ny | c=3\nd=4\nthe end\n"), "s [x/y/the end] [a,b,c,d] 0");
        assert_eq!(read("\u{feff}\r\n\r\ns | a=1\r\nx\r\n| b=2\tc=3\r\n"), "s [x/] [a,b,c] 0");
        assert_eq!(read("|a=1"), " [] [a] 0");
        assert_eq!(read("s | a=1 | b=2\0 c=3"), "s [] [a,c] 2");
        assert_eq!(read(""), " [] [] 0");
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
        let front = format!("{}::a=", "x".repeat(900));
        for text in [
            "a ".repeat(1 << 19),
            format!("a={digits}{}", "e".repeat(1 << 19)),
            "'' ".repeat(1 << 18),
            "|a =".repeat(1 << 18),
            format!("'a{}", "'''=".repeat(1 << 18)),
            format!("a={}", "=".repeat(1 << 20)),
            front + &" b=1".repeat(1 << 18),
        ] {
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
