//! check_listener against listeners that a test plays: what they answer, and every way not to.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, unreachable_pub, missing_docs)]

#[path = "../common/mod.rs"]
mod common;

mod answers;
mod certificates;
mod faults;
mod lists;
mod packets;
mod run;
mod stand_in;
mod tls;
