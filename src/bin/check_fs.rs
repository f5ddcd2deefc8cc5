//! check_fs: file systems of this machine.
fn main() -> std::process::ExitCode {
    vitals::plugin::main::<vitals::checks::fs::Fs>()
}
