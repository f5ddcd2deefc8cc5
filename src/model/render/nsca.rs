//! A line for `send_nsca`: host, service, code and text between tabs.

use super::{Options, nagios};
use crate::model::answer::Answer;
use crate::model::text;

/// The longest text that NSCA 2.9 and later carries.
const LONGEST: usize = 4096;

/// The line; newlines of the text are written `\n`, which Nagios turns back.
#[must_use]
pub fn render(answer: &Answer, options: &Options) -> String {
    let limits =
        Options { first_line: options.first_line.min(LONGEST), whole: options.whole.min(LONGEST), ..options.clone() };
    let full = nagios::render(answer, &limits);
    let escaped = full.trim_end().replace('\\', "\\\\").replace('\n', "\\n").replace('\t', " ");
    let name = |text: &str| text.replace(|c: char| c.is_control(), "_");
    let text = text::cut(&escaped, LONGEST);
    format!("{}\t{}\t{}\t{text}\n", name(&answer.host), name(&answer.service), answer.status.code())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::tests::sample_answer;

    #[test]
    fn four_fields_and_a_bounded_text() {
        let mut answer = sample_answer();
        let one = answer.findings.clone();
        answer.findings = (0..100).flat_map(|_| one.clone()).collect();
        let line = render(&answer, &Options::default());
        let fields: Vec<&str> = line.trim_end().split('\t').collect();
        assert_eq!(fields.get(..3), Some(&["alpha.example", "fs", "2"][..]));
        assert!(fields.get(3).is_some_and(|text| text.len() <= LONGEST && text.starts_with("FS CRITICAL - ")));
        assert_eq!(line.matches('\n').count(), 1);
    }
}
