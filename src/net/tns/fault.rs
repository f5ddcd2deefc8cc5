//! Why a listener's address gave no answer, in words that say what to do.

use super::dialogue::Stage;
use std::fmt;
use std::time::Duration;

/// What went wrong on the way to an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The name of the host could not be resolved.
    Unresolved(String),
    /// The resolver did not answer in time.
    ResolverSilent,
    /// This machine could not even try: no route, no descriptor, no right.
    NotAsked(String),
    /// Nobody listens there.
    NoListener,
    /// The network said that the host cannot be reached.
    Unreachable(String),
    /// The connection was not answered in time.
    NoConnection(Duration),
    /// TLS was not agreed upon in time.
    TlsSilent,
    /// TLS failed.
    Tls(String),
    /// The certificate is not what it should be.
    Certificate(String),
    /// It said nothing, or not enough, in time.
    Silent(Stage, usize),
    /// It closed the connection.
    Closed(Stage, usize),
    /// It broke the connection.
    Reset(Stage, String),
    /// It speaks something else.
    Foreign(Speech),
    /// A packet of an impossible length.
    Length(usize),
    /// A packet that does not belong here.
    OutOfPlace(&'static str),
    /// It wants the same packet again and again.
    ResendsForEver,
    /// It sends us on and on.
    RedirectsForEver,
    /// It sends us to what cannot be read.
    Redirect(String),
}

/// What speaks on a port that is no listener's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speech {
    /// A web server.
    Http,
    /// A server of SSH.
    Ssh,
    /// One that greets with a number, as SMTP and FTP do.
    Greeting,
    /// TLS, where none was expected.
    Tls,
    /// A listener, or something else without TLS, where TLS was expected.
    NoTls,
    /// Something else: its first bytes.
    Unknown(Vec<u8>),
}

impl Speech {
    /// What the first bytes sound like.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [b'H', b'T', b'T', b'P', b'/', ..] => Self::Http,
            [b'S', b'S', b'H', b'-', ..] => Self::Ssh,
            [0x15 | 0x16, 0x03, ..] => Self::Tls,
            [a, b, c, b' ' | b'-', ..] if [a, b, c].iter().all(|byte| byte.is_ascii_digit()) => Self::Greeting,
            _ => Self::Unknown(bytes.get(..16).unwrap_or(bytes).to_vec()),
        }
    }
}

impl Fault {
    /// Whether it tells nothing of the listener: we could not ask.
    #[must_use]
    pub const fn is_ours(&self) -> bool {
        matches!(self, Self::Unresolved(_) | Self::ResolverSilent | Self::NotAsked(_))
    }

    /// Whether time ran out.
    #[must_use]
    pub const fn is_late(&self) -> bool {
        matches!(self, Self::ResolverSilent | Self::NoConnection(_) | Self::TlsSilent | Self::Silent(..))
    }

    /// Whether not even a connection came about.
    #[must_use]
    pub const fn is_before_connection(&self) -> bool {
        matches!(self, Self::NoListener | Self::Unreachable(_) | Self::NoConnection(_)) || self.is_ours()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unresolved(why) => write!(f, "not asked: its name cannot be resolved ({why})"),
            Self::ResolverSilent => f.write_str("not asked: the resolver gave no address for its name in time"),
            Self::NotAsked(why) => write!(f, "not asked: {why}"),
            Self::NoListener => f.write_str(
                "nobody listens there (connection refused; clients say ORA-12541): is the listener started, and the port right?",
            ),
            Self::Unreachable(why) => write!(f, "not reachable ({why}): is its host up?"),
            Self::NoConnection(time) => write!(
                f,
                "no answer to the connection in {}: is its host up, does a firewall drop it, is its queue full?",
                crate::model::unit::Unit::Seconds.show(time.as_secs_f64())
            ),
            Self::TlsSilent => f.write_str("it takes the connection and does not answer to TLS: does this port speak TLS?"),
            Self::Tls(why) => write!(f, "TLS fails: {why}"),
            Self::Certificate(why) => f.write_str(why),
            Self::Silent(stage, 0) => write!(f, "it hangs: no answer in time {stage}"),
            Self::Silent(stage, got) => write!(f, "it hangs: only {got} bytes of a packet in time {stage}"),
            Self::Closed(stage, 0) => write!(
                f,
                "it closes the connection without an answer {stage}: does TCP.VALIDNODE_CHECKING keep this machine out?"
            ),
            Self::Closed(stage, got) => write!(f, "it closes the connection after {got} bytes of a packet {stage}"),
            Self::Reset(stage, why) => write!(f, "it breaks the connection {stage} ({why})"),
            Self::Foreign(speech) => write!(f, "what answers is no listener: {speech}"),
            Self::Length(length) => write!(f, "what answers is no listener: a packet of {length} bytes"),
            Self::OutOfPlace(kind) => write!(f, "it answers with a packet that does not belong here: {kind}"),
            Self::ResendsForEver => f.write_str("it wants the same packet again and again (RESEND)"),
            Self::RedirectsForEver => f.write_str("it sends its clients on and on (REDIRECT)"),
            Self::Redirect(why) => write!(f, "it sends its clients to an address that cannot be read: {why}"),
        }
    }
}

impl fmt::Display for Speech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http => f.write_str("a web server (HTTP) has this port"),
            Self::Ssh => f.write_str("an SSH server has this port"),
            Self::Greeting => f.write_str("a server that greets with a number, as for mail or FTP, has this port"),
            Self::Tls => f.write_str("the port speaks TLS: ask it as tcps:// or with PROTOCOL=TCPS"),
            Self::NoTls => f.write_str("the port does not speak TLS: ask it as tcp:// or with PROTOCOL=TCP"),
            Self::Unknown(bytes) => write!(f, "it begins with {}", bytes.escape_ascii()),
        }
    }
}
