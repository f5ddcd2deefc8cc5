//! From a path to the mount that holds it, without touching what may hang or what is mounted by a touch.

use super::fstype::is_unsure;
use super::mount_tree::Tree;
use super::mounts::Table;
use crate::runtime::root::Root;
use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Component, Path, PathBuf};

/// Links in one path at most, as in the kernel (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// The place in the table of the mount that holds a path, symbolic links followed.
///
/// The way is followed up to the first file system that may hang: below it the path is taken as it is written. With
/// `links` false no file is looked at.
///
/// # Errors
/// Why there is no such path, without the path itself.
pub fn holder(root: &Root, table: &Table<'_>, tree: &Tree<'_>, path: &Path, links: bool) -> Result<usize, String> {
    let by_device = |path: &Path| {
        let source = path.as_os_str().as_bytes();
        tree.visible()
            .find(|i| table.mounts.get(*i).is_some_and(|m| *m.source == *source && source.starts_with(b"/dev/")))
    };
    // The name of a device stands for what is mounted from it, as for df.
    if let Some(found) = by_device(path) {
        return Ok(found);
    }
    let real = if links { follow(root, table, tree, path)? } else { path.to_owned() };
    let found = by_device(&real).or_else(|| tree.holder(real.as_os_str().as_bytes()));
    found.ok_or_else(|| "lies on no mount of the mount table".to_owned())
}

fn follow(root: &Root, table: &Table<'_>, tree: &Tree<'_>, path: &Path) -> Result<PathBuf, String> {
    let mut rest: VecDeque<OsString> = names(path);
    let mut at = PathBuf::from("/");
    let mut links = 0;
    while let Some(name) = rest.pop_front() {
        if name == ".." {
            at.pop();
            continue;
        }
        let next = at.join(&name);
        if tree
            .holder(next.as_os_str().as_bytes())
            .and_then(|i| table.mounts.get(i))
            .is_some_and(|m| is_unsure(&m.fstype))
        {
            return Ok(rest.iter().fold(next, |path, name| path.join(name)));
        }
        match nix::fcntl::readlink(&root.path(&next)) {
            Ok(target) => {
                links += 1;
                if links > MOST_LINKS {
                    return Err("leads through too many symbolic links".to_owned());
                }
                let target = PathBuf::from(OsString::from_vec(target.into_vec()));
                if target.is_absolute() {
                    at = PathBuf::from("/");
                }
                for name in names(&target).into_iter().rev() {
                    rest.push_front(name);
                }
            }
            // Not a link.
            Err(nix::errno::Errno::EINVAL) => at = next,
            // Nobody says that it is not there: the names decide.
            Err(nix::errno::Errno::EACCES) => return Ok(rest.iter().fold(next, |path, name| path.join(name))),
            Err(nix::errno::Errno::ENOENT) => return Err("does not exist".to_owned()),
            Err(errno) => return Err(format!("cannot be looked at: {}", io::Error::from(errno))),
        }
    }
    Ok(at)
}

/// The names of a path in order.
fn names(path: &Path) -> VecDeque<OsString> {
    let name = |component: Component<'_>| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsStr::new("..").to_owned()),
        _ => None,
    };
    path.components().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::super::mounts::parse;
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_below_the_root_and_not_into_what_may_hang() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        for folder in ["data/log", "srv"] {
            std::fs::create_dir_all(dir.path().join(folder))?;
        }
        symlink("/data/log", dir.path().join("log"))?;
        symlink("../loop", dir.path().join("loop"))?;
        symlink("../nfs/deep", dir.path().join("srv/far"))?;
        std::fs::write(dir.path().join("file"), "")?;
        let text = b"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /data rw - xfs /dev/sdb1 rw\n\
            3 1 0:9 / /nfs rw - nfs4 s:/e rw\n4 1 0:8 / /net rw - autofs auto rw\n";
        let table = parse(text);
        let tree = Tree::new(&table);
        let root = Root::new(Some(dir.path().to_owned()));
        let held = |path: &str| holder(&root, &table, &tree, Path::new(path), true);
        assert_eq!(held("/log"), Ok(1));
        assert_eq!(held("/log/../../srv"), Ok(0));
        assert_eq!(held("/srv/far/not/there"), Ok(2));
        assert_eq!(held("/net/host"), Ok(3));
        assert_eq!(held("/dev/sdb1"), Ok(1));
        assert_eq!(held("/nope"), Err("does not exist".to_owned()));
        assert_eq!(held("/loop"), Err("leads through too many symbolic links".to_owned()));
        assert!(held("/file/x").is_err_and(|why| why.starts_with("cannot be looked at: Not a directory")));
        assert_eq!(holder(&root, &table, &tree, Path::new("/data/nope"), false), Ok(1));
        Ok(())
    }
}
