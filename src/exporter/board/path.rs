//! The address of a check's page.

use super::super::config::Id;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986.
pub(super) const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// In front of a segment that would be lost otherwise.
const GUARD: char = '~';

/// The path of a check's page, `/check/HOST/NAME`, fit for a URL.
///
/// Browsers and proxies resolve the segments `.` and `..` even when they are percent-encoded, and an empty segment
/// matches no route: those get a `~` in front, and so does a name that begins with one.
#[must_use]
pub fn path_of(id: &Id) -> String {
    format!("/check/{}/{}", segment(&id.host), segment(&id.name))
}

fn segment(name: &str) -> String {
    let guarded = matches!(name, "" | "." | "..") || name.starts_with(GUARD);
    let guard = if guarded { "~" } else { "" };
    format!("{guard}{}", utf8_percent_encode(name, ESCAPED))
}

/// The check that the segments behind `/check/` name, after they were percent-decoded.
#[must_use]
pub fn id_of(host: &str, name: &str) -> Id {
    let bare = |segment: &str| segment.strip_prefix(GUARD).unwrap_or(segment).to_owned();
    Id { host: bare(host), name: bare(name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    fn id(host: &str, name: &str) -> Id {
        Id { host: host.to_owned(), name: name.to_owned() }
    }

    #[test]
    fn what_would_change_a_path_is_encoded() {
        assert_eq!(path_of(&id("db1", "fs /var")), "/check/db1/fs%20%2Fvar");
        assert_eq!(path_of(&id("ä", "100% a?b#c\\d")), "/check/%C3%A4/100%25%20a%3Fb%23c%5Cd");
        assert_eq!(path_of(&id("..", ".")), "/check/~../~.");
        assert_eq!(path_of(&id("", "~x")), "/check/~/~~x");
    }

    proptest! {
        #[test]
        fn a_path_reads_back(host in "\\PC*|[./~%?#]{0,4}", name in "\\PC*|[./~%?#]{0,4}") {
            let path = path_of(&id(&host, &name));
            prop_assert!(path.bytes().all(|byte| byte.is_ascii_graphic()));
            let segments: Vec<&str> = path.split('/').collect();
            let [_, _, first, second] = segments[..] else { panic!("{path}") };
            // A browser resolves these as it resolves `.` and `..`.
            prop_assert!(![first, second].iter().any(|segment| ["", ".", ".."].contains(segment)));
            let decode = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
            prop_assert_eq!(id_of(&decode(first), &decode(second)), id(&host, &name));
        }
    }
}
