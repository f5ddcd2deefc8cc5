//! SQL*Plus on the host of the database: a process for each call, which reads credentials and statements from its
//! standard input and writes tables of HTML. Nothing secret is in its arguments or its environment.

mod output;
mod script;
mod table;

use crate::oracle::fault::{Fault, Kind, Stage};
use crate::oracle::login::Login;
use crate::oracle::query::Query;
use crate::oracle::rows::{MOST_BYTES, Rows};
use crate::oracle::worker::Connection;
use crate::runtime::child;
use crate::runtime::deadline::Deadline;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::path::PathBuf;
use std::process::Command;

struct Sqlplus {
    login: Login,
}

/// Nothing is done yet: each call logs in by itself.
pub(super) fn connect(login: &Login) -> Result<Box<dyn Connection>, Fault> {
    if login.wallet.is_some() {
        let why = "--wallet is for the driver thin: name the wallet in sqlnet.ora (WALLET_LOCATION), and its folder by --tns-admin";
        return Err(Fault::new(Kind::Usage, why));
    }
    // What cannot be written into a script is told before anything runs.
    script::connect(login).map_err(|why| Fault::new(Kind::Usage, &why))?;
    Ok(Box::new(Sqlplus { login: login.clone() }))
}

impl Connection for Sqlplus {
    fn ask(&mut self, queries: &[Query], deadline: &Deadline) -> Vec<Result<Rows, Fault>> {
        let all = |fault: &Fault| vec![Err(fault.clone()); queries.len()];
        let mark = format!("vitals-{:016x}", RandomState::new().build_hasher().finish());
        let script = match script::write(&self.login, queries, &mark) {
            Ok(script) => script,
            Err(why) => return all(&Fault::new(Kind::Usage, &why)),
        };
        // It is ended a little before whoever waits for us stops to: nothing of it must stay behind.
        let deadline = deadline.at_most(deadline.remaining().mul_f64(0.8));
        // Markup takes several times the room of what it marks.
        let ended = child::run_reading(&mut self.command(), script.as_bytes(), &deadline, MOST_BYTES * 2);
        match ended {
            Ok(ended) => output::read(&ended.stdout, queries, &mark, &String::from_utf8_lossy(&ended.stderr)),
            // Nobody knows whether it had logged in.
            Err(failure) if failure.timed_out() => all(&Fault::new(Kind::Late(Stage::Connect), "sqlplus was ended")),
            Err(failure) => {
                all(&Fault::new(Kind::Usage, &format!("{failure}: give --oracle-home, or take another --driver")))
            }
        }
    }
}

impl Sqlplus {
    fn command(&self) -> Command {
        let login = &self.login;
        let home = login.oracle_home.clone().or_else(|| std::env::var_os("ORACLE_HOME").map(PathBuf::from));
        let inside = home.iter().flat_map(|home| [home.join("bin/sqlplus"), home.join("sqlplus")]);
        let program = inside.into_iter().find(|path| path.is_file()).unwrap_or_else(|| "sqlplus".into());
        let mut command = Command::new(program);
        // Silent; restricted: no shell, no files, no login.sql of the user; and nobody is logged in by the arguments.
        command.args(["-S", "-R", "3", "/nolog"]);
        // Messages in English, texts in UTF-8.
        command.env("NLS_LANG", "AMERICAN_AMERICA.AL32UTF8");
        command.env_remove("SQLPATH").env_remove("ORACLE_PATH").env_remove("TWO_TASK").env_remove("LOCAL");
        if let Some(home) = &login.oracle_home {
            command.env("ORACLE_HOME", home);
            let libraries = Some(home.join("lib")).filter(|lib| lib.is_dir()).unwrap_or_else(|| home.clone());
            command.env("LD_LIBRARY_PATH", libraries);
        }
        if let Some(sid) = &login.oracle_sid {
            command.env("ORACLE_SID", sid);
        }
        if let Some(folder) = &login.tns_admin {
            command.env("TNS_ADMIN", folder);
        }
        command
    }
}

#[cfg(test)]
mod tests;
