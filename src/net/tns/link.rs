//! One connection to a listener: the socket under a dialogue, with TLS in between where the address wants it.

use super::dialogue::{Dialogue, Outcome, Stage, Turn};
use super::fault::{Fault, Speech};
use crate::net::socket;
use crate::net::tls::{Broken, Facts, Naming, Session, Trust};
use nix::poll::PollFlags;
use socket2::Socket;
use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Pieces that are read before others have their turn.
const PIECES: usize = 32;

/// How servers are known.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Who may sign.
    pub trust: Trust,
    /// Which name a certificate must have.
    pub naming: Naming,
}

/// A connection and what is said over it.
#[derive(Debug)]
pub(super) struct Link {
    socket: Socket,
    host: String,
    tls: Option<Arc<Tls>>,
    session: Option<Session>,
    dialogue: Dialogue,
    begun: Instant,
    connected: Option<Duration>,
    certificate: Option<Facts>,
    /// The socket takes nothing any more; what it has sent before is still read.
    deaf: Option<String>,
}

/// What a piece of the connection's time has brought.
pub(super) type Step = Option<Result<Outcome, Fault>>;

impl Link {
    /// Begins a connection.
    pub(super) fn open(to: SocketAddr, host: &str, tls: Option<Arc<Tls>>, dialogue: Dialogue) -> Result<Self, Fault> {
        let begun = Instant::now();
        let socket = socket::begin(to).map_err(|error| of_connect(&error, begun.elapsed()))?;
        let (host, session) = (host.to_owned(), None);
        let mut this =
            Self { socket, host, tls, session, dialogue, begun, connected: None, certificate: None, deaf: None };
        this.secure()?;
        Ok(this)
    }

    /// Begins TLS, where it is wanted.
    fn secure(&mut self) -> Result<(), Fault> {
        if let Some(tls) = &self.tls {
            let session = Session::new(&tls.trust, tls.naming.clone(), &self.host).map_err(Fault::NotAsked)?;
            self.session = Some(session);
        }
        Ok(())
    }

    /// What is waited for.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// And for what on it.
    pub(super) fn events(&self) -> PollFlags {
        let writes = match &self.session {
            _ if self.connected.is_none() => return PollFlags::POLLOUT,
            _ if self.deaf.is_some() => false,
            Some(session) => session.wants_write() || (!session.is_handshaking() && !self.dialogue.output().is_empty()),
            None => !self.dialogue.output().is_empty(),
        };
        if writes { PollFlags::POLLIN | PollFlags::POLLOUT } else { PollFlags::POLLIN }
    }

    /// Whether the connection is there.
    pub(super) const fn is_connected(&self) -> bool {
        self.connected.is_some()
    }

    /// The time of the connection, and the time since it was begun.
    pub(super) fn times(&self) -> (Duration, Duration) {
        let all = self.begun.elapsed();
        (self.connected.unwrap_or(all), all)
    }

    /// The certificate of the other side, once it has come.
    pub(super) fn certificate(&self) -> Option<Facts> {
        self.session.as_ref().and_then(Session::certificate).or_else(|| self.certificate.clone())
    }

    /// The time is over: what is missing.
    pub(super) fn late(&self) -> Fault {
        match &self.session {
            _ if self.connected.is_none() => Fault::NoConnection(self.begun.elapsed()),
            Some(session) if session.is_handshaking() => Fault::TlsSilent,
            _ => self.dialogue.late(),
        }
    }

    /// Goes on as far as it goes without waiting; `None` while there is no answer.
    pub(super) fn step(&mut self) -> Step {
        if self.connected.is_none() {
            if let Err(error) = socket::finish(&self.socket) {
                return Some(Err(of_connect(&error, self.begun.elapsed())));
            }
            self.connected = Some(self.begun.elapsed());
        }
        for _ in 0..PIECES {
            self.send();
            let mut clear = Vec::new();
            let ended = match self.read(&mut clear) {
                Ok(None) if self.deaf.is_none() => return None,
                Ok(None) => return Some(Err(self.broken(self.deaf.clone().unwrap_or_default()))),
                Ok(Some(ended)) => ended,
                Err(fault) => return Some(Err(fault)),
            };
            match self.dialogue.receive(&clear) {
                Err(fault) => return Some(Err(fault)),
                Ok(Turn::Done(outcome)) => {
                    self.part(&outcome);
                    return Some(Ok(outcome));
                }
                Ok(Turn::RenewTls) => {
                    self.certificate = self.certificate();
                    if let Err(fault) = self.secure() {
                        return Some(Err(fault));
                    }
                }
                Ok(Turn::Wait) => {}
            }
            if ended {
                return Some(self.closed());
            }
        }
        None
    }

    /// Sends what there is to send; a socket that refuses is remembered, for it may have said why before.
    fn send(&mut self) {
        let mut socket = &self.socket;
        let done = if let Some(session) = &mut self.session {
            if !session.is_handshaking() {
                let taken = session.encrypt(self.dialogue.output());
                self.dialogue.sent(taken);
            }
            session.send(&mut socket)
        } else if self.dialogue.output().is_empty() {
            Ok(())
        } else {
            socket.write(self.dialogue.output()).map(|sent| self.dialogue.sent(sent))
        };
        match done {
            Err(e) if ![io::ErrorKind::WouldBlock, io::ErrorKind::Interrupted].contains(&e.kind()) => {
                self.deaf = Some(e.to_string());
            }
            _ => {}
        }
    }

    /// Reads once: whether it was the end, `None` when there is nothing now.
    fn read(&mut self, clear: &mut Vec<u8>) -> Result<Option<bool>, Fault> {
        let mut socket = &self.socket;
        let Some(session) = &mut self.session else {
            let mut buffer = [0; 4096];
            return match socket.read(&mut buffer) {
                Ok(0) => Ok(Some(true)),
                Ok(read) => {
                    clear.extend_from_slice(buffer.get(..read).unwrap_or_default());
                    Ok(Some(false))
                }
                Err(e) if [io::ErrorKind::WouldBlock, io::ErrorKind::Interrupted].contains(&e.kind()) => Ok(None),
                Err(e) => Err(self.broken(e.to_string())),
            };
        };
        let read = match session.receive(&mut socket) {
            Ok(None) => return Ok(None),
            Ok(Some(read)) => read,
            Err(e) => return Err(self.broken(e.to_string())),
        };
        match session.decrypt(clear) {
            Ok(ended) => Ok(Some(ended || read == 0)),
            Err(broken) => {
                // The alert tells the other side why.
                let _ = session.send(&mut socket);
                Err(match broken {
                    Broken::Certificate(why) => Fault::Certificate(why),
                    Broken::NoTls => Fault::Foreign(Speech::NoTls),
                    Broken::Other(why) => Fault::Tls(why),
                })
            }
        }
    }

    fn handshaking(&self) -> bool {
        self.session.as_ref().is_some_and(Session::is_handshaking)
    }

    fn broken(&self, why: String) -> Fault {
        if self.handshaking() {
            return Fault::Tls(format!("it breaks the connection ({why}): does this port speak TLS?"));
        }
        self.dialogue.broken(why)
    }

    fn closed(&self) -> Result<Outcome, Fault> {
        if self.handshaking() {
            return Err(Fault::Tls("it closes the connection: does this port speak TLS?".to_owned()));
        }
        self.dialogue.clone().closed()
    }

    /// Ends an accepted connection politely: a server process may wait at its other end.
    fn part(&mut self, outcome: &Outcome) {
        let Outcome::Accepted { version, .. } = outcome else { return };
        let (farewell, mut socket) = (Dialogue::farewell(*version), &self.socket);
        if let Some(session) = &mut self.session {
            session.encrypt(&farewell);
            session.close();
            let _ = session.send(&mut socket);
        } else {
            let _ = socket.write(&farewell);
        }
    }
}

/// Why a connection did not come about.
fn of_connect(error: &io::Error, after: Duration) -> Fault {
    match error.raw_os_error() {
        Some(libc::ECONNREFUSED) => Fault::NoListener,
        Some(libc::ETIMEDOUT) => Fault::NoConnection(after),
        // It was there, and broken before we looked.
        Some(libc::ECONNRESET | libc::ECONNABORTED) => Fault::Reset(Stage::Asked, error.to_string()),
        Some(libc::EHOSTUNREACH | libc::EHOSTDOWN) => Fault::Unreachable(error.to_string()),
        // No route, no right, no descriptor: nothing has left this machine.
        _ => Fault::NotAsked(error.to_string()),
    }
}
