//! Certificates that are right or wrong in a way of the test's choice.

use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::PathBuf;
use std::sync::Arc;

/// Somebody who signs.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

/// What a certificate says.
pub struct Wanted<'w> {
    /// Its common name.
    pub common_name: &'w str,
    /// The hosts that it is for.
    pub hosts: &'w [&'w str],
    /// The year in which it ends.
    pub until: i32,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = named("Klinik CA", &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let folder = tempfile::tempdir().expect("a folder");
        let own = params.self_signed(&key).expect("a certificate");
        std::fs::write(folder.path().join("ca.pem"), own.pem()).expect("a file");
        Self { issuer: Issuer::new(params, key), folder }
    }

    /// The file of its certificate.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A server with a certificate that it has signed.
    pub fn server(&self, wanted: &Wanted<'_>) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let params = params(wanted);
        let own = params.signed_by(&key, &self.issuer).expect("a certificate");
        config(own.der().clone(), &key)
    }
}

/// A server with a certificate that it has signed itself, and its text.
pub fn self_signed(wanted: &Wanted<'_>) -> (Arc<ServerConfig>, String) {
    let key = KeyPair::generate().expect("a key");
    let own = params(wanted).self_signed(&key).expect("a certificate");
    (config(own.der().clone(), &key), own.pem())
}

fn named(common_name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).expect("names");
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name.push(DnType::OrganizationName, "Klinik");
    params.distinguished_name = name;
    params
}

fn params(wanted: &Wanted<'_>) -> CertificateParams {
    let mut params = named(wanted.common_name, wanted.hosts);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(wanted.until, 1, 1);
    params
}

fn config(certificate: CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).expect("a certificate"))
}
