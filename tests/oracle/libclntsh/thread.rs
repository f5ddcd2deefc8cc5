//! The environment, and what the interface keeps for each thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_int;

use crate::handle::{OK, Pointer, handle, new, put};

const CHARSET: u32 = 31;
const NATIONAL_CHARSET: u32 = 262;

thread_local! {
    static VALUES: RefCell<HashMap<usize, usize>> = RefCell::new(HashMap::new());
}

/// A version that no real client has.
#[unsafe(no_mangle)]
pub extern "C" fn OCIClientVersion(a: *mut c_int, b: *mut c_int, c: *mut c_int, d: *mut c_int, e: *mut c_int) {
    put(a, 19);
    put(b, 99);
    [c, d, e].into_iter().for_each(|part| put(part, 0));
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIThreadProcessInit() {}

#[unsafe(no_mangle)]
pub extern "C" fn OCIThreadKeyInit(_: Pointer, _: Pointer, key: *mut Pointer, _: Pointer) -> c_int {
    put(key, new());
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIThreadKeyDestroy(_: Pointer, _: Pointer, _: *mut Pointer) -> c_int {
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIThreadKeyGet(_: Pointer, _: Pointer, key: Pointer, out: *mut Pointer) -> c_int {
    // While a thread ends there is nothing any more.
    let value = VALUES.try_with(|values| values.borrow().get(&(key as usize)).copied().unwrap_or(0));
    put(out, value.unwrap_or(0) as Pointer);
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIThreadKeySet(_: Pointer, _: Pointer, key: Pointer, value: Pointer) -> c_int {
    let _ = VALUES.try_with(|values| values.borrow_mut().insert(key as usize, value as usize));
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIEnvNlsCreate(
    out: *mut Pointer,
    _: u32,
    _: Pointer,
    _: Pointer,
    _: Pointer,
    _: Pointer,
    _: usize,
    _: *mut Pointer,
    charset: u16,
    national: u16,
) -> c_int {
    let environment = new();
    handle(environment).numbers.extend([(CHARSET, charset.into()), (NATIONAL_CHARSET, national.into())]);
    put(out, environment);
    OK
}

/// Four bytes at most for a character.
#[unsafe(no_mangle)]
pub extern "C" fn OCINlsNumericInfoGet(_: Pointer, _: Pointer, value: *mut i32, _: u16) -> c_int {
    put(value, 4);
    OK
}
