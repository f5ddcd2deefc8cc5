//! A connection from its first packet to its last.

use std::collections::BTreeMap;

use super::connect;
use super::database::{Answer, Database, Refused, Value};
use super::fault::{Fault, Stage};
use super::journal::Ran;
use super::logon::Logon;
use super::packet::{BREAK, Ended, INTERRUPT, Link, RESET};
use super::reply;
use super::request::{self, Credentials, Execute, Request};
use super::server::Shared;
use super::types::decode;
use super::wire::Unread;

/// A statement that the client may run again or fetch from.
#[derive(Default)]
struct Cursor {
    sql: String,
    /// The types of its binds.
    types: Vec<u8>,
    answer: Answer,
    fetched: usize,
}

struct Session<'a> {
    link: Link,
    shared: &'a Shared,
    container: u16,
    logon: Option<Logon>,
    /// The user and what it sees, once it has logged in.
    user: Option<(String, Database)>,
    cursors: BTreeMap<usize, Cursor>,
    opened: usize,
}

/// Serves a client until one of both ends it.
pub fn serve(mut link: Link, shared: &Shared) -> Result<(), Ended> {
    let Some(container) = connect::listen(&mut link, shared)? else { return Ok(()) };
    let cursors = BTreeMap::new();
    Session { link, shared, container, logon: None, user: None, cursors, opened: 0 }.run()
}

impl Session<'_> {
    fn run(&mut self) -> Result<(), Ended> {
        let mut bytes = Vec::new();
        loop {
            bytes.extend(self.link.request()?);
            match request::read(&bytes, self.fields()) {
                // It goes on in the next packet.
                Err(Unread::Short) => continue,
                Err(Unread::Wrong(what)) => return Err(Ended::Wrong(what.to_owned())),
                Ok((request, closed)) => {
                    closed.iter().for_each(|cursor| drop(self.cursors.remove(cursor)));
                    self.answer(request)?;
                }
            }
            bytes.clear();
        }
    }

    fn fields(&self) -> u8 {
        self.shared.setup.release.fields
    }

    fn answer(&mut self, request: Request) -> Result<(), Ended> {
        let stage = match request {
            Request::Protocol | Request::DataTypes | Request::ShortLogin(_) => Some(Stage::Negotiate),
            Request::User(_) => Some(Stage::User),
            Request::Password(_) => Some(Stage::Password),
            Request::Execute(_) | Request::Again(..) => Some(Stage::Execute),
            Request::Fetch(..) => Some(Stage::Fetch),
            Request::LogOff => Some(Stage::LogOff),
            Request::Nothing | Request::Unknown(_) => None,
        };
        if let Some(stage) = stage
            && Fault::happen(self.shared.setup.fault, stage, &mut self.link)?
        {
            return self.interrupted();
        }
        match request {
            Request::Protocol => self.link.answer(reply::protocol(self.fields()), false),
            Request::DataTypes => self.link.answer(reply::data_types(), false),
            Request::ShortLogin(credentials) => {
                if Fault::happen(self.shared.setup.fault, Stage::User, &mut self.link)? {
                    return self.interrupted();
                }
                let first = [reply::protocol(self.fields()), reply::data_types()].concat();
                self.name(&credentials, first)
            }
            Request::User(credentials) => self.name(&credentials, Vec::new()),
            Request::Password(credentials) => self.log_in(&credentials),
            _ if self.user.is_none() => Err(Ended::Wrong("a function before the log-in".to_owned())),
            Request::Execute(execute) => self.execute(execute),
            Request::Again(cursor, rows, binds) => {
                let types = self.cursors.get(&cursor).map(|cursor| cursor.types.clone()).unwrap_or_default();
                self.start(cursor, rows, types.into_iter().zip(binds).collect(), false, true)
            }
            Request::Fetch(cursor, rows) => self.fetch(cursor, rows, Vec::new(), Vec::new()),
            Request::LogOff => {
                self.shared.journal.write(|entries| entries.logoffs += 1);
                self.link.answer(reply::done(), true)
            }
            Request::Nothing => self.link.answer(reply::done(), true),
            Request::Unknown(code) => {
                self.shared.journal.write(|entries| entries.problems.push(format!("function {code}")));
                self.fail(3115, &reply::words(3115))
            }
        }
    }

    /// The call takes until the client has enough of it.
    fn interrupted(&mut self) -> Result<(), Ended> {
        self.link.await_marker(&[BREAK, INTERRUPT])?;
        self.fail(1013, &reply::words(1013))
    }

    /// Breaks a call off, and says why.
    fn fail(&mut self, number: u32, words: &str) -> Result<(), Ended> {
        self.link.marker(BREAK)?;
        self.link.await_marker(&[RESET])?;
        self.link.marker(RESET)?;
        self.link.answer(reply::status(self.fields(), number, words, 0, 0), true)
    }

    fn name(&mut self, credentials: &Credentials, mut answer: Vec<u8>) -> Result<(), Ended> {
        let (logon, challenge) = Logon::begin(self.shared, credentials);
        self.logon = Some(logon);
        answer.extend(challenge);
        self.link.answer(answer, true)
    }

    fn log_in(&mut self, credentials: &Credentials) -> Result<(), Ended> {
        let logon = self.logon.take().ok_or_else(|| Ended::Wrong("a password before the name".to_owned()))?;
        match logon.finish(self.shared, credentials) {
            Ok((account, answer)) => {
                let setup = &self.shared.setup;
                let database = Database::open_for(&setup.fixture, setup.release.oracle, self.container, account.hidden);
                self.user = Some((account.name.to_owned(), database));
                self.link.answer(answer, true)
            }
            Err(number) => {
                self.fail(number, &reply::words(number))?;
                Err(Ended::Closed)
            }
        }
    }

    fn execute(&mut self, execute: Execute) -> Result<(), Ended> {
        let Execute { mut cursor, sql, runs, rows, binds } = execute;
        if cursor == 0 {
            self.opened += 1;
            cursor = self.opened;
            self.cursors.insert(cursor, Cursor { sql, ..Cursor::default() });
        }
        self.start(cursor, rows, binds, true, runs)
    }

    /// Runs the statement of a cursor, and gives the first rows.
    fn start(
        &mut self,
        number: usize,
        rows: usize,
        binds: Vec<(u8, Vec<u8>)>,
        describe: bool,
        runs: bool,
    ) -> Result<(), Ended> {
        let (Some(cursor), Some((user, database))) = (self.cursors.get_mut(&number), &self.user) else {
            return self.fail(1001, "ORA-01001: invalid cursor");
        };
        cursor.types = binds.iter().map(|(kind, _)| *kind).collect();
        let binds: Vec<Value> = binds.iter().map(|(kind, bytes)| decode(*kind, bytes)).collect();
        let outcome = database.query(&cursor.sql, &binds);
        let failed = outcome.as_ref().err().map(|Refused(number, _)| *number);
        let entry = Ran { user: user.clone(), sql: cursor.sql.clone(), binds, failed };
        self.shared.journal.write(|entries| entries.ran.push(entry));
        match outcome {
            Ok(answer) => {
                (cursor.answer, cursor.fetched) = (answer, 0);
                let fields = self.shared.setup.release.fields;
                let first = if describe { reply::description(&cursor.answer.columns, fields) } else { Vec::new() };
                if runs {
                    return self.fetch(number, rows, first, reply::returned());
                }
                let status = reply::status(fields, 0, "", number, 0);
                self.link.answer([first, reply::returned(), status].concat(), true)
            }
            Err(Refused(code, words)) => {
                self.cursors.remove(&number);
                self.fail(code, &words)
            }
        }
    }

    /// The next rows, between what comes first and last. The last batch says that no more will come.
    fn fetch(&mut self, number: usize, count: usize, first: Vec<u8>, last: Vec<u8>) -> Result<(), Ended> {
        let Some(cursor) = self.cursors.get_mut(&number) else {
            return self.fail(1001, "ORA-01001: invalid cursor");
        };
        let end = cursor.answer.rows.len().min(cursor.fetched + count);
        let rows = &cursor.answer.rows[cursor.fetched..end];
        let rows = if count > 0 { reply::rows(rows, count) } else { Vec::new() };
        cursor.fetched = end;
        let code = if end == cursor.answer.rows.len() { reply::NO_DATA } else { 0 };
        let status = reply::status(self.shared.setup.release.fields, code, &reply::words(code), number, end);
        self.link.answer([first, rows, last, status].concat(), true)
    }
}
