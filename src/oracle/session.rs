//! A session with a database.

use super::driver::Driver;
use super::fault::Fault;
use super::login::Login;
use super::query::Query;
use super::rows::Rows;
use super::worker::Worker;
use crate::runtime::deadline::Deadline;
use crate::runtime::secret::Secret;

/// A session. Every call ends by its deadline, whatever the driver does.
#[derive(Debug)]
pub struct Session {
    worker: Worker,
    /// What no fault may repeat.
    secrets: Vec<Secret>,
}

impl Session {
    /// Logs in. SQL*Plus does so with each [`Session::ask`]: what it is refused with comes from there.
    ///
    /// # Errors
    /// What went wrong; a driver's panic is one of these.
    pub fn connect(driver: Driver, login: Login, deadline: &Deadline) -> Result<Self, Fault> {
        let secrets = login.secrets();
        let worker = Worker::start(driver.connecting(login), deadline).map_err(|fault| fault.hiding(&secrets))?;
        Ok(Self { worker, secrets })
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
        let answers = self.worker.ask(queries, deadline);
        answers.into_iter().map(|answer| answer.map_err(|fault| fault.hiding(&self.secrets))).collect()
    }

    /// Logs off: a courtesy that is waited for a moment at most. Without it, the database sees the connection end.
    pub fn close(self, deadline: &Deadline) {
        self.worker.close(deadline);
    }
}
