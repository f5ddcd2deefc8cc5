//! To attach to a server, to log in, and to leave.

use std::ffi::{c_char, c_int};

use crate::attributes::{PASSWORD, SERVER_HANDLE, USER};
use crate::handle::{OK, Pointer, copy, fail, handle, put, text};
use crate::stand_in::local::{attach, log_in, release};
use crate::stand_in::words;

const ADMINISTRATOR: u32 = 2;
#[unsafe(no_mangle)]
pub extern "C" fn OCIServerAttach(server: Pointer, error: Pointer, link: *const c_char, count: i32, _: u32) -> c_int {
    let link = text(link, count.max(0) as usize);
    let target = match attach(&link) {
        Ok(target) => target,
        Err(number) => return fail(error, number, words(number)),
    };
    handle(server).target = Some(target);
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCISessionBegin(context: Pointer, error: Pointer, session: Pointer, _: u32, mode: u32) -> c_int {
    let given = |key| handle(session).texts.get(&key).cloned().unwrap_or_default();
    let (user, password) = (String::from_utf8_lossy(&given(USER)).into_owned(), given(PASSWORD));
    let server = handle(context).pointers.get(&SERVER_HANDLE).copied().unwrap_or(0);
    let Some(target) = handle(server as Pointer).target.clone() else {
        return fail(error, 24327, words(24327));
    };
    match log_in(&target, Some((&user, &password)), mode & ADMINISTRATOR != 0) {
        Ok(database) => handle(context).database = Some(database),
        Err(number) => return fail(error, number, words(number)),
    }
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIServerRelease2(
    _: Pointer,
    _: Pointer,
    buffer: *mut c_char,
    size: u32,
    _: u8,
    version: *mut u32,
    _: u32,
) -> c_int {
    let words = &b"A stand-in for Oracle Database 19c\0"[..];
    copy(buffer.cast(), &words[..words.len().min(size as usize)]);
    put(version, release().number);
    OK
}

macro_rules! nothing_to_do {
    ($($name:ident($($kind:ty),*))*) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name($(_: $kind),*) -> c_int {
            OK
        }
    )*};
}

nothing_to_do! {
    OCIServerDetach(Pointer, Pointer, u32)
    OCISessionEnd(Pointer, Pointer, Pointer, u32)
    OCITransRollback(Pointer, Pointer, u32)
    OCITransCommit(Pointer, Pointer, u32)
    OCIPing(Pointer, Pointer, u32)
    OCIBreak(Pointer, Pointer)
    OCIReset(Pointer, Pointer)
}
