//! What a listener sends, in any pieces: an answer, a fault in words, or more is wanted; never more is kept than a packet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::net::tns::dialogue::{Dialogue, Outcome, Turn};
use vitals::net::tns::packet;

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let Some(mut dialogue) = Dialogue::new("(CONNECT_DATA=(COMMAND=ping))", 0, first & 1 == 1) else { return };
    for piece in bytes.chunks(usize::from(first >> 1).max(1)) {
        dialogue.sent(usize::MAX);
        match dialogue.receive(piece) {
            Ok(Turn::Wait | Turn::RenewTls) => {}
            Ok(Turn::Done(Outcome::Redirected { address, .. })) => {
                assert!(address.len() <= 3 * usize::from(u16::MAX));
                return;
            }
            Ok(Turn::Done(_)) => return,
            Err(fault) => {
                assert!(!fault.to_string().is_empty());
                return;
            }
        }
        // What is to be sent again is the question.
        assert!(dialogue.output().is_empty() || dialogue.output().len() == 87);
    }
    assert!(!dialogue.late().to_string().is_empty());
    if let Err(fault) = dialogue.closed() {
        assert!(!fault.to_string().is_empty());
    }
    if let Ok(Some(packet)) = packet::first(bytes, first & 2 == 2) {
        assert!(packet.length <= bytes.len().min(packet::LARGEST));
    }
});
