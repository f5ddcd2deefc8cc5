//! check_mem: memory of this machine.
fn main() -> std::process::ExitCode {
    vitals::plugin::main::<vitals::checks::mem::Mem>()
}
