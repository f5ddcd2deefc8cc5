//! Runs any plugin on a schedule; serves Prometheus and people.

fn main() {}
