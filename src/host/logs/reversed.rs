//! Texts whose newest record comes first.

use memchr::memchr_iter;

/// The same records, the last one first. `is_start` tells whether a line begins one, without its line end; lines before
/// the first such line are a record of their own. What comes first there ends in a newline, whether it did or not.
#[must_use]
pub fn reversed(text: &[u8], is_start: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut records = Vec::new();
    let (mut begin, mut line) = (0, 0);
    for end in memchr_iter(b'\n', text).chain((!text.ends_with(b"\n")).then_some(text.len())) {
        let whole = text.get(line..end).unwrap_or_default();
        if line > begin && is_start(whole.strip_suffix(b"\r").unwrap_or(whole)) {
            records.push(text.get(begin..line).unwrap_or_default());
            begin = line;
        }
        line = end + 1;
    }
    records.push(text.get(begin..).unwrap_or_default());
    let mut out = Vec::with_capacity(text.len() + 1);
    for record in records.into_iter().rev() {
        out.extend_from_slice(record);
        if !record.is_empty() && !record.ends_with(b"\n") {
            out.push(b'\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_turn_round_and_their_lines_stay() {
        let starts = |line: &[u8]| line.starts_with(b"LABEL");
        let text = b"head\r\nLABEL 1\na\nb\nLABEL 2\nLABEL 3\nc";
        assert_eq!(reversed(text, starts), b"LABEL 3\nc\nLABEL 2\nLABEL 1\na\nb\nhead\r\n");
        assert_eq!(reversed(b"", starts), b"");
        assert_eq!(reversed(b"LABEL 1", starts), b"LABEL 1\n");
        // Each line by itself.
        assert_eq!(reversed(b"a\n\nc\n", |_| true), b"c\n\na\n");
    }
}
