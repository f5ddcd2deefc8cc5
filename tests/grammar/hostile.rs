//! Seeded answers with labels and numbers that nobody would wish for, and what must be read of them.

use crate::random::Random;
use vitals::model::catalogue::{Catalogue, MetricDef};
use vitals::model::glob::Glob;
use vitals::model::metric::{Kind, Metric, Value};
use vitals::model::range::Range;
use vitals::model::render::{Options, perfdata as render};
use vitals::model::report::{Draft, Measure, Report};
use vitals::model::thresholds::{Limits, Thresholds};
use vitals::model::timestamp::Timestamp;
use vitals::model::unit::Unit;

/// A number with at most six places that every language reads the same.
pub(crate) fn short_number(random: &mut Random) -> f64 {
    let places = [1.0, 1.0, 10.0, 1000.0][random.below(4)];
    let whole = i32::try_from(random.below(2_000_001)).expect("small") - 1_000_000;
    f64::from(if random.one_in(3) { whole % 100 } else { whole }) / places
}

/// A range in the grammar; its ends may cross.
pub(crate) fn range(random: &mut Random) -> String {
    let at = if random.one_in(3) { "@" } else { "" };
    let (a, b) = (short_number(random), short_number(random));
    match random.below(6) {
        0 => format!("{at}{b}"),
        1 => format!("{at}{a}:"),
        2 => format!("{at}~:{b}"),
        3 => format!("{at}:{b}"),
        _ => format!("{at}{}:{}", a.min(b), a.max(b)),
    }
}

pub(crate) fn from_alphabet(random: &mut Random, alphabet: &str, longest: usize) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    (0..random.below(longest + 1)).map(|_| letters[random.below(letters.len())]).collect()
}

/// What a reader must find.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) label: String,
    pub(crate) value: Option<f64>,
    pub(crate) uom: &'static str,
    pub(crate) warn: Option<Range>,
    pub(crate) crit: Option<Range>,
    min: Option<f64>,
    max: Option<f64>,
    /// A ratio is written in percent, to four places.
    percent: bool,
}

impl Wanted {
    fn of(metric: &Metric, label: String) -> Self {
        let percent = metric.unit == Unit::Ratio;
        let scale = |value: f64| if percent { value * 100.0 } else { value };
        let uom = match (metric.unit, metric.kind) {
            (Unit::Ratio, _) => "%",
            (Unit::Bytes, _) => "B",
            (Unit::Seconds, _) => "s",
            (Unit::Count, Kind::Counter) => "c",
            _ => "",
        };
        let range = |range: Option<Range>| range.map(|range| range.map(scale));
        Self {
            label,
            value: metric.value.map(|value| scale(value.as_f64())),
            // A value that is not known has no unit either.
            uom: if metric.value.is_some() { uom } else { "" },
            warn: range(metric.warn),
            crit: range(metric.crit),
            min: metric.min.map(scale),
            max: metric.max.map(scale),
            percent,
        }
    }

    pub(crate) fn is_value(&self, read: Option<f64>) -> bool {
        let slack = if self.percent { 0.000_051 } else { 0.0 };
        same(self.value, read, slack)
    }

    pub(crate) fn is_warn(&self, read: Option<Range>) -> bool {
        same_range(self.warn, read)
    }

    pub(crate) fn is_crit(&self, read: Option<Range>) -> bool {
        same_range(self.crit, read)
    }

    pub(crate) fn is_end(&self, range: Option<Range>, read: Option<f64>) -> bool {
        same(range.map(|range| range.end()), read, 0.0)
    }

    pub(crate) fn is_min(&self, read: Option<f64>) -> bool {
        same(self.min, read, 0.0)
    }

    pub(crate) fn is_max(&self, read: Option<f64>) -> bool {
        same(self.max, read, 0.0)
    }
}

fn same(wanted: Option<f64>, read: Option<f64>, slack: f64) -> bool {
    match (wanted, read) {
        (None, None) => true,
        // Perl shows fifteen digits.
        (Some(a), Some(b)) => (a - b).abs() <= slack + 1e-14 * a.abs().max(b.abs()),
        _ => false,
    }
}

fn same_range(wanted: Option<Range>, read: Option<Range>) -> bool {
    let finite = |end: f64| end.is_finite().then_some(end);
    match (wanted, read) {
        (None, None) => true,
        (Some(a), Some(b)) => {
            a.is_inverted() == b.is_inverted()
                && same(finite(a.start()), finite(b.start()), 0.0)
                && same(finite(a.end()), finite(b.end()), 0.0)
        }
        _ => false,
    }
}

const UNITS: [(&str, Unit, Kind); 8] = [
    ("ratio", Unit::Ratio, Kind::Gauge),
    ("bytes", Unit::Bytes, Kind::Gauge),
    ("rate", Unit::BytesPerSecond, Kind::Gauge),
    ("seconds", Unit::Seconds, Kind::Gauge),
    ("events", Unit::PerSecond, Kind::Gauge),
    ("count", Unit::Count, Kind::Gauge),
    ("counter", Unit::Count, Kind::Counter),
    ("plain", Unit::None, Kind::Gauge),
];

fn item(random: &mut Random) -> String {
    const ODD: [&str; 14] =
        ["/", "'", "=", "::", "|", "\"", " ", ";", "\n", "\u{7f}", "ü室", "\u{202e}", "\\", "U=1;2;3 'x'=4"];
    (0..1 + random.below(6))
        .map(|_| {
            if random.one_in(2) { ODD[random.below(ODD.len())].to_owned() } else { from_alphabet(random, "aB0.-_", 4) }
        })
        .collect()
}

fn value(random: &mut Random) -> Option<Value> {
    let exponent = i32::try_from(random.below(40)).expect("small") - 20;
    match random.below(8) {
        0 => None,
        1 => Some(Value::Int(i64::try_from(random.next() >> 12).expect("52 bits"))),
        2 => Some(Value::Int(-7)),
        3 => Value::finite(short_number(random)),
        _ => Value::finite(short_number(random) * 10f64.powi(exponent)),
    }
}

/// The performance data of an answer, and what must be read of it.
pub(crate) fn perfdata(seed: u64) -> (String, Vec<Wanted>) {
    let mut random = Random::new(seed);
    let metrics: Vec<MetricDef> = UNITS
        .iter()
        .map(|(name, unit, kind)| MetricDef { kind: *kind, ..MetricDef::gauge(name, *unit, "a metric") })
        .collect();
    let catalogue = Catalogue { item: "item", metrics: metrics.into() };
    let thresholds = Thresholds::default();
    let mut report = Report::new(&catalogue, &thresholds);
    let limit =
        |random: &mut Random| if random.one_in(2) { None } else { Range::parse(&range(random), Unit::None).ok() };
    for _ in 0..1 + random.below(5) {
        let mut draft = Draft::item(&item(&mut random));
        for (name, _, _) in UNITS {
            let limits = Limits { warn: limit(&mut random), crit: limit(&mut random) };
            let mut measure = Measure::new(name, value(&mut random)).limits(limits);
            let low = short_number(&mut random);
            measure = match random.below(3) {
                0 => measure,
                1 => measure.at_least(low),
                _ => measure.bounds(low, low + short_number(&mut random).abs()),
            };
            report.measure(&mut draft, measure);
        }
        draft.say("odd");
        report.add(draft);
    }
    let answer = report.finish("x", "h", "s", Timestamp(0.0), 0.0);
    let options = Options { perfdata: Some(vec![Glob::new("*")]), ..Options::default() };
    let texts: Vec<String> = render::all(&answer, &options).into_iter().map(|datum| datum.text).collect();
    let metrics = answer.walk().flat_map(|finding| &finding.metrics);
    let wanted = metrics.zip(&texts).map(|(metric, text)| Wanted::of(metric, label_of(text))).collect();
    (texts.join(" "), wanted)
}

/// The label between the quotes, which nothing else in it may end.
fn label_of(text: &str) -> String {
    let (label, _) = text.strip_prefix('\'').and_then(|text| text.split_once("'=")).expect("a quoted label");
    assert!(!label.contains(['\'', '=', '|', '"', '\n']) && !label.contains("::"), "{text}");
    label.to_owned()
}
