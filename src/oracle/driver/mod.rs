//! The ways to a database.
//!
//! - `thin`: Oracle's driver in Rust, over TCP or TLS, 12.1 and later. Nothing needs to be installed.
//! - `oci`: Oracle's client library, loaded at run time. It also knows 11g verifiers, native encryption, wallets with
//!   credentials and OS authentication.
//! - `sqlplus`: the program on the database host, for `/ as sysdba`.

#[cfg(feature = "oci")]
mod oci;
mod sqlplus;
#[cfg(feature = "thin")]
mod thin;

use super::fault::Fault;
#[cfg(not(all(feature = "thin", feature = "oci")))]
use super::fault::Kind;
use super::login::{Login, Who};
use super::worker::{Connect, Connection};
use crate::runtime::deadline::Deadline;

/// A driver, or the choice among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Driver {
    /// oci where Oracle's client library loads, else thin
    #[default]
    Auto,
    /// Oracle's driver in Rust: no client is needed
    Thin,
    /// Oracle's client library
    Oci,
    /// SQL*Plus on this host
    Sqlplus,
}

impl Driver {
    /// The log-in of this driver. It is called on a thread of its own: a library that hangs while it is loaded does not
    /// keep the check.
    pub(super) fn connecting(self, login: Login) -> Connect {
        Box::new(move |deadline: &Deadline| match self {
            Self::Thin => thin(&login, deadline),
            Self::Oci => loaded(&login).and_then(|()| oci(&login, deadline)),
            Self::Sqlplus => sqlplus::connect(&login),
            Self::Auto => match loaded(&login) {
                Ok(()) => oci(&login, deadline),
                Err(_) if matches!(login.who, Who::User { .. }) && !login.target.is_empty() => thin(&login, deadline),
                Err(why) => Err(why),
            },
        })
    }
}

#[cfg(feature = "thin")]
fn thin(login: &Login, deadline: &Deadline) -> Result<Box<dyn Connection>, Fault> {
    thin::connect(login, deadline)
}

#[cfg(not(feature = "thin"))]
fn thin(_: &Login, _: &Deadline) -> Result<Box<dyn Connection>, Fault> {
    Err(Fault::new(Kind::Usage, "this program was built without the driver thin"))
}

#[cfg(feature = "oci")]
fn loaded(login: &Login) -> Result<(), Fault> {
    oci::load(login)
}

#[cfg(feature = "oci")]
fn oci(login: &Login, deadline: &Deadline) -> Result<Box<dyn Connection>, Fault> {
    oci::connect(login, deadline)
}

#[cfg(not(feature = "oci"))]
fn loaded(_: &Login) -> Result<(), Fault> {
    Err(Fault::new(Kind::Usage, "this program was built without the driver oci"))
}

#[cfg(not(feature = "oci"))]
fn oci(login: &Login, _: &Deadline) -> Result<Box<dyn Connection>, Fault> {
    loaded(login).and_then(|()| Err(Fault::new(Kind::Usage, "no driver")))
}

/// A date with its time as a text that sorts as it should: `2026-03-02 09:12:05.25`.
#[cfg(any(feature = "thin", feature = "oci"))]
fn written((year, month, day): (i32, u8, u8), (hour, minute, second): (u8, u8, u8), nanoseconds: u32) -> String {
    let whole = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
    if nanoseconds == 0 {
        return whole;
    }
    let fraction = format!("{nanoseconds:09}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}
