//! To attach to a server, to log in, and to leave.

use std::ffi::{c_char, c_int};

use crate::attributes::{PASSWORD, SERVER_HANDLE, USER};
use crate::handle::{OK, Pointer, copy, fail, handle, put, text};
use crate::stand_in::{self, Database, Release, services, words};

const ADMINISTRATOR: u32 = 2;
const VARIABLE: &str = "VITALS_ORACLE_FIXTURE";
const FAULT: &str = "VITALS_ORACLE_FAULT";

fn release() -> Release {
    Release::named("19").unwrap()
}

/// The value of `(KEY=value)` in a descriptor.
fn field(descriptor: &str, key: &str) -> Option<String> {
    let part = descriptor.split('(').find_map(|part| part.trim().strip_prefix(key)?.trim().strip_prefix('='))?;
    Some(part.split(')').next()?.trim().to_owned())
}

/// The fault that the environment asks for.
pub fn fault() -> Option<String> {
    std::env::var(FAULT).ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn OCIServerAttach(server: Pointer, error: Pointer, link: *const c_char, count: i32, _: u32) -> c_int {
    let link = text(link, count.max(0) as usize);
    if let Some(number) = fault().and_then(|fault| fault.parse().ok()) {
        return fail(error, number, words(number));
    }
    let fixture = field(&link, "INSTANCE_NAME").or_else(|| std::env::var(VARIABLE).ok());
    let fixture = fixture.unwrap_or_else(|| "healthy".to_owned());
    // A descriptor, or host:port/service.
    let wanted = field(&link, "SERVICE_NAME").or_else(|| Some(link.rsplit_once('/')?.1.to_owned())).unwrap_or_default();
    let known = services(&fixture).into_iter().find(|(name, _)| name.eq_ignore_ascii_case(&wanted));
    let Some((_, container)) = known else { return fail(error, 12514, words(12514)) };
    handle(server).target = Some((fixture, container));
    OK
}

#[unsafe(no_mangle)]
pub extern "C" fn OCISessionBegin(context: Pointer, error: Pointer, session: Pointer, _: u32, mode: u32) -> c_int {
    let given = |key| handle(session).texts.get(&key).cloned().unwrap_or_default();
    let (user, password) = (String::from_utf8_lossy(&given(USER)).into_owned(), given(PASSWORD));
    let accounts = stand_in::accounts();
    let account = accounts.iter().find(|account| account.name.eq_ignore_ascii_case(&user));
    let refused = match account {
        Some(account) if password == stand_in::PASSWORD.as_bytes() => {
            let administrator = mode & ADMINISTRATOR != 0;
            account.refused.or((account.administrator != administrator).then_some(1017))
        }
        _ => Some(1017),
    };
    if let Some(number) = refused {
        return fail(error, number, words(number));
    }
    let server = handle(context).pointers.get(&SERVER_HANDLE).copied().unwrap_or(0);
    let Some((fixture, container)) = handle(server as Pointer).target.clone() else {
        return fail(error, 24327, words(24327));
    };
    let hidden = account.map_or(&[][..], |account| account.hidden);
    handle(context).database = Some(Database::open_for(&fixture, release().oracle, container, hidden));
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
