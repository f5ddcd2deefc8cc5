//! EZConnect and EZConnect Plus: a descriptor in one line, without parentheses.
//!
//! `[tcp:|tcps:][//]HOST[,HOST...][:PORT][,HOST...:PORT][;...][/[SERVICE][:SERVER][/INSTANCE]][?NAME=VALUE[&...]]`. A port
//! is that of the hosts before it that have none; `;` begins a further list of addresses.

use super::PORT;
use super::descriptor::{Descriptor, port_number};
use super::nv::{LONGEST, Pair, Word};

/// Parameters that belong into `SECURITY`; the others belong to the description.
const SECURITY: &[&str] = &[
    "SSL_SERVER_DN_MATCH",
    "SSL_SERVER_CERT_DN",
    "SSL_VERSION",
    "SSL_CERTIFICATE_ALIAS",
    "WALLET_LOCATION",
    "AUTHENTICATION_SERVICE",
];
/// The kinds of server that can be asked for.
const SERVERS: &[&str] = &["dedicated", "shared", "pooled", "emon"];

/// Reads the short form.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse(text: &str) -> Result<Descriptor, String> {
    if text.len() > LONGEST {
        return Err("more than 64 KiB".to_owned());
    }
    let (text, parameters) = text.trim().split_once('?').unwrap_or((text.trim(), ""));
    if text.contains('@') {
        // The text itself is not repeated: it may hold a password.
        return Err("it has an '@': give the address alone, without user and password".to_owned());
    }
    let (protocol, text) = protocol(text)?;
    let (hosts, path) = match text.find('/') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let lists = hosts.split(';').map(|list| addresses(list, protocol)).collect::<Result<Vec<_>, _>>()?;
    let mut description = Vec::new();
    let mut security = Vec::new();
    for (name, value) in
        parameters.split('&').filter(|part| !part.is_empty()).map(parameter).collect::<Result<Vec<_>, _>>()?
    {
        let known = SECURITY.iter().any(|known| known.eq_ignore_ascii_case(name));
        let list = if known { &mut security } else { &mut description };
        list.push(Pair::foreign(&name.to_ascii_uppercase(), value).ok_or_else(unwritable)?);
    }
    description.extend(lists.into_iter().map(|list| Pair::list("ADDRESS_LIST", list)));
    let asked = connect_data(path)?;
    if !asked.is_empty() {
        description.push(Pair::list("CONNECT_DATA", asked));
    }
    if !security.is_empty() {
        description.push(Pair::list("SECURITY", security));
    }
    Descriptor::of(Pair::list("DESCRIPTION", description))
}

/// The text itself is not repeated: it may be a password of a wallet.
fn unwritable() -> String {
    "a name or a value with mixed quotes or control characters".to_owned()
}

fn word(text: &str) -> Result<Word, String> {
    Word::new(text).ok_or_else(unwritable)
}

/// The protocol in front, and the rest behind its slashes.
fn protocol(text: &str) -> Result<(&'static str, &str), String> {
    if let Some((name, rest)) = text.split_once("://") {
        return match name.to_ascii_lowercase().as_str() {
            "tcp" => Ok(("TCP", rest)),
            "tcps" => Ok(("TCPS", rest)),
            _ => Err(format!("'{}' is no protocol of a listener: tcp or tcps", name.escape_debug())),
        };
    }
    let lower = text.get(..5).unwrap_or_default().to_ascii_lowercase();
    // `tcps:host:port`, as some write it: nothing but digits can follow the colon of a host called tcps.
    match (lower.as_str(), text.get(5..)) {
        ("tcps:", Some(rest)) if !rest.starts_with(|c: char| c.is_ascii_digit()) => Ok(("TCPS", rest)),
        _ => Ok(("TCP", text.strip_prefix("//").unwrap_or(text))),
    }
}

/// The addresses of one list. A port counts for all hosts before it that have none.
fn addresses(text: &str, protocol: &'static str) -> Result<Vec<Pair>, String> {
    let mut hosts: Vec<(&str, Option<u16>)> = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (host, port) = host_and_port(part)?;
        hosts.push((host, port));
        if port.is_some() {
            hosts.iter_mut().rev().skip(1).take_while(|(_, port)| port.is_none()).for_each(|(_, p)| *p = port);
        }
    }
    let address = |(host, port): (&str, Option<u16>)| {
        Ok(Pair::list(
            "ADDRESS",
            vec![
                Pair::text("PROTOCOL", word(protocol)?),
                Pair::text("HOST", word(host)?),
                Pair::text("PORT", word(&port.unwrap_or(PORT).to_string())?),
            ],
        ))
    };
    hosts.into_iter().map(address).collect()
}

fn host_and_port(part: &str) -> Result<(&str, Option<u16>), String> {
    let (host, port) = match part.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => part.split_once(':').map_or((part, None), |(host, port)| (host, Some(port))),
    };
    let odd = |c: char| c.is_whitespace() || c.is_control() || "()='\"[]@".contains(c);
    if host.is_empty() || host.contains(odd) {
        return Err(format!("'{}' is no host: HOST, HOST:PORT or [IPV6]:PORT", part.escape_debug()));
    }
    Ok((host, port.map(|port| port_number(port.trim())).transpose()?))
}

/// `/SERVICE[:SERVER][/INSTANCE]`
fn connect_data(path: &str) -> Result<Vec<Pair>, String> {
    let mut parts = path.strip_prefix('/').unwrap_or(path).splitn(2, '/');
    let (service, server) = parts.next().map_or(("", None), |first| match first.split_once(':') {
        Some((service, server)) => (service, Some(server)),
        None => (first, None),
    });
    let mut pairs = Vec::new();
    let mut add = |name, text: &str| {
        if text.contains(['(', ')', '/']) {
            return Err(format!("'{}' is no name of a service or an instance", text.escape_debug()));
        }
        pairs.push(Pair::text(name, word(text)?));
        Ok(())
    };
    if !service.is_empty() {
        add("SERVICE_NAME", service)?;
    }
    if let Some(server) = server {
        if !SERVERS.iter().any(|known| known.eq_ignore_ascii_case(server)) {
            return Err(format!("'{}' is no kind of server: {}", server.escape_debug(), SERVERS.join(", ")));
        }
        add("SERVER", server)?;
    }
    if let Some(instance) = parts.next().filter(|instance| !instance.is_empty()) {
        add("INSTANCE_NAME", instance)?;
    }
    Ok(pairs)
}

fn parameter(part: &str) -> Result<(&str, &str), String> {
    let (name, value) =
        part.split_once('=').ok_or_else(|| format!("'{}' is no parameter: NAME=VALUE", part.escape_debug()))?;
    let value = value.trim();
    let unquoted = value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(value);
    Ok((name.trim(), unquoted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_and_long_forms() {
        let address = |(protocol, host, port): &(&str, &str, u16)| {
            format!("(ADDRESS=(PROTOCOL={protocol})(HOST={host})(PORT={port}))")
        };
        for (text, lists, rest) in [
            ("db1", vec![vec![("TCP", "db1", 1521)]], ""),
            ("//db1:1522/", vec![vec![("TCP", "db1", 1522)]], ""),
            (
                "TCPS://db1,db2:2484,db3/kis.world:Dedicated/kis1",
                vec![vec![("TCPS", "db1", 2484), ("TCPS", "db2", 2484), ("TCPS", "db3", 1521)]],
                "(CONNECT_DATA=(SERVICE_NAME=kis.world)(SERVER=Dedicated)(INSTANCE_NAME=kis1))",
            ),
            (
                "[::1]:1523;10.0.0.1/kis?ssl_server_dn_match=off",
                vec![vec![("TCP", "::1", 1523)], vec![("TCP", "10.0.0.1", 1521)]],
                "(CONNECT_DATA=(SERVICE_NAME=kis))(SECURITY=(SSL_SERVER_DN_MATCH=off))",
            ),
            ("tcps:db1//kis1", vec![vec![("TCPS", "db1", 1521)]], "(CONNECT_DATA=(INSTANCE_NAME=kis1))"),
        ] {
            let list = |list: &Vec<_>| format!("(ADDRESS_LIST={})", list.iter().map(address).collect::<String>());
            let expected = format!("(DESCRIPTION={}{rest})", lists.iter().map(list).collect::<String>());
            assert_eq!(parse(text).map(|descriptor| descriptor.tree().to_string()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn parameters_stand_where_they_belong() {
        let text = "db1/kis?connect_timeout=5&retry_count=2&failover=off&ssl_server_cert_dn=\"CN=db, O=x\"";
        let descriptor = parse(text).expect("right");
        let description = &descriptor.descriptions[0];
        assert_eq!((description.timing.connect.map(|t| t.as_secs()), description.timing.retries), (Some(5), Some(2)));
        assert_eq!(description.security.cert_dn.as_deref(), Some("CN=db, O=x"));
        assert!(!description.lists[0].failover);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, said) in [
            ("", "'' is no host: HOST, HOST:PORT or [IPV6]:PORT"),
            ("http://db1/kis", "'http' is no protocol of a listener: tcp or tcps"),
            ("db1:99999", "'99999' is no port: 1 to 65535"),
            ("db1:port/kis", "'port' is no port: 1 to 65535"),
            ("::1/kis", "'::1' is no host: HOST, HOST:PORT or [IPV6]:PORT"),
            ("scott/tiger@db1", "it has an '@': give the address alone, without user and password"),
            ("db1/kis:fast", "'fast' is no kind of server: dedicated, shared, pooled, emon"),
            ("db1/kis?retry", "'retry' is no parameter: NAME=VALUE"),
            ("db1/a(b", "'a(b' is no name of a service or an instance"),
        ] {
            assert_eq!(parse(text).map(|_| ()), Err(said.to_owned()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_and_read_again(text in "(tcps://)?[a-z0-9,.:;\\[\\]]{1,12}(/[a-z$.]{0,6}(:shared)?(/[a-z]{1,3})?)?([?][a-z_]{1,9}=[a-z0-9\" ]{0,5})?") {
            if let Ok(descriptor) = parse(&text) {
                prop_assert_eq!(Descriptor::parse(&descriptor.tree().to_string()), Ok(descriptor));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            if let Err(why) = parse(&text) {
                prop_assert!(!why.is_empty());
            }
        }
    }
}
