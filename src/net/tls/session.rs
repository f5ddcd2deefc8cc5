//! One connection of TLS, without its socket.

use super::certificate::Facts;
use super::trust::Trust;
use super::verify::{Verifier, Why};
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, ClientConfig, ClientConnection, Error};
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;

/// Which name the certificate must have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// That of the host.
    #[default]
    Host,
    /// This distinguished name.
    Dn(String),
    /// Any.
    Any,
}

/// A connection of TLS.
pub struct Session {
    connection: ClientConnection,
    verifier: Arc<Verifier>,
}

/// Why TLS did not come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The certificate is not the right one.
    Certificate(String),
    /// The other side does not speak TLS.
    NoTls,
    /// Something else, in words.
    Other(String),
}

impl Session {
    /// Begins one with this host.
    ///
    /// # Errors
    /// In words: a host that no certificate can be for.
    pub fn new(trust: &Trust, naming: Naming, host: &str) -> Result<Self, String> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| format!("'{host}' can be in no certificate"))?;
        let verifier = Arc::new(Verifier::new(trust, naming));
        let config = ClientConfig::builder_with_provider(trust.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(verifier.clone())
            .with_no_client_auth();
        let connection = ClientConnection::new(Arc::new(config), name).map_err(|error| error.to_string())?;
        Ok(Self { connection, verifier })
    }

    /// Whether both sides are not yet agreed.
    #[must_use]
    pub fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    /// Whether there is something to send.
    #[must_use]
    pub fn wants_write(&self) -> bool {
        self.connection.wants_write()
    }

    /// Sends what there is to send, as far as the socket takes it.
    ///
    /// # Errors
    /// As the socket says.
    pub fn send(&mut self, socket: &mut impl Write) -> io::Result<()> {
        while self.connection.wants_write() {
            match self.connection.write_tls(socket) {
                Ok(_) => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Reads once from the socket; `Ok(Some(0))` at its end, `None` when there is nothing now.
    ///
    /// # Errors
    /// As the socket says.
    pub fn receive(&mut self, socket: &mut impl Read) -> io::Result<Option<usize>> {
        match self.connection.read_tls(socket) {
            Ok(read) => Ok(Some(read)),
            Err(e) if [io::ErrorKind::WouldBlock, io::ErrorKind::Interrupted].contains(&e.kind()) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Works on what was read, and adds what is in the clear; true when the other side has ended the session.
    ///
    /// # Errors
    /// Why there is no TLS.
    pub fn decrypt(&mut self, clear: &mut Vec<u8>) -> Result<bool, Broken> {
        let state = self.connection.process_new_packets().map_err(|error| broken(&error))?;
        let mut bytes = vec![0; state.plaintext_bytes_to_read()];
        let read = self.connection.reader().read(&mut bytes).unwrap_or(0);
        clear.extend_from_slice(bytes.get(..read).unwrap_or_default());
        Ok(state.peer_has_closed())
    }

    /// Takes bytes in the clear; how many.
    pub fn encrypt(&mut self, clear: &[u8]) -> usize {
        self.connection.writer().write(clear).unwrap_or(0)
    }

    /// Tells the other side that this is the end.
    pub fn close(&mut self) {
        self.connection.send_close_notify();
    }

    /// What the certificate says, once it has come.
    #[must_use]
    pub fn certificate(&self) -> Option<Facts> {
        self.verifier.seen()
    }
}

fn broken(error: &Error) -> Broken {
    match error {
        Error::InvalidCertificate(CertificateError::Other(other)) => {
            let why = other.0.downcast_ref::<Why>().map_or_else(|| other.to_string(), |why| why.0.clone());
            Broken::Certificate(why)
        }
        Error::InvalidCertificate(error) => Broken::Certificate(format!("its certificate cannot be checked ({error})")),
        Error::InvalidMessage(_) => Broken::NoTls,
        Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            Broken::Other("it speaks no version of TLS from 1.2 on".to_owned())
        }
        Error::AlertReceived(AlertDescription::HandshakeFailure) | Error::PeerIncompatible(_) => {
            Broken::Other(format!("no version and cipher in common: TLS 1.2 or 1.3 is wanted ({error})"))
        }
        Error::AlertReceived(AlertDescription::CertificateRequired | AlertDescription::BadCertificate) => {
            Broken::Other("it wants a certificate of the client (SSL_CLIENT_AUTHENTICATION)".to_owned())
        }
        other => Broken::Other(other.to_string()),
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session")
    }
}
