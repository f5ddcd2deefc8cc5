//! Passwords and keys: read from where other users cannot look, shown nowhere.

use anyhow::{Context as _, anyhow, bail};
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::os::fd::FromRawFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use zeroize::Zeroizing;

/// A secret is a line, not a file.
const LONGEST: u64 = 64 * 1024;

/// A text that is overwritten when it is dropped, and cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself: for the call that needs it, and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a secret is read from. It names a place and is no secret itself, so it may stand on a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// `file:PATH`: the first line of a file that others cannot read.
    File(PathBuf),
    /// `credential:NAME`: a systemd credential (systemd.exec(5), `LoadCredential=`).
    Credential(String),
    /// `fd:N`: a descriptor that the parent left open.
    Descriptor(i32),
}

impl FromStr for SecretSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("credential", name)) if !name.is_empty() && !name.contains('/') => {
                Ok(Self::Credential(name.to_owned()))
            }
            Some(("fd", number)) => match number.parse() {
                Ok(fd) if fd > 2 => Ok(Self::Descriptor(fd)),
                _ => Err("fd: takes the number of an inherited descriptor above 2".to_owned()),
            },
            // What was given may be the secret itself, so it is not repeated.
            _ => Err("a secret is given as file:PATH, credential:NAME or fd:N, never itself".to_owned()),
        }
    }
}

impl SecretSource {
    /// Reads the secret: the first line, without its end.
    ///
    /// # Errors
    /// A place that does not exist, that others can read, or that is empty; the secret itself is never in the text.
    pub fn read(&self) -> anyhow::Result<Secret> {
        match self {
            Self::File(path) => read_file(path),
            Self::Credential(name) => {
                let dir = std::env::var_os("CREDENTIALS_DIRECTORY")
                    .ok_or_else(|| anyhow!("no systemd credentials here: $CREDENTIALS_DIRECTORY is not set"))?;
                first_line(open(&Path::new(&dir).join(name))?).with_context(|| format!("credential {name}"))
            }
            Self::Descriptor(fd) => first_line(inherited(*fd)?).with_context(|| format!("descriptor {fd}")),
        }
    }
}

fn read_file(path: &Path) -> anyhow::Result<Secret> {
    let file = open(path)?;
    refuse_if_open_to_others(&file, path)?;
    first_line(file).with_context(|| path.display().to_string())
}

/// Refuses a file that "others" may read; what the group may do is the owner's business.
///
/// # Errors
/// When they may, with what to do about it.
pub fn refuse_if_open_to_others(file: &File, path: &Path) -> anyhow::Result<()> {
    let mode = file.metadata().with_context(|| format!("cannot look at {}", path.display()))?.mode();
    if mode & 0o004 != 0 {
        bail!("{} holds a secret that every user can read: chmod o= {0}", path.display());
    }
    Ok(())
}

fn open(path: &Path) -> anyhow::Result<File> {
    File::open(path).with_context(|| format!("cannot read {}", path.display()))
}

#[expect(unsafe_code, reason = "the number of a descriptor becomes its owner")]
fn inherited(fd: i32) -> anyhow::Result<File> {
    // SAFETY: only asks whether the descriptor is open.
    if unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
        bail!("descriptor {fd} is not open: the parent must pass it on");
    }
    // SAFETY: it is open, above 2, and was left to us; nothing else here owns it.
    Ok(unsafe { File::from_raw_fd(fd) })
}

fn first_line(file: File) -> anyhow::Result<Secret> {
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LONGEST).read_to_end(&mut bytes)?;
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).map_err(|_| anyhow!("the secret is not UTF-8"))?;
    if text.is_empty() {
        bail!("the secret is empty");
    }
    Ok(Secret::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::os::fd::IntoRawFd as _;
    use std::os::unix::fs::PermissionsExt as _;

    fn file(mode: u32, content: &str) -> anyhow::Result<tempfile::NamedTempFile> {
        let mut file = tempfile::NamedTempFile::new()?;
        file.write_all(content.as_bytes())?;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
        Ok(file)
    }

    #[test]
    fn a_file_of_ones_own_is_read_and_one_for_all_refused() -> anyhow::Result<()> {
        let private = file(0o640, "tiger\r\nmore\n")?;
        let source: SecretSource = format!("file:{}", private.path().display()).parse().map_err(|e| anyhow!("{e}"))?;
        let secret = source.read()?;
        assert_eq!(secret.expose(), "tiger");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        let public = file(0o644, "tiger")?;
        let refused = SecretSource::File(public.path().to_owned()).read().err().map(|e| e.to_string());
        assert!(refused.is_some_and(|text| text.contains("chmod o=") && !text.contains("tiger")));
        assert!(SecretSource::File(file(0o600, "\n")?.path().to_owned()).read().is_err());
        Ok(())
    }

    #[test]
    fn a_descriptor_is_read_once() -> anyhow::Result<()> {
        let (read, write) = nix::unistd::pipe()?;
        File::from(write).write_all(b"tiger\n")?;
        let fd = read.into_raw_fd();
        assert_eq!(SecretSource::Descriptor(fd).read()?.expose(), "tiger");
        assert!(SecretSource::Descriptor(9999).read().is_err());
        Ok(())
    }

    #[test]
    fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
        for text in ["tiger", "file:", "credential:../x", "fd:1", "fd:x"] {
            let refused = text.parse::<SecretSource>();
            assert!(refused.is_err_and(|why| !why.contains("tiger")), "{text}");
        }
    }
}
