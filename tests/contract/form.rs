//! Is an output well formed? One answer for each format, and the code that goes with it.

use crate::run::Ran;
use std::collections::{BTreeMap, BTreeSet};
use vitals::model::render::{FIRST_LINE, Format, WHOLE};
use vitals::model::status::Status;
use vitals::model::{json, parse};

impl Ran {
    /// Checks the whole output in the default format, and gives the state.
    pub fn ok_form(&self) -> Status {
        self.in_form(Format::Nagios, WHOLE)
    }

    /// Checks the whole output in a format, at most so long, and gives the state.
    pub fn in_form(&self, format: Format, longest: usize) -> Status {
        assert_eq!(String::from_utf8_lossy(&self.stderr), "", "standard error is empty: {self:?}");
        let text = self.text();
        // A record for send_nsca is divided by tabs and ended by ETB.
        let tabbed = format == Format::Nsca;
        let text =
            if tabbed { text.strip_suffix('\u{17}').unwrap_or_else(|| panic!("no ETB: {text:?}")) } else { text };
        let control = |c: char| c.is_control() && c != '\n' && !(tabbed && c == '\t');
        assert!(!text.contains(control), "a control character: {text:?}");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "one newline at the end: {text:?}");
        let status = match format {
            Format::Nagios => nagios(self, text),
            Format::Json => read_json(text),
            Format::Prometheus => prometheus(text),
            Format::Checkmk => checkmk(text),
            Format::Xymon => xymon(text),
            Format::Nsca => nsca(text),
        };
        // Programs read JSON and Prometheus whole; they are not cut.
        if !matches!(format, Format::Json | Format::Prometheus) {
            // The names in front of an NSCA text are not counted.
            let counted = if tabbed { text.splitn(4, '\t').last().map_or(0, str::len) } else { text.len() };
            assert!(counted <= longest, "{counted} bytes: {text}");
        }
        match status {
            Some(status) => assert_eq!(i32::from(status.code()), self.code(), "the code goes with the word: {text}"),
            // Xymon's yellow is both WARNING and UNKNOWN.
            None => assert!([1, 3].contains(&self.code()), "the code goes with the colour: {text}"),
        }
        Status::from_code(self.code().into())
    }

    /// UNKNOWN because of the command line, in the words of a usage error.
    pub fn usage_error(self, about: &[&str]) -> Self {
        assert_eq!(self.ok_form(), Status::Unknown);
        let start = format!("{} UNKNOWN - usage: ", self.plugin.word());
        assert!(self.first_line().starts_with(&start), "{}", self.text());
        self.says(about)
    }
}

fn word(text: &str) -> Option<Status> {
    Status::ALL.into_iter().find(|status| status.word() == text)
}

fn nagios(ran: &Ran, text: &str) -> Option<Status> {
    let first = text.lines().next().unwrap_or_default();
    assert!(first.len() < FIRST_LINE, "the first line is what Nagios reads: {}", first.len());
    let rest = first.strip_prefix(&format!("{} ", ran.plugin.word()));
    let (status, said) = rest.and_then(|rest| rest.split_once(" - ")).unwrap_or_else(|| panic!("no head: {first}"));
    let status = word(status).unwrap_or_else(|| panic!("no state: {first}"));
    let sentence = said.split('|').next().unwrap_or_default().trim();
    assert!(!sentence.is_empty(), "nothing is said: {first}");
    assert!(text.lines().skip(1).all(|line| !line.contains('|')), "performance data on the first line only: {text}");
    assert!(first.matches('|').count() <= 1, "one begin of performance data: {first}");
    let read = parse::parse(text);
    assert_eq!(read.broken, 0, "performance data that cannot be read: {first}");
    let labels: BTreeSet<&str> = read.perfdata.iter().map(|datum| &*datum.label).collect();
    assert_eq!(labels.len(), read.perfdata.len(), "a label occurs once: {first}");
    for datum in &read.perfdata {
        assert!(["s", "%", "B", "c", ""].contains(&&*datum.uom), "a unit that not all know: {datum:?}");
    }
    Some(status)
}

fn read_json(text: &str) -> Option<Status> {
    assert_eq!(text.lines().count(), 1, "one line: {text}");
    assert!(text.starts_with("{\"vitals\":1,"), "the version comes first: {text}");
    let answer = json::read(text).unwrap_or_else(|why| panic!("{why}: {text}"));
    assert!(!answer.summary.is_empty() && !answer.check.is_empty(), "{text}");
    let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(value.get("exit_code").and_then(serde_json::Value::as_u64), Some(answer.status.code().into()));
    Some(answer.status)
}

/// The text format 0.0.4, line by line: <https://prometheus.io/docs/instrumenting/exposition_formats/>.
fn prometheus(text: &str) -> Option<Status> {
    let mut families = BTreeMap::new();
    let mut series = BTreeSet::new();
    let mut status = None;
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (kind, name, rest) = (words.next(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
            assert!(is_name(name), "{line}");
            match kind {
                Some("HELP") => assert!(!rest.is_empty(), "{line}"),
                Some("TYPE") => {
                    assert!(["gauge", "counter"].contains(&rest), "{line}");
                    assert!(families.insert(name.to_owned(), rest.to_owned()).is_none(), "typed twice: {line}");
                }
                _ => panic!("an odd comment: {line}"),
            }
            continue;
        }
        let (labelled, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
        let (name, labels) = labelled.split_once('{').unwrap_or_else(|| panic!("no labels: {line}"));
        let kind = families.get(name).unwrap_or_else(|| panic!("not typed before: {line}"));
        assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
        assert!(labels.ends_with('}') && labels.contains("service=\""), "{line}");
        assert!(series.insert(labelled.to_owned()), "a series occurs once: {line}");
        if name == "vitals_check_status" {
            status = Status::ALL.into_iter().find(|status| f64::from(status.code()) == value);
        }
    }
    assert!(status.is_some(), "no vitals_check_status: {text}");
    status
}

fn is_name(text: &str) -> bool {
    text.starts_with("vitals_") && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn checkmk(text: &str) -> Option<Status> {
    assert_eq!(text.lines().count(), 1, "one line: {text}");
    let (code, rest) = text.split_once(" \"").unwrap_or_else(|| panic!("no code: {text}"));
    let (service, rest) = rest.split_once("\" ").unwrap_or_else(|| panic!("no service: {text}"));
    let (metrics, said) = rest.split_once(' ').unwrap_or_else(|| panic!("no text: {text}"));
    assert!(!service.is_empty() && !said.trim().is_empty(), "{text}");
    for metric in metrics.split('|').filter(|_| metrics != "-") {
        let (name, values) = metric.split_once('=').unwrap_or_else(|| panic!("no metric: {metric}"));
        assert!(!name.is_empty(), "{metric}");
        assert!(values.split(';').all(|value| value.is_empty() || value.parse::<f64>().is_ok()), "{metric}");
    }
    Some(Status::from_code(code.parse().unwrap_or_else(|_| panic!("no code: {text}"))))
}

fn xymon(text: &str) -> Option<Status> {
    let mut words = text.lines().next().unwrap_or_default().splitn(5, ' ');
    let mut next = || words.next().unwrap_or_else(|| panic!("too short: {text}"));
    assert!(next().starts_with("status"), "{text}");
    assert_eq!(next().split('.').count(), 2, "HOST.TEST: {text}");
    let status = match next() {
        "green" => Some(Status::Ok),
        "red" => Some(Status::Critical),
        "yellow" => None,
        other => panic!("the colour {other}: {text}"),
    };
    assert!(next().ends_with('Z') && !next().is_empty(), "{text}");
    status
}

fn nsca(text: &str) -> Option<Status> {
    let fields: Vec<&str> = text.trim_end_matches('\n').split('\t').collect();
    let [host, service, code, said] = fields[..] else { panic!("four fields: {text}") };
    assert!(!host.is_empty() && !service.is_empty() && !said.is_empty() && said.len() <= 4095, "{text}");
    Some(Status::from_code(code.parse().unwrap_or_else(|_| panic!("no code: {text}"))))
}
