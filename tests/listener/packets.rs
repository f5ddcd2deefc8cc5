//! Packets as a listener sends them.

/// Any packet.
pub fn packet(kind: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + body.len()).expect("a short packet").to_be_bytes();
    [&length[..], &[0, 0, kind, flags, 0, 0], body].concat()
}

/// A REFUSE with this text.
pub fn refuse_with(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a short text").to_be_bytes();
    packet(4, 0, &[&[4, 0][..], &length, text.as_bytes()].concat())
}

/// The healthy answer to a ping.
pub fn pong() -> Vec<u8> {
    refuse_with("(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=0)(ALIAS=LISTENER))")
}

/// The refusal of a service, as listeners write it.
pub fn refuse(code: u32) -> Vec<u8> {
    refuse_with(&format!(
        "(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR={code})(ERROR_STACK=(ERROR=(CODE={code})(EMFI=4))))"
    ))
}

/// An ACCEPT of version 312.
pub fn accept() -> Vec<u8> {
    packet(2, 0, &[0x01, 0x38, 0, 0, 8, 0, 0x7f, 0xff, 1, 0, 0, 0, 0, 24, 0x41, 1])
}

/// A DATA packet.
pub fn data(said: &[u8]) -> Vec<u8> {
    packet(6, 0, &[&[0, 0], said].concat())
}

/// The text of a redirection to a port of this machine.
pub fn elsewhere(port: u16) -> Vec<u8> {
    let address = format!("(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT={port}))");
    format!("{address}\0(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=moved)(INSTANCE_NAME=kis1)))").into_bytes()
}

/// A REDIRECT with its text in it.
pub fn redirect(said: &[u8]) -> Vec<u8> {
    packet(5, 0, &[&u16::try_from(said.len()).expect("short").to_be_bytes()[..], said].concat())
}

/// A RESEND.
pub fn resend() -> Vec<u8> {
    packet(11, 0, &[])
}
