//! What a test cannot do without, and the one place where a test is skipped.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A condition of the machine.
pub(crate) enum Need {
    /// A program, by path or by name in PATH, and the Debian package that brings it.
    Program(&'static str, &'static str),
    /// A Perl module and its package.
    Perl(&'static str, &'static str),
    /// A module of the system's Python and its package.
    Python(&'static str, &'static str),
    /// A package of PyPI, which `tests/real/python.sh` installs.
    Package(&'static str),
    /// The super user: to change users, to mount.
    Root,
    /// Mounts in a private namespace (a container may forbid them even to root).
    Mounts,
    /// A file, and what it means that it is not there.
    File(String, &'static str),
    /// A device node.
    Device(&'static str),
}

impl Need {
    /// Why it is not met, if it is not.
    fn lacking(&self) -> Option<String> {
        match self {
            Self::Program(program, package) => (!installed(program)).then(|| format!("{package} is not installed")),
            Self::Perl(module, package) => {
                (!succeeds("perl", &[&format!("-M{module}"), "-e", "1"])).then(|| format!("{package} is not installed"))
            }
            Self::Python(module, package) => (!succeeds("/usr/bin/python3", &["-c", &format!("import {module}")]))
                .then(|| format!("{package} is not installed")),
            Self::Package(module) => {
                let interpreter = super::python::interpreter();
                (!succeeds(&interpreter.to_string_lossy(), &["-c", &format!("import {module}")]))
                    .then(|| format!("{module} of PyPI is not installed"))
            }
            Self::Root => (!is_root()).then(|| "only root can do it".to_owned()),
            Self::Mounts => {
                let tmpfs = ["--mount", "--propagation", "private", "mount", "-t", "tmpfs", "t", "/mnt"];
                (!succeeds("unshare", &tmpfs)).then(|| "mounting is not permitted here".to_owned())
            }
            Self::File(path, why) => (!Path::new(path).exists()).then(|| (*why).to_owned()),
            Self::Device(path) => (!Path::new(path).exists()).then(|| format!("there is no {path}")),
        }
    }
}

/// True when the test must not run here, which is then said by the test's name: on the real standard
/// error, because the test runner swallows what a passing test prints. Under `CI=true` it is a failure.
pub(crate) fn skipped(test: &str, needs: &[Need]) -> bool {
    let lacking: Vec<String> = needs.iter().filter_map(Need::lacking).collect();
    if lacking.is_empty() {
        return false;
    }
    let notice = format!("skipped real::{test}: {}", lacking.join(", "));
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{notice}");
    let _ = writeln!(std::io::stderr(), "{notice}");
    true
}

pub(crate) fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Servers live in sbin, which an ordinary user's PATH does not name.
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .any(|folder| folder.join(program).is_file())
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
