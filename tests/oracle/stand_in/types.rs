//! Values between SQLite and Oracle's bytes.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rusqlite::types::Value as Sqlite;

use super::database::{Kind, Value};

/// 1970-01-01 as a Julian day.
const EPOCH: f64 = 2_440_587.5;

/// The kind of a column that was declared so.
pub fn declared(name: &str) -> Kind {
    match name.split('(').next().unwrap_or("") {
        "VARCHAR2" | "TEXT" => Kind::Text,
        "DATE" => Kind::Date,
        "TIMESTAMP" => Kind::Timestamp,
        "RAW" => Kind::Raw,
        _ => Kind::Number,
    }
}

/// The kind of a value of no declared column.
pub fn natural(value: &Sqlite) -> Option<Kind> {
    match value {
        Sqlite::Null => None,
        Sqlite::Integer(_) | Sqlite::Real(_) => Some(Kind::Number),
        Sqlite::Text(_) => Some(Kind::Text),
        Sqlite::Blob(_) => Some(Kind::Raw),
    }
}

/// SQLite's value as one of this kind.
pub fn value(value: Sqlite, kind: Kind) -> Value {
    let instant = |days: f64| match (kind, seconds(days)) {
        (Kind::Timestamp, (seconds, nanos)) => Value::Timestamp(seconds, nanos),
        (Kind::Date, (seconds, _)) => Value::Date(seconds, 0),
        _ => Value::Number(digits(days)),
    };
    match value {
        Sqlite::Null => Value::Null,
        Sqlite::Integer(number) if kind == Kind::Number => Value::Number(number.to_string()),
        #[allow(clippy::cast_precision_loss, reason = "a day")]
        Sqlite::Integer(number) => instant(number as f64),
        Sqlite::Real(number) => instant(number),
        Sqlite::Text(text) if text.is_empty() => Value::Null,
        Sqlite::Text(text) => Value::Text(text),
        Sqlite::Blob(bytes) => Value::Raw(bytes),
    }
}

/// A number without an exponent or a needless fraction.
fn digits(number: f64) -> String {
    format!("{number}")
}

/// A Julian day as seconds since 1970 and nanoseconds: of the milliseconds that a day keeps.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand years in milliseconds fit")]
pub fn seconds(days: f64) -> (i64, u32) {
    let millis = ((days - EPOCH) * 86_400_000.0).round() as i64;
    (millis.div_euclid(1000), millis.rem_euclid(1000) as u32 * 1_000_000)
}

/// The Julian day of an instant.
#[allow(clippy::cast_precision_loss, reason = "a day keeps milliseconds")]
pub fn days(seconds: i64, nanos: u32) -> f64 {
    EPOCH + (seconds as f64 + f64::from(nanos) / 1e9) / 86_400.0
}

fn civil(seconds: i64) -> DateTime {
    TimeZone::UTC.to_datetime(Timestamp::from_second(seconds).unwrap())
}

/// As `2026-03-02 09:12:05`.
pub fn written(seconds: i64) -> String {
    civil(seconds).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Oracle's bytes of a value that is not NULL.
pub fn encode(value: &Value) -> Vec<u8> {
    match value {
        Value::Null => Vec::new(),
        Value::Number(digits) => number(digits),
        Value::Text(text) => text.as_bytes().to_vec(),
        Value::Date(seconds, _) => date(*seconds),
        Value::Timestamp(seconds, 0) => date(*seconds),
        Value::Timestamp(seconds, nanos) => [date(*seconds), nanos.to_be_bytes().to_vec()].concat(),
        Value::Raw(bytes) => bytes.clone(),
    }
}

/// A value of a bind: by its type's number.
pub fn decode(kind: u8, bytes: &[u8]) -> Value {
    let nanos = |bytes: &[u8]| bytes.get(7..11).map_or(0, |n| u32::from_be_bytes([n[0], n[1], n[2], n[3]]));
    match (kind, bytes) {
        (_, []) => Value::Null,
        (2, _) => Value::Number(digits_of(bytes)),
        (12, _) if bytes.len() >= 7 => Value::Date(instant(bytes), 0),
        (180, _) if bytes.len() >= 7 => Value::Timestamp(instant(bytes), nanos(bytes)),
        (23, _) => Value::Raw(bytes.to_vec()),
        _ => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// Pairs of digits in base 100 behind an exponent; a negative number is the complement, so that bytes sort like numbers.
fn number(digits: &str) -> Vec<u8> {
    let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = if whole.len() % 2 == 1 { format!("0{whole}") } else { whole.to_owned() };
    let fraction = if fraction.len() % 2 == 1 { format!("{fraction}0") } else { fraction.to_owned() };
    let all = format!("{whole}{fraction}");
    let pairs: Vec<u8> = all.as_bytes().chunks(2).map(|pair| (pair[0] - b'0') * 10 + (pair[1] - b'0')).collect();
    let Some(first) = pairs.iter().position(|pair| *pair != 0) else { return vec![0x80] };
    let last = pairs.iter().rposition(|pair| *pair != 0).unwrap_or(first);
    let exponent = u8::try_from(whole.len() / 2 + 64 - first).unwrap() | 0x80;
    let pairs = &pairs[first..=last.min(first + 19)];
    if negative {
        let end = (pairs.len() < 20).then_some(102);
        return std::iter::once(!exponent).chain(pairs.iter().map(|pair| 101 - pair)).chain(end).collect();
    }
    std::iter::once(exponent).chain(pairs.iter().map(|pair| pair + 1)).collect()
}

fn digits_of(bytes: &[u8]) -> String {
    if bytes == [0x80] {
        return "0".to_owned();
    }
    let negative = bytes[0] & 0x80 == 0;
    let exponent = i32::from(if negative { !bytes[0] } else { bytes[0] } & 0x7f) - 64;
    let pairs: Vec<u8> = (bytes[1..].iter())
        .filter(|byte| !(negative && **byte == 102))
        .map(|byte| if negative { 101u8.wrapping_sub(*byte) } else { byte.wrapping_sub(1) } % 100)
        .collect();
    let count = i32::try_from(pairs.len()).unwrap();
    let pair = |place: i32| usize::try_from(place).ok().and_then(|place| pairs.get(place)).copied().unwrap_or(0);
    let text = |places: std::ops::Range<i32>| places.map(|place| format!("{:02}", pair(place))).collect::<String>();
    let whole = text(0..exponent.max(0));
    let fraction = text(exponent.min(0)..count.max(exponent));
    let fraction = if exponent > 0 { text(exponent..count) } else { fraction };
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if negative { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Century and year in excess of 100, month, day, and the time in excess of one.
fn date(seconds: i64) -> Vec<u8> {
    let at = civil(seconds);
    let part = |number: i16| u8::try_from(number).unwrap();
    let day = [at.year() / 100 + 100, at.year() % 100 + 100, at.month().into(), at.day().into()];
    let time = [at.hour(), at.minute(), at.second()].map(|part| i16::from(part) + 1);
    day.into_iter().chain(time).map(part).collect()
}

fn instant(bytes: &[u8]) -> i64 {
    let number = |at: usize, less: i16| i16::from(bytes[at]) - less;
    let small = |at: usize, less: i16| i8::try_from(number(at, less)).unwrap_or(1);
    let at = DateTime::new(
        number(0, 100) * 100 + number(1, 100),
        small(2, 0),
        small(3, 0),
        small(4, 1),
        small(5, 1),
        small(6, 1),
        0,
    );
    at.ok().and_then(|at| TimeZone::UTC.to_timestamp(at).ok()).map_or(0, Timestamp::as_second)
}

#[test]
fn numbers_are_those_of_the_reference() {
    // The bytes are those that DUMP shows, in Oracle's documentation and in many a text about it.
    let cases: [(&str, &[u8]); 12] = [
        ("0", &[128]),
        ("1", &[193, 2]),
        ("-1", &[62, 100, 102]),
        ("10", &[193, 11]),
        ("100", &[194, 2]),
        ("123", &[194, 2, 24]),
        ("-123", &[61, 100, 78, 102]),
        ("0.01", &[192, 2]),
        ("0.001", &[191, 11]),
        ("600.123", &[194, 7, 1, 13, 31]),
        ("1000000000", &[197, 11]),
        ("34359721984", &[198, 4, 44, 60, 73, 20, 85]),
    ];
    for (text, bytes) in cases {
        assert_eq!(number(text), bytes, "{text}");
        assert_eq!(digits_of(bytes), text, "{bytes:?}");
    }
}

#[test]
fn dates_are_those_of_the_reference() {
    let at = 1_772_442_725;
    assert_eq!(written(at), "2026-03-02 09:12:05");
    assert_eq!(date(at), [120, 126, 3, 2, 10, 13, 6]);
    assert_eq!(decode(12, &date(at)), Value::Date(at, 0));
    assert_eq!(decode(180, &encode(&Value::Timestamp(at, 250_000_000))), Value::Timestamp(at, 250_000_000));
    assert_eq!(seconds(days(at, 0)), (at, 0));
}
