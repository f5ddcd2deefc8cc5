//! Attributes of handles, by the numbers of the interface.

use std::ffi::{c_int, c_void};

use crate::handle::{Handle, OK, Pointer, bytes, fail, handle, put};
use crate::stand_in::Kind;

/// Types of handles.
const ENVIRONMENT: u32 = 1;
const ERROR: u32 = 2;
const CONTEXT: u32 = 3;
const STATEMENT: u32 = 4;
const SERVER: u32 = 8;
const SESSION: u32 = 9;

pub const USER: u32 = 22;
pub const PASSWORD: u32 = 23;
const PROGRAM: u32 = 424;
pub const SERVER_HANDLE: u32 = 6;
const SESSION_HANDLE: u32 = 7;
const CALL_TIMEOUT: u32 = 531;
const STATEMENT_CACHE: u32 = 176;
const PREFETCH: u32 = 11;
const SELECT: u16 = 1;

#[unsafe(no_mangle)]
pub extern "C" fn OCIAttrSet(
    pointer: Pointer,
    kind: u32,
    value: Pointer,
    size: u32,
    attribute: u32,
    _: Pointer,
) -> c_int {
    let of = handle(pointer);
    match (kind, attribute) {
        (SESSION, USER | PASSWORD | PROGRAM) => {
            of.texts.insert(attribute, bytes(value.cast(), size as usize));
        }
        (CONTEXT, SERVER_HANDLE | SESSION_HANDLE) => {
            of.pointers.insert(attribute, value as usize);
        }
        (CONTEXT, CALL_TIMEOUT | STATEMENT_CACHE) | (STATEMENT, PREFETCH) => {
            // SAFETY: these attributes are numbers of 32 bits.
            of.numbers.insert(attribute, unsafe { *value.cast::<u32>() });
        }
        // What changes nothing here.
        _ => {}
    }
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIAttrGet(
    pointer: *const c_void,
    kind: u32,
    out: Pointer,
    size: *mut u32,
    attribute: u32,
    error: Pointer,
) -> c_int {
    let of = handle(pointer);
    if let Some((statement, number)) = of.column {
        return column(handle(statement as Pointer), number, out, size, attribute, error);
    }
    let number = |attribute| of.numbers.get(&attribute).copied().unwrap_or(0);
    match (kind, attribute) {
        (ENVIRONMENT, 31 | 262) => put(out.cast(), number(attribute) as u16),
        // AL32UTF8; connected.
        (SERVER, 31) => put(out.cast(), 873u16),
        (SERVER, 143) => put(out.cast(), 1u32),
        (STATEMENT, 18) => put(out.cast(), of.answer.columns.len() as u32),
        (STATEMENT, 24) => put(out.cast(), SELECT),
        (STATEMENT, 190) => put(out.cast(), of.names.len() as u32),
        (STATEMENT, 197) => put(out.cast(), of.fetched),
        (STATEMENT, 9) => put(out.cast(), of.position as u32),
        (STATEMENT, 457) => put(out.cast(), of.position as u64),
        // Where an error was found; not kept in a cache.
        (STATEMENT, 129) => put(out.cast(), 0u16),
        (STATEMENT, 218) => put(out.cast(), 0u8),
        // The error is none that can be recovered from; the password does not expire.
        (ERROR, 472) | (SESSION, 484) => put(out.cast(), 0 as c_int),
        (CONTEXT, CALL_TIMEOUT | STATEMENT_CACHE) => put(out.cast(), number(attribute)),
        _ => {
            return fail(
                error,
                24315,
                format!("ORA-24315: no attribute {attribute} of handle type {kind} in the stand-in"),
            );
        }
    }
    OK
}

/// What is told of a column.
fn column(of: &Handle, number: usize, out: Pointer, size: *mut u32, attribute: u32, error: Pointer) -> c_int {
    let (name, kind) = &of.answer.columns[number];
    let (code, bytes) = match kind {
        Kind::Number => (2u16, 22u16),
        Kind::Text => (1, 4000),
        Kind::Date => (12, 7),
        Kind::Timestamp => (180, 11),
        Kind::Raw => (23, 2000),
    };
    match attribute {
        4 => {
            put(out.cast(), name.as_ptr());
            put(size, name.len() as u32);
        }
        2 => put(out.cast(), code),
        1 | 286 => put(out.cast(), bytes),
        // Precision and scale: any number. May be NULL, in the character set of the database, no annotations.
        5 => put(out.cast(), 0i16),
        6 => put(out.cast(), -127i8),
        7 | 32 => put(out.cast(), 1u8),
        534 => put(out.cast(), 0u8),
        _ => return fail(error, 24315, format!("ORA-24315: no attribute {attribute} of a column in the stand-in")),
    }
    OK
}
