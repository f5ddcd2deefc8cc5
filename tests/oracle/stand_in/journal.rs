//! What the stand-in has seen: who logged in, and which statements were run.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use super::database::Value;

/// An attempt to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    /// What the client calls itself, with its version.
    pub program: String,
    /// The ORA number that it was refused with.
    pub refused: Option<u32>,
}

/// A statement that was run.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    pub user: String,
    pub sql: String,
    pub binds: Vec<Value>,
    /// The ORA number that it failed with.
    pub failed: Option<u32>,
}

#[derive(Debug, Clone, Default)]
pub struct Entries {
    /// The descriptors that clients connected with.
    pub connects: Vec<String>,
    pub logins: Vec<Login>,
    pub ran: Vec<Ran>,
    /// How many took their leave.
    pub logoffs: usize,
    /// How many connections are over, whoever ended them.
    pub ended: usize,
    /// What the stand-in did not understand: a fault of its own.
    pub problems: Vec<String>,
}

/// Kept for all connections of one stand-in.
#[derive(Default)]
pub struct Journal {
    entries: Mutex<Entries>,
    news: Condvar,
}

impl Journal {
    pub fn write(&self, entry: impl FnOnce(&mut Entries)) {
        entry(&mut self.entries.lock().unwrap());
        self.news.notify_all();
    }

    pub fn read(&self) -> Entries {
        self.entries.lock().unwrap().clone()
    }

    /// Waits until it holds what is looked for.
    pub fn until(&self, what: &str, looked_for: impl Fn(&Entries) -> bool) -> Entries {
        let entries = self.entries.lock().unwrap();
        let waited = self.news.wait_timeout_while(entries, Duration::from_secs(60), |entries| !looked_for(entries));
        let (entries, waited) = waited.unwrap();
        assert!(!waited.timed_out(), "the stand-in did not see: {what}; it saw {entries:#?}");
        entries.clone()
    }
}
