//! TLS as a client: who is trusted, whether a certificate is the right one, and what is worth knowing of it.

mod certificate;
mod session;
mod trust;
mod verify;

pub use certificate::Facts;
pub use session::{Broken, Naming, Session};
pub use trust::Trust;
