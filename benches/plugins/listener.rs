//! A listener that answers every ping, for as long as the benchmark lasts.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::OnceLock;

const PONG: &[u8] =
    b"\x00\x49\x00\x00\x04\x00\x00\x00\x04\x00\x00\x3d(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=0)(ALIAS=LISTENER))";

/// Its port. It begins with the first question.
pub(crate) fn port() -> u16 {
    static PORT: OnceLock<u16> = OnceLock::new();
    *PORT.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of the loopback interface");
        let port = listener.local_addr().expect("its address").port();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                // check_tcp asks nothing and leaves.
                if stream.read(&mut [0; 512]).is_ok_and(|read| read > 0) {
                    let _ = stream.write_all(PONG);
                }
            }
        });
        port
    })
}
