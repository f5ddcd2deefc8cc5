//! The stand-in as a whole: it accepts, serves each connection on a thread of its own, and ends with its owner.

use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::accounts::{self, Account};
use super::database;
use super::fault::Fault;
use super::journal::{Entries, Journal};
use super::packet::{Ended, Link, Stream};
use super::release::Release;
use super::session;

/// What the stand-in is to be.
#[derive(Clone)]
pub struct Setup {
    /// A file of `tests/oracle/fixtures`.
    pub fixture: String,
    pub release: Release,
    pub fault: Option<Fault>,
    /// Every byte is sent by itself.
    pub pieces: bool,
    /// Over TLS, with a certificate of its own.
    pub tls: bool,
    pub accounts: Vec<Account>,
    /// 0 for any free one.
    pub port: u16,
}

impl Default for Setup {
    fn default() -> Self {
        Self::new("healthy", "19")
    }
}

impl Setup {
    /// A fixture on a release, nothing wrong with it.
    ///
    /// # Panics
    /// When there is no such release.
    pub fn new(fixture: &str, release: &str) -> Self {
        let release = Release::named(release).expect("a release of the stand-in");
        let fixture = fixture.to_owned();
        Self { fixture, release, fault: None, pieces: false, tls: false, accounts: accounts::all(), port: 0 }
    }

    /// The same with a fault.
    pub fn with(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }
}

/// What all connections share.
pub struct Shared {
    pub setup: Setup,
    pub services: Vec<(String, u16)>,
    pub sids: Vec<String>,
    pub journal: Journal,
    ends: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

/// A running stand-in.
pub struct Simulator {
    port: u16,
    shared: Arc<Shared>,
    certificate: Option<String>,
    acceptor: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts it on the loopback address.
    ///
    /// # Panics
    /// When the fixture is not right, or the port is taken.
    pub fn start(setup: Setup) -> Self {
        let (services, sids) = (database::services(&setup.fixture), database::sids(&setup.fixture));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, setup.port)).expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let (certificate, tls) = if setup.tls { Some(tls()) } else { None }.unzip();
        let (journal, open) = (Journal::default(), Mutex::default());
        let shared = Arc::new(Shared { setup, services, sids, journal, ends: AtomicBool::new(false), open });
        let of_acceptor = Arc::clone(&shared);
        let acceptor = std::thread::spawn(move || accept(&listener, &of_acceptor, tls.as_ref()));
        Self { port, shared, certificate, acceptor: Some(acceptor) }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of a service, as clients take it.
    pub fn easy_connect(&self, service: &str) -> String {
        let protocol = if self.shared.setup.tls { "tcps://" } else { "" };
        format!("{protocol}127.0.0.1:{}/{service}", self.port)
    }

    /// The certificate in PEM, where TLS is spoken.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// What it has seen.
    pub fn seen(&self) -> Entries {
        self.shared.journal.read()
    }

    /// Waits until it has seen what is looked for.
    ///
    /// # Panics
    /// When a minute does not bring it.
    pub fn until(&self, what: &str, looked_for: impl Fn(&Entries) -> bool) -> Entries {
        self.shared.journal.until(what, looked_for)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::SeqCst);
        // Wakes the acceptor, which then ends every connection.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>, tls: Option<&Arc<ServerConfig>>) {
    let mut threads = Vec::new();
    while let Ok((stream, _)) = listener.accept() {
        if shared.ends.load(Ordering::SeqCst) {
            break;
        }
        let (Ok(()), Ok(handle)) = (stream.set_nodelay(true), stream.try_clone()) else { continue };
        shared.open.lock().unwrap().push(handle);
        let (shared, tls) = (Arc::clone(shared), tls.cloned());
        threads.push(std::thread::spawn(move || connection(stream, &shared, tls)));
    }
    for stream in shared.open.lock().unwrap().iter() {
        let _ = stream.shutdown(Shutdown::Both);
    }
    for thread in threads {
        let _ = thread.join();
    }
}

fn connection(stream: TcpStream, shared: &Shared, tls: Option<Arc<ServerConfig>>) {
    let handle = stream.try_clone();
    let stream: Box<dyn Stream> = match tls.map(ServerConnection::new) {
        Some(Ok(session)) => Box::new(StreamOwned::new(session, stream)),
        Some(Err(_)) => return,
        None => Box::new(stream),
    };
    let ended = session::serve(Link::new(stream, shared.setup.pieces), shared);
    // The registry of open connections has a handle, too: only this ends it for the client.
    let _ = handle.map(|handle| handle.shutdown(Shutdown::Both));
    shared.journal.write(|entries| {
        entries.ended += 1;
        if let Err(Ended::Wrong(what)) = ended {
            entries.problems.push(what);
        }
    });
}

fn tls() -> (String, Arc<ServerConfig>) {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider's versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("its own key");
    (made.cert.pem(), Arc::new(config))
}
