//! Waiting for an event, never for a time: every wait polls for what it waits for and gives up.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// For anything that takes a moment: far more than it needs on a busy machine, so that only a fault
/// reaches it.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

const STEP: Duration = Duration::from_millis(20);

/// What `look` finds, as soon as it finds it.
///
/// # Panics
/// When it finds nothing within [`LIMIT`].
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < LIMIT, "gave up waiting for {what}");
        std::thread::sleep(STEP);
    }
}

/// Something listens on this port of the loopback address.
pub(crate) fn port_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// The body of a page on loopback.
///
/// # Panics
/// When it is not answered with 200.
pub(crate) fn http_get(port: u16, path: &str) -> String {
    let (code, body) = http_ask(port, path).unwrap_or_else(|| panic!("nobody listens on port {port}"));
    assert_eq!(code, 200, "{path}: {body}");
    body
}

/// Code and body of an answer on loopback, if anything listens there.
pub(crate) fn http_ask(port: u16, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let code = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Some((code.unwrap_or_else(|| panic!("no HTTP: {head}")), body.to_owned()))
}
