//! Where tnsnames.ora and sqlnet.ora may be.

use crate::runtime::root::Root;
use std::path::{Path, PathBuf};

/// The folders in which the files are looked for, the first first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    folders: Vec<PathBuf>,
}

impl Places {
    /// A folder that was named, and no other.
    #[must_use]
    pub fn only(folder: &Path) -> Self {
        Self { folders: vec![folder.to_owned()] }
    }

    /// The usual ones: `$TNS_ADMIN`, `$ORACLE_HOME/network/admin`, /etc below the root.
    #[must_use]
    pub fn usual(root: &Root, tns_admin: Option<PathBuf>, oracle_home: Option<PathBuf>) -> Self {
        let set = |path: Option<PathBuf>| path.filter(|path| !path.as_os_str().is_empty());
        let home = set(oracle_home).map(|home| home.join("network/admin"));
        Self { folders: set(tns_admin).into_iter().chain(home).chain([root.path("/etc")]).collect() }
    }

    /// The paths that a file of this name may have.
    pub fn paths<'p>(&'p self, name: &'p str) -> impl Iterator<Item = PathBuf> + 'p {
        self.folders.iter().map(move |folder| folder.join(name))
    }

    /// The first of the paths at which there is something.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        self.paths(name).find(|path| path.exists())
    }
}

/// `NAMES.DEFAULT_DOMAIN` of a sqlnet.ora: what clients put behind a name without a dot.
#[must_use]
pub fn default_domain(text: &str) -> Option<&str> {
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let value = lines.find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("NAMES.DEFAULT_DOMAIN").then_some(value)
    })?;
    let value = value.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'', '(', ')']).trim();
    let value = value.trim_matches('.');
    (!value.is_empty() && !value.contains(char::is_whitespace)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_of_sqlnet_ora() {
        assert_eq!(default_domain("# NAMES.DEFAULT_DOMAIN=x\nnames.default_domain = world # old\r\n"), Some("world"));
        assert_eq!(default_domain("NAMES.DIRECTORY_PATH=(TNSNAMES)\n"), None);
        assert_eq!(default_domain("NAMES.DEFAULT_DOMAIN =\n"), None);
    }

    #[test]
    fn the_usual_places_in_their_order() {
        let root = Root::new(Some("/r".into()));
        let places = Places::usual(&root, Some("/tns".into()), Some("/home".into()));
        let paths: Vec<_> = places.paths("tnsnames.ora").collect();
        let expected = ["/tns/tnsnames.ora", "/home/network/admin/tnsnames.ora", "/r/etc/tnsnames.ora"];
        assert_eq!(paths, expected.map(PathBuf::from));
        assert_eq!(Places::usual(&root, Some("".into()), None).paths("x").count(), 1);
    }
}
