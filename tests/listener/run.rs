//! Runs the plugin.

use crate::common;
use crate::stand_in::StandIn;
use std::process::{Command, Stdio};

/// What it said.
pub struct Said {
    pub code: i32,
    /// With `PORT` for the stand-ins' ports.
    pub text: String,
}

/// Runs it with these arguments.
pub fn check(arguments: &[&str]) -> Said {
    let mut command = Command::new(common::bin("check_listener"));
    command.args(arguments).stdin(Stdio::null());
    for name in ["TNS_ADMIN", "ORACLE_HOME", "VITALS_OUTPUT"] {
        command.env_remove(name);
    }
    let output = command.output().expect("check_listener runs");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    Said { code: output.status.code().expect("an exit code"), text }
}

/// Runs it on a stand-in.
pub fn ask(listener: &StandIn, arguments: &[&str]) -> Said {
    let said = check(&[&[&*listener.target()], arguments].concat());
    Said { text: said.text.replace(&listener.port.to_string(), "PORT"), ..said }
}

impl Said {
    /// The state, and all of these texts.
    #[track_caller]
    pub fn is(&self, code: i32, texts: &[&str]) {
        assert_eq!(self.code, code, "{}", self.text);
        for text in texts {
            assert!(self.text.contains(text), "'{text}' is not in: {}", self.text);
        }
    }
}
