//! A resolver that never answers: whoever asks it directly waits for it, and no deadline helps.

use std::net::UdpSocket;

use crate::harness::{Namespace, Need, Scratch, skipped};

const NEEDS: [Need; 2] = [Need::Root, Need::Mounts];

#[test]
fn a_name_that_is_never_resolved_holds_up_no_other_address() {
    if skipped("resolver::a_name_that_is_never_resolved_holds_up_no_other_address", &NEEDS) {
        return;
    }
    let (scratch, namespace) = (Scratch::new(), Namespace::new());
    // It takes every question, and says nothing.
    let silent = UdpSocket::bind("127.0.0.77:53").unwrap();
    let configuration = scratch.file("resolv.conf", "nameserver 127.0.0.77\n");
    namespace.must(&["mount", "--bind", configuration.to_str().unwrap(), "/etc/resolv.conf"]);
    let program = scratch.plugin("check_listener");
    let ran = namespace.run(&[&program, "-t", "2", "db1.klinik.example:1521", "127.0.0.1:1"]);
    assert_eq!(ran.stderr, "", "{ran:#?}");
    let said = ran.expect(2).said();
    for text in [
        "127.0.0.1:1: nobody listens there",
        "db1.klinik.example:1521: not asked: the resolver gave no address for its name in time",
    ] {
        assert!(said.first.contains(text), "{said:#?}");
    }
    let mut question = [0; 512];
    silent.set_nonblocking(true).unwrap();
    assert!(silent.recv(&mut question).is_ok(), "it was asked");
}
