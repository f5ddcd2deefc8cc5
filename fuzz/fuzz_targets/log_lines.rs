//! The bytes of a log in any encoding, read in any steps: the same lines, none longer than what is kept of one, and all
//! of them UTF-8 where the encoding is known.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::host::logs::Encoding;
use vitals::host::logs::fuzzing::{lines, passed};

const ENCODINGS: [Encoding; 5] =
    [Encoding::Auto, Encoding::Utf8, Encoding::Latin1, Encoding::Utf16le, Encoding::Utf16be];

fuzz_target!(|input: (u8, u8, Vec<u16>, &[u8])| {
    let (encoding, longest, mut ends, bytes) = (ENCODINGS[usize::from(input.0) % 5], input.1, Vec::new(), input.3);
    // As long as there is a limit: what is above it is cut.
    let longest = if longest == 0 { 65536 } else { usize::from(longest) };
    let mut steps: Vec<usize> = input.2.iter().map(|end| usize::from(*end) % (bytes.len() + 1)).collect();
    steps.sort_unstable();
    ends.extend(steps);
    ends.push(bytes.len());
    let (whole, cut) = lines(bytes, &[bytes.len()], encoding, longest);
    assert_eq!(lines(bytes, &ends, encoding, longest), (whole.clone(), cut), "{encoding:?} {ends:?}");
    assert_eq!(passed(bytes, encoding), bytes.len() as u64);
    for line in &whole {
        // A byte of Latin-1 becomes up to three, a unit of UTF-16 as well.
        assert!(line.len() <= 3 * longest.max(2) + 1, "{line:?}");
        assert!(matches!(encoding, Encoding::Auto | Encoding::Utf8) || std::str::from_utf8(line).is_ok());
    }
    if matches!(encoding, Encoding::Utf8) && longest == 65536 {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        assert_eq!(whole.concat(), text);
    }
});
