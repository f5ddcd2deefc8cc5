//! Who may sign certificates.

use crate::runtime::root::Root;
use anyhow::{Context as _, bail};
use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where distributions keep the certificates that the machine trusts.
const SYSTEM: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
/// Bytes of a file of certificates at most.
const LARGEST: u64 = 16 << 20;

/// Who is trusted, and how it is computed.
#[derive(Clone, Debug)]
pub struct Trust {
    pub(super) provider: Arc<CryptoProvider>,
    /// `None`: anybody.
    pub(super) roots: Option<Arc<Roots>>,
}

#[derive(Debug)]
pub(super) struct Roots {
    pub(super) store: RootCertStore,
    /// As they stand in the file: a server may have one of them itself.
    pub(super) all: Vec<CertificateDer<'static>>,
}

impl Trust {
    /// Those of the machine.
    ///
    /// # Errors
    /// When there is no file of them, or none that can be used.
    pub fn system(root: &Root) -> anyhow::Result<Self> {
        let found = SYSTEM.iter().map(|path| root.path(path)).find(|path| path.exists());
        let path = found.context("no file of trusted certificates on this machine: give one with --ca-file")?;
        Self::files(&[path])
    }

    /// Those in these files of PEM.
    ///
    /// # Errors
    /// When one cannot be read or holds no certificate.
    pub fn files(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut all = Vec::new();
        for path in paths {
            all.extend(read(path)?);
        }
        let mut store = RootCertStore::empty();
        // What has a form that cannot be used is passed over: bundles of distributions have such.
        store.add_parsable_certificates(all.iter().cloned());
        Ok(Self { roots: Some(Arc::new(Roots { store, all })), ..Self::anybody() })
    }

    /// Anybody: whoever sits in between is believed.
    #[must_use]
    pub fn anybody() -> Self {
        Self { provider: Arc::new(rustls::crypto::ring::default_provider()), roots: None }
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    use std::io::Read as _;
    let reading = || format!("cannot read the certificates in {}", path.display());
    let mut bytes = Vec::new();
    std::fs::File::open(path).with_context(reading)?.take(LARGEST).read_to_end(&mut bytes).with_context(reading)?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
        .collect::<Result<_, _>>()
        .map_err(|error| anyhow::anyhow!("{}: no PEM: {error}", path.display()))?;
    if found.is_empty() {
        bail!("{}: no certificate in it: a file of PEM is wanted (-----BEGIN CERTIFICATE-----)", path.display());
    }
    Ok(found)
}
