//! A stand-in for SQL*Plus: of its commands those that a check uses, with the log-ins, fixtures and faults of the
//! stand-in for the client library (`tests/oracle/libclntsh/lib.rs`). Written after the manual (SQL*Plus User's Guide and
//! Reference, 19c); it was never compared with the real one.
//!
//! It stops with a message where it is started or spoken to in a way that the manual does not know.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    unreachable_pub,
    missing_docs
)]

mod page;
#[path = "../stand_in/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the server has no use here")]
mod stand_in;

use std::collections::HashMap;
use std::io::Write as _;

use stand_in::local::{attach, fault, log_in};
use stand_in::{Database, Value, words};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    assert_eq!(arguments, ["-S", "-R", "3", "/nolog"], "no other way to start is known");
    let mut state = State::default();
    for line in std::io::stdin().lines() {
        if !state.line(&line.expect("readable")) {
            return;
        }
    }
}

#[derive(Default)]
struct State {
    database: Option<Database>,
    html: bool,
    /// The lines of a statement or a block that has not been ended.
    buffer: Vec<String>,
    binds: HashMap<String, Value>,
}

impl State {
    /// False: that was EXIT.
    fn line(&mut self, line: &str) -> bool {
        if !self.buffer.is_empty() {
            if line == "/" {
                let text = std::mem::take(&mut self.buffer).join("\n");
                self.run(&text);
            } else {
                self.buffer.push(line.to_owned());
            }
            return true;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "EXIT" => return false,
            "WHENEVER" => assert!(["OSERROR CONTINUE", "SQLERROR CONTINUE"].contains(&rest), "{line}"),
            "SET" => self.html |= rest.starts_with("MARKUP HTML ON"),
            "PROMPT" => self.say(rest),
            "CONNECT" => self.connect(rest),
            "VARIABLE" => drop(self.binds.insert(rest.split(' ').next().unwrap().to_uppercase(), Value::Null)),
            "SELECT" | "WITH" | "ALTER" | "BEGIN" => self.buffer.push(line.to_owned()),
            _ => self.say(&format!("SP2-0734: unknown command beginning \"{word}\" - rest of line ignored.")),
        }
        true
    }

    fn say(&self, text: &str) {
        print!("{text}\n{}", if self.html { "<br>\n" } else { "" });
        std::io::stdout().flush().expect("somebody reads");
    }

    /// `NAME/"password"@"target"`, `/` or `/@"target"`, and `AS SYSDBA` behind it.
    fn connect(&mut self, given: &str) {
        let (given, administrator) = given.strip_suffix(" AS SYSDBA").map_or((given, false), |given| (given, true));
        let (who, target) = match given.rsplit_once("@\"") {
            Some((who, target)) => (who, target.strip_suffix('"').expect("a quoted target")),
            None => (given, ""),
        };
        let (user, password) = who.split_once('/').expect("user and password");
        let password = password.strip_prefix('"').and_then(|password| password.strip_suffix('"'));
        let who = password.map(|password| (user, password.as_bytes()));
        match attach(target).and_then(|place| log_in(&place, who, administrator)) {
            Ok(database) => self.database = Some(database),
            Err(number) => {
                self.database = None;
                self.say("ERROR:");
                self.say(&words(number));
            }
        }
    }

    /// A statement, a block or a setting of the session.
    fn run(&mut self, text: &str) {
        let Some(database) = &self.database else { return self.say("SP2-0640: Not connected") };
        if fault().as_deref() == Some("silent") {
            std::thread::park();
        }
        match text.split_whitespace().next() {
            Some("ALTER") => return,
            Some("BEGIN") => return self.assign(text),
            _ => {}
        }
        let (sql, values) = self.bound(text);
        match database.query(&sql, &values) {
            Ok(answer) if answer.rows.is_empty() => {}
            Ok(answer) => print!("{}", page::table(&answer)),
            Err(refused) => {
                self.say(&page::escaped(text.lines().next().unwrap_or_default()));
                self.say("ERROR at line 1:");
                self.say(&page::escaped(&refused.1));
            }
        }
    }

    /// `BEGIN :name := literal; END;`
    fn assign(&mut self, block: &str) {
        let body =
            block.strip_prefix("BEGIN :").and_then(|block| block.strip_suffix("; END;")).expect("one assignment");
        let (name, literal) = body.split_once(" := ").expect("one assignment");
        let text = literal.strip_prefix('\'').and_then(|literal| literal.strip_suffix('\''));
        let value = match text {
            Some(text) => Value::Text(text.replace("''", "'")),
            None => Value::Number(literal.to_owned()),
        };
        *self.binds.get_mut(&name.to_uppercase()).expect("a declared variable") = value;
    }

    /// Binds by place, as the stand-in for the database takes them.
    fn bound(&self, text: &str) -> (String, Vec<Value>) {
        let mut values = Vec::new();
        let mut parts = Vec::new();
        // Texts in quotes are every second part.
        for (number, part) in text.split('\'').enumerate() {
            let mut pieces = part.split(':');
            let mut out = pieces.next().unwrap_or_default().to_owned();
            for piece in pieces {
                let end = piece.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(piece.len());
                match self.binds.get(&piece[..end].to_uppercase()).filter(|_| number % 2 == 0) {
                    Some(value) => {
                        values.push(value.clone());
                        out.push_str(&format!("?{}{}", values.len(), &piece[end..]));
                    }
                    None => out.push_str(&format!(":{piece}")),
                }
            }
            parts.push(out);
        }
        (parts.join("'"), values)
    }
}
