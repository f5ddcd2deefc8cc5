//! What listeners answer.

use crate::packets::{accept, data, elsewhere, packet, pong, redirect, refuse, refuse_with, resend};
use crate::run::ask;
use crate::stand_in::{StandIn, Talk};
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;

/// A listener that is well: it answers pings, and services with this packet.
pub fn well(answer: Vec<u8>) -> StandIn {
    StandIn::new(move |talk: &mut Talk| match talk.question().1.as_str() {
        "(CONNECT_DATA=(COMMAND=ping))" => talk.say(&pong()),
        _ => talk.say(&answer),
    })
}

#[test]
fn a_ping_is_a_refusal_without_an_error() {
    let listener = well(vec![]);
    let said = ask(&listener, &[]);
    said.is(0, &["LISTENER OK - 127.0.0.1:PORT: listener answers in ", ", version 19.0.0.0.0; database not asked | "]);
    said.is(0, &["'127.0.0.1:PORT.latency'=0.", "s;1;5;0 ", "'127.0.0.1:PORT.up'=1;;;0;1"]);
    assert_eq!(listener.connections.load(Ordering::SeqCst), 1);
}

#[test]
fn the_version_is_told_by_new_and_old_listeners() {
    let silent = "(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR=0)(ALIAS=L))";
    let listener = |version: Vec<Vec<u8>>| {
        StandIn::new(move |talk: &mut Talk| {
            if talk.question().1.ends_with("(COMMAND=version))") {
                version.iter().for_each(|packet| talk.say(packet));
                talk.hold();
            } else {
                talk.say(&refuse_with(silent));
            }
        })
    };
    let new = vec![refuse_with("(DESCRIPTION=(TMP=)(VSNNUM=186647552)(ERR=1189)(ERROR_STACK=(ERROR=(CODE=1189))))")];
    ask(&listener(new), &["--ask-version"]).is(0, &["version 11.2.0.4.0; database not asked"]);
    let old = vec![accept(), data(b"\nTNSLSNR for IBM/AIX: Version 10.2.0.4.0 - Production\n")];
    ask(&listener(old), &["--ask-version"]).is(0, &["version 10.2.0.4.0;"]);
    // A version that is not told is no fault.
    ask(&listener(vec![b"?".to_vec()]), &["--ask-version", "-t", "1"]).is(0, &["database not asked"]);
}

#[test]
fn a_service_is_registered_or_not() {
    for (option, name, code, words) in [
        (
            "--service",
            "kis",
            12514,
            "; service kis is refused: the listener knows no such service: is the instance running",
        ),
        ("--sid", "KIS", 12505, "; SID KIS is refused: the listener knows no such SID"),
        ("--service", "kis", 12516, "no handler of the service speaks the protocol, or all are busy (ORA-12516)"),
        ("--service", "kis", 12519, "no handler of the service is free: the limit PROCESSES"),
        ("--service", "kis", 12520, "no handler of the wanted kind"),
        ("--service", "kis", 12518, "could not hand the connection over"),
        ("--service", "kis", 12526, "all instances of the service are in restricted mode (ORA-12526)"),
        ("--service", "kis", 12528, "block new connections"),
        ("--service", "kis", 12999, "; service kis is refused: ORA-12999"),
    ] {
        let said = ask(&well(refuse(code)), &[option, name]);
        said.is(2, &["LISTENER CRITICAL - 127.0.0.1:PORT: listener answers in ", words, "'127.0.0.1:PORT.up'=0"]);
    }
}

#[test]
fn an_accepted_connection_is_ended_politely() {
    let (tell, told) = channel();
    let listener = StandIn::new(move |talk: &mut Talk| {
        let (_, asked) = talk.question();
        if asked.contains("ping") {
            return talk.say(&pong());
        }
        talk.say(&accept());
        let (_, farewell) = talk.question();
        tell.send((asked, farewell)).expect("the test listens");
    });
    ask(&listener, &["--service", "kis", "--sid", "OLD"])
        .is(0, &["; service kis is registered and has a handler; SID OLD is registered and has a handler | "]);
    // The two ends may be told in any order.
    let mut both: Vec<(String, String)> = told.iter().take(2).collect();
    both.sort_by_key(|(asked, _)| asked.contains("(SID="));
    assert!(
        both[0].0.starts_with("(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=kis)(CID=(PROGRAM=check_listener)(HOST="),
        "{both:?}"
    );
    assert!(both[1].0.contains("(SID=OLD)"), "{both:?}");
    assert!(both.iter().all(|(_, farewell)| farewell.is_empty()), "an end of file without data: {both:?}");
}

#[test]
fn a_service_of_the_target_is_asked_where_that_is_wanted() {
    let listener = well(refuse(12514));
    let target = format!("127.0.0.1:{}/kis", listener.port);
    crate::run::check(&[&target]).is(0, &["database not asked"]);
    crate::run::check(&["--ask-service", &target]).is(2, &["; service kis is refused: "]);
    crate::run::check(&["--ask-service", &listener.target()]).is(3, &["names neither service nor SID to ask for"]);
}

#[test]
fn a_redirection_is_followed() {
    let (tell, told) = channel();
    let second = StandIn::new(move |talk: &mut Talk| {
        tell.send(talk.question()).expect("the test listens");
        talk.say(&accept());
        talk.hold();
    });
    let to = elsewhere(second.port);
    let (one, two) = to.split_at(20);
    let length = u16::try_from(to.len()).expect("short").to_be_bytes();
    for packets in [redirect(&to), [packet(5, 0, &length), data(one), data(two)].concat()] {
        ask(&well(packets), &["--service", "kis"]).is(0, &["; service kis is registered and has a handler"]);
        let (flags, asked) = told.recv().expect("a connection");
        assert_eq!((flags, &*asked), (4, "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=moved)(INSTANCE_NAME=kis1)))"));
    }
    let gone = second.port;
    drop(second);
    let said = ask(&well(redirect(&elsewhere(gone))), &["--service", "kis"]);
    said.is(2, &["; asked for service kis: it sends its clients to 127.0.0.1:", ", and there: nobody listens there"]);
    ask(&well(redirect(b"(ADDRESS=(PROTOCOL=tcp)")), &["--service", "kis"])
        .is(2, &["it sends its clients to an address that cannot be read: ')' is missing at the end"]);
}

#[test]
fn redirections_and_repetitions_end() {
    let (give, given) = channel::<u16>();
    let given = std::sync::Mutex::new(given);
    let port = std::sync::OnceLock::new();
    let listener = StandIn::new(move |talk: &mut Talk| {
        let port = *port.get_or_init(|| given.lock().expect("one").recv().expect("the port"));
        talk.question();
        talk.say(&redirect(&elsewhere(port)));
    });
    give.send(listener.port).expect("it waits");
    ask(&listener, &[]).is(2, &["127.0.0.1:PORT: it sends its clients on and on (REDIRECT)"]);
    assert_eq!(listener.connections.load(Ordering::SeqCst), 6);

    let once = StandIn::new(|talk: &mut Talk| {
        talk.question();
        talk.say(&resend());
        assert!(talk.question().1.contains("ping"), "it comes again");
        talk.say(&pong());
    });
    ask(&once, &[]).is(0, &["listener answers"]);
    let for_ever = StandIn::new(|talk: &mut Talk| {
        while !talk.question().1.is_empty() {
            talk.say(&resend());
        }
    });
    ask(&for_ever, &[]).is(2, &["it wants the same packet again and again (RESEND)"]);
}

#[test]
fn a_long_descriptor_goes_into_a_packet_of_its_own() {
    let name = "k".repeat(400);
    let (tell, told) = channel();
    let listener = StandIn::new(move |talk: &mut Talk| {
        let (_, asked) = talk.question();
        if asked.contains("ping") {
            return talk.say(&pong());
        }
        tell.send(asked).expect("the test listens");
        talk.say(&refuse(12514));
    });
    ask(&listener, &["--service", &name]).is(2, &["is refused"]);
    assert!(told.recv().expect("a connection").contains(&format!("(SERVICE_NAME={name})")));
}
