//! The local time of this machine.
//!
//! The zone is read when a time without one is met, and not before: one small file. The crate that reads it has no
//! database of its own here, and looks into no environment.

use crate::model::stamp::Zone;
use crate::runtime::root::Root;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Where the zones' files are (tzset(3)).
const ZONES: &str = "/usr/share/zoneinfo";
/// A file of a zone has some kB.
const LARGEST: u64 = 1 << 20;

/// As `TZ` says, or /etc/localtime; what cannot be found is UTC, as the C libraries have it (tzset(3)). Below another
/// root the machine's own file counts, not the environment of this process.
#[must_use]
pub fn local(root: &Root) -> Zone {
    let variable = if root.is_elsewhere() { None } else { std::env::var_os("TZ") };
    zone(root, variable).unwrap_or(Zone::UTC)
}

fn zone(root: &Root, variable: Option<OsString>) -> Option<Zone> {
    let Some(variable) = variable else { return file(&localtime(root)) };
    let text = variable.to_str()?;
    let text = text.strip_prefix(':').unwrap_or(text);
    let path = Path::new(text);
    if path.is_absolute() {
        return file(path);
    }
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let named = if plain && !text.is_empty() { file(&root.path(ZONES).join(path)) } else { None };
    named.or_else(|| Zone::from_rules(text))
}

/// The file, or what it is a link to, below the same root.
fn localtime(root: &Root) -> PathBuf {
    let path = root.path("/etc/localtime");
    match fs::read_link(&path) {
        Ok(target) if target.is_absolute() => root.path(target),
        _ => path,
    }
}

fn file(path: &Path) -> Option<Zone> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return None;
    }
    Zone::from_file(&fs::read(path).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::stamp::{Found, find};
    use crate::model::timestamp::Timestamp;

    /// Hours that a zone is ahead of UTC in November 2026.
    fn ahead(zone: Option<Zone>) -> Option<f64> {
        let zone = zone?;
        let Found::Stamp(stamp) = find(b"2026-11-23 22:00:07") else { panic!("a time") };
        let time = stamp.at(Timestamp(1_795_471_207.0), || &zone)?;
        Some((1_795_471_207.0 - time.0) / 3600.0)
    }

    /// tzfile(5), version 1: no transition, one type of local time.
    fn fixed(hours: i32) -> Vec<u8> {
        let mut file = b"TZif".to_vec();
        file.extend([0; 16]);
        // Counts: UT indicators, standard indicators, leap seconds, transitions, types, letters.
        for count in [0_u32, 0, 0, 0, 1, 4] {
            file.extend(count.to_be_bytes());
        }
        file.extend((hours * 3600).to_be_bytes());
        file.extend([0, 0]);
        file.extend(b"ABC\0");
        file
    }

    #[test]
    fn the_variable_comes_before_the_file() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        let root = Root::new(Some(dir.path().to_owned()));
        assert_eq!(ahead(zone(&root, None)), None);
        std::fs::create_dir_all(dir.path().join("usr/share/zoneinfo/Far"))?;
        std::fs::create_dir_all(dir.path().join("etc"))?;
        std::fs::write(dir.path().join("usr/share/zoneinfo/Far/East"), fixed(9))?;
        std::fs::write(dir.path().join("usr/share/zoneinfo/broken"), "TZif")?;
        // An absolute link is one of the other root.
        std::os::unix::fs::symlink("/usr/share/zoneinfo/Far/East", dir.path().join("etc/localtime"))?;
        assert_eq!(ahead(zone(&root, None)), Some(9.0));
        let file = dir.path().join("usr/share/zoneinfo/Far/East").display().to_string();
        for (variable, hours) in [
            ("Far/East", Some(9.0)),
            (":Far/East", Some(9.0)),
            (file.as_str(), Some(9.0)),
            ("CET-1CEST,M3.5.0,M10.5.0/3", Some(1.0)),
            ("<-05>5", Some(-5.0)),
            ("broken", None),
            ("../zoneinfo/Far/East", None),
            ("", None),
            ("Far", None),
        ] {
            assert_eq!(ahead(zone(&root, Some(variable.into()))), hours, "{variable}");
        }
        assert_eq!(ahead(Some(local(&root))), Some(9.0));
        Ok(())
    }
}
