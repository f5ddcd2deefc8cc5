//! A source as it is typed: refused in words, or shown and read again as the same. A pattern fits what it was made for,
//! and a glob what a slow matcher says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::host::logs::Source;
use vitals::host::logs::fuzzing::fits;

fn slowly(glob: &[u8], name: &[u8]) -> bool {
    // By table: the glob's first `i` bytes fit the name's first `j`.
    let mut row = vec![false; name.len() + 1];
    row[0] = true;
    for token in glob {
        let mut next = vec![false; name.len() + 1];
        for j in 0..=name.len() {
            next[j] = match token {
                b'*' => row[j] || (j > 0 && next[j - 1]),
                b'?' => j > 0 && row[j - 1],
                byte => j > 0 && row[j - 1] && name[j - 1] == *byte,
            };
        }
        row = next;
    }
    row[name.len()]
}

/// A name that was written with the pattern.
fn written(pattern: &str) -> Option<String> {
    let (mut name, mut chars) = (String::new(), pattern.chars());
    while let Some(c) = chars.next() {
        match (c, (c == '%').then(|| chars.next())) {
            ('%', Some(Some(letter))) => name.push_str(match letter {
                'Y' | 'G' => "2026",
                'j' => "327",
                'u' | 'w' => "1",
                // Behind it could stand another digit.
                's' | 'N' | 'e' | 'k' | 'l' => return None,
                'a' | 'A' | 'b' | 'B' | 'h' | 'p' | 'P' | 'Z' => return None,
                'F' => "2026-11-23",
                'T' => "14:09:11",
                'R' => "14:09",
                '%' => "%",
                _ => "23",
            }),
            ('*', _) => name.push_str("any"),
            ('?', _) => name.push('x'),
            (c, _) => name.push(c),
        }
    }
    Some(name)
}

fuzz_target!(|input: (&str, &str)| {
    let (text, name) = input;
    match text.parse::<Source>() {
        Ok(source) => assert_eq!(source.to_string().parse::<Source>().as_ref(), Ok(&source), "{source}"),
        Err(why) => assert!(!why.is_empty()),
    }
    if text.is_empty() || text.contains('/') {
        return;
    }
    assert_eq!(fits(text, false, name.as_bytes()), Ok(slowly(text.as_bytes(), name.as_bytes())), "{text:?} {name:?}");
    if let (Ok(_), Some(made)) = (fits(text, true, b""), written(text)) {
        assert_eq!(fits(text, true, made.as_bytes()), Ok(true), "{text:?} {made:?}");
    }
});
