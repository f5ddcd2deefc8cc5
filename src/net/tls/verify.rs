//! Whether a certificate is the right one.

use super::certificate::Facts;
use super::session::Naming;
use super::trust::{Roots, Trust};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Looks at the certificate of one connection and keeps what it has seen.
#[derive(Debug)]
pub(super) struct Verifier {
    provider: Arc<CryptoProvider>,
    roots: Option<Arc<Roots>>,
    naming: Naming,
    seen: Mutex<Option<Facts>>,
}

/// A reason in words, on its way through the errors of TLS.
#[derive(Debug)]
pub(super) struct Why(pub(super) String);

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Why {}

fn refuse<T>(why: String) -> Result<T, Error> {
    Err(Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Why(why))))))
}

impl Verifier {
    pub(super) fn new(trust: &Trust, naming: Naming) -> Self {
        Self { provider: trust.provider.clone(), roots: trust.roots.clone(), naming, seen: Mutex::default() }
    }

    /// What the certificate says, once it has come.
    pub(super) fn seen(&self) -> Option<Facts> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn chain(
        &self,
        roots: &Roots,
        facts: Option<&Facts>,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        // One that is itself in the file is trusted as it is: so self-signed ones are used.
        if roots.all.iter().any(|root| root == own) {
            #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
            let now = now.as_secs() as f64;
            return match facts.and_then(|facts| facts.valid) {
                Some((_, until)) if now > until => refuse("its certificate has expired".to_owned()),
                Some((from, _)) if now < from => refuse("its certificate is not valid yet".to_owned()),
                _ => Ok(()),
            };
        }
        let parsed = ParsedCertificate::try_from(own)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&parsed, &roots.store, others, now, algorithms).or_else(|error| {
            let issuer = facts.map_or("not readable", |facts| &facts.issuer);
            let Error::InvalidCertificate(error) = error else { return Err(error) };
            refuse(match error {
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    "its certificate has expired".to_owned()
                }
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    "its certificate is not valid yet: is the clock right?".to_owned()
                }
                CertificateError::UnknownIssuer => {
                    format!("nobody who is trusted here has signed its certificate (issuer {issuer}): see --ca-file")
                }
                CertificateError::BadSignature => format!(
                    "its certificate is not signed by the {issuer} that is trusted here, but with another key: see --ca-file"
                ),
                other => format!("its certificate cannot be checked ({other})"),
            })
        })
    }

    fn name(&self, facts: Option<&Facts>, own: &CertificateDer<'_>, host: &ServerName<'_>) -> Result<(), Error> {
        let names = facts.map(Facts::names).unwrap_or_default();
        match &self.naming {
            Naming::Any => Ok(()),
            Naming::Dn(wanted) if facts.is_some_and(|facts| facts.is_named(wanted)) => Ok(()),
            Naming::Dn(wanted) => {
                let subject = facts.map_or("not readable", |facts| &facts.subject);
                refuse(format!("its certificate is for {subject}, not for {wanted} (SSL_SERVER_CERT_DN)"))
            }
            Naming::Host => {
                let host_name = host.to_str();
                if facts.is_some_and(|facts| facts.is_for(&host_name)) {
                    return Ok(());
                }
                let parsed = ParsedCertificate::try_from(own)?;
                verify_server_name(&parsed, host)
                    .or_else(|_| refuse(format!("its certificate is for {names}, not for {host_name}")))
            }
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let facts = Facts::read(own);
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&facts);
        if let Some(roots) = &self.roots {
            self.chain(roots, facts.as_ref(), own, others, now)?;
            self.name(facts.as_ref(), own, host)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, own, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, own, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
