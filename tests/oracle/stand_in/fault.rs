//! What goes wrong on purpose.

use super::packet::{Ended, Link};

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The client asks for a service.
    Connect,
    /// Protocol and data types are agreed upon.
    Negotiate,
    /// The client names its user.
    User,
    /// It proves the password.
    Password,
    /// A statement.
    Execute,
    /// More rows.
    Fetch,
    /// The end.
    LogOff,
}

/// A fault, in place of the answer at a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is answered any more, not even to an interrupt.
    Silent(Stage),
    /// The answer takes for ever, but an interrupt is obeyed: ORA-01013.
    Slow(Stage),
    /// The connection is closed.
    Drop(Stage),
    /// Half of the answer, then nothing more.
    Half(Stage),
    /// Something of another protocol, then the end.
    Garbage(Stage),
    /// The listener refuses with this code.
    Refuse(u32),
    /// The listener sends clients to this port of this host.
    Redirect(u16),
    /// The listener wants to hear everything twice.
    Resend,
}

const OTHER: &[u8] = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

impl Fault {
    /// What happens at this stage. True: the call takes until it is interrupted.
    pub fn happen(fault: Option<Self>, stage: Stage, link: &mut Link) -> Result<bool, Ended> {
        match fault {
            Some(Self::Silent(at)) if at == stage => link.drain().map(|()| false),
            Some(Self::Drop(at)) if at == stage => Err(Ended::Closed),
            Some(Self::Garbage(at)) if at == stage => {
                link.write(OTHER)?;
                Err(Ended::Closed)
            }
            Some(Self::Half(at)) if at == stage => {
                link.half = true;
                Ok(false)
            }
            Some(Self::Slow(at)) => Ok(at == stage),
            _ => Ok(false),
        }
    }
}
