//! Log-ins of the stand-ins that need no network: for the client library and for SQL*Plus.

use super::accounts::{PASSWORD, all};
use super::database::{Database, services};
use super::release::Release;

const FIXTURE: &str = "VITALS_ORACLE_FIXTURE";
const FAULT: &str = "VITALS_ORACLE_FAULT";
const RELEASE: &str = "VITALS_ORACLE_RELEASE";

/// The fault that the environment asks for: a number is the ORA number of every connect; `silent` is a call that never
/// ends.
pub fn fault() -> Option<String> {
    std::env::var(FAULT).ok()
}

/// The release that the environment names, else 19.
pub fn release() -> Release {
    let name = std::env::var(RELEASE).unwrap_or_else(|_| "19".to_owned());
    Release::named(&name).unwrap_or_else(|| panic!("no release {name}"))
}

/// The value of `(KEY=value)` in a descriptor.
fn field(descriptor: &str, key: &str) -> Option<String> {
    let part = descriptor.split('(').find_map(|part| part.trim().strip_prefix(key)?.trim().strip_prefix('='))?;
    Some(part.split(')').next()?.trim().to_owned())
}

/// The fixture and the container of a target: a descriptor, host:port/service, or nothing for the local instance. Else
/// the ORA number that it is refused with.
pub fn attach(target: &str) -> Result<(String, u16), u32> {
    if let Some(number) = fault().and_then(|fault| fault.parse().ok()) {
        return Err(number);
    }
    let fixture = field(target, "INSTANCE_NAME").or_else(|| std::env::var(FIXTURE).ok());
    let fixture = fixture.unwrap_or_else(|| "healthy".to_owned());
    let services = services(&fixture);
    if target.is_empty() {
        // What is there without a name is the whole of it: the root, where there are containers.
        let container = services.iter().map(|(_, container)| *container).min().unwrap_or(0);
        return Ok((fixture, container));
    }
    let named = || Some(target.rsplit_once('/')?.1.to_owned());
    let wanted = field(target, "SERVICE_NAME").or_else(named).unwrap_or_default();
    let known = services.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(&wanted));
    known.map(|(_, container)| (fixture, container)).ok_or(12514)
}

/// The session of a user, who is nobody's where the operating system vouches for it. Else the ORA number of the refusal.
pub fn log_in(at: &(String, u16), who: Option<(&str, &[u8])>, administrator: bool) -> Result<Database, u32> {
    let (fixture, container) = at;
    let Some((user, password)) = who else {
        return administrator.then(|| Database::open(fixture, release().oracle, *container)).ok_or(1017);
    };
    let accounts = all();
    let account = accounts.iter().find(|account| account.name.eq_ignore_ascii_case(user)).ok_or(1017u32)?;
    if password != PASSWORD.as_bytes() || account.administrator != administrator {
        return Err(1017);
    }
    match account.refused {
        Some(number) => Err(number),
        None => Ok(Database::open_for(fixture, release().oracle, *container, account.hidden)),
    }
}
