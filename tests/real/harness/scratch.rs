//! A folder of its own for each test, with what a server's unprivileged user must be able to reach.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{User, chown};

use super::needs::is_root;

/// A temporary folder, gone when the test ends, that every user can enter.
pub(crate) struct Scratch {
    folder: tempfile::TempDir,
    owner: Option<User>,
}

impl Scratch {
    /// A scratch folder for the current user.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("vitals-real-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder, owner: None }
    }

    /// A scratch folder in which everything made through it belongs to this user. An ordinary user who
    /// runs the tests stays the owner: the servers run as that user then.
    pub(crate) fn of(user: &str) -> Self {
        let mut scratch = Self::new();
        if is_root() {
            let user = User::from_name(user).unwrap();
            scratch.owner = Some(user.expect("the server's package makes its user"));
            scratch.give(scratch.path());
        }
        scratch
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The name of the user that servers started on this folder run as, if not the current one.
    pub(crate) fn owner(&self) -> Option<&User> {
        self.owner.as_ref()
    }

    /// A path in the folder, as text for a configuration file.
    pub(crate) fn at(&self, name: &str) -> String {
        self.path().join(name).to_str().unwrap().to_owned()
    }

    /// Makes a sub-folder.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(&path).unwrap();
        self.give(&path);
        path
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, content).unwrap();
        self.give(&path);
        path
    }

    /// Writes an executable file.
    pub(crate) fn script(&self, name: &str, content: &str) -> PathBuf {
        let source = self.file(&format!("{name}.source"), content);
        self.executable(&source, name)
    }

    /// Copies a program. Another process does it: were the copy open for writing here, another test's child could
    /// inherit that before it execs, and to run the copy would fail with "text file busy".
    pub(crate) fn executable(&self, source: &Path, name: &str) -> PathBuf {
        let path = self.path().join(name);
        let copied = Command::new("install").args(["-m", "755"]).args([source, &path]).status().unwrap();
        assert!(copied.success(), "{} is not built", source.display());
        self.give(&path);
        path
    }

    /// A plugin's path below this folder: the build folder may be closed to a server's user.
    pub(crate) fn plugin(&self, name: &str) -> String {
        let copy = self.folder("bin").join(name);
        if !copy.exists() {
            self.executable(&super::plugin::bin(name), &format!("bin/{name}"));
        }
        copy.to_str().unwrap().to_owned()
    }

    /// A plugin's memory, one folder for each use.
    pub(crate) fn state(&self, name: &str) -> String {
        self.folder(&format!("state-{name}")).to_str().unwrap().to_owned()
    }

    /// A program that runs its remaining arguments as a command once, keeps in the file named first what that printed,
    /// and says the same whenever it is called again: what a server shows can then be compared with what the plugin
    /// said to it, whichever of several results the server shows.
    pub(crate) fn recorder(&self) -> String {
        let script = "#!/bin/sh\n\
            kept=$1; shift\n\
            if [ ! -e \"$kept\" ]; then\n\
              \"$@\" >\"$kept.part\"; echo $? >\"$kept.code\"\n\
              mv \"$kept.part\" \"$kept\"\n\
            fi\n\
            cat \"$kept\"\n\
            exit \"$(cat \"$kept.code\")\"\n";
        self.script("record", script).to_str().unwrap().to_owned()
    }

    fn give(&self, path: &Path) {
        if let Some(user) = &self.owner {
            chown(path, Some(user.uid), Some(user.gid)).unwrap();
        }
    }
}
