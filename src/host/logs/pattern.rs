//! Patterns of paths: globs, and dates as strftime(3) writes them. Each part of a pattern stands for one name.

use super::packed::Codec;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// More names than this are not looked at in one expansion.
const MOST_NAMES: usize = 200_000;

/// A pattern of a path.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    parts: Vec<Vec<Token>>,
    absolute: bool,
}

/// What may stand in a name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Byte(u8),
    /// `?`
    Any,
    /// `*`
    Many,
    /// As many digits.
    Digits(usize),
    /// One letter or more: the name of a month or a day.
    Letters,
    /// One digit or more.
    Number,
}

impl Pattern {
    /// A glob.
    pub(super) fn glob(text: &str) -> Self {
        let name = |name: &str| name.bytes().map(wild).collect();
        Self { parts: parts(text).map(name).collect(), absolute: text.starts_with('/') }
    }

    /// A path with dates, in which `*` and `?` stand for characters too.
    ///
    /// # Errors
    /// What follows a `%` stands for no part of a date.
    pub(super) fn dated(text: &str) -> Result<Self, String> {
        let parts = parts(text).map(dated_name).collect::<Result<_, _>>()?;
        Ok(Self { parts, absolute: text.starts_with('/') })
    }

    /// Whether its names end as those of packed files do.
    pub(super) fn is_of_packed(&self) -> bool {
        let bytes = |token: &Token| if let Token::Byte(byte) = token { *byte } else { b'*' };
        let name: Vec<u8> = self.parts.last().into_iter().flatten().map(bytes).collect();
        Codec::of(OsStr::from_bytes(&name)).is_some()
    }

    #[cfg(fuzzing)]
    pub(super) fn fits_name(&self, name: &[u8]) -> bool {
        self.parts.first().is_some_and(|part| fits(part, name))
    }

    /// The paths that exist and fit, below `root`; and what could not be looked at.
    pub(super) fn expand(&self, root: impl Fn(&Path) -> PathBuf) -> (Vec<PathBuf>, Vec<(PathBuf, io::Error)>) {
        let mut found = vec![if self.absolute { root(Path::new("/")) } else { PathBuf::new() }];
        let (mut problems, mut looked) = (Vec::new(), 0);
        for part in &self.parts {
            if let Some(plain) = literal(part) {
                for path in &mut found {
                    path.push(OsStr::from_bytes(&plain));
                }
                continue;
            }
            let mut next = Vec::new();
            for folder in found {
                let listed = if folder.as_os_str().is_empty() { fs::read_dir(".") } else { fs::read_dir(&folder) };
                let entries = match listed {
                    Ok(entries) => entries,
                    Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => continue,
                    Err(e) => {
                        problems.push((folder, e));
                        continue;
                    }
                };
                for entry in entries.map_while(Result::ok) {
                    looked += 1;
                    if looked > MOST_NAMES {
                        problems.push((folder.clone(), io::Error::other("there are too many names to look at")));
                        break;
                    }
                    let name = entry.file_name();
                    // As in a shell, hidden files want to be named.
                    let hidden = name.as_bytes().starts_with(b".") && part.first() != Some(&Token::Byte(b'.'));
                    if !hidden && fits(part, name.as_bytes()) {
                        next.push(folder.join(name));
                    }
                }
            }
            found = next;
        }
        // Behind the last pattern a plain name may have been added that does not exist.
        let plain_end = self.parts.last().is_some_and(|part| literal(part).is_some());
        if plain_end {
            found.retain(|path| path.exists());
        }
        found.sort();
        (found, problems)
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split('/').filter(|part| !part.is_empty())
}

fn wild(byte: u8) -> Token {
    match byte {
        b'*' => Token::Many,
        b'?' => Token::Any,
        byte => Token::Byte(byte),
    }
}

fn dated_name(name: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut bytes = name.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            tokens.push(wild(byte));
            continue;
        }
        let pair = |between: u8| [Token::Digits(2), Token::Byte(between)];
        match bytes.next() {
            Some(b'Y' | b'G') => tokens.push(Token::Digits(4)),
            Some(b'y' | b'g' | b'C' | b'm' | b'd' | b'H' | b'I' | b'M' | b'S' | b'U' | b'V' | b'W') => {
                tokens.push(Token::Digits(2));
            }
            Some(b'j') => tokens.push(Token::Digits(3)),
            Some(b'u' | b'w') => tokens.push(Token::Digits(1)),
            Some(b's' | b'N' | b'e' | b'k' | b'l') => tokens.push(Token::Number),
            Some(b'a' | b'A' | b'b' | b'B' | b'h' | b'p' | b'P' | b'Z') => tokens.push(Token::Letters),
            Some(b'F') => {
                tokens.extend([Token::Digits(4), Token::Byte(b'-')]);
                tokens.extend(pair(b'-'));
                tokens.push(Token::Digits(2));
            }
            Some(b'T') => {
                tokens.extend(pair(b':').into_iter().chain(pair(b':')));
                tokens.push(Token::Digits(2));
            }
            Some(b'R') => {
                tokens.extend(pair(b':'));
                tokens.push(Token::Digits(2));
            }
            Some(b'%') => tokens.push(Token::Byte(b'%')),
            Some(other) => {
                return Err(format!("%{} in '{name}' is no part of a date in a name", other.escape_ascii()));
            }
            None => return Err(format!("'{name}' ends in %: write %% for the character itself")),
        }
    }
    Ok(tokens)
}

fn literal(tokens: &[Token]) -> Option<Vec<u8>> {
    tokens.iter().map(|token| if let Token::Byte(byte) = token { Some(*byte) } else { None }).collect()
}

/// Whether a name fits, without recursion: only the last run that may be of any length is tried again.
fn fits(tokens: &[Token], name: &[u8]) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    loop {
        let rest = name.get(at..).unwrap_or_default();
        let step = match (tokens.get(token), rest.first()) {
            (None, None) => return true,
            (Some(Token::Many), _) => {
                again = Some((token + 1, at));
                Some(0)
            }
            (Some(Token::Byte(byte)), Some(found)) if byte == found => Some(1),
            (Some(Token::Any), Some(_)) => Some(1),
            (Some(Token::Digits(count)), _) => {
                rest.get(..*count).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit)).then_some(*count)
            }
            (Some(Token::Letters), _) => run(rest, |byte| byte.is_ascii_alphabetic() || byte >= 0x80),
            (Some(Token::Number), _) => run(rest, |byte| byte.is_ascii_digit()),
            _ => None,
        };
        match (step, &mut again) {
            (Some(step), _) => (token, at) = (token + 1, at + step),
            (None, Some((behind, from))) if *from < name.len() => {
                *from += 1;
                (token, at) = (*behind, *from);
            }
            (None, _) => return false,
        }
    }
}

fn run(rest: &[u8], of: impl Fn(u8) -> bool) -> Option<usize> {
    let length = rest.iter().take_while(|byte| of(**byte)).count();
    (length > 0).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        dated_name(pattern).is_ok_and(|tokens| fits(&tokens, name.as_bytes()))
    }

    #[test]
    fn dates_and_wildcards_stand_for_what_they_say() {
        assert!(matches("app-%Y%m%d.log", "app-20240131.log"));
        assert!(!matches("app-%Y%m%d.log", "app-20240131.log.gz"));
        assert!(!matches("app-%Y%m%d.log", "app-2024013.log"));
        assert!(matches("app-%F_%H.log", "app-2024-01-31_23.log"));
        assert!(matches("a.%b%e", "a.Jan7") && !matches("a.%b", "a."));
        assert!(matches("%%-%j-%s", "%-031-1700000000"));
        assert!(matches("*.l?g", "x.log.lag") && !matches("*.l?g", "x.log.gz"));
        assert!(matches("*-%d-*", "a-b-01-c") && matches("**", "") && !matches("?", ""));
        assert!(dated_name("x%Q").is_err());
    }

    #[test]
    fn a_pattern_finds_files_in_folders_that_fit() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        for path in ["2024/01/app.log", "2024/02/app.log", "2024/xx/app.log", "2024/02/app.err", "2024/02/.app.log"] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().ok_or(io::ErrorKind::NotFound)?)?;
            fs::write(path, "")?;
        }
        let found = |pattern: Pattern| {
            let (paths, problems) = pattern.expand(|path| dir.path().join(path.strip_prefix("/").unwrap_or(path)));
            assert!(problems.is_empty());
            paths.len()
        };
        assert_eq!(found(Pattern::dated("/%Y/%m/app.log").map_err(io::Error::other)?), 2);
        assert_eq!(found(Pattern::glob("/2024/*/*.log")), 3);
        assert_eq!(found(Pattern::glob("/2024/*/.*")), 1);
        assert_eq!(found(Pattern::glob("/2025/*/a")), 0);
        Ok(())
    }
}
