//! The listener: what it says to a CONNECT.

use super::fault::{Fault, Stage};
use super::packet::{ACCEPT, CONNECT, DATA, Ended, Link, Packet, REDIRECT, REFUSE, RESEND};
use super::release::MARKED_ENDS;
use super::server::Shared;

/// The transport from which lengths have four bytes; from which the answer says what is offered.
const LARGE: u16 = 315;
const OFFERS: u16 = 318;
/// A client that was sent here.
const REDIRECTED: u8 = 4;

/// What a client wants.
struct Wanted {
    transport: u16,
    unit: u16,
    flags: u8,
    text: String,
}

/// Hears what a client wants. The container of its service, or none: then everything has been said.
pub fn listen(link: &mut Link, shared: &Shared) -> Result<Option<u16>, Ended> {
    let mut wanted = hear(link)?;
    shared.journal.write(|entries| entries.connects.push(wanted.text.clone()));
    if shared.setup.fault == Some(Fault::Resend) {
        link.send(RESEND, &[])?;
        wanted = hear(link)?;
    }
    Fault::happen(shared.setup.fault, Stage::Connect, link)?;
    if let Some(command) = field(&wanted.text, "COMMAND") {
        return command_answer(link, shared, &command).map(|()| None);
    }
    if let (Some(Fault::Redirect(port)), 0) = (shared.setup.fault, wanted.flags & REDIRECTED) {
        return redirect(link, port, &wanted.text).map(|()| None);
    }
    let code = match (service(&wanted.text, shared), shared.setup.fault) {
        (_, Some(Fault::Refuse(code))) => code,
        (Ok(container), _) => {
            accept(link, shared, &wanted)?;
            return Ok(Some(container));
        }
        (Err(code), _) => code,
    };
    let number = shared.setup.release.number;
    let stack = format!("(ERROR_STACK=(ERROR=(CODE={code})(EMFI=4)))");
    refuse(link, &format!("(DESCRIPTION=(TMP=)(VSNNUM={number})(ERR={code}){stack})")).map(|()| None)
}

fn hear(link: &mut Link) -> Result<Wanted, Ended> {
    let Packet { kind, flags, body } = link.receive()?;
    let short = |at: usize| body.get(at..at + 2).map(|two| u16::from_be_bytes([two[0], two[1]]));
    let (CONNECT, Some(transport), Some(unit), Some(length), Some(offset)) =
        (kind, short(0), short(6), short(16), short(18))
    else {
        return Err(Ended::Wrong(format!("a packet of type {kind} for a CONNECT")));
    };
    let (length, offset) = (usize::from(length), usize::from(offset).saturating_sub(8));
    let text = if offset < body.len() {
        body.get(offset..offset + length).unwrap_or_default().to_vec()
    } else {
        // A long one comes by itself.
        link.receive()?.body.get(2..2 + length).unwrap_or_default().to_vec()
    };
    Ok(Wanted { transport, unit, flags, text: String::from_utf8_lossy(&text).into_owned() })
}

/// The value of `(KEY=value)` in a descriptor.
fn field(text: &str, key: &str) -> Option<String> {
    text.split('(').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.split(')').next()?.trim();
        (name.trim().eq_ignore_ascii_case(key) && !value.is_empty()).then(|| value.to_owned())
    })
}

/// The container of a service, or why there is none.
fn service(text: &str, shared: &Shared) -> Result<u16, u32> {
    if let Some(wanted) = field(text, "SERVICE_NAME") {
        let known = shared.services.iter().find(|(name, _)| name.eq_ignore_ascii_case(&wanted));
        return known.map(|(_, container)| *container).ok_or(12514);
    }
    let wanted = field(text, "SID").ok_or(12504u32)?;
    let known = shared.sids.iter().any(|sid| sid.eq_ignore_ascii_case(&wanted));
    let first = shared.services.first().map(|(_, container)| *container);
    first.filter(|_| known).ok_or(12505)
}

/// `ping` is answered as by every listener, any other command as by a newer one: not for strangers.
fn command_answer(link: &mut Link, shared: &Shared, command: &str) -> Result<(), Ended> {
    let (number, code) =
        if command.eq_ignore_ascii_case("ping") { (0, 0) } else { (shared.setup.release.number, 1189) };
    refuse(link, &format!("(DESCRIPTION=(TMP=)(VSNNUM={number})(ERR={code})(ALIAS=LISTENER))"))
}

fn refuse(link: &mut Link, text: &str) -> Result<(), Ended> {
    let length = u16::try_from(text.len()).unwrap_or(0);
    link.send(REFUSE, &[&[0x22, 0][..], &length.to_be_bytes(), text.as_bytes()].concat())
}

fn redirect(link: &mut Link, port: u16, text: &str) -> Result<(), Ended> {
    let to = format!("(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT={port}))\0{text}");
    link.send(REDIRECT, &u16::try_from(to.len()).unwrap_or(0).to_be_bytes())?;
    link.send(DATA, &[&[0, 0][..], to.as_bytes()].concat())
}

fn accept(link: &mut Link, shared: &Shared, wanted: &Wanted) -> Result<(), Ended> {
    let release = shared.setup.release;
    let transport = release.transport.min(wanted.transport);
    let mut body = Vec::new();
    for number in [transport, 0, wanted.unit, wanted.unit, 0x0100, 0, 45] {
        body.extend(number.to_be_bytes());
    }
    // Nothing beyond the protocol itself is wanted: neither encryption nor checksums.
    body.extend([0x41, 0x41]);
    body.extend([0; 8]);
    if transport >= LARGE {
        body.extend(u32::from(wanted.unit).to_be_bytes());
        body.extend(u32::from(wanted.unit).to_be_bytes());
        body.push(0);
    }
    if transport >= OFFERS {
        body.extend(release.offers.to_be_bytes());
    }
    link.send(ACCEPT, &body)?;
    link.large = transport >= LARGE;
    link.unit = usize::from(wanted.unit);
    link.marks_end = release.offers & MARKED_ENDS != 0;
    Ok(())
}
