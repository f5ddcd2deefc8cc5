//! check_listener: Oracle listeners.
vitals::plugin_main!(vitals::checks::listener::Listener);
