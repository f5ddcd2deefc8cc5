//! The mount table: `/proc/PID/mountinfo`, as proc(5) describes it.
//!
//! ```text
//! 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
//! (1)(2)(3)  (4)   (5)   (6)        (7)    (8) (9)  (10)      (11)
//! ```
//!
//! Fields are divided by single spaces; space, tab, newline, backslash and `#` within a field are octal escapes. Names
//! are bytes: they need not be UTF-8.

use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use anyhow::anyhow;
use std::borrow::Cow;
use std::io;

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount<'t> {
    /// Its number.
    pub id: u64,
    /// The number of the mount that it is mounted on.
    pub parent: u64,
    /// Major and minor number of the file system: the same for all mounts of one.
    pub device: (u32, u32),
    /// Which folder of the file system is seen; `/` unless it is a bind mount or a subvolume.
    pub root: Cow<'t, [u8]>,
    /// Where it is seen.
    pub point: Cow<'t, [u8]>,
    /// The options of this mount.
    pub options: &'t [u8],
    /// The type.
    pub fstype: Cow<'t, [u8]>,
    /// The device or server, or a word that means nothing.
    pub source: Cow<'t, [u8]>,
    /// The options of the file system, for all of its mounts.
    pub super_options: &'t [u8],
}

impl Mount<'_> {
    /// Whether this mount is read-only (field 6).
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        has(self.options, b"ro")
    }

    /// Whether the file system is read-only, whatever this mount says (field 11).
    #[must_use]
    pub fn is_super_read_only(&self) -> bool {
        has(self.super_options, b"ro")
    }

    /// Whether the file system says of itself that it has been stopped after an error (ext4 since Linux 6.13).
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        has(self.super_options, b"emergency_ro") || has(self.super_options, b"shutdown")
    }
}

/// Whether an option stands in a list with commas.
fn has(list: &[u8], option: &[u8]) -> bool {
    list.split(|b| *b == b',').any(|one| one == option)
}

/// The table.
#[derive(Debug, Default)]
pub struct Table<'t> {
    /// The mounts in the kernel's order.
    pub mounts: Vec<Mount<'t>>,
    /// Lines that could not be understood.
    pub unread: usize,
}

/// Reads the text of the table: of this process, or below a root of its first process.
///
/// # Errors
/// When it cannot be read, naming the file.
pub fn read(root: &Root) -> Result<Vec<u8>, Failure> {
    let mut places = ["/proc/1/mountinfo", "/proc/self/mountinfo"].into_iter();
    if !root.is_elsewhere() {
        places.next();
    }
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    let mut place = "/proc/self/mountinfo";
    for candidate in places {
        match root.read(candidate) {
            Ok(text) => return Ok(text),
            Err(error) => (last, place) = (error, candidate),
        }
        // What may not be read is no reason to take the table of somebody else.
        if last.kind() != io::ErrorKind::NotFound {
            break;
        }
    }
    Err(anyhow!(last).context(format!("cannot read the mount table {}", root.path(place).display())).into())
}

/// Parses the table; what is no mount is counted.
#[must_use]
pub fn parse(text: &[u8]) -> Table<'_> {
    let mut table = Table::default();
    for line in text.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        match mount(line) {
            Some(mount) => table.mounts.push(mount),
            None => table.unread += 1,
        }
    }
    table
}

fn mount(line: &[u8]) -> Option<Mount<'_>> {
    let mut fields = line.splitn(7, |b| *b == b' ');
    let (id, parent) = (number(fields.next()?)?, number(fields.next()?)?);
    let (major, minor) = std::str::from_utf8(fields.next()?).ok()?.split_once(':')?;
    let device = (major.parse().ok()?, minor.parse().ok()?);
    let (root, point, options) = (unescape(fields.next()?), unescape(fields.next()?), fields.next()?);
    // Optional fields end at a lone '-'.
    let mut rest = fields.next()?;
    loop {
        let (field, after) = cut(rest)?;
        rest = after;
        if field == b"-" {
            break;
        }
    }
    let (fstype, rest) = cut(rest)?;
    // The source may be empty: then two spaces follow each other.
    let (source, super_options) = cut(rest)?;
    let (fstype, source) = (unescape(fstype), unescape(source));
    let known = point.starts_with(b"/") && !fstype.is_empty();
    known.then_some(Mount { id, parent, device, root, point, options, fstype, source, super_options })
}

fn number(field: &[u8]) -> Option<u64> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

fn cut(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|b| *b == b' ')?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

/// Turns octal escapes back into bytes; a backslash that begins none stays.
#[must_use]
pub fn unescape(field: &[u8]) -> Cow<'_, [u8]> {
    if !field.contains(&b'\\') {
        return Cow::Borrowed(field);
    }
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        match (first, after) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', tail @ ..]) => {
                out.push(((a - b'0') << 6) | ((b - b'0') << 3) | (c - b'0'));
                rest = tail;
            }
            _ => {
                out.push(*first);
                rest = after;
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As the kernel writes a name (`mangle` in fs/proc_namespace.c).
    fn escape(name: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for byte in name {
            match byte {
                b' ' | b'\t' | b'\n' | b'\\' | b'#' => out.extend(format!("\\{byte:03o}").bytes()),
                byte => out.push(*byte),
            }
        }
        out
    }

    #[test]
    fn the_line_of_the_manual() {
        let text = b"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root ro,errors=continue\n";
        let table = parse(text);
        let mount = &table.mounts[0];
        assert_eq!((mount.id, mount.parent, mount.device, table.unread), (36, 35, (98, 0), 0));
        assert_eq!((&*mount.root, &*mount.point), (&b"/mnt1"[..], &b"/mnt2"[..]));
        assert_eq!((&*mount.fstype, &*mount.source), (&b"ext3"[..], &b"/dev/root"[..]));
        assert!(!mount.is_read_only() && mount.is_super_read_only() && !mount.is_stopped());
    }

    #[test]
    fn odd_lines() {
        let table = parse(b"1 0 0:1 / / rw - tmpfs  rw,size=5 x\n2 1 0:2 / /a\\040b rw - ext4 /dev/a\n\nnonsense\n");
        assert_eq!(table.mounts.len(), 1);
        assert_eq!(&*table.mounts[0].source, b"");
        assert_eq!(table.mounts[0].super_options, b"rw,size=5 x");
        assert_eq!(table.unread, 2);
        assert_eq!(&*unescape(b"a\\04\\999\\\\0401\\"), b"a\\04\\999\\ 1\\");
    }

    proptest! {
        #[test]
        fn any_name_reads_back(
            id: u32, parent: u32, major: u32, minor: u32,
            root: Vec<u8>, point: Vec<u8>, source: Vec<u8>,
            fstype in "[a-z0-9.]{1,12}", tags in prop::collection::vec("(shared|master):[0-9]{1,3}", 0..4),
        ) {
            let point = [b"/", &*point].concat();
            let mut line = format!("{id} {parent} {major}:{minor} ").into_bytes();
            line.extend([&*escape(&root), b" ", &escape(&point), b" rw,relatime "].concat());
            tags.iter().for_each(|tag| line.extend(format!("{tag} ").bytes()));
            line.extend([format!("- {fstype} ").as_bytes(), &escape(&source), b" rw\n"].concat());
            let table = parse(&line);
            prop_assert_eq!(table.unread, 0);
            let expected = Mount {
                id: id.into(), parent: parent.into(), device: (major, minor), root: root.into(), point: point.into(),
                options: b"rw,relatime", fstype: fstype.into_bytes().into(), source: source.into(), super_options: b"rw",
            };
            prop_assert_eq!(&table.mounts[0], &expected);
        }

        #[test]
        fn any_bytes_are_read(text: Vec<u8>) {
            let lines = text.split(|b| *b == b'\n').filter(|line| !line.is_empty()).count();
            let table = parse(&text);
            prop_assert_eq!(table.mounts.len() + table.unread, lines);
        }
    }
}
