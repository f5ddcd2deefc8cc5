//! Packets: eight bytes of header, big endian, and a body.

/// Bytes of a header.
pub const HEADER: usize = 8;
/// Bytes of a packet at most, what is offered to the listener as TDU. It answers with a few hundred.
pub const LARGEST: usize = 32_767;
/// A flag of the header: this connection comes from a redirection.
pub const REDIRECTED: u8 = 0x04;
/// A flag of the header of RESEND: TLS is to begin anew on the same connection.
pub const RENEW_TLS: u8 = 0x08;
/// A text above this goes into a DATA packet of its own, as clients do it.
const LONGEST_INLINE: usize = 230;
/// From this version on lengths have 32 bits once a connection is accepted.
pub const LONG_LENGTHS: u16 = 315;

/// The version that is offered and the lowest that is taken: those of 11g, which every listener since speaks.
const VERSION: u16 = 312;
const LOWEST: u16 = 300;
const SDU: u16 = 2048;
const TDU: u16 = 32_767;
/// Characteristics of the transport, as clients on Linux send them.
const TRANSPORT: u16 = 0x7f08;
/// The number 1 in the byte order of this packet.
const ONE: u16 = 0x0100;
/// Where the text of CONNECT begins.
const TEXT_AT: u16 = 58;

/// The kinds of packets that a listener sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The connection is taken.
    Accept,
    /// It is not.
    Refuse,
    /// Ask there.
    Redirect,
    /// Bytes of what is above.
    Data,
    /// Send the packet again.
    Resend,
    /// A break; there is none to react to.
    Marker,
}

/// A packet that has come whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'b> {
    /// What it is.
    pub kind: Kind,
    /// The flags of its header.
    pub flags: u8,
    /// What follows the header.
    pub body: &'b [u8],
    /// Bytes in all.
    pub length: usize,
}

/// Bytes that are no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The header's type is none of a listener.
    Type(u8),
    /// A length that is less than the header or above [`LARGEST`].
    Length(usize),
}

/// The first packet of what has come; `None` while it is not whole. `long` is whether lengths have 32 bits.
///
/// # Errors
/// As soon as it cannot become a packet, whatever may still come.
pub fn first(bytes: &[u8], long: bool) -> Result<Option<Packet<'_>>, Broken> {
    let Some(&[a, b, c, d, kind]) = bytes.first_chunk::<5>() else { return Ok(None) };
    // A record of TLS, whose fifth byte may be any: the third and fourth of a packet are 0.
    if !long && matches!((a, b, c), (0x15 | 0x16, 3, 1..=4)) {
        return Err(Broken::Type(a));
    }
    let kind = match kind {
        2 => Kind::Accept,
        4 => Kind::Refuse,
        5 => Kind::Redirect,
        6 => Kind::Data,
        11 => Kind::Resend,
        12 => Kind::Marker,
        other => return Err(Broken::Type(other)),
    };
    let length = if long { u32::from_be_bytes([a, b, c, d]) } else { u32::from(u16::from_be_bytes([a, b])) };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if !(HEADER..=LARGEST).contains(&length) {
        return Err(Broken::Length(length));
    }
    let whole = bytes.get(..length);
    Ok(whole.and_then(|whole| Some(Packet { kind, flags: *whole.get(5)?, body: whole.get(HEADER..)?, length })))
}

/// A CONNECT with its text, and the DATA packet that a long text needs; `None` for a text that fits into neither.
#[must_use]
pub fn connect(text: &str, flags: u8) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    let text_length = u16::try_from(text.len()).ok().filter(|length| usize::from(*length) <= LARGEST - HEADER - 2)?;
    let inline = if text.len() <= LONGEST_INLINE { text } else { &[] };
    let mut packet = header(usize::from(TEXT_AT) + inline.len(), 1, flags)?;
    for field in [VERSION, LOWEST, 0, SDU, TDU, TRANSPORT, 0, ONE, text_length, TEXT_AT] {
        packet.extend_from_slice(&field.to_be_bytes());
    }
    packet.resize(usize::from(TEXT_AT), 0);
    packet.extend_from_slice(inline);
    if inline.len() < text.len() {
        packet.extend(header(HEADER + 2 + text.len(), 6, 0)?);
        packet.extend_from_slice(&[0, 0]);
        packet.extend_from_slice(text);
    }
    Some(packet)
}

/// The DATA packet that ends a connection politely.
#[must_use]
pub const fn end(long: bool) -> [u8; 10] {
    if long { [0, 0, 0, 10, 6, 0, 0, 0, 0, 0x40] } else { [0, 10, 0, 0, 6, 0, 0, 0, 0, 0x40] }
}

fn header(length: usize, kind: u8, flags: u8) -> Option<Vec<u8>> {
    let [high, low] = u16::try_from(length).ok()?.to_be_bytes();
    Some(vec![high, low, 0, 0, kind, flags, 0, 0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_ping_to_the_byte() {
        let mut expected = vec![
            0x00, 0x57, 0, 0, 1, 0, 0, 0, 0x01, 0x38, 0x01, 0x2c, 0, 0, 0x08, 0, 0x7f, 0xff, 0x7f, 0x08, 0, 0, 1, 0, 0,
            0x1d, 0, 0x3a, 0, 0, 0, 0, 0, 0,
        ];
        expected.extend([0; 24]);
        expected.extend(b"(CONNECT_DATA=(COMMAND=ping))");
        assert_eq!(expected.len(), 87);
        assert_eq!(connect("(CONNECT_DATA=(COMMAND=ping))", 0), Some(expected));
    }

    #[test]
    fn a_long_text_goes_behind() {
        let text = "x".repeat(231);
        let packet = connect(&text, REDIRECTED).expect("it fits");
        assert_eq!((&packet[..6], &packet[24..28]), (&[0, 58, 0, 0, 1, 4][..], &[0, 231, 0, 58][..]));
        assert_eq!((&packet[58..68], packet.len()), (&[0, 241, 0, 0, 6, 0, 0, 0, 0, 0][..], 58 + 241));
        assert_eq!(connect(&"x".repeat(32_768), 0), None);
    }

    #[test]
    fn packets_come_whole_or_not() {
        let resend = [0, 8, 0, 0, 11, 8, 0, 0, 9];
        let whole = Packet { kind: Kind::Resend, flags: 8, body: &[], length: 8 };
        assert_eq!(first(&resend, false), Ok(Some(whole)));
        assert!((0..8).all(|n| first(&resend[..n], false) == Ok(None)));
        assert_eq!(first(&[0, 0, 0, 8, 6, 0, 0, 0], true).map(|p| p.map(|p| p.kind)), Ok(Some(Kind::Data)));
        assert_eq!(first(b"HTTP/1.1 400", false), Err(Broken::Type(b'/')));
        assert_eq!(first(&[0, 7, 0, 0, 2], false), Err(Broken::Length(7)));
        assert_eq!(first(&[0xff, 0xff, 0, 0, 4], false), Err(Broken::Length(65_535)));
        assert_eq!(first(&[0xff; 5], true), Err(Broken::Type(255)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_packet_or_not(bytes: Vec<u8>, long: bool) {
            if let Ok(Some(packet)) = first(&bytes, long) {
                prop_assert!(packet.length <= bytes.len() && packet.body.len() + HEADER == packet.length);
            }
        }
    }
}
