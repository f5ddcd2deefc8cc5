//! Oracle databases: what is asked of them.
pub mod sql;
