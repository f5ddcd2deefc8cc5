//! check_procs: processes of this machine.
vitals::plugin_main!(vitals::checks::procs::Procs);
