//! placeholder
use super::config::Id;
use super::standing::Snapshot;
use crate::model::status::Status;
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'";
pub fn overview(s: &Snapshot) -> String {
    s.standings
        .iter()
        .map(|s| format!("{} {:?} {:?}\n", s.check.id, s.verdict, s.last.as_ref().map(|l| &l.summary)))
        .collect()
}
pub fn check(s: &Snapshot, id: &Id) -> Option<String> {
    s.standings.iter().find(|s| s.check.id == *id).map(|s| format!("{s:#?}"))
}
pub fn not_found() -> String {
    String::new()
}
pub fn style() -> &'static str {
    ""
}
pub fn script() -> &'static str {
    ""
}
pub fn icon(_: Option<Status>) -> String {
    String::new()
}
