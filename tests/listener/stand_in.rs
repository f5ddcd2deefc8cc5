//! A listener that a test plays: a script for each connection.

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Longer than any case: a plugin that does not end is not waited for without end.
const LIMIT: Duration = Duration::from_secs(30);

/// A listener, until it is dropped.
pub struct StandIn {
    pub port: u16,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    /// Connections so far.
    pub connections: Arc<AtomicUsize>,
}

/// One connection, as the listener sees it.
pub struct Talk {
    stream: Stream,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
    None,
}

impl StandIn {
    /// Plays a script for each connection, each in a thread of its own.
    pub fn new(script: impl Fn(&mut Talk) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (stop, connections) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (stopped, counted) = (stop.clone(), connections.clone());
        let thread = std::thread::spawn(move || serve(&listener, &stopped, &counted, &Arc::new(script)));
        Self { port, stop, thread: Some(thread), connections }
    }

    /// `127.0.0.1:PORT`
    pub fn target(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

fn serve(
    listener: &TcpListener,
    stop: &AtomicBool,
    connections: &AtomicUsize,
    script: &Arc<impl Fn(&mut Talk) + Send + Sync + 'static>,
) {
    let mut threads = Vec::new();
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        if stop.load(Ordering::SeqCst) {
            break;
        }
        stream.set_read_timeout(Some(LIMIT)).expect("a limit");
        connections.fetch_add(1, Ordering::SeqCst);
        let script = script.clone();
        threads.push(std::thread::spawn(move || script(&mut Talk { stream: Stream::Plain(stream) })));
    }
    for thread in threads {
        thread.join().expect("a script that ends");
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert!(ended.is_none_or(|ended| ended.is_ok()), "a script has failed");
        }
    }
}

impl Read for Talk {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.read(buffer),
            Stream::Tls(stream) => stream.read(buffer),
            Stream::None => Ok(0),
        }
    }
}

impl Talk {
    /// Reads a packet, and the DATA packet behind a CONNECT without text; its flags and text.
    pub fn question(&mut self) -> (u8, String) {
        let mut head = [0; 8];
        if self.read_exact(&mut head).is_err() {
            return (0, String::new());
        }
        let mut body = vec![0; usize::from(u16::from_be_bytes([head[0], head[1]])) - 8];
        self.read_exact(&mut body).expect("a whole packet");
        if head[4] == 1 && body.len() == 50 {
            return (head[5], self.question().1);
        }
        let from = if head[4] == 1 { 50 } else { 2 };
        (head[5], String::from_utf8_lossy(&body[from..]).into_owned())
    }

    /// Sends bytes; a client that has gone does not matter.
    pub fn say(&mut self, bytes: &[u8]) {
        let _ = match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(bytes),
            Stream::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
            Stream::None => Ok(()),
        };
    }

    /// Says nothing more until the client has gone.
    pub fn hold(&mut self) {
        let mut buffer = [0; 1024];
        while self.read(&mut buffer).is_ok_and(|read| read > 0) {}
    }

    /// Sends a byte every so often until the client has gone.
    pub fn drip(&mut self, bytes: &[u8], every: Duration) {
        let Stream::Plain(stream) = &self.stream else { panic!("drips are not encrypted") };
        let (gone, waits): (Sender<()>, Receiver<()>) = channel();
        let mut reader = stream.try_clone().expect("a second handle");
        let watcher = std::thread::spawn(move || {
            let mut buffer = [0; 1024];
            while reader.read(&mut buffer).is_ok_and(|read| read > 0) {}
            drop(gone);
        });
        for byte in bytes {
            self.say(&[*byte]);
            if waits.recv_timeout(every) != Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
        watcher.join().expect("it ends with the connection");
    }

    /// Goes on with TLS; what comes of it shows in the first reading.
    pub fn secure(&mut self, config: &Arc<ServerConfig>) {
        let connection = ServerConnection::new(config.clone()).expect("a server's side");
        self.stream = match std::mem::replace(&mut self.stream, Stream::None) {
            Stream::Plain(stream) => Stream::Tls(Box::new(StreamOwned::new(connection, stream))),
            Stream::Tls(old) => Stream::Tls(Box::new(StreamOwned::new(connection, old.sock))),
            Stream::None => Stream::None,
        };
    }

    /// Breaks the connection: the client sees a reset.
    pub fn reset(&mut self) {
        if let Stream::Plain(stream) = &self.stream {
            // Unread bytes and no lingering make the kernel send RST.
            let socket = socket2::SockRef::from(stream);
            socket.set_linger(Some(Duration::ZERO)).expect("an option");
        }
        self.stream = Stream::None;
    }

    /// Closes the sending side only.
    pub fn half_close(&mut self) {
        if let Stream::Plain(stream) = &self.stream {
            let _ = stream.shutdown(Shutdown::Write);
        }
    }
}
