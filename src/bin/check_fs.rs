//! check_fs: file systems of this machine.
vitals::plugin_main!(vitals::checks::fs::Fs);
