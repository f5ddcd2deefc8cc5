//! Names of hosts to addresses, without waiting: the resolver works in a child.

use crate::runtime::apart::{self, Asked, Outcome};
use crate::runtime::deadline::Deadline;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::os::fd::BorrowedFd;

/// Addresses of one name that are used.
const MOST: usize = 16;

/// The addresses of one name, or the way to them.
#[derive(Debug)]
pub enum Lookup {
    /// A child asks for them.
    Pending(Asked),
    /// They are there, or there are none, with the reason.
    Done(Result<Vec<IpAddr>, String>),
}

impl Lookup {
    /// Begins; an address that is written as a number is there at once.
    #[must_use]
    pub fn begin(host: &str) -> Self {
        if let Ok(address) = host.parse() {
            return Self::Done(Ok(vec![address]));
        }
        let name = host.to_owned();
        match apart::ask(None, move || ask(&name)) {
            Ok(asked) => Self::Pending(asked),
            Err(error) => Self::Done(Err(format!("no process for the resolver: {error}"))),
        }
    }

    /// What becomes readable when the answer is there; `None` once it is.
    #[must_use]
    pub fn pipe(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Pending(asked) => Some(asked.pipe()),
            Self::Done(_) => None,
        }
    }

    /// Takes the answer, whose pipe is readable.
    #[must_use]
    pub fn finish(self, deadline: &Deadline) -> Self {
        let Self::Pending(asked) = self else { return self };
        Self::Done(match asked.answer(deadline) {
            Outcome::Answer(bytes) => read(&String::from_utf8_lossy(&bytes)),
            Outcome::Stuck(_) => Err("the resolver hangs".to_owned()),
            Outcome::Died => Err("the resolver ended without an answer".to_owned()),
        })
    }
}

/// In the child: the addresses, one a line, or a reason behind `!`.
fn ask(name: &str) -> Vec<u8> {
    let said = match (name, 0).to_socket_addrs() {
        Ok(found) => found.map(|address| format!("{}\n", address.ip())).take(64).collect::<String>(),
        Err(error) => format!("!{error}"),
    };
    said.into_bytes()
}

fn read(said: &str) -> Result<Vec<IpAddr>, String> {
    if let Some(why) = said.strip_prefix('!') {
        // The prefix of Rust's library says nothing to whoever reads this.
        let why = why.strip_prefix("failed to lookup address information: ").unwrap_or(why);
        return Err(why.to_owned());
    }
    let mut found: Vec<IpAddr> = Vec::new();
    for address in said.lines().filter_map(|line| line.parse().ok()) {
        if !found.contains(&address) && found.len() < MOST {
            found.push(address);
        }
    }
    if found.is_empty() { Err("it has no address".to_owned()) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_need_nobody() {
        for (host, address) in [("127.0.0.1", "127.0.0.1"), ("::1", "::1")] {
            let address: IpAddr = address.parse().expect("an address");
            assert!(matches!(Lookup::begin(host), Lookup::Done(Ok(found)) if found == [address]));
        }
    }

    #[test]
    fn answers_of_the_child() {
        let ips = |texts: &[&str]| Ok(texts.iter().map(|t| t.parse().expect("an address")).collect());
        assert_eq!(read("10.0.0.1\n::1\n10.0.0.1\n"), ips(&["10.0.0.1", "::1"]));
        assert_eq!(read("!failed to lookup address information: no such name"), Err("no such name".to_owned()));
        assert_eq!(read(""), Err("it has no address".to_owned()));
    }
}
