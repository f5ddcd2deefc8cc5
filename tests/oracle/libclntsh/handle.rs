//! What a handle of the interface is, and how a call fails.

use std::collections::HashMap;
use std::ffi::{c_char, c_int, c_void};

use crate::stand_in::{Answer, Database};

pub type Pointer = *mut c_void;

pub const OK: c_int = 0;
pub const ERROR: c_int = -1;
pub const NO_DATA: c_int = 100;

/// Where rows go: a column's place, the bytes of each value, the type, and for each row whether it is NULL, its length
/// and its return code.
pub struct Define {
    pub value: *mut u8,
    pub size: usize,
    pub kind: u16,
    pub missing: *mut i16,
    pub length: *mut u32,
    pub code: *mut u16,
}

/// Where a bind comes from.
#[derive(Clone, Copy)]
pub struct Bind {
    pub value: *const u8,
    pub size: usize,
    pub kind: u16,
    pub missing: *const i16,
    pub length: *const u32,
}

/// A handle or descriptor; each uses what its type needs.
#[derive(Default)]
pub struct Handle {
    /// Of an error handle: the last one.
    pub error: Option<(u32, String)>,
    pub texts: HashMap<u32, Vec<u8>>,
    pub numbers: HashMap<u32, u32>,
    pub pointers: HashMap<u32, usize>,
    /// Of a server: the fixture and the container that it leads to.
    pub target: Option<(String, u16)>,
    /// Of a service context: the database, once somebody has logged in.
    pub database: Option<Database>,
    /// Of a statement.
    pub sql: String,
    pub names: Vec<String>,
    pub binds: HashMap<String, Bind>,
    pub defines: HashMap<u32, Define>,
    pub answer: Answer,
    pub position: usize,
    pub fetched: u32,
    /// Of a column: its statement, and which one it is.
    pub column: Option<(usize, usize)>,
}

/// The handle behind a pointer.
pub fn handle<'a>(pointer: *const c_void) -> &'a mut Handle {
    // SAFETY: every handle that a caller has was made by `new`, and is used by one thread at a time.
    unsafe { &mut *pointer.cast_mut().cast::<Handle>() }
}

pub fn new() -> Pointer {
    Box::into_raw(Box::<Handle>::default()).cast()
}

pub fn free(pointer: Pointer) {
    if !pointer.is_null() {
        // SAFETY: made by `new`, and freed once.
        drop(unsafe { Box::from_raw(pointer.cast::<Handle>()) });
    }
}

/// Writes to where the caller wants it.
pub fn put<T>(target: *mut T, value: T) {
    if !target.is_null() {
        // SAFETY: the caller has room for it; of columns' buffers not aligned.
        unsafe { target.write_unaligned(value) }
    }
}

/// The same for a row of a column, where the caller wants it at all.
pub fn put_row<T>(column: *mut T, row: usize, value: T) {
    if !column.is_null() {
        put(column.wrapping_add(row), value);
    }
}

/// Copies bytes to where the caller wants them.
pub fn copy(target: *mut u8, bytes: &[u8]) {
    // SAFETY: the caller has room for so many.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), target, bytes.len()) }
}

/// The caller's bytes.
pub fn bytes(pointer: *const u8, count: usize) -> Vec<u8> {
    if pointer.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller says that there are so many.
    unsafe { std::slice::from_raw_parts(pointer, count) }.to_vec()
}

pub fn text(pointer: *const c_char, count: usize) -> String {
    String::from_utf8_lossy(&bytes(pointer.cast(), count)).into_owned()
}

/// Keeps an error where the caller will ask for it.
pub fn fail(error: Pointer, number: u32, words: String) -> c_int {
    handle(error).error = Some((number, words + "\n"));
    ERROR
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIHandleAlloc(_: *const c_void, out: *mut Pointer, _: u32, _: usize, _: *mut Pointer) -> c_int {
    put(out, new());
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIHandleFree(pointer: Pointer, _: u32) -> c_int {
    free(pointer);
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIDescriptorFree(pointer: Pointer, _: u32) -> c_int {
    free(pointer);
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIErrorGet(
    pointer: Pointer,
    record: u32,
    _: *mut c_char,
    number: *mut i32,
    buffer: *mut c_char,
    size: u32,
    _: u32,
) -> c_int {
    let Some((code, words)) = handle(pointer).error.as_ref().filter(|_| record == 1) else { return NO_DATA };
    let end = words.len().min(size as usize - 1);
    put(number, *code as i32);
    copy(buffer.cast(), &[&words.as_bytes()[..end], &[0]].concat());
    OK
}
