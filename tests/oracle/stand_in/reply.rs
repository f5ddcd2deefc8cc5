//! What the server answers, as bytes.

use super::crypto::random;
use super::database::{Kind, Value};
use super::types::encode;
use super::wire::Writer;

const ERROR: u8 = 4;
const ROWS: u8 = 6;
const ROW: u8 = 7;
const PARAMETERS: u8 = 8;
const STATUS: u8 = 9;
const DESCRIPTION: u8 = 16;

/// The end of a query, which clients know as the end and not as an error.
pub const NO_DATA: u32 = 1403;

/// AL32UTF8.
const CHARSET: u16 = 873;

/// Oracle's words for a number.
pub fn words(number: u32) -> String {
    let text = match number {
        1008 => "not all variables bound",
        1012 => "not logged on",
        1013 => "user requested cancel of current operation",
        1017 => "invalid username/password; logon denied",
        NO_DATA => "no data found",
        3115 => "unsupported network datatype or representation",
        12514 => "TNS:listener does not currently know of service requested in connect descriptor",
        12541 => "TNS:no listener",
        28000 => "The account is locked.",
        28001 => "the password has expired",
        28009 => "connection as SYS should be as SYSDBA or SYSOPER",
        _ => "simulated error",
    };
    format!("ORA-{number:05}: {text}")
}

/// How a call ended: the ORA number (0 for well), its words, the cursor, and how many rows there were.
pub fn status(fields: u8, number: u32, words: &str, cursor: usize, rows: usize) -> Vec<u8> {
    let mut out = Writer::default();
    let number = usize::try_from(number).unwrap_or(0);
    out.byte(ERROR).number(1).number(0).number(rows).number(number & 0xffff).zeros(2).number(cursor).number(0);
    // Kinds of the statement and warnings, a row's address, an error of the system, errors of batches: none.
    out.raw(&[0; 6]).raw(&[0; 5]).raw(&[0; 6]).zeros(3);
    out.number(number).number(rows);
    if fields >= 14 {
        out.zeros(2);
    }
    if number != 0 {
        out.text(format!("{words}\n").as_bytes());
    }
    out.bytes
}

/// A call without an answer is done.
pub fn done() -> Vec<u8> {
    vec![STATUS, 1, 1, 0]
}

/// Names with values and a number each, as a log-in is answered.
pub fn parameters(all: &[(&str, String, usize)]) -> Vec<u8> {
    let mut out = Writer::default();
    out.byte(PARAMETERS).number(all.len());
    for (key, value, flags) in all {
        out.counted(key.as_bytes()).counted(value.as_bytes()).number(*flags);
    }
    out.bytes
}

/// Protocol, character set, and which fields of messages are understood.
pub fn protocol(fields: u8) -> Vec<u8> {
    let mut compiled = [0; 55];
    (compiled[4], compiled[7]) = (0xea, fields);
    let mut runs = [0; 13];
    (runs[0], runs[6]) = (2, 5);
    let mut out = Writer::default();
    out.raw(&[1, 6, 0]).raw(b"x86_64/Linux 2.4.xx\0").raw(&CHARSET.to_le_bytes()).byte(1).raw(&[0, 0]);
    out.raw(&[0, 11]).raw(&[0; 9]).raw(&2000u16.to_be_bytes());
    out.text(&compiled).text(&runs);
    out.bytes
}

pub fn data_types() -> Vec<u8> {
    vec![2, 0, 0]
}

/// Names and types of columns.
pub fn description(columns: &[(String, Kind)], fields: u8) -> Vec<u8> {
    let mut out = Writer::default();
    let width = columns.iter().map(|(_, kind)| shape(*kind).1).sum();
    out.byte(DESCRIPTION).text(&random(16)).number(width).number(columns.len());
    if !columns.is_empty() {
        out.byte(1);
    }
    for (number, (name, kind)) in columns.iter().enumerate() {
        let (code, size, scale) = shape(*kind);
        let text = *kind == Kind::Text;
        out.raw(&[code, 0x80, 0, scale]).number(size).zeros(4);
        out.number(if text { CHARSET.into() } else { 0 }).byte(text.into()).number(if text { size } else { 0 });
        if fields >= 8 {
            out.number(0);
        }
        out.byte(1).byte(u8::try_from(name.len()).unwrap_or(128)).counted(name.as_bytes()).zeros(2);
        out.number(number + 1).number(0);
        if fields >= 17 {
            out.zeros(2);
        }
        if fields >= 20 {
            out.number(0);
        }
        if fields >= 24 {
            out.number(0).raw(&[0, 0]);
        }
    }
    out.counted(&[120, 126, 3, 2, 10, 31, 1]).zeros(5);
    out.bytes
}

/// The type's number, the most bytes, and digits after the point (of a number: any).
fn shape(kind: Kind) -> (u8, usize, u8) {
    match kind {
        Kind::Number => (2, 22, 0x81),
        Kind::Text => (1, 4000, 0),
        Kind::Date => (12, 7, 0),
        Kind::Timestamp => (180, 11, 6),
        Kind::Raw => (23, 2000, 0),
    }
}

/// Rows, of so many that were asked for.
pub fn rows(rows: &[Vec<Value>], asked: usize) -> Vec<u8> {
    let mut out = Writer::default();
    out.raw(&[ROWS, 2]).number(0).number(1).number(asked).zeros(3);
    for row in rows {
        out.byte(ROW);
        for value in row {
            out.text(&encode(value));
        }
    }
    out.bytes
}

/// What an execution gives back besides rows.
pub fn returned() -> Vec<u8> {
    let mut out = Writer::default();
    out.byte(PARAMETERS).number(6).zeros(6).zeros(3);
    out.bytes
}
