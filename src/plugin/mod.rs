//! What every plugin does, whichever check it is: options, deadline, memory, output, exit code.

mod check;
mod command;
mod common;
mod config;
mod context;
mod run;
mod voice;

pub use check::{Check, Example};
pub use command::command;
pub use common::{Common, MIN_OUTPUT};
pub use context::Context;
pub use run::main;
