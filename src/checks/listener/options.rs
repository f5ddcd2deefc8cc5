//! The options, and what the man page says of them.

use crate::model::status::Status;
use crate::net::tns::question::Question;
use crate::plugin::Example;
use std::path::PathBuf;

/// check_listener
#[derive(clap::Args, Debug)]
pub struct Listener {
    /// HOST[:PORT], an alias of tnsnames.ora, a connect descriptor, or EZConnect
    ///
    /// Without a port 1521. A word without ':' and '/' is an alias where tnsnames.ora has it, else a host. EZConnect
    /// Plus is understood: tcps://db1,db2:2484/kis. May be given more than once.
    #[arg(value_name = "TARGET", required = true)]
    pub(super) target: Vec<String>,

    /// Ask for this service too: is it registered, and has it a handler?
    ///
    /// The listener hands the connection to a server process, which finds that nobody logs in: the database may note
    /// that in its alert log (ORA-609, TNS-12537) or its trace files. No user and no password is involved. May be
    /// given more than once.
    #[arg(long, value_name = "NAME", value_parser = service)]
    pub(super) service: Vec<String>,

    /// Ask for this SID too; as --service
    #[arg(long, value_name = "SID", value_parser = sid)]
    pub(super) sid: Vec<String>,

    /// Ask for the service or the SID that the target itself names; as --service
    #[arg(long, conflicts_with_all = ["service", "sid"])]
    pub(super) ask_service: bool,

    /// Ask for the version where the ping does not tell it
    ///
    /// On a connection of its own. Newer listeners note such a question in listener.log as TNS-01189 and tell their
    /// version all the same.
    #[arg(long)]
    pub(super) ask_version: bool,

    /// Judge every address of a host's name by itself
    ///
    /// For the SCAN of a cluster. Without it the first address that answers stands for all, as it does for clients.
    #[arg(long)]
    pub(super) every_ip: bool,

    /// State of an address that fails while another of its failover list answers [default: warning]
    #[arg(long, value_name = "STATE", default_value = "warning", hide_default_value = true)]
    pub(super) dead_address: Status,

    /// Read the aliases from this file
    ///
    /// Default: tnsnames.ora in $TNS_ADMIN, $ORACLE_HOME/network/admin or /etc, the first that is there.
    #[arg(long, value_name = "FILE", conflicts_with = "tns_admin")]
    pub(super) tnsnames: Option<PathBuf>,

    /// Read tnsnames.ora and sqlnet.ora in this folder
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(super) tns_admin: Option<PathBuf>,

    /// Trust the certificates in this file of PEM, instead of those that the machine trusts
    ///
    /// A certificate that is itself in the file is trusted whoever has signed it. May be given more than once.
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Vec<PathBuf>,

    /// Believe any certificate: whoever sits in between can answer for the listener
    ///
    /// What is left of TLS is that something answers to it. The certificate's days are still judged.
    #[arg(long, conflicts_with = "ca_file")]
    pub(super) tls_no_verify: bool,
}

impl Listener {
    /// What is wrong with targets that are each a word.
    pub(super) fn agree(&self) -> Result<(), String> {
        let odd = |target: &&String| target.trim().is_empty() || target.contains(|c: char| c.is_control() && c != '\n');
        match self.target.iter().find(odd) {
            Some(target) => Err(format!("'{}' is no target", target.escape_debug())),
            None => Ok(()),
        }
    }
}

fn service(name: &str) -> Result<String, String> {
    Question::service(name).map(|_| name.to_owned()).ok_or_else(|| "no name of a service".to_owned())
}

fn sid(name: &str) -> Result<String, String> {
    Question::sid(name).map(|_| name.to_owned()).ok_or_else(|| "no SID".to_owned())
}

pub(super) const DESCRIPTION: &str = "\
Asks Oracle listeners for an answer in their own protocol (TNS), with no client of Oracle installed: a ping as tnsping sends \
it. That a port is open is not enough. A listener that answers proves nothing of the database behind it: the answer says \
\"database not asked\" until --service, --sid or --ask-service is given. Then the listener is asked for a connection to it, \
which it grants, sends on or refuses: the service is registered and has a handler, or not. That is still no login.

A TARGET is an alias of tnsnames.ora, a connect descriptor, EZConnect (Plus), or a host with or without a port. Every address \
of its lists is asked, all at the same time, and judged by itself: the item is HOST:PORT, with tcps:// in front where it speaks \
TLS; where several targets have the same address, the target stands in front. Behind a gateway (SOURCE_ROUTE) only the first \
address is asked. Where one address of a list with failover (the default of Oracle) fails while another answers, clients still \
get through, each after a delay: that is a warning, and --dead-address sets another state. Where none answers, or where \
FAILOVER is off, it is CRITICAL.

CRITICAL is what clients would suffer from: nobody listens, no answer in time, an answer that is none, a refused service, a \
certificate that clients would refuse. UNKNOWN is what keeps us from asking: an alias that is not there, a file that cannot be \
read, a host's name that cannot be resolved (that is a fault of the DNS, which has a check of its own), no route from this \
machine. A certificate that nobody has signed who is trusted here is CRITICAL: it may be another server's.

The certificate must be signed by somebody whom the machine trusts, or by --ca-file; it must be valid, and for the \
host that was asked (as subject alternative name or, as Oracle does, as common name). A descriptor may want another name with \
SSL_SERVER_CERT_DN, or none with SSL_SERVER_DN_MATCH=off. TLS 1.2 and 1.3 are spoken. No wallet is read: a listener that wants a \
certificate of its clients refuses the ping.

tnsnames.ora may include other files (IFILE) and have several aliases for an entry; where an alias is there twice, the last \
counts. NAMES.DEFAULT_DOMAIN of the sqlnet.ora beside it is put behind an alias without a dot; the alias is found without it, \
too. Timeouts and retries of a descriptor are the clients' own: here --timeout counts, for all addresses together, the \
resolver included.";

pub(super) const EXAMPLES: &[Example] = &[
    Example { purpose: "A listener on its usual port", command: "check_listener localhost" },
    Example {
        purpose: "Every address of an alias of tnsnames.ora",
        command: "check_listener --tns-admin /etc/oracle KIS",
    },
    Example {
        purpose: "The service that clients ask for is registered and has a handler",
        command: "check_listener --service kis.klinik localhost:1521",
    },
    Example {
        purpose: "As EZConnect, and the service that it names",
        command: "check_listener --ask-service //localhost:1521/kis",
    },
    Example {
        purpose: "With TLS, and warned two months before the certificate expires",
        command: "check_listener -w certificate=60d: tcps://localhost:2484/kis",
    },
    Example {
        purpose: "All addresses of a cluster's SCAN, each by itself, slow above 200 ms",
        command: "check_listener --every-ip -w 200ms -c 2 localhost:1521",
    },
    Example {
        purpose: "Two addresses, of which a dead one is critical",
        command: "check_listener --dead-address critical localhost:1521,localhost:1522",
    },
];
