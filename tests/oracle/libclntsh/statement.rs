//! Statements: prepared, bound, run, described, fetched.

use std::ffi::{c_char, c_int, c_void};

use crate::handle::{Bind, Define, NO_DATA, OK, Pointer, bytes, copy, fail, free, handle, new, put, put_row, text};
use crate::stand_in::local::fault;
use crate::stand_in::{Value, decode, encode, words};

/// External types: text, a number with its length in front, raw bytes, a date in seven parts, a fixed text.
const TEXT: u16 = 1;
const NUMBER: u16 = 6;
const RAW: u16 = 23;
const FIXED: u16 = 96;
const DATE: u16 = 156;

/// The names of binds, each once, in upper case.
fn names(sql: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    // Texts in quotes are every second part.
    for part in sql.split('\'').step_by(2) {
        for after in part.split(':').skip(1) {
            let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let name = name.to_uppercase();
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIStmtPrepare2(
    _: Pointer,
    out: *mut Pointer,
    _: Pointer,
    sql: *const c_char,
    count: u32,
    _: *const c_char,
    _: u32,
    _: u32,
    _: u32,
) -> c_int {
    let statement = new();
    let of = handle(statement);
    of.sql = text(sql, count as usize);
    of.names = names(&of.sql);
    put(out, statement);
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIStmtRelease(statement: Pointer, _: Pointer, _: *const c_char, _: u32, _: u32) -> c_int {
    free(statement);
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIStmtGetBindInfo(
    statement: Pointer,
    _: Pointer,
    size: u32,
    start: u32,
    found: *mut i32,
    texts: *mut *const u8,
    lengths: *mut u8,
    _: Pointer,
    _: Pointer,
    repeated: *mut u8,
    _: Pointer,
) -> c_int {
    // The names live as long as their statement.
    let names = &handle(statement).names;
    for (place, name) in names.iter().skip(start as usize - 1).take(size as usize).enumerate() {
        put(texts.wrapping_add(place), name.as_ptr());
        put(lengths.wrapping_add(place), name.len() as u8);
        put(repeated.wrapping_add(place), 0);
    }
    put(found, names.len() as i32);
    if names.is_empty() { NO_DATA } else { OK }
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIBindByPos2(
    statement: Pointer,
    out: *mut Pointer,
    _: Pointer,
    position: u32,
    value: Pointer,
    size: i64,
    kind: u16,
    missing: Pointer,
    length: *mut u32,
    _: Pointer,
    _: u32,
    _: Pointer,
    _: u32,
) -> c_int {
    let of = handle(statement);
    let name = of.names.get(position as usize - 1).cloned().unwrap_or_default();
    let bind = Bind { value: value.cast(), size: size as usize, kind, missing: missing.cast(), length };
    of.binds.insert(name, bind);
    put(out, new());
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIBindByName2(
    statement: Pointer,
    out: *mut Pointer,
    _: Pointer,
    name: *const c_char,
    count: i32,
    value: Pointer,
    size: i64,
    kind: u16,
    missing: Pointer,
    length: *mut u32,
    _: Pointer,
    _: u32,
    _: Pointer,
    _: u32,
) -> c_int {
    let name = text(name, count as usize).trim_start_matches(':').to_uppercase();
    let bind = Bind { value: value.cast(), size: size as usize, kind, missing: missing.cast(), length };
    handle(statement).binds.insert(name, bind);
    put(out, new());
    OK
}

/// The value of a bind as it is now.
fn value(bind: Bind) -> Value {
    // SAFETY: the caller keeps what it has bound until the statement has run.
    let (missing, length) = unsafe {
        (
            !bind.missing.is_null() && *bind.missing == -1,
            if bind.length.is_null() { bind.size } else { *bind.length as usize },
        )
    };
    match bind.kind {
        _ if missing => Value::Null,
        NUMBER => {
            let count = usize::from(bytes(bind.value, 1)[0]);
            decode(2, &bytes(bind.value.wrapping_add(1), count))
        }
        RAW => decode(23, &bytes(bind.value, length)),
        _ => decode(1, &bytes(bind.value, length)),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIStmtExecute(
    context: Pointer,
    statement: Pointer,
    error: Pointer,
    _: u32,
    _: u32,
    _: Pointer,
    _: Pointer,
    _: u32,
) -> c_int {
    if fault().as_deref() == Some("silent") {
        loop {
            std::thread::park();
        }
    }
    let of = handle(statement);
    let Some(database) = handle(context).database.as_ref() else { return fail(error, 1012, words(1012)) };
    let binds: Option<Vec<Value>> = of.names.iter().map(|name| of.binds.get(name).map(|bind| value(*bind))).collect();
    let Some(binds) = binds else { return fail(error, 1008, words(1008)) };
    match database.query(&of.sql, &binds) {
        Ok(answer) => {
            (of.answer, of.position, of.fetched) = (answer, 0, 0);
            OK
        }
        Err(refused) => fail(error, refused.0, refused.1),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIParamGet(statement: *const c_void, _: u32, _: Pointer, out: *mut Pointer, position: u32) -> c_int {
    let column = new();
    handle(column).column = Some((statement as usize, position as usize - 1));
    put(out, column);
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIDefineByPos2(
    statement: Pointer,
    out: *mut Pointer,
    _: Pointer,
    position: u32,
    value: Pointer,
    size: u64,
    kind: u16,
    missing: Pointer,
    length: *mut u32,
    code: *mut u16,
    _: u32,
) -> c_int {
    let define = Define { value: value.cast(), size: size as usize, kind, missing: missing.cast(), length, code };
    handle(statement).defines.insert(position, define);
    put(out, new());
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIStmtFetch2(statement: Pointer, error: Pointer, count: u32, _: u16, _: i32, _: u32) -> c_int {
    let of = handle(statement);
    let rows = of.answer.rows.iter().skip(of.position).take(count as usize);
    let mut fetched = 0;
    for (place, row) in rows.enumerate() {
        for (number, value) in (1u32..).zip(row) {
            let Some(define) = of.defines.get(&number) else { continue };
            put_row(define.code, place, 0);
            put_row(define.missing, place, if *value == Value::Null { -1 } else { 0 });
            let Some(bytes) = external(value, define.kind) else {
                return fail(error, 932, format!("ORA-00932: the stand-in has no external type {}", define.kind));
            };
            let end = bytes.len().min(define.size);
            copy(define.value.wrapping_add(place * define.size), &bytes[..end]);
            put_row(define.length, place, end as u32);
        }
        fetched += 1;
    }
    of.fetched = fetched;
    of.position += fetched as usize;
    if fetched < count { NO_DATA } else { OK }
}

/// A value as a type of the caller's.
fn external(value: &Value, kind: u16) -> Option<Vec<u8>> {
    let inner = encode(value);
    Some(match (kind, value) {
        (_, Value::Null) => Vec::new(),
        (NUMBER, Value::Number(_)) => [&[inner.len() as u8][..], &inner].concat(),
        (DATE, Value::Date(..)) => {
            let year = (i16::from(inner[0]) - 100) * 100 + i16::from(inner[1]) - 100;
            [&year.to_ne_bytes()[..], &[inner[2], inner[3], inner[4] - 1, inner[5] - 1, inner[6] - 1]].concat()
        }
        (TEXT | FIXED, Value::Text(_)) | (RAW, Value::Raw(_)) => inner,
        (TEXT | FIXED, Value::Number(digits)) => digits.clone().into_bytes(),
        _ => return None,
    })
}

/// The digits of a number with its length in front.
fn digits(number: *const u8) -> String {
    let count = usize::from(bytes(number, 1)[0]);
    decode(2, &bytes(number.wrapping_add(1), count)).to_string()
}

#[unsafe(no_mangle)]
pub extern "C" fn OCINumberToInt(_: Pointer, number: *const u8, size: u32, _: u32, out: Pointer) -> c_int {
    let value: i64 = digits(number).split('.').next().unwrap_or("").parse().unwrap_or(0);
    if size == 8 {
        put(out.cast(), value)
    } else {
        put(out.cast(), value as i32)
    }
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCINumberToReal(_: Pointer, number: *const u8, _: u32, out: *mut f64) -> c_int {
    put(out, digits(number).parse().unwrap_or(0.0));
    OK
}
