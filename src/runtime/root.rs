//! The machine's files, or those of another root: `--root DIR` stands in front of /proc, /sys and /etc.

use super::failure::Failure;
use anyhow::{Context as _, anyhow};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// No file of the kernel is as large as this; one that is comes from somebody else.
const LARGEST: usize = 256 << 20;
/// What most files of /proc fit into.
const FIRST_READ: usize = 4096;

/// Where the files of the watched machine begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root {
    dir: Option<PathBuf>,
}

impl Root {
    /// The files below a folder; `None` is the machine itself.
    #[must_use]
    pub const fn new(dir: Option<PathBuf>) -> Self {
        Self { dir }
    }

    /// Whether it is not the machine itself.
    #[must_use]
    pub const fn is_elsewhere(&self) -> bool {
        self.dir.is_some()
    }

    /// The place of an absolute path.
    #[must_use]
    pub fn path(&self, absolute: impl AsRef<Path>) -> PathBuf {
        let absolute = absolute.as_ref();
        match &self.dir {
            Some(dir) => dir.join(absolute.strip_prefix("/").unwrap_or(absolute)),
            None => absolute.to_owned(),
        }
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// As the system says, or a file beyond 256 MiB.
    pub fn read(&self, absolute: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_into(absolute, &mut bytes)?;
        Ok(bytes)
    }

    /// The bytes of a file, into a buffer that is emptied first.
    ///
    /// # Errors
    /// As [`Root::read`].
    pub fn read_into(&self, absolute: &str, buffer: &mut Vec<u8>) -> io::Result<()> {
        buffer.clear();
        let mut file = File::open(self.path(absolute))?;
        // Files of /proc have no size: read_to_end would feel its way from 32 bytes on, with a call each time. They come
        // in pieces of a page, so that only what is full may grow: the rest has been made zero already.
        let mut filled = 0;
        loop {
            if filled > LARGEST {
                return Err(io::Error::other("larger than 256 MiB"));
            }
            if filled == buffer.len() {
                buffer.resize(filled + filled.max(FIRST_READ), 0);
            }
            match file.read(buffer.get_mut(filled..).unwrap_or_default()) {
                Ok(0) => {
                    buffer.truncate(filled);
                    return Ok(());
                }
                Ok(read) => filled += read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    buffer.clear();
                    return Err(e);
                }
            }
        }
    }

    /// The text of a file; bytes that are not UTF-8 are replaced.
    ///
    /// # Errors
    /// A failure that names the file.
    pub fn text(&self, absolute: &str) -> Result<String, Failure> {
        let bytes = self.read(absolute).with_context(|| self.cannot_read(absolute))?;
        Ok(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        })
    }

    /// The text of a file that need not exist: a kernel without the feature does not have it.
    ///
    /// # Errors
    /// Any other failure than that it does not exist (or that the feature is switched off), naming the file.
    pub fn text_if_there(&self, absolute: &str) -> Result<Option<String>, Failure> {
        match self.read(absolute) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            // PSI that is compiled in but switched off answers EOPNOTSUPP.
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::Unsupported) => Ok(None),
            Err(e) => Err(anyhow!(e).context(self.cannot_read(absolute)).into()),
        }
    }

    fn cannot_read(&self, absolute: &str) -> String {
        format!("cannot read {}", self.path(absolute).display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lie_below_the_root() {
        let root = Root::new(Some("/host".into()));
        assert_eq!(root.path("/proc/stat"), Path::new("/host/proc/stat"));
        assert_eq!(Root::default().path("/proc/stat"), Path::new("/proc/stat"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let root = Root::new(Some("/nonexistent".into()));
        let said = root.text("/proc/stat").err().map(|f| f.to_string()).unwrap_or_default();
        assert!(said.starts_with("cannot read /nonexistent/proc/stat: No such file"), "{said}");
        assert!(matches!(root.text_if_there("/proc/pressure/cpu"), Ok(None)));
    }
}
