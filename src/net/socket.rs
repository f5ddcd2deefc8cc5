//! A TCP connection that is begun and not waited for.

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io;
use std::net::SocketAddr;

/// Begins a connection. The socket becomes writable when it is there or has failed.
///
/// # Errors
/// As the system says, when not even a beginning is possible.
pub fn begin(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // Questions are small, and each is awaited.
    socket.set_tcp_nodelay(true)?;
    match socket.connect(&SockAddr::from(address)) {
        Err(e) if e.raw_os_error() == Some(libc::EINPROGRESS) || e.kind() == io::ErrorKind::WouldBlock => Ok(socket),
        Err(e) => Err(e),
        Ok(()) => Ok(socket),
    }
}

/// What became of a connection whose socket is writable.
///
/// # Errors
/// Why it is not there.
pub fn finish(socket: &Socket) -> io::Result<()> {
    socket.take_error()?.map_or(Ok(()), Err)
}
