//! Who logs in: the name first, then the proof of the password.

use super::accounts::{Account, PASSWORD, Verifier};
use super::crypto::{Challenge, ROUNDS, SESSION_ROUNDS, hex, proof};
use super::journal::Login;
use super::reply;
use super::request::Credentials;
use super::server::Shared;

/// As SYSDBA.
const ADMINISTRATOR: usize = 0x20;

/// A log-in that waits for its proof.
pub struct Logon {
    account: Option<Account>,
    challenge: Challenge,
}

impl Logon {
    /// What the client must prove. Nobody can tell from it whether the user exists.
    pub fn begin(shared: &Shared, credentials: &Credentials) -> (Self, Vec<u8>) {
        let account = shared.setup.accounts.iter().find(|account| account.name.eq_ignore_ascii_case(&credentials.user));
        let verifier = account.map_or(Verifier::Pbkdf2, |account| account.verifier);
        let challenge = Challenge::new(verifier, PASSWORD.as_bytes());
        let kind = if verifier == Verifier::Pbkdf2 { 0x4815 } else { 0x1b25 };
        let mut all = vec![("AUTH_SESSKEY", hex(&challenge.sent), 0), ("AUTH_VFR_DATA", hex(&challenge.salt), kind)];
        if verifier == Verifier::Pbkdf2 {
            all.push(("AUTH_PBKDF2_CSK_SALT", hex(&challenge.session_salt), 0));
            all.push(("AUTH_PBKDF2_VGEN_COUNT", ROUNDS.to_string(), 0));
            all.push(("AUTH_PBKDF2_SDER_COUNT", SESSION_ROUNDS.to_string(), 0));
        }
        all.push(("AUTH_GLOBALLY_UNIQUE_DBID\0", "0123456789ABCDEF0123456789ABCDEF".to_owned(), 0));
        let answer = [reply::parameters(&all), reply::done()].concat();
        (Self { account: account.cloned(), challenge }, answer)
    }

    /// The account and the answer, or the ORA number that it is refused with. The journal has it either way.
    pub fn finish(self, shared: &Shared, credentials: &Credentials) -> Result<(Account, Vec<u8>), u32> {
        let outcome = self.judge(credentials);
        let entry = Login {
            user: credentials.user.to_ascii_uppercase(),
            program: credentials.field("SESSION_CLIENT_DRIVER_NAME").unwrap_or("").trim().to_owned(),
            refused: outcome.as_ref().err().copied(),
        };
        shared.journal.write(|entries| entries.logins.push(entry));
        let (account, key) = outcome?;
        let all = [
            ("AUTH_VERSION_STRING", "- Production".to_owned(), 0),
            ("AUTH_VERSION_NO", shared.setup.release.number.to_string(), 0),
            ("AUTH_SESSION_ID", "42".to_owned(), 0),
            ("AUTH_SERIAL_NUM", "4711".to_owned(), 0),
            ("AUTH_SVR_RESPONSE", proof(&key), 0),
            ("AUTH_SC_SERVICE_NAME", shared.services.first().map_or("", |(name, _)| name).to_owned(), 0),
            ("AUTH_SC_DBUNIQUE_NAME", "KIS_A".to_owned(), 0),
            ("AUTH_INSTANCENAME", "KIS1".to_owned(), 0),
            ("AUTH_MAX_OPEN_CURSORS", "300".to_owned(), 0),
            ("AUTH_MAX_IDEN_LENGTH", "128".to_owned(), 0),
        ];
        Ok((account, [reply::parameters(&all), reply::done()].concat()))
    }

    fn judge(self, credentials: &Credentials) -> Result<(Account, Vec<u8>), u32> {
        let field = |key| credentials.field(key).unwrap_or("");
        let opened = self.challenge.open(field("AUTH_SESSKEY"), field("AUTH_PASSWORD"));
        let (password, key) = opened.ok_or(1017u32)?;
        let account = self.account.filter(|_| password == PASSWORD.as_bytes()).ok_or(1017u32)?;
        if let Some(number) = account.refused {
            return Err(number);
        }
        match (account.administrator, credentials.mode & ADMINISTRATOR != 0) {
            (true, false) => Err(28009),
            (false, true) => Err(1017),
            _ => Ok((account, key)),
        }
    }
}
