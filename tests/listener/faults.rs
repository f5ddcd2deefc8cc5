//! Ways not to answer: each is told in time, in words that say what to do.

use crate::packets::{accept, data, packet, pong, refuse};
use crate::run::{ask, check};
use crate::stand_in::{StandIn, Talk};
use socket2::{Domain, Socket, Type};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

#[test]
fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let said = check(&[&format!("127.0.0.1:{port}")]);
    said.is(2, &["nobody listens there (connection refused; clients say ORA-12541): is the listener started"]);
    said.is(2, &[".latency'=U;1;5;0 ", ".up'=0;;;0;1"]);
}

/// A queue that is full takes no further connection: the kernel drops them, as a firewall does.
#[test]
fn nobody_takes_the_connection() {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
    socket.listen(0).expect("it listens");
    let address = socket.local_addr().expect("an address").as_socket().expect("of IP");
    let mut held = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        held.push(stream);
        assert!(held.len() < 100, "the queue is not bounded");
    }
    let target = address.to_string();
    check(&["-t", "1", &target]).is(2, &["no answer to the connection in ", "does a firewall drop it"]);
    check(&["-t", "1:unknown", &target]).is(3, &["LISTENER UNKNOWN"]);
}

/// What a listener says before it falls silent, closes or breaks the connection.
type Begin = (&'static str, fn(&mut Talk), &'static str);

const BEGINNINGS: &[Begin] = &[
    ("nothing is read", |_| {}, "to the question"),
    ("the question is read", |talk| drop(talk.question()), "to the question"),
    (
        "it wants it again",
        |talk| {
            talk.question();
            talk.say(&packet(11, 0, &[]));
            talk.question();
        },
        "to the question that it wanted a second time",
    ),
    (
        "it announces another address",
        |talk| {
            talk.question();
            talk.say(&packet(5, 0, &[0, 50]));
        },
        "after it has announced another address",
    ),
    (
        "it announces half of one",
        |talk| {
            talk.question();
            talk.say(&packet(5, 0, &[0, 50]));
            talk.say(&data(b"(ADDRESS="));
        },
        "after it has announced another address",
    ),
];

#[test]
fn it_hangs_at_each_stage() {
    for (name, begin, stage) in BEGINNINGS {
        let listener = StandIn::new(move |talk: &mut Talk| {
            begin(talk);
            talk.hold();
        });
        let said = ask(&listener, &["-t", "1"]);
        said.is(2, &["127.0.0.1:PORT: it hangs: no answer in time ", stage]);
        assert!(!said.text.contains("--timeout"), "{name}: the answer is the check's own: {}", said.text);
    }
}

#[test]
fn it_closes_at_each_stage() {
    for (name, begin, stage) in &BEGINNINGS[1..] {
        let listener = StandIn::new(move |talk: &mut Talk| begin(talk));
        let said = ask(&listener, &[]);
        assert_eq!(said.code, 2, "{name}: {}", said.text);
        said.is(2, &["it closes the connection without an answer ", stage, "TCP.VALIDNODE_CHECKING"]);
    }
    let before = StandIn::new(|talk: &mut Talk| talk.half_close());
    ask(&before, &[]).is(2, &["it closes the connection without an answer to the question"]);
    let broken = StandIn::new(|talk: &mut Talk| talk.reset());
    ask(&broken, &[]).is(2, &["it breaks the connection to the question"]);
}

#[test]
fn it_sends_half_a_packet() {
    let half = pong()[..20].to_vec();
    let again = half.clone();
    let silent = StandIn::new(move |talk: &mut Talk| {
        talk.question();
        talk.say(&half);
        talk.hold();
    });
    ask(&silent, &["-t", "1"]).is(2, &["it hangs: only 20 bytes of a packet in time to the question"]);
    let closing = StandIn::new(move |talk: &mut Talk| {
        talk.question();
        talk.say(&again);
    });
    ask(&closing, &[]).is(2, &["it closes the connection after 20 bytes of a packet to the question"]);
}

/// Every byte comes in time, and the whole does not.
#[test]
fn it_drips() {
    let listener = StandIn::new(|talk: &mut Talk| {
        talk.question();
        talk.drip(&pong(), Duration::from_millis(300));
    });
    ask(&listener, &["-t", "2"]).is(2, &["it hangs: only ", " bytes of a packet in time"]);
}

#[test]
fn something_else_has_the_port() {
    for (says, words) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "what answers is no listener: a web server (HTTP) has this port"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "an SSH server has this port"),
        (b"220 mail.klinik.example ESMTP\r\n", "a server that greets with a number"),
        (b"\x15\x03\x03\x00\x02\x02\x46", "the port speaks TLS: ask it as tcps://"),
        (b"\xca\xfe\xba\xbe\x1b[31m|", "it begins with \\xca\\xfe\\xba\\xbe\\x1b[31m\\x7c"),
        (b"\xff\xff\0\0\x04\0\0\0", "what answers is no listener: a packet of 65535 bytes"),
        (b"\0\x07\0\0\x04\0\0\0", "what answers is no listener: a packet of 7 bytes"),
        (b"\0\x0a\0\0\x06\0\0\0\0\0", "it answers with a packet that does not belong here: DATA"),
    ] {
        let listener = StandIn::new(move |talk: &mut Talk| {
            // Some greet before they are asked.
            talk.say(says);
            talk.question();
        });
        ask(&listener, &[]).is(2, &[words]);
    }
}

#[test]
fn a_refusal_without_reason() {
    let listener = StandIn::new(|talk: &mut Talk| {
        talk.question();
        talk.say(&packet(4, 0, &[22, 3, 0xff, 0xff]));
    });
    ask(&listener, &[]).is(2, &["listener refuses the ping: without an error number (reasons 22 and 3)"]);
    let refused = StandIn::new(|talk: &mut Talk| {
        talk.question();
        talk.say(&refuse(12546));
    });
    ask(&refused, &[]).is(2, &["the listener refuses this client: see TCP.VALIDNODE_CHECKING"]);
}

/// The service's question may hang although the ping was answered.
#[test]
fn it_hangs_when_it_is_asked_for_a_service() {
    let listener = StandIn::new(|talk: &mut Talk| {
        if talk.question().1.contains("ping") {
            talk.say(&pong());
        } else {
            talk.hold();
        }
    });
    let said = ask(&listener, &["-t", "1", "--service", "kis"]);
    said.is(2, &["listener answers in ", "; asked for service kis: it hangs: no answer in time to the question"]);
    let accepted = StandIn::new(|talk: &mut Talk| {
        talk.question();
        talk.say(&accept());
        talk.hold();
    });
    ask(&accepted, &[]).is(0, &["listener answers"]);
}
