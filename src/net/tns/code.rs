//! The errors that a listener gives, in words of our own.

/// What an error says of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The listener does not know it.
    NotRegistered,
    /// It is known, and nobody takes connections for it now.
    NoHandler,
    /// It is known, and closed to ordinary users.
    Closed,
    /// Something else.
    Other,
}

/// The kind of an error.
#[must_use]
pub const fn kind(code: u32) -> Kind {
    match code {
        12504 | 12505 | 12514 | 12521 | 12523 => Kind::NotRegistered,
        12516 | 12518 | 12519 | 12520 | 12522 | 12524 | 12525 => Kind::NoHandler,
        12526..=12528 => Kind::Closed,
        _ => Kind::Other,
    }
}

/// What an error means and what to do, for a person; `None` for one that is not known here.
#[must_use]
pub const fn words(code: u32) -> Option<&'static str> {
    Some(match code {
        1169 => "the listener wants a password for this command",
        1189 => "the listener gives this answer only to its own machine",
        12500 => "the listener could not start a server process: look at the memory and the processes of its machine",
        12504 => "the client named no service",
        12505 => "the listener knows no such SID: is the instance running, and the SID right? See lsnrctl services",
        12508 => "the listener does not know this command",
        12514 => {
            "the listener knows no such service: is the instance running, open and registered? See lsnrctl services"
        }
        12516 => "no handler of the service speaks the protocol, or all are busy",
        12518 => "the listener could not hand the connection over: look at the processes and the memory of its machine",
        12519 => "no handler of the service is free: the limit PROCESSES or SESSIONS of the instance may be reached",
        12520 => "no handler of the wanted kind (dedicated or shared) is free: PROCESSES may be reached",
        12521 => "the listener knows no such instance",
        12525 => "the client was too slow for INBOUND_CONNECT_TIMEOUT of the listener",
        12526 => "all instances of the service are in restricted mode",
        12527 => "all instances of the service are in restricted mode or block new connections",
        12528 => "all instances of the service block new connections: one that is starting or only mounted does so",
        12529 => "the listener refuses by its filter rules",
        12537 => "the listener closed the connection",
        12541 => "no listener",
        12542 => "the address is in use",
        12547 | 12546 => "the listener refuses this client: see TCP.VALIDNODE_CHECKING in its sqlnet.ora",
        12560 | 12569 => "the listener met an error of its protocol",
        12564 => "the connection was refused by the database",
        12670..=12699 => "the security settings of client and server do not agree",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_of_a_service_has_words() {
        for code in 12504..=12529 {
            assert!(
                kind(code) == Kind::Other || words(code).is_some() || [12522, 12523, 12524].contains(&code),
                "{code}"
            );
        }
        assert_eq!(
            (kind(12514), kind(12519), kind(12528), kind(1)),
            (Kind::NotRegistered, Kind::NoHandler, Kind::Closed, Kind::Other)
        );
    }
}
