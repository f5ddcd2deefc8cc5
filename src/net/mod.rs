//! Clients of network services: each is given a deadline, and knows no command line.
//!
//! All of them work in the process's only thread: sockets do not block and are waited for together, and names are
//! resolved in a child ([`resolve`]), because a call of the resolver can be neither interrupted nor given a deadline.

pub mod resolve;
pub mod socket;
pub mod tls;
pub mod tns;
