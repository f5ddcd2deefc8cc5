//! Entries of the journal in its export format: fields of text as `NAME=VALUE`, others as their name, eight bytes of
//! length (low byte first) and their bytes; an empty line behind each entry.
//!
//! It is read in pieces, and nothing is kept but the fields that a line is made of, each up to a limit: a core dump in an
//! entry costs no memory.

use memchr::{memchr, memchr2};
use std::ops::ControlFlow;

/// Bytes kept of a field that is not the message.
const MOST: usize = 512;

/// Fields that are kept, by their names in the journal.
const KEPT: [&[u8]; 8] = [
    b"__CURSOR",
    b"__REALTIME_TIMESTAMP",
    b"_HOSTNAME",
    b"SYSLOG_IDENTIFIER",
    b"_COMM",
    b"_PID",
    b"SYSLOG_PID",
    b"MESSAGE",
];
const MESSAGE: usize = 7;

/// The fields of one entry that a line is made of.
#[derive(Debug, Default)]
pub(super) struct Entry {
    fields: [Field; KEPT.len()],
}

#[derive(Debug, Default)]
struct Field {
    bytes: Vec<u8>,
    /// There was one: further ones of the same name are passed over.
    there: bool,
}

impl Entry {
    fn get(&self, at: usize) -> Option<&[u8]> {
        self.fields.get(at).filter(|field| field.there).map(|field| field.bytes.as_slice())
    }

    pub(super) fn cursor(&self) -> &[u8] {
        self.get(0).unwrap_or_default()
    }

    /// Microseconds since 1970.
    pub(super) fn time(&self) -> Option<i64> {
        std::str::from_utf8(self.get(1)?).ok()?.parse().ok()
    }

    pub(super) fn host(&self) -> Option<&[u8]> {
        self.get(2)
    }

    /// What it is called in the syslog, or the name of the program.
    pub(super) fn identifier(&self) -> Option<&[u8]> {
        self.get(3).or_else(|| self.get(4))
    }

    pub(super) fn pid(&self) -> Option<&[u8]> {
        self.get(5).or_else(|| self.get(6))
    }

    /// Cut at one byte more than the longest line.
    pub(super) fn message(&self) -> Option<&[u8]> {
        self.get(MESSAGE)
    }

    fn clear(&mut self) {
        for field in &mut self.fields {
            field.bytes.clear();
            field.there = false;
        }
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum State {
    /// The name of a field, or the end of the entry.
    Name,
    /// A value that ends with the line.
    Text(Option<usize>),
    /// The length of a value.
    Length { field: Option<usize>, bytes: u32, length: u64 },
    /// A value of so many bytes.
    Data { field: Option<usize>, left: u64 },
    /// Nothing of use up to the end of the line.
    Rest,
}

/// Takes the pieces.
#[derive(Debug)]
pub(super) struct Export {
    state: State,
    name: Vec<u8>,
    entry: Entry,
    longest: usize,
}

impl Export {
    /// Of a message, so many bytes are kept, and one more to see that there are more.
    pub(super) fn new(longest: usize) -> Self {
        Self { state: State::Name, name: Vec::new(), entry: Entry::default(), longest }
    }

    /// Goes on with the next piece, and calls `each` with every entry that ends in it.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        each: &mut dyn FnMut(&Entry) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        while let Some(first) = bytes.first().copied() {
            let used = match self.state {
                State::Name => {
                    let end = memchr2(b'\n', b'=', bytes);
                    let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
                    let room = MOST.saturating_sub(self.name.len());
                    self.name.extend_from_slice(part.get(..part.len().min(room)).unwrap_or_default());
                    if let Some(end) = end {
                        self.named(bytes.get(end) == Some(&b'='), each)?;
                    }
                    part.len() + usize::from(end.is_some())
                }
                State::Text(field) => {
                    let end = memchr(b'\n', bytes);
                    let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
                    self.keep(field, part);
                    if end.is_some() {
                        self.close(field);
                        self.state = State::Name;
                    }
                    part.len() + usize::from(end.is_some())
                }
                State::Length { field, bytes: 7, length } => {
                    self.state = State::Data { field, left: length | u64::from(first) << 56 };
                    1
                }
                State::Length { field, bytes, length } => {
                    let length = length | u64::from(first) << (8 * bytes);
                    self.state = State::Length { field, bytes: bytes + 1, length };
                    1
                }
                State::Data { field, left } => {
                    let part = bytes.get(..usize::try_from(left).unwrap_or(usize::MAX)).unwrap_or(bytes);
                    self.keep(field, part);
                    self.state = State::Data { field, left: left - part.len() as u64 };
                    if left == part.len() as u64 {
                        self.close(field);
                        self.state = State::Rest;
                    }
                    part.len()
                }
                State::Rest => {
                    let end = memchr(b'\n', bytes);
                    self.state = if end.is_some() { State::Name } else { State::Rest };
                    end.map_or(bytes.len(), |end| end + 1)
                }
            };
            bytes = bytes.get(used..).unwrap_or_default();
        }
        ControlFlow::Continue(())
    }

    /// A name has ended.
    fn named(&mut self, is_text: bool, each: &mut dyn FnMut(&Entry) -> ControlFlow<()>) -> ControlFlow<()> {
        let fits = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
        let is_name = !self.name.is_empty() && self.name.len() < MOST && self.name.iter().all(fits);
        let field = KEPT.iter().position(|name| *name == self.name.as_slice());
        // Of two fields of one name, the first counts.
        let field = field.filter(|at| self.entry.fields.get(*at).is_some_and(|field| !field.there));
        let ends = self.name.is_empty() && !is_text;
        self.name.clear();
        self.state = match (is_name, is_text) {
            (true, true) => State::Text(field),
            (true, false) => State::Length { field, bytes: 0, length: 0 },
            // Words between entries, such as "-- Reboot --".
            (false, true) => State::Rest,
            (false, false) => State::Name,
        };
        if ends {
            let flow = if self.entry.cursor().is_empty() { ControlFlow::Continue(()) } else { each(&self.entry) };
            self.entry.clear();
            return flow;
        }
        ControlFlow::Continue(())
    }

    fn keep(&mut self, field: Option<usize>, bytes: &[u8]) {
        let Some(at) = field else { return };
        let most = if at == MESSAGE { self.longest.saturating_add(1) } else { MOST };
        if let Some(field) = self.entry.fields.get_mut(at) {
            let room = most.saturating_sub(field.bytes.len());
            field.bytes.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        }
    }

    fn close(&mut self, field: Option<usize>) {
        if let Some(field) = field.and_then(|at| self.entry.fields.get_mut(at)) {
            field.there = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is given of a text that comes in pieces of this size: cursor and message of each entry.
    fn entries(text: &[u8], piece: usize) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
        let (mut export, mut seen) = (Export::new(100), Vec::new());
        for piece in text.chunks(piece) {
            let flow = export.feed(piece, &mut |entry| {
                seen.push((entry.cursor().to_vec(), entry.message().map(<[u8]>::to_vec)));
                ControlFlow::Continue(())
            });
            assert!(flow.is_continue());
        }
        seen
    }

    fn binary(name: &str, value: &[u8]) -> Vec<u8> {
        [name.as_bytes(), b"\n", &(value.len() as u64).to_le_bytes(), value, b"\n"].concat()
    }

    #[test]
    fn entries_come_whole() {
        let text = [
            b"-- Logs begin at x=y --\n__CURSOR=s=1\nMESSAGE=a=b\nMESSAGE=second\n\n-- Reboot --\n__CURSOR=s=2\n"
                .to_vec(),
            binary("COREDUMP", &[b'\n'; 700]),
            binary("MESSAGE", b"one\n\nMESSAGE=two"),
            b"\n__CURSOR=s=3\n\nMESSAGE=without a place\n\n__CURSOR=s=4\nMESSAGE=not whole\n".to_vec(),
        ]
        .concat();
        for piece in [1, 2, 7, 4096] {
            let expected = [
                (b"s=1".to_vec(), Some(b"a=b".to_vec())),
                (b"s=2".to_vec(), Some(b"one\n\nMESSAGE=two".to_vec())),
                (b"s=3".to_vec(), None),
            ];
            assert_eq!(entries(&text, piece), expected);
        }
    }

    proptest! {
        #[test]
        fn any_message_comes_back(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..5), piece in 1..50_usize) {
            let mut text = Vec::new();
            for (number, message) in messages.iter().enumerate() {
                text.extend(format!("__CURSOR=s={number}\n").bytes());
                text.extend(binary("MESSAGE", message));
                text.push(b'\n');
            }
            let expected: Vec<_> = messages.iter().enumerate().map(|(number, message)| {
                (format!("s={number}").into_bytes(), Some(message[..message.len().min(101)].to_vec()))
            }).collect();
            prop_assert_eq!(entries(&text, piece), expected);
        }

        #[test]
        fn any_bytes_are_harmless(bytes in prop::collection::vec(any::<u8>(), 0..300), piece in 1..50_usize) {
            entries(&bytes, piece);
            entries(&[b"__CURSOR=s=1\nMESSAGE\n", &bytes[..]].concat(), piece);
        }
    }
}
