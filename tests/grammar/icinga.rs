//! How Icinga 2 reads performance data, told again from its behaviour (`PluginUtility::SplitPerfdata` in
//! lib/icinga/pluginutility.cpp and `PerfdataValue::Parse` in lib/base/perfdatavalue.cpp, as of 2018; later versions
//! know more units): a blank ends a value, not a label; the label ends at the first `=`;
//! a value starts with a number and goes on with one of a few units; limits are plain numbers or not taken.

#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) label: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    pub(crate) counter: bool,
    pub(crate) warn: Option<f64>,
    pub(crate) crit: Option<f64>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
}

/// All values that it would take.
pub(crate) fn read(line: &str) -> Vec<Read> {
    let mut found = Vec::new();
    let mut rest = line;
    // A label of several parts, `host::plugin::label`, gives its front to the labels behind it.
    let mut front = String::new();
    while let Some((label, after)) = rest.split_once('=') {
        let (value, next) = after.split_once(' ').unwrap_or((after, ""));
        let mut label = unquoted(label).to_owned();
        let parts = label.rfind("::").map(|at| label[..at].to_owned());
        if parts.is_none() && !front.is_empty() {
            label = format!("{front}::{label}");
        }
        if let Some(parts) = parts {
            front = parts;
        }
        // It is put together and taken apart once more: a label with quotes left at both ends loses them.
        found.extend(one(unquoted(&label), value));
        rest = next;
    }
    found
}

fn unquoted(label: &str) -> &str {
    match label.strip_prefix('\'').and_then(|label| label.strip_suffix('\'')) {
        Some(inner) if label.len() > 2 => inner,
        _ => label,
    }
}

fn one(label: &str, text: &str) -> Option<Read> {
    let fields: Vec<&str> = text.split(';').collect();
    let first = fields.first()?;
    let end = first.find(|c: char| !"+-0123456789.e".contains(c)).unwrap_or(first.len());
    let (number, unit) = first.split_at(end);
    let value: f64 = number.parse().ok()?;
    let (unit, counter, base) = match &*unit.to_lowercase() {
        "" => ("", false, 1.0),
        "c" => ("", true, 1.0),
        "s" => ("seconds", false, 1.0),
        "ms" => ("seconds", false, 1e-3),
        "us" => ("seconds", false, 1e-6),
        "b" => ("bytes", false, 1.0),
        "kb" => ("bytes", false, 1024.0),
        "mb" => ("bytes", false, 1024.0 * 1024.0),
        "gb" => ("bytes", false, 1024.0 * 1024.0 * 1024.0),
        "tb" => ("bytes", false, 1024.0 * 1024.0 * 1024.0 * 1024.0),
        "%" => ("percent", false, 1.0),
        _ => return None,
    };
    let limit = |at: usize| {
        let text = fields.get(at).filter(|text| text.chars().all(|c| "+-0123456789.e".contains(c)))?;
        text.parse::<f64>().ok().map(|limit| limit * base)
    };
    let label = label.to_owned();
    Some(Read {
        label,
        value: value * base,
        unit,
        counter,
        warn: limit(1),
        crit: limit(2),
        min: limit(3),
        max: limit(4),
    })
}

#[test]
fn it_reads_as_icinga_does() {
    let read = read("'a b'=5ms;1;2;0;10 x::y::c=1c z=2 /=3GB;@1:2;4 bad=U worse=1furlong");
    let labels: Vec<&str> = read.iter().map(|item| &*item.label).collect();
    assert_eq!(labels, ["a b", "x::y::c", "x::y::z", "x::y::/"]);
    assert_eq!((read[0].value, read[0].warn, read[0].max), (0.005, Some(0.001), Some(0.01)));
    assert!(read[1].counter && read[3].value == 3.0 * 1024f64.powi(3) && read[3].warn.is_none());
}
