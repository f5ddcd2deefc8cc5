//! How a log's bytes are lines: encodings, their newlines, and UTF-8 made of them.

use memchr::{memchr, memchr_iter, memrchr, memrchr_iter};
use std::str::FromStr;

/// Bytes at the beginning that tell UTF-16 without a mark: a time stamp, mostly.
const LOOKED_AT: usize = 32;
/// With fewer units than this they do not.
const FEWEST_UNITS: usize = 4;

/// The encoding of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// As the byte order mark says, or as UTF-16 shows by the zeros in it; else the bytes are taken as they are.
    #[default]
    Auto,
    /// UTF-8.
    Utf8,
    /// ISO 8859-1 and its superset windows-1252.
    Latin1,
    /// UTF-16, low byte first.
    Utf16le,
    /// UTF-16, high byte first.
    Utf16be,
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "auto" => Ok(Self::Auto),
            "utf-8" | "utf8" => Ok(Self::Utf8),
            "latin1" | "latin-1" | "iso-8859-1" | "windows-1252" | "cp1252" => Ok(Self::Latin1),
            "utf-16le" | "utf16le" => Ok(Self::Utf16le),
            "utf-16be" | "utf16be" => Ok(Self::Utf16be),
            _ => Err(format!("'{text}' is no encoding: auto, utf-8, latin1, utf-16le or utf-16be is expected")),
        }
    }
}

/// What the bytes of one file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Bytes,
    Latin1,
    Le,
    Be,
}

impl Form {
    /// Of a file that begins with `head`, and how long its byte order mark is.
    pub(super) fn of(encoding: Encoding, head: &[u8]) -> (Self, usize) {
        let marked = if head.starts_with(b"\xEF\xBB\xBF") {
            Some((Self::Bytes, 3))
        } else if head.starts_with(b"\xFF\xFE") {
            Some((Self::Le, 2))
        } else if head.starts_with(b"\xFE\xFF") {
            Some((Self::Be, 2))
        } else {
            None
        };
        let form = match encoding {
            Encoding::Auto => return marked.unwrap_or_else(|| (Self::of_zeros(head), 0)),
            Encoding::Utf8 => Self::Bytes,
            Encoding::Latin1 => Self::Latin1,
            Encoding::Utf16le => Self::Le,
            Encoding::Utf16be => Self::Be,
        };
        (form, marked.filter(|(marked, _)| *marked == form).map_or(0, |(_, length)| length))
    }

    /// UTF-16 without a mark: in what nearly every log begins with, the higher byte of each unit is zero, and no other.
    fn of_zeros(head: &[u8]) -> Self {
        let begin = head.get(..head.len().min(LOOKED_AT)).unwrap_or_default();
        let (units, _) = begin.as_chunks::<2>();
        if units.len() < FEWEST_UNITS {
            Self::Bytes
        } else if units.iter().all(|[low, high]| *low != 0 && *high == 0) {
            Self::Le
        } else if units.iter().all(|[high, low]| *low != 0 && *high == 0) {
            Self::Be
        } else {
            Self::Bytes
        }
    }

    /// Bytes of a unit that is never divided.
    pub(super) const fn unit(self) -> usize {
        match self {
            Self::Bytes | Self::Latin1 => 1,
            Self::Le | Self::Be => 2,
        }
    }

    /// Where the first line ends, its newline included.
    pub(super) fn first_end(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Bytes | Self::Latin1 => memchr(b'\n', bytes).map(|at| at + 1),
            Self::Le | Self::Be => memchr_iter(b'\n', bytes).find_map(|at| self.wide_end(bytes, at)),
        }
    }

    /// Where the last whole line ends, its newline included.
    pub(super) fn last_end(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Bytes | Self::Latin1 => memrchr(b'\n', bytes).map(|at| at + 1),
            Self::Le | Self::Be => memrchr_iter(b'\n', bytes).find_map(|at| self.wide_end(bytes, at)),
        }
    }

    /// The end of the newline of two bytes of which one is at `at`, if it is one.
    fn wide_end(self, bytes: &[u8], at: usize) -> Option<usize> {
        let first = at - at % 2;
        let newline: [u8; 2] = if self == Self::Le { [b'\n', 0] } else { [0, b'\n'] };
        (bytes.get(first..first + 2)? == newline).then_some(first + 2)
    }

    /// The text as UTF-8, or as it is where nobody knows its encoding; `out` holds what had to be made.
    pub(super) fn decode<'t>(self, raw: &'t [u8], out: &'t mut Vec<u8>) -> &'t [u8] {
        out.clear();
        match self {
            Self::Bytes => return raw,
            Self::Latin1 => {
                if raw.is_ascii() {
                    return raw;
                }
                for byte in raw {
                    push(out, windows_1252(*byte));
                }
            }
            Self::Le => wide(raw, out, u16::from_le_bytes),
            Self::Be => wide(raw, out, u16::from_be_bytes),
        }
        out
    }
}

fn wide(raw: &[u8], out: &mut Vec<u8>, unit: impl Fn([u8; 2]) -> u16) {
    let (units, rest) = raw.as_chunks::<2>();
    for decoded in char::decode_utf16(units.iter().map(|bytes| unit(*bytes))) {
        push(out, decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    // Half a unit: the file was cut there.
    if !rest.is_empty() {
        push(out, char::REPLACEMENT_CHARACTER);
    }
}

fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// The character of a byte; what windows-1252 leaves open is the control character of ISO 8859-1.
fn windows_1252(byte: u8) -> char {
    const FROM_80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    byte.checked_sub(0x80).and_then(|at| FROM_80.get(usize::from(at)).copied()).unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_tells_the_form() {
        assert_eq!(Form::of(Encoding::Auto, b"\xFF\xFEa\0"), (Form::Le, 2));
        assert_eq!(Form::of(Encoding::Auto, b"\xFE\xFF\0a"), (Form::Be, 2));
        assert_eq!(Form::of(Encoding::Auto, b"\xEF\xBB\xBFa"), (Form::Bytes, 3));
        assert_eq!(Form::of(Encoding::Auto, b"a"), (Form::Bytes, 0));
        assert_eq!(Form::of(Encoding::Latin1, b"\xFF\xFEa"), (Form::Latin1, 0));
        assert_eq!(Form::of(Encoding::Utf16be, b""), (Form::Be, 0));
        assert_eq!(Form::of(Encoding::Auto, b"l\0i\0n\0e\0\n\0"), (Form::Le, 0));
        assert_eq!(Form::of(Encoding::Auto, b"\0l\0i\0n\0e\0\n"), (Form::Be, 0));
        // A log that was emptied under its writer begins with zeros; some programs write one here and there.
        for bytes in [&[0; 64][..], b"a\0b\0c\0", b"one\0two\0", b"a\0b\0c\0d\0e\0\0\0", b"l\0i\0ne\0\0"] {
            assert_eq!(Form::of(Encoding::Auto, bytes), (Form::Bytes, 0), "{bytes:?}");
        }
    }

    #[test]
    fn a_wide_newline_is_not_half_of_another_character() {
        // U+0A00, then U+000A, then U+0A41 (little end first).
        let text = [0x00, 0x0A, 0x0A, 0x00, 0x41, 0x0A];
        assert_eq!((Form::Le.first_end(&text), Form::Le.last_end(&text)), (Some(4), Some(4)));
        assert_eq!((Form::Be.first_end(&text), Form::Be.last_end(&text)), (Some(2), Some(2)));
        assert_eq!(Form::Be.first_end(b"\0"), None);
    }

    #[test]
    fn text_becomes_utf_8() {
        let text = |form: Form, raw: &[u8]| String::from_utf8_lossy(form.decode(raw, &mut Vec::new())).into_owned();
        assert_eq!(text(Form::Latin1, b"St\xF6rung 5\x80 \x81"), "Störung 5€ \u{81}");
        assert_eq!(text(Form::Latin1, b"plain"), "plain");
        assert_eq!(text(Form::Le, b"a\0\x3D\xD8\x00\xDE\n\0"), "a😀\n");
        assert_eq!(text(Form::Be, b"\0a\xD8\x3D\0b\0"), "a\u{FFFD}b\u{FFFD}");
        assert_eq!(Form::Bytes.decode(b"\xFF\0", &mut Vec::new()), b"\xFF\0");
    }
}
