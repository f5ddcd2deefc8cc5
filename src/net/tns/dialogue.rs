//! The conversation with a listener: bytes in, bytes out, no I/O and no clock.

use super::fault::{Fault, Speech};
use super::packet::{self, Broken, Kind, Packet};
use super::refusal::Refusal;
use crate::model::text;
use std::fmt;

/// How often one listener may ask for the same packet.
const MOST_RESENDS: u8 = 4;
/// Markers that are passed over.
const MOST_MARKERS: u8 = 8;
/// Bytes of a banner that are kept.
const LONGEST_BANNER: usize = 1024;

/// One question and the way to its answer.
#[derive(Clone, Debug)]
pub struct Dialogue {
    question: Vec<u8>,
    output: Vec<u8>,
    input: Vec<u8>,
    /// Whether an ACCEPT is followed by a DATA packet that matters.
    wants_banner: bool,
    stage: Stage,
    markers: u8,
}

/// How far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The question is sent.
    Asked,
    /// It was wanted again, so many times.
    Repeated(u8),
    /// The connection is accepted with this version, and a banner is awaited.
    Accepted(u16),
    /// Another address is announced: bytes that are awaited, and those that are there.
    Redirected(usize, Vec<u8>),
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Bytes of the listener.
    Wait,
    /// TLS is to begin anew on the same connection; the question is to be sent once more.
    RenewTls,
    /// Nothing: this is the answer.
    Done(Outcome),
}

/// What the listener says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A refusal; so pings are answered.
    Refused(Refusal),
    /// The connection is accepted.
    Accepted {
        /// The version of the protocol.
        version: u16,
        /// What it says of itself, where that was asked.
        banner: Option<String>,
    },
    /// The client is to ask elsewhere.
    Redirected {
        /// The address, as a descriptor.
        address: String,
        /// What to ask there; empty for the same as here.
        connect_data: String,
    },
}

impl Dialogue {
    /// Begins with a question; `None` for a text that fits into no packet. `flags` are those of the header.
    #[must_use]
    pub fn new(text: &str, flags: u8, wants_banner: bool) -> Option<Self> {
        let question = packet::connect(text, flags)?;
        let output = question.clone();
        Some(Self { question, output, input: Vec::new(), wants_banner, stage: Stage::Asked, markers: 0 })
    }

    /// What is to be sent.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// So much of it has been sent.
    pub fn sent(&mut self, bytes: usize) {
        self.output.drain(..bytes.min(self.output.len()));
    }

    /// Takes bytes of the listener.
    ///
    /// # Errors
    /// What a listener does not say.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Turn, Fault> {
        self.input.extend_from_slice(bytes);
        let mut input = std::mem::take(&mut self.input);
        let mut used = 0;
        let turn = loop {
            let rest = input.get(used..).unwrap_or_default();
            match packet::first(rest, self.long()) {
                Err(Broken::Type(_)) => break Err(Fault::Foreign(Speech::of(rest))),
                Err(Broken::Length(length)) => break Err(Fault::Length(length)),
                Ok(None) => break Ok(Turn::Wait),
                Ok(Some(packet)) => {
                    used += packet.length;
                    match self.take(packet) {
                        Ok(Turn::Wait) => {}
                        other => break other,
                    }
                }
            }
        };
        input.drain(..used);
        self.input = input;
        turn
    }

    /// The listener closed the connection.
    ///
    /// # Errors
    /// When that was too early.
    pub fn closed(self) -> Result<Outcome, Fault> {
        match self.stage {
            Stage::Accepted(version) if self.input.is_empty() => Ok(Outcome::Accepted { version, banner: None }),
            stage => Err(Fault::Closed(stage, self.input.len())),
        }
    }

    /// The time is over.
    #[must_use]
    pub fn late(&self) -> Fault {
        Fault::Silent(self.stage.clone(), self.input.len())
    }

    /// The connection broke.
    #[must_use]
    pub fn broken(&self, why: String) -> Fault {
        Fault::Reset(self.stage.clone(), why)
    }

    /// What ends an accepted connection politely.
    #[must_use]
    pub const fn farewell(version: u16) -> [u8; 10] {
        packet::end(version >= packet::LONG_LENGTHS)
    }

    const fn long(&self) -> bool {
        matches!(self.stage, Stage::Accepted(version) if version >= packet::LONG_LENGTHS)
    }

    fn take(&mut self, packet: Packet<'_>) -> Result<Turn, Fault> {
        match (packet.kind, &mut self.stage) {
            (Kind::Marker, _) if self.markers < MOST_MARKERS => {
                self.markers += 1;
                Ok(Turn::Wait)
            }
            (Kind::Refuse, _) => Ok(Turn::Done(Outcome::Refused(Refusal::read(packet.body)))),
            (Kind::Resend, Stage::Asked | Stage::Repeated(_)) => self.repeat(packet.flags),
            (Kind::Accept, Stage::Asked | Stage::Repeated(_)) => {
                let version = packet.body.first_chunk().map_or(0, |bytes| u16::from_be_bytes(*bytes));
                if self.wants_banner {
                    self.stage = Stage::Accepted(version);
                    return Ok(Turn::Wait);
                }
                Ok(Turn::Done(Outcome::Accepted { version, banner: None }))
            }
            (Kind::Redirect, Stage::Asked | Stage::Repeated(_)) => {
                let Some((length, data)) = packet.body.split_first_chunk() else {
                    return Err(Fault::Length(packet.length));
                };
                self.stage = Stage::Redirected(usize::from(u16::from_be_bytes(*length)), data.to_vec());
                self.redirected()
            }
            // Two bytes of flags are in front of the data.
            (Kind::Data, Stage::Redirected(wanted, data)) => {
                let more = packet.body.get(2..).unwrap_or_default();
                if more.is_empty() {
                    return Err(Fault::Closed(self.stage.clone(), 0));
                }
                data.extend(more.iter().take(wanted.saturating_sub(data.len())));
                self.redirected()
            }
            (Kind::Data, Stage::Accepted(version)) => {
                let said = packet.body.get(2..).unwrap_or_default();
                let readable = String::from_utf8_lossy(said).replace(char::is_control, " ");
                let banner = text::cut(readable.trim(), LONGEST_BANNER).into_owned();
                let banner = Some(banner).filter(|banner| !banner.is_empty());
                Ok(Turn::Done(Outcome::Accepted { version: *version, banner }))
            }
            (kind, _) => Err(Fault::OutOfPlace(match kind {
                Kind::Accept => "ACCEPT",
                Kind::Refuse => "REFUSE",
                Kind::Redirect => "REDIRECT",
                Kind::Data => "DATA",
                Kind::Resend => "RESEND",
                Kind::Marker => "MARKER",
            })),
        }
    }

    fn repeat(&mut self, flags: u8) -> Result<Turn, Fault> {
        let times = if let Stage::Repeated(times) = self.stage { times } else { 0 };
        if times >= MOST_RESENDS {
            return Err(Fault::ResendsForEver);
        }
        self.stage = Stage::Repeated(times + 1);
        self.output.clone_from(&self.question);
        Ok(if flags & packet::RENEW_TLS == 0 { Turn::Wait } else { Turn::RenewTls })
    }

    fn redirected(&self) -> Result<Turn, Fault> {
        let Stage::Redirected(wanted, data) = &self.stage else { return Ok(Turn::Wait) };
        let Some(data) = data.get(..*wanted) else { return Ok(Turn::Wait) };
        let text = String::from_utf8_lossy(data);
        let (address, connect_data) = text.split_once('\0').unwrap_or((&text, ""));
        let connect_data = connect_data.trim_end_matches('\0').to_owned();
        Ok(Turn::Done(Outcome::Redirected { address: address.to_owned(), connect_data }))
    }
}

/// As it stands behind `no answer in time`.
impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked => f.write_str("to the question"),
            Self::Repeated(1) => f.write_str("to the question that it wanted a second time"),
            Self::Repeated(times) => write!(f, "to the question that it wanted {times} times more"),
            Self::Accepted(_) => f.write_str("after it has accepted the connection"),
            Self::Redirected(..) => f.write_str("after it has announced another address"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packet(kind: u8, flags: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(8 + body.len()).expect("short").to_be_bytes();
        [&length[..], &[0, 0, kind, flags, 0, 0], body].concat()
    }

    fn refuse(said: &str) -> Vec<u8> {
        let length = u16::try_from(said.len()).expect("short").to_be_bytes();
        packet(4, 0, &[&[4, 0][..], &length, said.as_bytes()].concat())
    }

    fn ping() -> Dialogue {
        let mut dialogue = Dialogue::new("(CONNECT_DATA=(COMMAND=ping))", 0, false).expect("short");
        dialogue.sent(87);
        assert!(dialogue.output().is_empty());
        dialogue
    }

    fn code(turn: &Result<Turn, Fault>) -> Option<u32> {
        let Ok(Turn::Done(Outcome::Refused(refusal))) = turn else { return None };
        refusal.code
    }

    #[test]
    fn a_ping_is_answered_byte_by_byte() {
        let mut dialogue = ping();
        let answer = refuse("(DESCRIPTION=(ERR=0))");
        let (last, first) = answer.split_last().expect("bytes");
        for byte in first {
            assert_eq!(dialogue.receive(&[*byte]), Ok(Turn::Wait));
        }
        assert_eq!(dialogue.late(), Fault::Silent(Stage::Asked, first.len()));
        assert_eq!(code(&dialogue.receive(&[*last])), Some(0));
    }

    #[test]
    fn the_question_is_repeated_a_few_times() {
        let mut dialogue = ping();
        assert_eq!(dialogue.receive(&packet(11, 0, &[])), Ok(Turn::Wait));
        assert_eq!(dialogue.output().len(), 87);
        assert_eq!(dialogue.receive(&packet(11, 8, &[])), Ok(Turn::RenewTls));
        assert_eq!(code(&dialogue.clone().receive(&refuse("(ERR=12514)"))), Some(12514));
        let for_ever = packet(11, 0, &[]).repeat(10);
        assert_eq!(dialogue.receive(&for_ever), Err(Fault::ResendsForEver));
    }

    #[test]
    fn redirections_come_in_one_packet_or_two() {
        let said = b"(ADDRESS=(PROTOCOL=tcp)(HOST=b)(PORT=1))\0(DESCRIPTION=(CONNECT_DATA=(SID=x)))";
        let length = u16::try_from(said.len()).expect("short").to_be_bytes();
        let expected = Outcome::Redirected {
            address: "(ADDRESS=(PROTOCOL=tcp)(HOST=b)(PORT=1))".to_owned(),
            connect_data: "(DESCRIPTION=(CONNECT_DATA=(SID=x)))".to_owned(),
        };
        let inline = packet(5, 0, &[&length[..], said].concat());
        assert_eq!(ping().receive(&inline), Ok(Turn::Done(expected.clone())));
        let mut dialogue = ping();
        assert_eq!(dialogue.receive(&packet(5, 0, &length)), Ok(Turn::Wait));
        assert!(matches!(dialogue.clone().closed(), Err(Fault::Closed(Stage::Redirected(..), 0))));
        let (one, two) = said.split_at(10);
        assert_eq!(dialogue.receive(&packet(6, 0, &[b"\0\0", one].concat())), Ok(Turn::Wait));
        assert_eq!(dialogue.receive(&packet(6, 0, &[b"\0\0", two].concat())), Ok(Turn::Done(expected)));
    }

    #[test]
    fn a_banner_follows_where_the_version_is_asked() {
        let mut dialogue = Dialogue::new("(CONNECT_DATA=(COMMAND=version))", 0, true).expect("short");
        assert_eq!(dialogue.receive(&packet(2, 0, &[1, 0x38, 0, 0])), Ok(Turn::Wait));
        assert_eq!(dialogue.clone().closed(), Ok(Outcome::Accepted { version: 312, banner: None }));
        let banner = Some("TNSLSNR for Linux: Version 10.2.0.4.0".to_owned());
        let said = dialogue.receive(&packet(6, 0, b"\0\0\nTNSLSNR for Linux: Version 10.2.0.4.0\n\0"));
        assert_eq!(said, Ok(Turn::Done(Outcome::Accepted { version: 312, banner })));
        // From 315 on the lengths that follow have 32 bits.
        let mut dialogue = Dialogue::new("x", 0, true).expect("short");
        let mut bytes = packet(2, 0, &[1, 0x3b]);
        bytes.extend([0, 0, 0, 12, 6, 0, 0, 0, 0, 0, b'h', b'i']);
        let banner = Some("hi".to_owned());
        assert_eq!(dialogue.receive(&bytes), Ok(Turn::Done(Outcome::Accepted { version: 315, banner })));
        assert_eq!((Dialogue::farewell(315)[3], Dialogue::farewell(312)[1]), (10, 10));
    }

    #[test]
    fn others_are_known_by_their_first_bytes() {
        for (said, speech) in [
            (&b"HTTP/1.1 400 Bad Request\r\n"[..], Speech::Http),
            (b"SSH-2.0-OpenSSH_9.2", Speech::Ssh),
            (b"220 mail ready", Speech::Greeting),
            (b"\x15\x03\x03\x00\x02\x02\x46", Speech::Tls),
            (b"\x80\x80\x80\x80\x80\x80", Speech::Unknown(vec![0x80; 6])),
        ] {
            assert_eq!(ping().receive(said), Err(Fault::Foreign(speech)));
        }
        assert_eq!(ping().receive(&[0x7f, 0xff, 0, 0, 6, 0]), Ok(Turn::Wait));
        assert_eq!(ping().receive(&packet(6, 0, &[0, 0])), Err(Fault::OutOfPlace("DATA")));
        assert_eq!(ping().receive(&packet(12, 0, &[]).repeat(20)), Err(Fault::OutOfPlace("MARKER")));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(kinds in prop::collection::vec((prop::sample::select(vec![2u8, 4, 5, 6, 11, 12, 77]), prop::collection::vec(any::<u8>(), 0..20)), 0..6), cut in 1usize..9, banner: bool) {
            let bytes: Vec<u8> = kinds.iter().flat_map(|(kind, body)| packet(*kind, 0, body)).collect();
            let whole = Dialogue::new("x", 0, banner).expect("short").receive(&bytes);
            let mut dialogue = Dialogue::new("x", 0, banner).expect("short");
            let mut turn = Ok(Turn::Wait);
            for piece in bytes.chunks(cut) {
                turn = dialogue.receive(piece);
                prop_assert!(dialogue.input.len() <= packet::LARGEST);
                if turn != Ok(Turn::Wait) {
                    break;
                }
            }
            // What sounds foreign is shown as far as it has come.
            match (&whole, &turn) {
                (Err(Fault::Foreign(_)), Err(Fault::Foreign(_))) => {}
                _ => prop_assert_eq!(whole, turn),
            }
        }
    }
}
