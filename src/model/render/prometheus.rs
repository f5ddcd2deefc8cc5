//! Prometheus text 0.0.4, written by the `prometheus` crate.

use crate::model::answer::Answer;
use crate::model::families::families;
use prometheus::{Encoder, TextEncoder};

/// The metrics of an answer; its sentences have no place there.
#[must_use]
pub fn render(answer: &Answer) -> String {
    let mut out = Vec::new();
    // Writing to memory cannot fail, and no family is empty or nameless.
    let _ = TextEncoder::new().encode(&families(answer), &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::tests::sample_answer;

    #[test]
    fn base_units_help_and_labels() {
        let text = render(&sample_answer());
        for line in [
            "# HELP vitals_fs_used_ratio share of the space that is used",
            "# TYPE vitals_fs_used_ratio gauge",
            "vitals_fs_used_ratio{fstype=\"ext4\",mountpoint=\"/var\",service=\"fs\"} 0.93",
            "vitals_check_status{check=\"fs\",service=\"fs\"} 2",
            "vitals_check_duration_seconds{check=\"fs\",service=\"fs\"} 0.25",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }
}
