//! Who may log in.

/// The password of all accounts: with what is legal in one, and beyond ASCII.
pub const PASSWORD: &str = "Röntgen#1";

/// How the server keeps a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verifier {
    /// Of 12c: what every client of today wants.
    Pbkdf2,
    /// Of 11g.
    Sha1,
}

/// A user of the database.
#[derive(Debug, Clone)]
pub struct Account {
    pub name: &'static str,
    pub verifier: Verifier,
    /// The ORA number that a log-in with the right password is refused with.
    pub refused: Option<u32>,
    /// May log in as SYSDBA, and as nothing else.
    pub administrator: bool,
    /// Views that this user has no rights on, in lower case.
    pub hidden: &'static [&'static str],
}

/// MONITOR may see all. NOBODY may log in, no more. NOUNDO lacks one view. LOCKED, EXPIRED: cannot log in. OLD: has an 11g
/// verifier. SYS: as SYSDBA.
pub fn all() -> Vec<Account> {
    let account = |name| Account { name, verifier: Verifier::Pbkdf2, refused: None, administrator: false, hidden: &[] };
    let dictionary: &[&str] = &[
        "gv$session",
        "gv$lock",
        "gv$transaction",
        "gv$process",
        "v$instance",
        "v$database",
        "dba_tablespaces",
        "dba_data_files",
        "dba_free_space",
        "cdb_tablespaces",
    ];
    vec![
        account("MONITOR"),
        Account { hidden: dictionary, ..account("NOBODY") },
        Account { hidden: &["dba_undo_extents", "cdb_undo_extents"], ..account("NOUNDO") },
        Account { refused: Some(28000), ..account("LOCKED") },
        Account { refused: Some(28001), ..account("EXPIRED") },
        Account { verifier: Verifier::Sha1, ..account("OLD") },
        Account { administrator: true, ..account("SYS") },
    ]
}
