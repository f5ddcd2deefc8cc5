//! From the TARGET of a command line to what a driver connects to. Aliases are looked up here, by the rules of
//! [`net::tns`](crate::net::tns): the driver thin would lose an entry under a comment.

use super::driver::Driver;
use super::options::Options;
use crate::net::tns::names::{Places, default_domain, load, read};
use crate::runtime::root::Root;
use std::path::{Path, PathBuf};

/// Characters that no alias has: what has one is EZConnect or a descriptor.
const NOT_IN_ALIASES: &[char] = &['(', ':', '/', ',', ';', '?', '['];

/// The descriptor of an alias; any other target as it is. Where no file knows an alias, Oracle's own clients may (LDAP).
pub(super) fn resolve(options: &Options, root: &Root) -> Result<String, String> {
    let Some(target) = &options.target else { return Ok(String::new()) };
    if target.contains(NOT_IN_ALIASES) {
        return Ok(target.clone());
    }
    let explicit = options.tnsnames.is_some();
    let others = || matches!(options.driver, Driver::Oci | Driver::Sqlplus) && !explicit;
    let Some(path) = file(options, root) else {
        if others() {
            return Ok(target.clone());
        }
        let why = format!("{target} is an alias, and there is no tnsnames.ora in the usual places");
        return Err(format!("{why}: give --tnsnames, --tns-admin, or HOST:PORT/SERVICE"));
    };
    let names = load(&path).map_err(|error| format!("{error:#}"))?;
    // It belongs to the tnsnames.ora beside it.
    let beside = path.parent().unwrap_or(Path::new("")).join("sqlnet.ora");
    let sqlnet = read(&beside).unwrap_or_default();
    match names.find(target, default_domain(&sqlnet)) {
        Ok(descriptor) => Ok(descriptor.to_string()),
        Err(_) if others() && !names.has(target, default_domain(&sqlnet)) => Ok(target.clone()),
        Err(error) => Err(format!("{error:#}")),
    }
}

fn file(options: &Options, root: &Root) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let places = match &options.tns_admin {
        Some(folder) => Places::only(folder),
        None => Places::usual(root, set("TNS_ADMIN"), options.oracle_home.clone().or_else(|| set("ORACLE_HOME"))),
    };
    options.tnsnames.clone().or_else(|| places.find("tnsnames.ora"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::options::tests::parse;
    use std::fs;

    #[test]
    fn aliases_become_descriptors_and_the_rest_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("tnsnames.ora");
        let address = "(ADDRESS=(PROTOCOL=tcp)(HOST=db1)(PORT=1521))";
        let text =
            format!("# old\nKIS.WORLD, LAB =\n  (DESCRIPTION =\n# one more\n {address}\n (CONNECT_DATA=(SID=KIS)))\n");
        fs::write(&file, text).expect("written");
        fs::write(folder.path().join("sqlnet.ora"), "NAMES.DEFAULT_DOMAIN = world\n").expect("written");
        let place = folder.path().display();
        let found = |line: &str| resolve(&parse(line).expect(line), &Root::default());
        let descriptor = format!("(DESCRIPTION={address}(CONNECT_DATA=(SID=KIS)))");
        assert_eq!(found(&format!("kis --tns-admin {place}")), Ok(descriptor.clone()));
        assert_eq!(found(&format!("lab --tnsnames {}", file.display())), Ok(descriptor.clone()));
        for target in ["db1:1521/kis", "//db1/kis", &descriptor] {
            assert_eq!(found(&format!("{target} --tns-admin {place}")).as_deref(), Ok(target));
        }
        assert_eq!(found(&format!("--tns-admin {place}")), Ok(String::new()));
        let said = found(&format!("kiss --tns-admin {place}")).expect_err("no such alias");
        assert!(said.contains("no alias kiss in") && said.contains("KIS.WORLD"), "{said}");
        // The client may find it in a directory.
        assert_eq!(found(&format!("kiss --driver oci --tns-admin {place}")).as_deref(), Ok("kiss"));
        assert!(found(&format!("kiss --driver oci --tnsnames {}", file.display())).is_err());
        assert!(found("kis --tns-admin /nonexistent").is_err_and(|why| why.contains("give --tnsnames")));
    }
}
