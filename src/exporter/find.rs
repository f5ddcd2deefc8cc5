//! Where a plugin is that is named without a path.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Where packages put our plugins.
const PACKAGED: &str = "/usr/lib/vitals/plugins";

/// The folders in which plugins are looked for, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders(Vec<PathBuf>);

impl Folders {
    /// Beside the exporter, where an installation below the same prefix has them, where packages have them, and then
    /// in the configured folders.
    #[must_use]
    pub fn new(exporter: Option<&Path>, configured: &[PathBuf]) -> Self {
        let beside = exporter.and_then(Path::parent).map(Path::to_owned);
        let installed = beside.as_deref().and_then(Path::parent).map(|prefix| prefix.join("lib/vitals/plugins"));
        let mut folders: Vec<PathBuf> = Vec::new();
        let known = beside.into_iter().chain(installed).chain([PathBuf::from(PACKAGED)]);
        for folder in known.chain(configured.iter().cloned()) {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        Self(folders)
    }

    /// The program: as it is when it has a path, else from the first folder that has one to execute, else from the
    /// first that has a file of this name at all.
    ///
    /// # Errors
    /// When there is none, with the folders that were searched.
    pub fn find(&self, program: &str) -> Result<PathBuf, String> {
        if program.contains('/') {
            return Ok(PathBuf::from(program));
        }
        let files = || self.0.iter().map(|folder| folder.join(program)).filter(|path| path.is_file());
        files().find(|path| is_executable(path)).or_else(|| files().next()).ok_or_else(|| {
            let folders: Vec<String> = self.0.iter().map(|folder| folder.display().to_string()).collect();
            format!(
                "{program} was not found in {}: give its whole path, or name its folder in plugin_path",
                folders.join(", ")
            )
        })
    }
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_first_that_can_be_executed_is_taken() {
        let dir = tempfile::tempdir().expect("a folder");
        let [first, second] = ["a", "b"].map(|name| dir.path().join(name));
        for (folder, mode) in [(&first, 0o644), (&second, 0o755)] {
            fs::create_dir(folder).expect("a folder");
            fs::write(folder.join("check_x"), "").expect("a file");
            fs::set_permissions(folder.join("check_x"), fs::Permissions::from_mode(mode)).expect("a mode");
        }
        let folders = Folders::new(Some(&first.join("vitals_exporter")), std::slice::from_ref(&second));
        assert_eq!(folders.find("check_x"), Ok(second.join("check_x")));
        assert_eq!(folders.find("./check_x"), Ok(PathBuf::from("./check_x")));
        let missing = folders.find("check_y").expect_err("is in none");
        assert!(missing.starts_with("check_y was not found in /") && missing.contains(PACKAGED), "{missing}");
        assert_eq!(Folders::new(Some(&first.join("e")), &[]).find("check_x"), Ok(first.join("check_x")));
    }
}
