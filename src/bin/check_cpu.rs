//! check_cpu: processors of this machine.
vitals::plugin_main!(vitals::checks::cpu::Cpu);
