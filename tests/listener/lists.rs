//! Several addresses, several targets, aliases.

use crate::answers::well;
use crate::packets::{pong, refuse};
use crate::run::check;
use crate::stand_in::{StandIn, Talk};
use std::net::TcpListener;
use std::path::PathBuf;

fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

fn descriptor(ports: &[u16], flags: &str) -> String {
    let address = |port: &u16| format!("(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT={port}))");
    let all: String = ports.iter().map(address).collect();
    format!("(DESCRIPTION={flags}(ADDRESS_LIST={all})(CONNECT_DATA=(SERVICE_NAME=kis)))")
}

fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    let path = folder.path().to_owned();
    (folder, path)
}

#[test]
fn one_dead_address_of_a_list_is_a_warning() {
    let (listener, dead) = (well(vec![]), closed_port());
    let both = descriptor(&[dead, listener.port], "");
    let through = format!("; clients get through at 127.0.0.1:{}", listener.port);
    check(&[&both]).is(1, &["LISTENER WARNING - kis 127.0.0.1:", "nobody listens there", &through]);
    check(&["--dead-address", "critical", &both]).is(2, &[&through]);
    check(&["--dead-address", "ok", &both]).is(0, &[]);
    check(&[&descriptor(&[dead, listener.port], "(FAILOVER=off)")]).is(2, &[]);
    check(&[&descriptor(&[dead], "")]).is(2, &["LISTENER CRITICAL - kis 127.0.0.1:"]);
    // Behind a gateway nothing is asked.
    check(&[&descriptor(&[listener.port, dead], "(SOURCE_ROUTE=yes)")]).is(0, &["listener answers"]);
    // Targets are no list: nobody tries the second where the first fails.
    check(&[&format!("127.0.0.1:{dead}"), &listener.target()]).is(2, &["127.0.0.1:"]);
}

#[test]
fn they_are_asked_at_the_same_time() {
    let silent = || {
        StandIn::new(|talk: &mut Talk| {
            talk.question();
            talk.hold();
        })
    };
    let listeners: Vec<StandIn> = (0..8).map(|_| silent()).collect();
    let well = well(vec![]);
    let mut ports: Vec<u16> = listeners.iter().map(|listener| listener.port).collect();
    ports.push(well.port);
    // One after the other, there would be no time for the last.
    let said = check(&["-t", "2", "-v", &descriptor(&ports, "")]);
    said.is(1, &["it hangs: no answer in time", "listener answers in "]);
    assert_eq!(said.text.matches("[WARNING]").count(), 8, "{}", said.text);
}

#[test]
fn an_alias_and_all_that_may_be_wrong_with_it() {
    let listener = well(refuse(12514));
    let kis = descriptor(&[listener.port], "").replace("(ADDRESS_LIST", "\r\n# the list\r\n (ADDRESS_LIST");
    let names =
        format!("IFILE=more.ora\r\nKIS.WORLD,\r\n KIS2.world =\r\n {kis}\r\nBROKEN.world =\n (DESCRIPTION=(A)\n");
    let more = format!("LAB = 127.0.0.1:{}/lab\nIFILE = tnsnames.ora\n", listener.port);
    let (_folder, path) =
        folder(&[("tnsnames.ora", &names), ("more.ora", &more), ("sqlnet.ora", "NAMES.DEFAULT_DOMAIN = world\n")]);
    let dir = path.to_string_lossy();
    let file = path.join("tnsnames.ora");
    let with = |more: &[&str]| check(&[&["--tns-admin", &dir], more].concat());
    with(&["kis"]).is(0, &["LISTENER OK - kis 127.0.0.1:"]);
    with(&["--ask-service", "KIS2.WORLD"]).is(2, &["; service kis is refused: the listener knows no such service"]);
    with(&["lab"]).is(0, &["LISTENER OK - lab 127.0.0.1:"]);
    let said = with(&["kis3", "lab"]);
    said.is(3, &[&format!("kis3: no alias kis3 in {}; there is KIS.WORLD, KIS2.world", file.display())]);
    said.is(3, &["tnsnames.ora:7: the parentheses of BROKEN.world are not closed", "'127.0.0.1:"]);
    with(&["-v", "lab"]).is(0, &["more.ora:2: IFILE: ", "files that include each other"]);
    check(&["--tnsnames", &file.to_string_lossy(), "kis"]).is(0, &["LISTENER OK - kis 127.0.0.1:"]);
    // A word that is no alias may be a host: what both say is told.
    let etc = path.join("etc");
    std::fs::create_dir(&etc).expect("a folder");
    std::fs::copy(&file, etc.join("tnsnames.ora")).expect("a copy");
    check(&["-t", "3", "--root", &dir, "no-such.invalid"])
        .is(3, &["no-such.invalid:1521: not asked: ", "; no alias no-such.invalid in "]);
    check(&["--tns-admin", "/nonexistent", "kis"]).is(3, &["kis: cannot read /nonexistent/tnsnames.ora"]);
}

#[test]
fn every_address_of_a_name_is_asked_where_that_is_wanted() {
    let listener = well(vec![]);
    let target = format!("localhost:{}", listener.port);
    // One may be ::1, where nobody listens: the first that answers stands for all.
    check(&[&target]).is(0, &["listener answers"]);
    let said = check(&["--every-ip", "-v", &target]);
    said.is(said.code, &[&format!("localhost:{} 127.0.0.1: listener answers", listener.port)]);
    assert!(said.code <= 1, "{}", said.text);
}

#[test]
fn a_slow_listener_crosses_a_limit() {
    let listener = well(pong());
    let said = check(&["-w", "0:0.000001", "-c", "none", &listener.target()]);
    said.is(1, &["(warning: latency "]);
}
