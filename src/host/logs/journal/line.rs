//! An entry of the journal as one line: `2026-11-23T22:10:12.938906Z HOST IDENTIFIER[PID]: MESSAGE`.
//!
//! As rsyslog writes it with RFC 3339 times, in UTC. A newline in the message becomes ` ⏎ `, NUL becomes U+FFFD; other
//! bytes stay as they are.

use super::export::Entry;

/// What stands for a newline.
const NEWLINE: &str = " ⏎ ";

/// Appends the line without its newline, at most `longest` bytes of it. Returns whether it is cut; `None` where the entry
/// has no message, and so no line.
pub(super) fn append(entry: &Entry, longest: usize, out: &mut Vec<u8>) -> Option<bool> {
    let message = entry.message()?;
    let start = out.len();
    match entry.time().and_then(|time| jiff::Timestamp::from_microsecond(time).ok()) {
        Some(time) => out.extend_from_slice(format!("{time:.6} ").as_bytes()),
        None => out.extend_from_slice(b"- "),
    }
    word(entry.host().unwrap_or(b"-"), out);
    out.push(b' ');
    word(entry.identifier().unwrap_or(b"unknown"), out);
    if let Some(pid) = entry.pid() {
        out.push(b'[');
        word(pid, out);
        out.push(b']');
    }
    out.extend_from_slice(b": ");
    let was_cut = message.len() > longest;
    text(if was_cut { message } else { message.trim_ascii_end() }, out);
    let most = start.saturating_add(longest);
    if out.len() <= most {
        return Some(false);
    }
    // Not within a character.
    let is_inside = |at: usize| out.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    let end = (0..4).map(|back| most.saturating_sub(back)).find(|at| !is_inside(*at)).unwrap_or(most);
    out.truncate(end.max(start));
    Some(true)
}

/// A field that must not break the line.
fn word(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend(bytes.iter().map(|byte| if byte.is_ascii_control() { b'?' } else { *byte }));
}

fn text(message: &[u8], out: &mut Vec<u8>) {
    for (number, line) in message.split(|byte| *byte == b'\n').enumerate() {
        if number > 0 {
            out.extend_from_slice(NEWLINE.as_bytes());
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        for (number, part) in line.split(|byte| *byte == 0).enumerate() {
            if number > 0 {
                out.extend_from_slice("\u{FFFD}".as_bytes());
            }
            out.extend_from_slice(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::export::Export;
    use super::*;
    use std::ops::ControlFlow;

    fn line(fields: &[u8], longest: usize) -> (String, Option<bool>) {
        let (mut out, mut cut) = (b"before\n".to_vec(), None);
        let text = [b"__CURSOR=s=1\n", fields, b"\n"].concat();
        let _ = Export::new(longest).feed(&text, &mut |entry| {
            cut = append(entry, longest, &mut out);
            ControlFlow::Continue(())
        });
        (String::from_utf8_lossy(&out[7..]).into_owned(), cut)
    }

    #[test]
    fn an_entry_is_a_line_of_syslog() {
        let fields = b"__REALTIME_TIMESTAMP=1795471812938906\n_HOSTNAME=h1\nSYSLOG_IDENTIFIER=fo o\n_PID=12\n_COMM=c\nMESSAGE=failed: x \n";
        let said = "2026-11-23T22:10:12.938906Z h1 fo o[12]: failed: x";
        assert_eq!(line(fields, 1000), (said.to_owned(), Some(false)));
        assert_eq!(line(b"_COMM=c\nMESSAGE=x\n", 1000), ("- - c: x".to_owned(), Some(false)));
        assert_eq!(line(b"_COMM=c\n", 1000), (String::new(), None));
    }

    #[test]
    fn a_message_of_several_lines_is_one_line() {
        let message = [&b"MESSAGE\n\x10\0\0\0\0\0\0\0"[..], b"a\r\n\tb\0\xFFc\n\nd\n\n\n\n\n\n"].concat();
        assert_eq!(line(&message, 1000).0, "- - unknown: a ⏎ \tb\u{FFFD}\u{FFFD}c ⏎  ⏎ d");
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let text = format!("MESSAGE={}\n", "ö".repeat(100));
        for longest in [20, 21, 22, 23] {
            let (said, cut) = line(text.as_bytes(), longest);
            assert!(said.len() <= longest && said.len() + 1 >= longest && !said.contains('\u{FFFD}'), "{said}");
            assert_eq!(cut, Some(true));
        }
    }
}
