//! check_procs: processes.
fn main() -> std::process::ExitCode {
    vitals::plugin::main::<vitals::checks::procs::Procs>()
}
