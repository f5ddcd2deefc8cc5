//! Credentials that a database refused are not tried again until they change: every attempt counts towards the lock of the
//! account. What is kept is no password: a few bits of a slow hash with a random salt, which tell that it is the same.

use super::fault::{Fault, Kind};
use super::login::{Login, Who};
use crate::model::timestamp::Timestamp;
use crate::runtime::failure::Failure;
use crate::runtime::state::{Loaded, Need, Slot, StateDir};
use pbkdf2::pbkdf2_hmac;
use serde::{Deserialize, Serialize};
use sha2::Sha512;
use std::fs::File;
use std::io::Read as _;

/// Seconds for which a wrong password is not tried again. With Oracle's default (10 failures lock an account, for a day)
/// four a day never lock one.
const WRONG: f64 = 6.0 * 3600.0;
/// Seconds for which a locked account is not tried again: whoever unlocks it need not wait long.
const LOCKED: f64 = 3600.0;
/// Of the hash: 50 ms of work for each guess.
const ROUNDS: u32 = 100_000;
/// Bytes of it that are kept: enough to tell another password, too few to confirm a guess.
const KEPT: usize = 2;

/// What is remembered of one user of one database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Refusal {
    salt: [u8; 16],
    fingerprint: [u8; KEPT],
    /// 1017 or 28000.
    number: u32,
    /// The first time.
    at: Timestamp,
}

/// The memory of all Oracle checks of this user about one log-in.
#[derive(Debug)]
pub struct Refused {
    slot: Slot,
    known: Option<Refusal>,
}

impl Refused {
    /// What is known of a log-in. Nothing is where no password is given.
    ///
    /// # Errors
    /// When the memory is there and cannot be read.
    pub fn recall(state: &StateDir, login: &Login) -> Result<Self, Failure> {
        // The same account, however it is spelt; a local instance has no target.
        let database = [login.target.to_ascii_lowercase(), login.oracle_sid.clone().unwrap_or_default()].join(" ");
        let identity = format!("{database}\u{1f}{}", login.user().to_ascii_uppercase());
        let mut slot = state.slot("oracle", &identity, Need::Helpful, || ())?;
        let known = match slot.load::<Option<Refusal>>()? {
            Loaded::Found(known, _) => known,
            Loaded::First | Loaded::Unusable(_) => None,
        };
        Ok(Self { slot, known })
    }

    /// Whether the log-in may be tried.
    ///
    /// # Errors
    /// That these credentials were refused, when, and when they will be tried again.
    pub fn allows(&self, login: &Login, now: Timestamp) -> Result<(), Fault> {
        let (Some(known), Who::User { password, .. }) = (&self.known, &login.who) else { return Ok(()) };
        let (time, what) = match known.number {
            28000 => (LOCKED, "the account was locked (ORA-28000)"),
            _ => (WRONG, "user and password were refused (ORA-01017)"),
        };
        let since = now.since(known.at);
        // A clock that was set back must not make it last.
        if !(0.0..time).contains(&since) || fingerprint(password.expose(), &known.salt) != known.fingerprint {
            return Ok(());
        }
        let said = format!(
            "{what} at {}; so as not to lock it by further attempts, these credentials are tried again in {} min, others at once",
            known.at.rfc3339(),
            ((time - since) / 60.0).ceil(),
        );
        Err(Fault::new(Kind::NotTried, &said))
    }

    /// Takes note of how the log-in went: `None` where it was right.
    ///
    /// # Errors
    /// When that cannot be kept: then the next run will try again.
    pub fn note(self, login: &Login, fault: Option<&Fault>, now: Timestamp) -> Result<(), Failure> {
        let refusal = match (fault.map(Fault::kind), &login.who) {
            (Some(kind @ (Kind::WrongPassword | Kind::Locked)), Who::User { password, .. }) => {
                let mut salt = [0; 16];
                File::open("/dev/urandom")?.read_exact(&mut salt)?;
                let number = if kind == Kind::Locked { 28000 } else { 1017 };
                Some(Refusal { salt, fingerprint: fingerprint(password.expose(), &salt), number, at: now })
            }
            (None, _) => None,
            // It did not come to a log-in: what is known stays.
            _ => return Ok(()),
        };
        if refusal.is_none() && self.known.is_none() {
            return Ok(());
        }
        if let Some(prepared) = self.slot.prepare(&refusal, now)? {
            prepared.commit()?;
        }
        Ok(())
    }
}

fn fingerprint(password: &str, salt: &[u8]) -> [u8; KEPT] {
    let mut kept = [0; KEPT];
    pbkdf2_hmac::<Sha512>(password.as_bytes(), salt, ROUNDS, &mut kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::fault::Stage;
    use crate::runtime::secret::Secret;

    const NOW: Timestamp = Timestamp(1.8e9);

    fn login(user: &str, password: &str) -> Login {
        Login {
            target: "DB1/kis".to_owned(),
            who: Who::User { name: user.to_owned(), password: Secret::new(password.to_owned()) },
            role: None,
            tns_admin: None,
            oracle_home: None,
            oracle_sid: None,
            wallet: None,
        }
    }

    fn later(seconds: f64) -> Timestamp {
        Timestamp(NOW.0 + seconds)
    }

    #[test]
    fn refused_credentials_rest_and_others_are_tried() -> Result<(), Failure> {
        let temp = tempfile::tempdir()?;
        let state = StateDir::locate(Some(temp.path()))?;
        let tried = |login: &Login, now| Refused::recall(&state, login).map(|refused| refused.allows(login, now));
        let (wrong, right) = (login("monitor", "tiger"), login("MONITOR", "lion"));
        assert!(tried(&wrong, NOW)?.is_ok());
        let fault = Fault::told(Stage::Connect, "ORA-01017: invalid username/password");
        Refused::recall(&state, &wrong)?.note(&wrong, Some(&fault), NOW)?;
        let said = tried(&wrong, later(3600.0))?.map_err(|fault| fault.to_string()).err().unwrap_or_default();
        assert!(said.contains("ORA-01017") && said.contains("tried again in 300 min"), "{said}");
        assert!(tried(&wrong, later(WRONG))?.is_ok());
        assert!(tried(&wrong, later(-1.0))?.is_ok());
        assert!(tried(&right, later(1.0))?.is_ok());
        assert!(tried(&login("other", "tiger"), later(1.0))?.is_ok());
        // What says nothing of the credentials changes nothing; a log-in ends it.
        let silent = Fault::new(Kind::Late(Stage::Connect), "");
        Refused::recall(&state, &wrong)?.note(&wrong, Some(&silent), NOW)?;
        assert!(tried(&wrong, later(1.0))?.is_err());
        Refused::recall(&state, &right)?.note(&right, None, NOW)?;
        assert!(tried(&wrong, later(1.0))?.is_ok());
        Ok(())
    }

    #[test]
    fn nothing_that_is_kept_gives_the_password_away() -> Result<(), Failure> {
        let temp = tempfile::tempdir()?;
        let state = StateDir::locate(Some(temp.path()))?;
        let login = login("monitor", "t1ger");
        let fault = Fault::told(Stage::Connect, "ORA-28000: the account is locked");
        Refused::recall(&state, &login)?.note(&login, Some(&fault), NOW)?;
        let kept: Vec<String> = std::fs::read_dir(temp.path())?
            .map(|entry| Ok(std::fs::read_to_string(entry?.path())?))
            .collect::<Result<_, Failure>>()?;
        assert!(kept.iter().any(|text| text.contains("28000")) && !kept.iter().any(|text| text.contains("t1ger")));
        Ok(())
    }
}
