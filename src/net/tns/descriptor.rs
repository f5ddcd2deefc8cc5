//! What a connect descriptor says: addresses in their order, how clients choose among them, and what they ask for.

use super::PORT;
use super::nv::{Malformed, Pair};
use std::fmt;
use std::time::Duration;

/// Addresses in one descriptor at most.
pub const MOST_ADDRESSES: usize = 128;

/// A whole descriptor: `DESCRIPTION` or `DESCRIPTION_LIST`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    tree: Pair,
    /// In the order of the text; never empty.
    pub descriptions: Vec<Description>,
}

/// One `DESCRIPTION`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// In the order of the text; the addresses that stand in no list are one.
    pub lists: Vec<AddressList>,
    /// What is in `CONNECT_DATA`.
    pub connect_data: Vec<Pair>,
    /// How a server is to be known.
    pub security: Security,
    /// How long clients wait, and how often they try.
    pub timing: Timing,
}

/// Addresses among which a client chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressList {
    /// In the order of the text.
    pub addresses: Vec<Address>,
    /// `FAILOVER`: the next address is tried where one does not answer. On by default.
    pub failover: bool,
    /// `LOAD_BALANCE`: clients begin with any of them.
    pub load_balance: bool,
    /// `SOURCE_ROUTE`: the first is a gateway, and the others are the way behind it.
    pub source_route: bool,
}

/// How an address is spoken to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// Plain TCP.
    Tcp,
    /// TLS over TCP.
    Tcps,
    /// One that does not go over the network, or that is not known here, such as IPC.
    Other(String),
}

/// Where a listener listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// How it is spoken to.
    pub protocol: Protocol,
    /// A name or an IP address, without brackets; empty where the protocol has none.
    pub host: String,
    /// The port; 0 where the protocol has none.
    pub port: u16,
}

/// The `SECURITY` of a description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Security {
    /// `SSL_SERVER_DN_MATCH`, where it is given: whether the certificate must be the server's own.
    pub dn_match: Option<bool>,
    /// `SSL_SERVER_CERT_DN`: the distinguished name that the certificate must have, instead of the host's name.
    pub cert_dn: Option<String>,
}

/// The times of a description. What is not there, or no number, is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// `CONNECT_TIMEOUT`: for the whole of a connection.
    pub connect: Option<Duration>,
    /// `TRANSPORT_CONNECT_TIMEOUT`: for the connection of TCP.
    pub transport: Option<Duration>,
    /// `RETRY_COUNT`: further rounds through all addresses.
    pub retries: Option<u32>,
    /// `RETRY_DELAY`: between the rounds.
    pub retry_delay: Option<Duration>,
}

impl Address {
    /// An address of plain TCP.
    #[must_use]
    pub fn tcp(host: &str, port: u16) -> Self {
        Self { protocol: Protocol::Tcp, host: host.to_owned(), port }
    }

    fn read(pair: &Pair) -> Result<Self, String> {
        let protocol = pair.text_of("PROTOCOL").ok_or("an ADDRESS without PROTOCOL")?;
        let protocol = match protocol.to_ascii_uppercase().as_str() {
            "TCP" => Protocol::Tcp,
            "TCPS" => Protocol::Tcps,
            _ => return Ok(Self { protocol: Protocol::Other(protocol.to_owned()), host: String::new(), port: 0 }),
        };
        let host = pair.text_of("HOST").filter(|host| !host.is_empty()).ok_or("an ADDRESS without HOST")?;
        let host = host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(host);
        let port = match pair.text_of("PORT") {
            None => PORT,
            Some(port) => port_number(port)?,
        };
        Ok(Self { protocol, host: host.to_owned(), port })
    }
}

/// As it stands in an answer: `db1:1521`, `tcps://db1:2484`, `[::1]:1521`, `IPC`.
/// In one line, as a client takes it.
impl fmt::Display for Descriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tree.fmt(f)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.protocol {
            Protocol::Tcp => {}
            Protocol::Tcps => f.write_str("tcps://")?,
            Protocol::Other(name) => return f.write_str(name),
        }
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A port from 1 to 65535.
///
/// # Errors
/// In words.
pub fn port_number(text: &str) -> Result<u16, String> {
    let number = text.parse().ok().filter(|port| *port != 0);
    number.ok_or_else(|| format!("'{}' is no port: 1 to 65535", text.escape_debug()))
}

impl Descriptor {
    /// Reads a text that begins with `(`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Self::of(Pair::parse(text)?).map_err(|why| Malformed { at: 0, why })
    }

    /// The meaning of pairs that are read already.
    ///
    /// # Errors
    /// What is missing in them.
    pub fn of(tree: Pair) -> Result<Self, String> {
        let descriptions = if tree.is("DESCRIPTION_LIST") {
            let all = tree.pairs().iter().filter(|pair| pair.is("DESCRIPTION"));
            all.map(Description::read).collect::<Result<_, _>>()?
        } else if tree.is("DESCRIPTION") {
            vec![Description::read(&tree)?]
        } else if tree.is("ADDRESS") || tree.is("ADDRESS_LIST") {
            // So redirections are written, and so some people write aliases of listeners.
            vec![Description::read(&Pair::list("DESCRIPTION", vec![tree.clone()]))?]
        } else {
            return Err(format!("'{}' stands where DESCRIPTION is expected", tree.name()));
        };
        let this = Self { tree, descriptions };
        match this.lists().map(|list| list.addresses.len()).sum() {
            0 => Err("no ADDRESS in it".to_owned()),
            1..=MOST_ADDRESSES => Ok(this),
            _ => Err(format!("more than {MOST_ADDRESSES} addresses")),
        }
    }

    /// The pairs behind it: what a driver is given.
    #[must_use]
    pub const fn tree(&self) -> &Pair {
        &self.tree
    }

    /// All lists of addresses, in their order.
    pub fn lists(&self) -> impl Iterator<Item = &AddressList> {
        self.descriptions.iter().flat_map(|description| &description.lists)
    }
}

impl Description {
    fn read(pair: &Pair) -> Result<Self, String> {
        let mut this = Self { security: Security::read(pair), timing: Timing::read(pair), ..Self::default() };
        let mut alone = AddressList { addresses: Vec::new(), ..AddressList::read(pair, None)? };
        for part in pair.pairs() {
            if part.is("ADDRESS") {
                alone.addresses.push(Address::read(part)?);
            } else if part.is("ADDRESS_LIST") {
                this.lists.push(AddressList::read(part, Some(pair))?);
            } else if part.is("CONNECT_DATA") {
                this.connect_data.extend_from_slice(part.pairs());
            }
        }
        if !alone.addresses.is_empty() {
            this.lists.insert(0, alone);
        }
        Ok(this)
    }

    /// The text of a name in its connect data, such as `SERVICE_NAME`.
    #[must_use]
    pub fn connect(&self, name: &str) -> Option<&str> {
        self.connect_data.iter().find(|pair| pair.is(name))?.as_text()
    }
}

impl AddressList {
    /// A list, with what the description around it says where it says nothing itself.
    fn read(pair: &Pair, around: Option<&Pair>) -> Result<Self, String> {
        let flag = |name: &str| {
            let text = pair.text_of(name).or_else(|| around?.text_of(name))?;
            switch(text)
        };
        let addresses = pair.pairs().iter().filter(|part| part.is("ADDRESS")).map(Address::read);
        Ok(Self {
            addresses: addresses.collect::<Result<_, _>>()?,
            failover: flag("FAILOVER").unwrap_or(true),
            load_balance: flag("LOAD_BALANCE").unwrap_or(false),
            source_route: flag("SOURCE_ROUTE").unwrap_or(false),
        })
    }

    /// The addresses that a client itself connects to.
    #[must_use]
    pub fn doors(&self) -> &[Address] {
        let doors = if self.source_route { self.addresses.get(..1) } else { None };
        doors.unwrap_or(&self.addresses)
    }
}

impl Security {
    fn read(description: &Pair) -> Self {
        let Some(security) = description.find("SECURITY") else { return Self::default() };
        Self {
            dn_match: security.text_of("SSL_SERVER_DN_MATCH").and_then(switch),
            cert_dn: security.text_of("SSL_SERVER_CERT_DN").filter(|dn| !dn.is_empty()).map(str::to_owned),
        }
    }
}

impl Timing {
    fn read(description: &Pair) -> Self {
        let time = |name: &str| duration(description.text_of(name)?);
        Self {
            connect: time("CONNECT_TIMEOUT"),
            transport: time("TRANSPORT_CONNECT_TIMEOUT"),
            retries: description.text_of("RETRY_COUNT").and_then(|text| text.trim().parse().ok()),
            retry_delay: time("RETRY_DELAY"),
        }
    }
}

/// `ON`, `YES`, `TRUE`, `1` and their opposites, in any case.
fn switch(text: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match (is(["on", "yes", "true", "1"]), is(["off", "no", "false", "0"])) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Seconds, or with a unit: `10`, `500 ms`, `3 sec`, `1 min`.
fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let number = u64::from(number.parse::<u32>().ok()?);
    match unit.trim().to_ascii_lowercase().as_str() {
        "" | "s" | "sec" => Some(Duration::from_secs(number)),
        "ms" => Some(Duration::from_millis(number)),
        "m" | "min" => Some(Duration::from_secs(number * 60)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "(DESCRIPTION=(CONNECT_TIMEOUT=5)(TRANSPORT_CONNECT_TIMEOUT=500 ms)(RETRY_COUNT=3)(FAILOVER=ON)
        (ADDRESS_LIST=(LOAD_BALANCE=on)(ADDRESS=(PROTOCOL=tcp)(HOST=db1)(PORT=1522))(ADDRESS=(PROTOCOL=TCPS)(HOST=[::1])))
        (ADDRESS_LIST=(FAILOVER=no)(source_route=yes)(ADDRESS=(PROTOCOL=tcp)(HOST=cman))(ADDRESS=(PROTOCOL=tcp)(HOST=db2)))
        (CONNECT_DATA=(SERVER=DEDICATED)(SERVICE_NAME=kis.world))
        (SECURITY=(SSL_SERVER_DN_MATCH=TRUE)(SSL_SERVER_CERT_DN=\"CN=db, O=Klinik\")))";

    #[test]
    fn all_that_it_says() {
        let descriptor = Descriptor::parse(FULL).expect("right");
        let [description] = &descriptor.descriptions[..] else { panic!("{descriptor:?}") };
        let shown: Vec<String> = descriptor.lists().flat_map(AddressList::doors).map(ToString::to_string).collect();
        assert_eq!(shown, ["db1:1522", "tcps://[::1]:1521", "cman:1521"]);
        let flags: Vec<_> = descriptor.lists().map(|l| (l.failover, l.load_balance, l.source_route)).collect();
        assert_eq!(flags, [(true, true, false), (false, false, true)]);
        assert_eq!(description.connect("service_name"), Some("kis.world"));
        let security = Security { dn_match: Some(true), cert_dn: Some("CN=db, O=Klinik".to_owned()) };
        assert_eq!(description.security, security);
        let timing = description.timing;
        assert_eq!((timing.connect, timing.retries), (Some(Duration::from_secs(5)), Some(3)));
        assert_eq!((timing.transport, timing.retry_delay), (Some(Duration::from_millis(500)), None));
        assert_eq!(Descriptor::parse(&descriptor.tree().to_string()), Ok(descriptor));
    }

    #[test]
    fn lists_of_descriptions_and_bare_addresses() {
        let one = "(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=a))(ADDRESS=(PROTOCOL=ipc)(KEY=x)))";
        let two = Descriptor::parse(&format!("(DESCRIPTION_LIST={one}{one})")).expect("right");
        assert_eq!(two.descriptions.len(), 2);
        assert_eq!(two.lists().next().map(|list| list.addresses[1].to_string()), Some("ipc".to_owned()));
        assert!(Descriptor::parse("(ADDRESS=(PROTOCOL=tcp)(HOST=vip)(PORT=1523))").is_ok());
    }

    #[test]
    fn what_is_missing_is_said() {
        for (text, said) in [
            ("(DESCRIPTION=(CONNECT_DATA=(SID=x)))", "no ADDRESS in it"),
            ("(DESCRIPTION=(ADDRESS=(HOST=a)))", "an ADDRESS without PROTOCOL"),
            ("(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=)))", "an ADDRESS without HOST"),
            ("(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=a)(PORT=0)))", "'0' is no port: 1 to 65535"),
            ("(CONNECT_DATA=(SID=x))", "'CONNECT_DATA' stands where DESCRIPTION is expected"),
        ] {
            assert_eq!(Descriptor::parse(text).map_err(|e| e.why), Err(said.to_owned()), "{text}");
        }
    }
}
