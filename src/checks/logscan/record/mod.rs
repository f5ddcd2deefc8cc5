//! Records of several lines: a stack trace, a trace of a database, an entry of an error log.
//!
//! A record is a line that the start pattern matches, and all lines behind it up to the next such line. Lines before the
//! first one are a record of their own. Rules judge whole records.
//!
//! How it stays fast: the start pattern is not tried on every line. The scanner searches whole blocks for the texts of
//! the rules, and asks for the bounds of a record only around a place that was found ([`Start::around`]). Before that,
//! [`Splitter`] makes blocks of whole records: it walks back from the end of a block to the last line that begins one,
//! and carries that record over to the next block.
//!
//! Whether the last record of a log is complete is known only when the next one begins. At the end of a run it is judged
//! with what is there, because an alarm must not wait, and kept ([`Pending`]): the lines that the next run brings are
//! joined to it, and the whole is judged again. It counts again only for a rule that stands before the one that had taken
//! it, so that no rule counts a record twice, and the "Caused by" in the second half of a trace is not lost.
//! [`Streams`] does that for each log of a source.

mod part;
mod pending;
mod splitter;
mod start;
mod streams;
#[cfg(test)]
mod tests;

pub(super) use part::Part;
pub(super) use pending::Pending;
pub(super) use start::Start;
pub(super) use streams::Streams;
