//! What a case cannot do without, and the one place where a case is skipped: by its name, with the reason.

use crate::harness::{Outcome, Trial};
use std::process::{Command, Stdio};

/// A condition of the machine.
#[derive(Clone, Copy)]
pub enum Need {
    /// The super user.
    Root,
    /// Mounts in a private namespace: a container may forbid them even to root.
    Mounts,
}

impl Need {
    fn lacking(self) -> Option<&'static str> {
        match self {
            Self::Root => (!is_root()).then_some("only root can do it"),
            Self::Mounts => {
                let tmpfs = ["--mount", "--propagation", "private", "mount", "-t", "tmpfs", "t", "/mnt"];
                let mut unshare = Command::new("unshare");
                let unshare = unshare.args(tmpfs).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                let may = unshare.status().is_ok_and(|status| status.success());
                (!may).then_some("mounting is not permitted here")
            }
        }
    }
}

pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// A case that is run where its needs are met. Elsewhere it is skipped with the reason; under `CI=true` that is a
/// failure, so that nothing goes untested unseen.
pub fn trial(name: String, needs: &'static [Need], case: impl FnOnce() + Send + 'static) -> Trial {
    Trial::new(name, move || {
        let Some(why) = needs.iter().find_map(|need| need.lacking()) else {
            case();
            return Outcome::Passed;
        };
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "must not be skipped here: {why}");
        Outcome::Skipped(why)
    })
}
