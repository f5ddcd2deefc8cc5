//! check_mem: memory of this machine.
vitals::plugin_main!(vitals::checks::mem::Mem);
