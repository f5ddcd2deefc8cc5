//! What went wrong with a database, and what to do about it.

use super::ora;
use crate::model::text;
use crate::runtime::failure::Failure;
use crate::runtime::secret::Secret;
use anyhow::anyhow;
use std::fmt;

/// Bytes of what a driver said that are shown.
const LONGEST: usize = 300;
/// Bytes of it that are kept: a secret in it is taken out as a whole before the rest is cut to what is shown.
const KEPT: usize = 4096;

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// From the first packet to the end of the log-in.
    Connect,
    /// A statement of a session that had been logged in.
    Query,
}

/// Kinds of faults: each has one cause and one remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The user or the password is wrong.
    WrongPassword,
    /// The account is locked.
    Locked,
    /// The password has expired.
    Expired,
    /// The user may not log in at all.
    NoSession,
    /// A right is missing for a statement.
    NoGrant,
    /// The instance is down, or its database is not open.
    NotOpen,
    /// The database takes no more sessions: processes, sessions or the archive destination are used up.
    Full,
    /// The session was lost: the server process died, or somebody ended it.
    Lost,
    /// Nobody listens there.
    NoListener,
    /// The listener does not know the service.
    NoService,
    /// The listener knows the service and cannot hand the client over.
    NoHandler,
    /// The name of the target stands for nothing.
    NoTarget,
    /// There was no answer in time.
    Late(Stage),
    /// TLS could not be agreed upon.
    Tls,
    /// Oracle's client library is missing, of the wrong kind or too old.
    NoClient,
    /// The password is kept in a form (11g) that this driver cannot prove.
    OldVerifier,
    /// The server wants Oracle's native encryption, which this driver has not.
    Encryption,
    /// Client and database are too far apart.
    Versions,
    /// These credentials were refused before, and are not tried again yet.
    NotTried,
    /// The options do not go together, or a program is missing.
    Usage,
    /// What came is not what the protocol says; a fault of the driver is one of these.
    Protocol,
    /// The database refused the statement for another reason.
    Statement,
}

/// Where the fault lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The database itself: it is down, full or hangs.
    Database,
    /// What stands between: `check_listener` watches it.
    Between,
    /// Our side: credentials, rights, clients.
    Ours,
}

/// A fault, with what was said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    kind: Kind,
    number: Option<u32>,
    said: String,
    grants: Vec<String>,
}

impl Fault {
    /// A fault of a known kind. The words come from outside: they are bounded, and made harmless when they are shown.
    #[must_use]
    pub fn new(kind: Kind, said: &str) -> Self {
        Self { kind, number: ora::number(said), said: essence(said), grants: Vec::new() }
    }

    /// What a text of a driver means.
    #[must_use]
    pub fn told(stage: Stage, said: &str) -> Self {
        Self::numbered(stage, ora::number(said), said)
    }

    /// What an error number means.
    #[must_use]
    pub fn numbered(stage: Stage, number: Option<u32>, said: &str) -> Self {
        let client = ora::dpi(said).and_then(of_client);
        let other = || if stage == Stage::Query && number.is_some() { Kind::Statement } else { Kind::Protocol };
        let kind = client.or_else(|| number.and_then(|number| of_number(stage, number)));
        let late = || (ora::dpi(said) == Some(1067)).then_some(Kind::Late(stage));
        Self { kind: kind.or_else(late).unwrap_or_else(other), number, said: essence(said), grants: Vec::new() }
    }

    /// The same, with the rights that the statement needs.
    #[must_use]
    pub fn needing(mut self, grants: &[String]) -> Self {
        self.grants = grants.to_vec();
        self
    }

    /// The same, with more to say.
    #[must_use]
    pub fn with(mut self, more: &str) -> Self {
        self.said = [&*self.said, more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
        self
    }

    /// The same, without these secrets, should a driver have repeated one.
    #[must_use]
    pub fn hiding(mut self, secrets: &[Secret]) -> Self {
        for secret in secrets {
            self.said = self.said.replace(secret.expose(), "…");
        }
        self
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The number that Oracle gave it.
    #[must_use]
    pub const fn number(&self) -> Option<u32> {
        self.number
    }

    /// Where it lies.
    #[must_use]
    pub const fn blame(&self) -> Blame {
        match self.kind {
            Kind::NotOpen | Kind::Full | Kind::Lost | Kind::Late(Stage::Query) => Blame::Database,
            Kind::NoListener | Kind::NoService | Kind::NoHandler | Kind::Late(Stage::Connect) => Blame::Between,
            _ => Blame::Ours,
        }
    }

    /// The failure of a check whose answer depends on this database: CRITICAL where the database itself is down, full or
    /// hangs, since nothing else watches that; UNKNOWN where it could not be asked.
    #[must_use]
    pub fn failure(&self) -> Failure {
        let error = anyhow!("{self}");
        let failure = if self.blame() == Blame::Database { Failure::down(error) } else { Failure::unknown(error) };
        if matches!(self.kind, Kind::Late(_)) { failure.in_time() } else { failure }
    }

    fn words(&self) -> String {
        match (self.kind, &*self.grants) {
            (Kind::NoGrant, [grant]) => {
                format!("a right is missing for this statement: GRANT {grant} TO the user of this check")
            }
            (Kind::NoGrant, [_, ..]) => {
                format!(
                    "a right is missing: for this statement the user of this check needs {}",
                    self.grants.join(", ")
                )
            }
            (kind, _) => kind.words().to_owned(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = text::clean_str(&self.said);
        let said = text::cut(&said, LONGEST);
        match self.words() {
            words if said.is_empty() => f.write_str(&words),
            words if words.is_empty() => f.write_str(&said),
            words => write!(f, "{words} ({said})"),
        }
    }
}

impl Kind {
    const fn words(self) -> &'static str {
        match self {
            Self::WrongPassword => "the database refuses user and password: correct them in the configuration",
            Self::Locked => "the account is locked: find who uses a wrong password, then ALTER USER … ACCOUNT UNLOCK",
            Self::Expired => "the password has expired: set a new one, and a profile without an end for this account",
            Self::NoSession => "the user may not log in: GRANT CREATE SESSION to it",
            Self::NoGrant => "a right is missing for this statement",
            Self::NotOpen => "the database is not open",
            Self::Full => "the database takes no more sessions",
            Self::Lost => "the session was lost",
            Self::NoListener => "no listener answers there: check_listener tells more",
            Self::NoService => "the listener does not know the service: the name is wrong, or the instance is down",
            Self::NoHandler => {
                "the listener cannot hand clients over to the service: check_listener --service tells more"
            }
            Self::NoTarget => "the name of the database cannot be resolved: see --tnsnames and --tns-admin",
            Self::Late(Stage::Connect) => "no log-in in time: listener, network or database hang",
            Self::Late(Stage::Query) => "logged in, but the database did not answer a statement in time",
            Self::Tls => "TLS failed: see the certificate (check_listener) and --wallet",
            Self::NoClient => {
                "Oracle's client library cannot be used: install Instant Client (64 bit, 11.2 or later), give --oracle-home, \
                 or take --driver thin"
            }
            Self::OldVerifier => {
                "this account has an 11g password verifier, which the driver thin cannot use: take --driver oci, or set \
                 the password anew"
            }
            Self::Encryption => {
                "the server demands native network encryption, which the driver thin does not have: take --driver oci, \
                 or TCPS"
            }
            Self::Versions => "client and database are too far apart: take another --driver",
            Self::NotTried | Self::Usage => "",
            Self::Protocol => "the driver cannot go on: try another --driver",
            Self::Statement => "the database refuses the statement",
        }
    }
}

/// The kind of an ORA or TNS number.
const fn of_number(stage: Stage, number: u32) -> Option<Kind> {
    Some(match number {
        1005 | 1017 => Kind::WrongPassword,
        28000 => Kind::Locked,
        28001 => Kind::Expired,
        1045 => Kind::NoSession,
        942 | 1031 | 41900 => Kind::NoGrant,
        1033 | 1034 | 1035 | 1089 | 1090 | 1092 | 1109 | 1219 | 1507 | 12526..=12528 | 27101 => Kind::NotOpen,
        18 | 20 | 257 => Kind::Full,
        28 | 1012 | 2396 | 3113 | 3114 | 3135 | 12537 | 12547 | 12571 => match stage {
            Stage::Query => Kind::Lost,
            // Nobody knows yet whether a database is there.
            Stage::Connect => Kind::Protocol,
        },
        12541..=12543 | 12545 => Kind::NoListener,
        12505 | 12514 | 12521 => Kind::NoService,
        12516 | 12518..=12520 => Kind::NoHandler,
        12154 | 12162 => Kind::NoTarget,
        1013 | 3136 | 12170 | 12535 | 12606 | 12609 => Kind::Late(stage),
        28759..=28865 | 29024 => Kind::Tls,
        12650 | 12658 | 12660 => Kind::Encryption,
        3134 | 28040 => Kind::Versions,
        _ => return None,
    })
}

/// The kind of an error of ODPI-C that is not one of the database.
const fn of_client(number: u32) -> Option<Kind> {
    match number {
        1047 | 1050 | 1072 => Some(Kind::NoClient),
        _ => None,
    }
}

/// The line that says what it is: a text of Oracle may go on with stacks and addresses of web pages.
fn essence(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let wanted = ora::number(said);
    let line = lines().find(|line| wanted.is_some() && ora::number(line) == wanted).or_else(|| lines().next());
    text::cut(line.unwrap_or_default(), KEPT).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::failure::Kind as Failed;

    #[test]
    fn numbers_become_kinds_and_states() {
        for (stage, said, kind, state) in [
            (Stage::Connect, "ORA-01017: invalid username/password", Kind::WrongPassword, Failed::Unknown),
            (Stage::Connect, "ORA-28000: the account is locked", Kind::Locked, Failed::Unknown),
            (Stage::Connect, "ORA-28001: the password has expired", Kind::Expired, Failed::Unknown),
            (Stage::Connect, "ORA-01034: ORACLE not available", Kind::NotOpen, Failed::Down),
            (Stage::Connect, "ORA-01033: ORACLE initialization or shutdown in progress", Kind::NotOpen, Failed::Down),
            (Stage::Connect, "ORA-00257: archiver error", Kind::Full, Failed::Down),
            (Stage::Connect, "TNS-12541: no listener", Kind::NoListener, Failed::Unknown),
            (Stage::Connect, "(Similar to ORA-12505)", Kind::NoService, Failed::Unknown),
            (Stage::Connect, "ORA-12170: connect timeout", Kind::Late(Stage::Connect), Failed::Unknown),
            (Stage::Connect, "ORA-03113: end-of-file", Kind::Protocol, Failed::Unknown),
            (Stage::Query, "DPI-1080: connection was closed by ORA-3113", Kind::Lost, Failed::Down),
            (
                Stage::Query,
                "DPI-1067: call timeout of 9 ms exceeded with ORA-3156",
                Kind::Late(Stage::Query),
                Failed::Down,
            ),
            (Stage::Query, "ORA-00942: table or view does not exist", Kind::NoGrant, Failed::Unknown),
            (Stage::Query, "ORA-00904: \"X\": invalid identifier", Kind::Statement, Failed::Unknown),
            (Stage::Connect, "DPI-1047: Cannot locate a 64-bit Oracle Client library", Kind::NoClient, Failed::Unknown),
            (Stage::Connect, "what is this?", Kind::Protocol, Failed::Unknown),
        ] {
            let fault = Fault::told(stage, said);
            assert_eq!((fault.kind(), fault.failure().kind()), (kind, state), "{said}");
        }
        assert!(Fault::told(Stage::Query, "ORA-01013: cancelled").failure().timed_out());
    }

    #[test]
    fn the_words_say_what_to_do_and_what_was_said() {
        let fault = Fault::told(Stage::Query, "\nORA-00942: table or view does not exist\nHelp: https://docs.example/")
            .needing(&["SELECT ON V_$LOCK".to_owned()]);
        let said = "a right is missing for this statement: GRANT SELECT ON V_$LOCK TO the user of this check \
                    (ORA-00942: table or view does not exist)";
        assert_eq!(fault.to_string(), said);
        let repeated =
            Fault::told(Stage::Connect, "unknown command \"t1ger\"").hiding(&[Secret::new("t1ger".to_owned())]);
        assert!(!format!("{repeated} {repeated:?}").contains("t1ger"));
        // One that lies across the end of what is shown is not half shown.
        let long = Fault::told(Stage::Connect, &format!("{}t1ger{}", "x".repeat(LONGEST - 5), "y".repeat(99)));
        assert!(!long.hiding(&[Secret::new("t1ger".to_owned())]).to_string().contains("t1"));
        let foreign = Fault::told(Stage::Connect, &format!("a|b\u{1b}[1m{}", "x".repeat(1000))).to_string();
        assert!(foreign.len() < 400 && !foreign.contains(['|', '\u{1b}']), "{foreign}");
    }
}
