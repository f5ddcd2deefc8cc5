//! The stand-in itself, as far as no client is needed for it. What clients make of it: `tests/real/oracle_client.rs`.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use crate::stand_in::{Fault, Setup, Simulator, Stage};

fn connect(simulator: &Simulator) -> TcpStream {
    TcpStream::connect((Ipv4Addr::LOCALHOST, simulator.port())).unwrap()
}

/// A CONNECT with this descriptor, as an old and plain client sends it.
fn asked(descriptor: &str) -> Vec<u8> {
    let length = |number: usize| u16::try_from(number).unwrap().to_be_bytes();
    let mut packet = [&length(58 + descriptor.len())[..], &[0, 0, 1, 0, 0, 0]].concat();
    packet.extend([0x01, 0x38, 0x01, 0x2c, 0, 0, 0x08, 0, 0x7f, 0xff, 0x7f, 0x08, 0, 0, 0x01, 0]);
    packet.extend(length(descriptor.len()));
    packet.extend([0, 58]);
    packet.resize(58, 0);
    packet.extend(descriptor.as_bytes());
    packet
}

/// All that comes until the other side closes.
fn answer(simulator: &Simulator, descriptor: &str) -> Vec<u8> {
    let mut stream = connect(simulator);
    stream.write_all(&asked(descriptor)).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    all
}

fn text(answer: &[u8]) -> String {
    String::from_utf8_lossy(answer.get(12..).unwrap_or_default()).into_owned()
}

#[test]
fn a_listener_answers_without_a_log_in() {
    let simulator = Simulator::start(Setup::default());
    for (descriptor, said) in [
        ("(CONNECT_DATA=(COMMAND=ping))", "(VSNNUM=0)(ERR=0)(ALIAS=LISTENER)"),
        ("(DESCRIPTION=(CONNECT_DATA=(COMMAND=version)))", "(VSNNUM=318963712)(ERR=1189)"),
        ("(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=NOWHERE)))", "(ERR=12514)"),
        ("(DESCRIPTION=(CONNECT_DATA=(SID=NOWHERE)))", "(ERR=12505)"),
        ("(DESCRIPTION=(CONNECT_DATA=(CID=(PROGRAM=p))))", "(ERR=12504)"),
    ] {
        let answer = answer(&simulator, descriptor);
        assert_eq!(answer.get(4), Some(&4), "refused, as healthy listeners do: {answer:?}");
        assert!(text(&answer).contains(said), "{descriptor}: {}", text(&answer));
    }
    // The 87 bytes that every listener knows.
    assert_eq!(asked("(CONNECT_DATA=(COMMAND=ping))").len(), 87);
    assert_eq!(simulator.seen().connects.len(), 5);
}

#[test]
fn faults_of_the_listener() {
    let sent = |fault| answer(&Simulator::start(Setup::with(fault)), "(CONNECT_DATA=(SERVICE_NAME=KIS))");
    assert!(text(&sent(Fault::Refuse(12528))).contains("(ERR=12528)"));
    assert!(sent(Fault::Garbage(Stage::Connect)).starts_with(b"HTTP/1.1 400"));
    assert_eq!(sent(Fault::Drop(Stage::Connect)), b"");
    let redirect = sent(Fault::Redirect(1521));
    assert!(
        redirect.get(4) == Some(&5) && String::from_utf8_lossy(&redirect).contains("(HOST=127.0.0.1)(PORT=1521))\0")
    );
}

/// A client that waits on a silent server is let go when the stand-in goes.
#[test]
fn its_end_is_the_end_of_all_connections() {
    for fault in [Fault::Silent(Stage::Connect), Fault::Half(Stage::Connect)] {
        let simulator = Simulator::start(Setup::with(fault));
        let mut stream = connect(&simulator);
        stream.write_all(&asked("(CONNECT_DATA=(SERVICE_NAME=KIS))")).unwrap();
        simulator.until("a CONNECT", |seen| seen.connects.len() == 1);
        drop(simulator);
        let mut all = Vec::new();
        // What was not read is answered with a reset, which is an end, too.
        let _ = stream.read_to_end(&mut all);
        assert!(all.len() < 40, "{all:?}");
    }
}

/// What no client of Oracle's says is told, for whoever looks for the fault on the wrong side.
#[test]
fn nonsense_is_told() {
    for nonsense in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0, 8, 0, 0, 6, 0, 0, 0], &[0, 4, 0, 0, 1, 0, 0, 0]] {
        let simulator = Simulator::start(Setup::default());
        let mut stream = connect(&simulator);
        stream.write_all(nonsense).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let seen = simulator.until("the end", |seen| seen.ended == 1);
        // These letters are the length of a packet that never comes whole.
        let short = nonsense.starts_with(b"GET");
        assert_eq!(seen.problems.is_empty(), short, "{nonsense:?}: {seen:?}");
    }
}
