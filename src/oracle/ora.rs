//! Error numbers in texts: some drivers say them nowhere else.

/// The first error number of a text after this mark, such as `ORA-` or `DPI-`.
fn after(text: &str, mark: &str) -> Option<u32> {
    text.match_indices(mark).find_map(|(at, _)| {
        let rest = text.get(at + mark.len()..)?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        // Five digits are usual (ORA-00942); DPI-1067 writes ORA-942 as it is.
        rest.get(..digits.min(6))?.parse().ok()
    })
}

/// The number that says most in a text: ORA-00604 and the like only lead to the next one.
pub(super) fn number(text: &str) -> Option<u32> {
    /// Errors that are the cover of another.
    const COVERS: [u32; 4] = [604, 2063, 4088, 6512];
    let mut rest = text;
    let mut first = None;
    while let Some(number) = after(rest, "ORA-") {
        if !COVERS.contains(&number) {
            return Some(number);
        }
        first = first.or(Some(number));
        let at = rest.find("ORA-").map_or(rest.len(), |at| at + 4);
        rest = rest.get(at..).unwrap_or_default();
    }
    first.or_else(|| after(text, "TNS-"))
}

/// The number of an error of ODPI-C.
pub(super) fn dpi(text: &str) -> Option<u32> {
    after(text, "DPI-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_texts() {
        for (text, found) in [
            ("ORA-00942: table or view does not exist", Some(942)),
            ("OCI Error: ORA-01017: invalid username/password; logon denied", Some(1017)),
            ("DPI-1080: connection was closed by ORA-3113", Some(3113)),
            ("DPI Error: DPI-1067: call timeout of 900 ms exceeded with ORA-3136", Some(3136)),
            ("ORA-00604: error occurred at recursive SQL level 1\nORA-01013: cancelled", Some(1013)),
            ("ORA-00604: error occurred at recursive SQL level 1", Some(604)),
            ("TNS-12541: no listener", Some(12541)),
            ("refused connection. (Similar to ORA-12514) (CONNECTION_ID=x)", Some(12514)),
            ("ORA-: nothing", None),
            ("MORAL-12", None),
            ("", None),
        ] {
            assert_eq!(number(text), found, "{text}");
        }
        assert_eq!(dpi("DPI-1047: Cannot locate a 64-bit Oracle Client library"), Some(1047));
    }
}
