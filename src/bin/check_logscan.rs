//! check_logscan: events in logs.
vitals::plugin_main!(vitals::checks::logscan::Logscan);
