//! Listeners that speak TLS, and their certificates.

use crate::certificates::{Authority, Wanted, self_signed};
use crate::packets::{accept, packet, pong};
use crate::run::check;
use crate::stand_in::{StandIn, Talk};
use rustls::ServerConfig;
use std::sync::Arc;

/// A listener that is well, behind TLS.
fn secured(config: &Arc<ServerConfig>) -> StandIn {
    let config = config.clone();
    StandIn::new(move |talk: &mut Talk| {
        talk.secure(&config);
        if talk.question().1.contains("ping") {
            talk.say(&pong());
        } else {
            talk.say(&accept());
            talk.hold();
        }
    })
}

const GOOD: Wanted<'_> = Wanted { common_name: "kis", hosts: &["127.0.0.1"], until: 2200 };

fn target(listener: &StandIn) -> String {
    format!("tcps://127.0.0.1:{}/kis", listener.port)
}

#[test]
fn a_good_certificate_and_its_days() {
    let authority = Authority::new();
    let listener = secured(&authority.server(&GOOD));
    let ca = authority.file();
    let ask = |more: &[&str]| check(&[&["--ca-file", &ca.to_string_lossy(), &target(&listener)], more].concat());
    let item = format!("'tcps://127.0.0.1:{}.certificate'=", listener.port);
    ask(&[]).is(0, &["listener answers in ", "; database not asked", &item, "s;2592000:;604800:"]);
    ask(&["--ask-service", "-v"]).is(
        0,
        &[
            "service kis is registered",
            "certificate of kis, signed by O=Klinik,CN=Klinik CA, until 2200-01-01T00:00:00Z",
        ],
    );
    ask(&["-w", "certificate=300000d:"]).is(1, &["(warning: certificate "]);
    // Without the file, nobody who is trusted has signed it.
    check(&[&target(&listener)])
        .is(2, &["nobody who is trusted here has signed its certificate (issuer O=Klinik,CN=Klinik CA)"]);
    check(&["--tls-no-verify", &target(&listener)]).is(0, &["listener answers", &item]);
}

#[test]
fn a_certificate_that_clients_would_refuse() {
    let authority = Authority::new();
    for (wanted, words) in [
        (Wanted { until: 2024, ..GOOD }, "its certificate has expired"),
        (
            Wanted { hosts: &["db9.klinik.example"], ..GOOD },
            "its certificate is for db9.klinik.example, not for 127.0.0.1",
        ),
        (Wanted { hosts: &[], ..GOOD }, "its certificate is for kis, not for 127.0.0.1"),
    ] {
        let listener = secured(&authority.server(&wanted));
        let said = check(&["--ca-file", &authority.file().to_string_lossy(), &target(&listener)]);
        said.is(2, &[words, ".certificate'="]);
    }
    let other = Authority::new();
    let listener = secured(&other.server(&GOOD));
    check(&["--ca-file", &authority.file().to_string_lossy(), &target(&listener)]).is(
        2,
        &["is not signed by the O=Klinik,CN=Klinik CA that is trusted here, but with another key: see --ca-file"],
    );
}

#[test]
fn the_descriptor_says_which_name_is_wanted() {
    let authority = Authority::new();
    let listener = secured(&authority.server(&Wanted { hosts: &["db9.klinik.example"], ..GOOD }));
    let ca = authority.file();
    let ask = |security: &str| {
        let text = format!(
            "(DESCRIPTION=(ADDRESS=(PROTOCOL=TCPS)(HOST=127.0.0.1)(PORT={}))(SECURITY={security}))",
            listener.port
        );
        check(&["--ca-file", &ca.to_string_lossy(), &text])
    };
    ask("(SSL_SERVER_DN_MATCH=off)").is(0, &["listener answers"]);
    ask("(SSL_SERVER_CERT_DN=\"o=Klinik, cn=kis\")").is(0, &["listener answers"]);
    ask("(SSL_SERVER_CERT_DN=\"CN=other,O=Klinik\")")
        .is(2, &["its certificate is for O=Klinik,CN=kis, not for CN=other,O=Klinik (SSL_SERVER_CERT_DN)"]);
    // The common name counts, as it does for Oracle's clients.
    let listener = secured(&authority.server(&Wanted { common_name: "localhost", hosts: &[], ..GOOD }));
    check(&["--ca-file", &ca.to_string_lossy(), &format!("tcps://localhost:{}", listener.port)])
        .is(0, &["listener answers"]);
}

#[test]
fn a_self_signed_certificate_is_trusted_when_it_is_in_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("own.pem");
    for (until, code, words) in [(2200, 0, "listener answers"), (2024, 2, "its certificate has expired")] {
        let (config, pem) = self_signed(&Wanted { until, ..GOOD });
        std::fs::write(&file, pem).expect("a file");
        check(&["--ca-file", &file.to_string_lossy(), &target(&secured(&config))]).is(code, &[words]);
    }
}

#[test]
fn one_side_speaks_tls_and_the_other_does_not() {
    let authority = Authority::new();
    let listener = secured(&authority.server(&GOOD));
    // The stand-in answers with an alert of TLS.
    check(&[&listener.target()]).is(2, &["the port speaks TLS: ask it as tcps:// or with PROTOCOL=TCPS"]);
    let plain = |says: Option<Vec<u8>>| {
        StandIn::new(move |talk: &mut Talk| match &says {
            Some(says) => {
                talk.say(says);
                talk.hold();
            }
            None => talk.half_close(),
        })
    };
    let ask = |listener: &StandIn| check(&["--tls-no-verify", "-t", "1", &target(listener)]);
    ask(&plain(Some(pong()))).is(2, &["the port does not speak TLS: ask it as tcp://"]);
    ask(&plain(None)).is(2, &["TLS fails: it closes the connection: does this port speak TLS?"]);
    ask(&plain(Some(vec![]))).is(2, &["it takes the connection and does not answer to TLS"]);
}

#[test]
fn it_hangs_behind_tls() {
    let config = Authority::new().server(&GOOD);
    let listener = StandIn::new(move |talk: &mut Talk| {
        talk.secure(&config);
        talk.question();
        talk.hold();
    });
    let said = check(&["--tls-no-verify", "-t", "1", &target(&listener)]);
    said.is(2, &["it hangs: no answer in time to the question", ".certificate'="]);
}

/// Behind a hand-over the server process begins TLS anew, on the same connection.
#[test]
fn tls_begins_anew_where_that_is_wanted() {
    let config = Authority::new().server(&GOOD);
    let listener = StandIn::new(move |talk: &mut Talk| {
        talk.secure(&config);
        talk.question();
        talk.say(&packet(11, 8, &[]));
        talk.secure(&config);
        assert!(talk.question().1.contains("ping"), "it comes again");
        talk.say(&pong());
    });
    check(&["--tls-no-verify", &target(&listener)]).is(0, &["listener answers"]);
}

#[test]
fn a_file_of_ours_that_is_wrong_is_unknown() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, "no certificate\n").expect("a file");
    let target = "tcps://127.0.0.1:1";
    check(&["--ca-file", &file.to_string_lossy(), target]).is(3, &["ca.pem: no certificate in it"]);
    check(&["--ca-file", "/nonexistent.pem", target]).is(3, &["cannot read the certificates in /nonexistent.pem"]);
}
