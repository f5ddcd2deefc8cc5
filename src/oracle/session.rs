//! A session with a database.

use super::driver::Driver;
use super::fault::{Fault, Kind};
use super::login::Login;
use super::query::Query;
use super::refused::Refused;
use super::rows::Rows;
use super::worker::Worker;
use crate::model::timestamp::Timestamp;
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use crate::runtime::secret::Secret;
use crate::runtime::state::StateDir;

/// A session. Every call ends by its deadline, whatever the driver does.
#[derive(Debug)]
pub struct Session {
    worker: Worker,
    /// What no fault may repeat.
    secrets: Vec<Secret>,
    /// What is to be told of a log-in that has not happened yet.
    guard: Option<Guard>,
}

/// The memory of refused credentials, and what they are.
#[derive(Debug)]
struct Guard {
    refused: Refused,
    login: Login,
    now: Timestamp,
}

impl Guard {
    /// Remembers how a log-in went.
    fn note(self, fault: Option<Fault>) -> Option<Fault> {
        let noted = self.refused.note(&self.login, fault.as_ref(), self.now);
        // An account that gets locked because nothing can be remembered should not be a surprise.
        fault.map(|fault| match noted {
            Ok(()) => fault,
            Err(why) => fault.with(&format!("and that cannot be remembered, so the next run tries again: {why}")),
        })
    }
}

impl Session {
    /// Logs in. SQL*Plus does so with each [`Session::ask`]: what it is refused with comes from there.
    ///
    /// # Errors
    /// What went wrong; a driver's panic is one of these.
    pub fn connect(driver: Driver, login: Login, deadline: &Deadline) -> Result<Self, Fault> {
        let secrets = login.secrets();
        let worker = Worker::start(driver.connecting(login), deadline).map_err(|fault| fault.hiding(&secrets))?;
        Ok(Self { worker, secrets, guard: None })
    }

    /// Logs in, unless these credentials were refused lately: each further attempt would help to lock the account.
    ///
    /// # Errors
    /// As [`Session::connect`], and [`Kind::NotTried`](super::fault::Kind::NotTried).
    pub fn guarded(
        driver: Driver,
        login: Login,
        state: &StateDir,
        now: Timestamp,
        deadline: &Deadline,
    ) -> Result<Self, Fault> {
        let unreadable =
            |why: Failure| Fault::new(Kind::Usage, &format!("not tried, so as not to lock the account: {why}"));
        let refused = Refused::recall(state, &login).map_err(unreadable)?;
        refused.allows(&login, now)?;
        let guard = Guard { refused, login: login.clone(), now };
        match Self::connect(driver, login, deadline) {
            Ok(session) if driver == Driver::Sqlplus => Ok(Self { guard: Some(guard), ..session }),
            Ok(session) => {
                guard.note(None);
                Ok(session)
            }
            Err(fault) => Err(guard.note(Some(fault.clone())).unwrap_or(fault)),
        }
    }

    /// Asks one thing.
    ///
    /// # Errors
    /// What went wrong. After [`Kind::Late`](super::fault::Kind::Late) the session is of no use any more.
    pub fn query(&mut self, query: Query, deadline: &Deadline) -> Result<Rows, Fault> {
        self.ask(&[query], deadline).pop().unwrap_or_else(|| Ok(Rows::default()))
    }

    /// Asks several things, one after the other, and gives as many answers. What goes wrong with one keeps no other
    /// from being asked. For SQL*Plus it is one log-in for all of them.
    pub fn ask(&mut self, queries: &[Query], deadline: &Deadline) -> Vec<Result<Rows, Fault>> {
        let mut answers = self.worker.ask(queries, deadline);
        if let (Some(guard), Some(first)) = (self.guard.take(), answers.first_mut())
            && let Some(fault) = guard.note(first.as_ref().err().cloned())
        {
            *first = Err(fault);
        }
        answers.into_iter().map(|answer| answer.map_err(|fault| fault.hiding(&self.secrets))).collect()
    }

    /// Logs off: a courtesy that is waited for a moment at most. Without it, the database sees the connection end.
    pub fn close(self, deadline: &Deadline) {
        self.worker.close(deadline);
    }
}
