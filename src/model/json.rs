//! JSON version 1: one object whose first key is `"vitals":1`, written and read by the same types.

use super::answer::Answer;
use serde::{Deserialize, Serialize};

/// The version this program writes.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    vitals: u32,
    #[serde(flatten)]
    answer: Flat<'a>,
}

/// [`Answer`] with the exit code beside the status, for readers that do not want to know the words.
#[derive(Serialize)]
struct Flat<'a> {
    exit_code: u8,
    #[serde(flatten)]
    answer: &'a Answer,
}

#[derive(Deserialize)]
struct Header {
    vitals: u32,
}

/// The answer as one line of JSON.
#[must_use]
pub fn write(answer: &Answer) -> String {
    let exit_code = answer.status.code();
    // Only a map with keys that are no strings, or a failing writer, can fail here: there is neither.
    serde_json::to_string(&Written { vitals: VERSION, answer: Flat { exit_code, answer } }).unwrap_or_default()
}

/// Reads an answer back. Keys that are not known are left out, so that a later version 1 may add some.
///
/// # Errors
/// What is no JSON, or no version 1.
pub fn read(text: &str) -> Result<Answer, String> {
    let header: Header = serde_json::from_str(text).map_err(|e| format!("not JSON of vitals: {e}"))?;
    if header.vitals != VERSION {
        return Err(format!("JSON version {} is not known, only {VERSION}", header.vitals));
    }
    serde_json::from_str(text).map_err(|e| format!("JSON version {VERSION}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::tests::sample_answer;

    #[test]
    fn the_round_trip_is_whole_and_the_version_comes_first() {
        let answer = sample_answer();
        let text = write(&answer);
        assert!(text.starts_with("{\"vitals\":1,"), "{text}");
        assert!(!text.contains('\n'));
        assert_eq!(read(&text), Ok(answer));
    }

    #[test]
    fn other_versions_and_other_json_are_refused() {
        let later = write(&sample_answer()).replacen(":1,", ":2,", 1);
        assert_eq!(read(&later), Err("JSON version 2 is not known, only 1".to_owned()));
        assert!(read("{}").is_err() && read("").is_err() && read("[1]").is_err());
    }
}
