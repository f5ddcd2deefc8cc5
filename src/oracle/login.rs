//! Which database, as whom, and by which way: what a driver is given.

use crate::runtime::secret::Secret;
use std::path::PathBuf;

/// A log-in. Its passwords are [`Secret`]s, which cannot be printed.
#[derive(Clone, Debug)]
pub struct Login {
    /// A connect descriptor, EZConnect or an alias; empty for the database of `ORACLE_SID` on this host.
    pub target: String,
    /// As whom.
    pub who: Who,
    /// An administrative privilege that the session is to have.
    pub role: Option<Role>,
    /// The folder of tnsnames.ora and sqlnet.ora.
    pub tns_admin: Option<PathBuf>,
    /// Where Oracle's client or database is installed.
    pub oracle_home: Option<PathBuf>,
    /// The instance on this host.
    pub oracle_sid: Option<String>,
    /// A wallet with certificates.
    pub wallet: Option<Wallet>,
}

/// As whom.
#[derive(Clone, Debug)]
pub enum Who {
    /// A user of the database, who proves a password.
    User {
        /// The name.
        name: String,
        /// The password.
        password: Secret,
    },
    /// Whoever the operating system or a wallet of the client says (`/`).
    External,
}

/// A folder with ewallet.pem.
#[derive(Clone, Debug)]
pub struct Wallet {
    /// The folder.
    pub folder: PathBuf,
    /// What its private key is encrypted with.
    pub password: Option<Secret>,
}

/// An administrative privilege.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// All of them.
    Sysdba,
    /// Start and stop.
    Sysoper,
    /// Backup.
    Sysbackup,
    /// Data Guard.
    Sysdg,
    /// Keys.
    Syskm,
    /// Real Application Clusters.
    Sysrac,
}

impl Login {
    /// The name of the user, `/` for one that others vouch for.
    #[must_use]
    pub fn user(&self) -> &str {
        match &self.who {
            Who::User { name, .. } => name,
            Who::External => "/",
        }
    }

    /// Everything that must not appear anywhere.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        let password = match &self.who {
            Who::User { password, .. } => Some(password),
            Who::External => None,
        };
        let wallet = self.wallet.as_ref().and_then(|wallet| wallet.password.as_ref());
        password.into_iter().chain(wallet).filter(|secret| !secret.expose().is_empty()).cloned().collect()
    }
}
