//! Packets on a connection: a header of eight bytes, then a body.

use std::io::{self, Read, Write};

pub const CONNECT: u8 = 1;
pub const ACCEPT: u8 = 2;
pub const REFUSE: u8 = 4;
pub const REDIRECT: u8 = 5;
pub const DATA: u8 = 6;
pub const RESEND: u8 = 11;
pub const MARKER: u8 = 12;

/// Markers: the call is broken off, the connection is in order again, the client interrupts.
pub const BREAK: u8 = 1;
pub const RESET: u8 = 2;
pub const INTERRUPT: u8 = 3;

const LAST: u16 = 0x0040;
const END_OF_RESPONSE: u16 = 0x2000;
const END: u8 = 0x1d;
/// No client of ours sends more in one packet.
const LARGEST: usize = 1 << 20;

/// Why a connection is over.
#[derive(Debug)]
pub enum Ended {
    /// By either side, as it should be or as the fault wants it.
    Closed,
    /// The client said what the stand-in does not understand.
    Wrong(String),
}

impl From<io::Error> for Ended {
    fn from(_: io::Error) -> Self {
        Self::Closed
    }
}

pub trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

pub struct Packet {
    pub kind: u8,
    pub flags: u8,
    pub body: Vec<u8>,
}

/// One side of a connection.
pub struct Link {
    stream: Box<dyn Stream>,
    /// Lengths have four bytes, as both sides have agreed.
    pub large: bool,
    /// The most bytes of a packet.
    pub unit: usize,
    /// The end of an answer is marked (23 on).
    pub marks_end: bool,
    /// Every byte is sent by itself.
    pub pieces: bool,
    /// Of the next packet only a half is sent, and then nothing more.
    pub half: bool,
}

impl Link {
    pub fn new(stream: Box<dyn Stream>, pieces: bool) -> Self {
        Self { stream, large: false, unit: 8192, marks_end: false, pieces, half: false }
    }

    pub fn receive(&mut self) -> Result<Packet, Ended> {
        let mut header = [0; 8];
        self.stream.read_exact(&mut header)?;
        let [a, b, c, d, kind, flags, ..] = header;
        let length = if self.large { u32::from_be_bytes([a, b, c, d]) } else { u32::from(u16::from_be_bytes([a, b])) };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if !(8..=LARGEST).contains(&length) {
            return Err(Ended::Wrong(format!("a packet of {length} bytes")));
        }
        let mut body = vec![0; length - 8];
        self.stream.read_exact(&mut body)?;
        Ok(Packet { kind, flags, body })
    }

    pub fn send(&mut self, kind: u8, body: &[u8]) -> Result<(), Ended> {
        let length = u32::try_from(body.len() + 8).unwrap();
        let mut packet = if self.large { length.to_be_bytes().to_vec() } else { (length << 16).to_be_bytes().to_vec() };
        packet.extend([kind, 0, 0, 0]);
        packet.extend_from_slice(body);
        if self.half {
            self.write(&packet[..packet.len() / 2])?;
            return self.drain();
        }
        self.write(&packet)
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        for piece in bytes.chunks(if self.pieces { 1 } else { bytes.len().max(1) }) {
            self.stream.write_all(piece)?;
            self.stream.flush()?;
        }
        Ok(())
    }

    /// An answer, in as many packets as it takes.
    pub fn answer(&mut self, mut message: Vec<u8>, last: bool) -> Result<(), Ended> {
        let marked = self.marks_end && last;
        if marked {
            message.push(END);
        }
        let chunks: Vec<&[u8]> = message.chunks(self.unit.max(512) - 10).collect();
        for (number, chunk) in chunks.iter().enumerate() {
            let flags = if marked && number + 1 == chunks.len() { END_OF_RESPONSE } else { 0 };
            self.send(DATA, &[&flags.to_be_bytes()[..], chunk].concat())?;
        }
        Ok(())
    }

    /// The next part of a request. Markers in between are answered.
    pub fn request(&mut self) -> Result<Vec<u8>, Ended> {
        loop {
            let packet = self.receive()?;
            match (packet.kind, &packet.body[..]) {
                (DATA, [high, low, ..]) if u16::from_be_bytes([*high, *low]) & LAST != 0 => return Err(Ended::Closed),
                (DATA, [_, _, rest @ ..]) => return Ok(rest.to_vec()),
                (MARKER, [_, _, RESET, ..]) => self.marker(RESET)?,
                (MARKER, _) => {}
                (kind, _) => return Err(Ended::Wrong(format!("a packet of type {kind} for a request"))),
            }
        }
    }

    pub fn marker(&mut self, what: u8) -> Result<(), Ended> {
        self.send(MARKER, &[1, 0, what])
    }

    /// The marker that the client sends next, whatever it sends besides.
    pub fn await_marker(&mut self, wanted: &[u8]) -> Result<u8, Ended> {
        loop {
            let packet = self.receive()?;
            if let (MARKER, [_, _, what, ..]) = (packet.kind, &packet.body[..])
                && wanted.contains(what)
            {
                return Ok(*what);
            }
        }
    }

    /// Says nothing more, until the other side has gone.
    pub fn drain(&mut self) -> Result<(), Ended> {
        let mut nowhere = [0; 4096];
        while self.stream.read(&mut nowhere)? > 0 {}
        Err(Ended::Closed)
    }
}
