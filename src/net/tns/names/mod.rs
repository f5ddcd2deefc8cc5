//! tnsnames.ora: which descriptor an alias stands for.

mod file;
mod load;
mod near;
mod places;

pub use file::{Entry, File, Problem, parse};
pub use load::{Names, load, read};
pub use places::{Places, default_domain};
