//! A server on loopback that says just enough to be taken for one.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a client may think.
const PATIENCE: Duration = Duration::from_secs(5);

/// It has gone when its guard goes.
pub(crate) struct Talker {
    pub(crate) port: u16,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    wake: fn(u16),
}

impl Talker {
    /// Greets each client, and answers whatever it sends with `answer`.
    pub(crate) fn tcp(greeting: impl Into<Vec<u8>>, answer: &'static str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let greeting = greeting.into();
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            for client in listener.incoming().take_while(|_| !over.load(Ordering::Relaxed)).flatten() {
                let _ = talk(client, &greeting, answer);
            }
        });
        let wake = |port| drop(TcpStream::connect((Ipv4Addr::LOCALHOST, port)));
        Self { port, is_over, thread: Some(thread), wake }
    }

    /// Sends each datagram back.
    pub(crate) fn udp_echo() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 1500];
            while let (Ok((length, client)), false) = (socket.recv_from(&mut buffer), over.load(Ordering::Relaxed)) {
                let _ = socket.send_to(&buffer[..length], client);
            }
        });
        let wake = |port| {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let _ = socket.send_to(b"x", (Ipv4Addr::LOCALHOST, port));
        };
        Self { port, is_over, thread: Some(thread), wake }
    }
}

fn talk(mut client: TcpStream, greeting: &[u8], answer: &str) -> std::io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.write_all(greeting)?;
    let mut buffer = [0; 4096];
    while client.read(&mut buffer)? > 0 && !answer.is_empty() {
        client.write_all(answer.as_bytes())?;
    }
    Ok(())
}

impl Drop for Talker {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        (self.wake)(self.port);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
