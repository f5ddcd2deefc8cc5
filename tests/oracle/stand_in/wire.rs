//! The bytes that messages are made of: numbers with a length in front, texts with a length in front.

/// Why a message could not be read.
#[derive(Debug, PartialEq, Eq)]
pub enum Unread {
    /// It goes on in the next packet.
    Short,
    /// It is not what it should be.
    Wrong(&'static str),
}

type Read<T> = Result<T, Unread>;

/// A text of more bytes than this comes in chunks.
const LONGEST: usize = 252;
const CHUNKED: u8 = 0xfe;

/// Reads a message from its front.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn take(&mut self, count: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Unread::Short)?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn byte(&mut self) -> Read<u8> {
        Ok(self.take(1)?[0])
    }

    /// A number: its length, then so many bytes. The sign is dropped: no number that is looked at has one.
    pub fn number(&mut self) -> Read<usize> {
        let count = usize::from(self.byte()? & 0x7f);
        if count > 8 {
            return Err(Unread::Wrong("a number of more than 8 bytes"));
        }
        let number = self.take(count)?.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        usize::try_from(number).map_err(|_| Unread::Wrong("a number beyond all sizes"))
    }

    pub fn numbers(&mut self, count: usize) -> Read<()> {
        (0..count).try_for_each(|_| self.number().map(drop))
    }

    /// A text: its length in a byte, or chunks.
    pub fn bytes(&mut self) -> Read<Vec<u8>> {
        match self.byte()? {
            0 | 0xff => Ok(Vec::new()),
            CHUNKED => {
                let mut whole = Vec::new();
                loop {
                    match self.number()? {
                        0 => return Ok(whole),
                        count => whole.extend_from_slice(self.take(count)?),
                    }
                }
            }
            count => Ok(self.take(usize::from(count))?.to_vec()),
        }
    }

    /// A text that says twice how long it is.
    pub fn counted(&mut self) -> Read<Vec<u8>> {
        if self.number()? == 0 { Ok(Vec::new()) } else { self.bytes() }
    }

    pub fn text(&mut self) -> Read<String> {
        Ok(String::from_utf8_lossy(&self.counted()?).into_owned())
    }

    /// What follows must be this byte.
    pub fn expect(&mut self, byte: u8, what: &'static str) -> Read<()> {
        if self.byte()? == byte { Ok(()) } else { Err(Unread::Wrong(what)) }
    }
}

/// Writes a message.
#[derive(Default)]
pub struct Writer {
    pub bytes: Vec<u8>,
}

impl Writer {
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    pub fn byte(&mut self, byte: u8) -> &mut Self {
        self.raw(&[byte])
    }

    pub fn number(&mut self, number: usize) -> &mut Self {
        let bytes = number.to_be_bytes();
        let bytes = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
        self.byte(u8::try_from(bytes.len()).unwrap_or(8)).raw(bytes)
    }

    /// So many zeros, each a number.
    pub fn zeros(&mut self, count: usize) -> &mut Self {
        self.raw(&vec![0; count])
    }

    pub fn text(&mut self, text: &[u8]) -> &mut Self {
        if text.len() <= LONGEST {
            return self.byte(u8::try_from(text.len()).unwrap_or(0)).raw(text);
        }
        self.byte(CHUNKED);
        for chunk in text.chunks(32767) {
            self.number(chunk.len()).raw(chunk);
        }
        self.byte(0)
    }

    /// A text that says twice how long it is.
    pub fn counted(&mut self, text: &[u8]) -> &mut Self {
        self.number(text.len());
        if text.is_empty() { self } else { self.text(text) }
    }
}

#[test]
fn what_is_written_is_read() {
    let long = vec![7u8; 70_000];
    for number in [0, 1, 127, 128, 255, 256, 65_535, 65_536, 1 << 40] {
        let mut writer = Writer::default();
        writer.number(number).text(&long).counted(b"").counted(b"x");
        let mut reader = Reader::new(&writer.bytes);
        assert_eq!(reader.number(), Ok(number));
        assert_eq!(reader.bytes().as_deref(), Ok(&long[..]));
        assert_eq!((reader.text(), reader.text()), (Ok(String::new()), Ok("x".to_owned())));
        assert!(reader.is_empty() && reader.byte() == Err(Unread::Short));
    }
}
