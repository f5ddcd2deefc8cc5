//! What every plugin does, whichever check it is: options, deadline, memory, output, exit code.

mod check;
mod command;
mod common;
mod config;
mod context;
mod emit;
mod run;
pub mod values;
mod voice;

pub use check::{Check, Example};
pub use command::{command, long_help};
pub use common::{Common, MIN_OUTPUT};
pub use config::configured;
pub use context::Context;
pub use run::main;

/// The `main` of a static plugin: its check, and the allocator for processes that end soon.
#[macro_export]
macro_rules! plugin_main {
    ($check:ty) => {
        #[global_allocator]
        static ARENA: $crate::runtime::arena::Arena = $crate::runtime::arena::Arena::new();

        fn main() -> std::process::ExitCode {
            $crate::plugin::main::<$check>()
        }
    };
}
