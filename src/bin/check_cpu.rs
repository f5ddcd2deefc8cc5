//! check_cpu: processors of this machine.
fn main() -> std::process::ExitCode {
    vitals::plugin::main::<vitals::checks::cpu::Cpu>()
}
