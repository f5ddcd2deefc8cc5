//! What is no ordinary log: encodings, endless lines, things that are no files.

use super::*;
use nix::sys::stat::Mode;
use std::fs;

/// A text in each encoding, with its byte order mark where it has one.
fn encoded(text: &str) -> Vec<(&'static str, Encoding, Vec<u8>)> {
    let wide = |mark: bool, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16()).flat_map(order).collect()
    };
    vec![
        ("UTF-8", Encoding::Auto, text.as_bytes().to_vec()),
        ("UTF-8 with a mark", Encoding::Auto, [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        ("UTF-16LE with a mark", Encoding::Auto, wide(true, u16::to_le_bytes)),
        ("UTF-16BE with a mark", Encoding::Auto, wide(true, u16::to_be_bytes)),
        ("UTF-16LE", Encoding::Utf16le, wide(false, u16::to_le_bytes)),
        ("UTF-16BE", Encoding::Utf16be, wide(false, u16::to_be_bytes)),
    ]
}

#[test]
fn split_anywhere_the_lines_are_the_same() {
    let text = "Störung\n😀 \u{0A0A}\u{010A}\n\0\n\r\nend\n";
    let latin1: Vec<u8> = "Störung 5€\n\0\nend\n".chars().map(|c| if c == '€' { 0x80 } else { c as u8 }).collect();
    let cases = encoded(text).into_iter().map(|(name, encoding, raw)| (name, encoding, raw, text));
    let latin1 = ("Latin-1", Encoding::Latin1, latin1, "Störung 5€\n\0\nend\n");
    for (name, encoding, raw, text) in cases.chain([latin1]) {
        for at in 0..=raw.len() {
            let mut log = Follower::new("a.log", Wishes { encoding, ..from_start() });
            log.append("a.log", &raw[..at]);
            let first = log.text();
            log.append("a.log", &raw[at..]);
            assert_eq!(first + &log.text(), text, "{name} at {at}");
        }
    }
}

#[test]
fn the_last_lines_and_the_whole_are_read_with_no_regard_to_the_position() {
    for (name, encoding, raw) in encoded(&format!("one\n{}\nthree\nfour", "x".repeat(70_000))) {
        let tail = |count: usize, raw: &[u8]| {
            let wishes = Wishes { encoding, last_lines: Some(count), longest_line: 200_000, ..Wishes::default() };
            let mut log = Follower::new("a.log", wishes);
            log.append("a.log", raw);
            let text = log.text();
            assert_eq!((log.text(), &log.marks), (text.clone(), &Marks::default()), "{name}");
            text
        };
        assert_eq!(tail(1, &raw), "four", "{name}");
        assert_eq!(tail(2, &raw), "three\nfour", "{name}");
        assert_eq!(tail(3, &raw).len(), 70_011, "{name}");
        assert_eq!(tail(4, &raw).len(), 70_015, "{name}");
        assert_eq!(tail(9, &raw).len(), 70_015, "{name}");
        assert_eq!(tail(0, &raw), "", "{name}");
    }
    let mut log = Follower::new("a.log", Wishes { last_lines: Some(1), ..Wishes::default() });
    log.append("a.log", "one\ntwo\n");
    assert_eq!(log.text(), "two\n");
    log.wishes = Wishes { whole: true, ..Wishes::default() };
    assert_eq!(log.text() + &log.text(), "one\ntwo\none\ntwo\n");
}

#[test]
fn of_a_long_line_only_the_beginning_is_kept() {
    for longest_line in [3, 10, 1000, 200_000] {
        let mut log = Follower::new("a.log", Wishes { longest_line, ..from_start() });
        let line = |count: usize| format!("{}\n", "x".repeat(count));
        let [fits, long, endless] = [longest_line, longest_line + 1, 700_000].map(line);
        log.append("a.log", format!("a\n{fits}{long}b\n{endless}{fits}"));
        let (done, text) = log.run();
        let cut = "x".repeat(longest_line);
        assert_eq!(text, format!("a\n{fits}{cut}b\n{cut}{fits}"), "{longest_line}");
        assert_eq!(done.cut_lines, 2);
        // A line without an end is told once, and its end is not taken for a line.
        log.append("a.log", endless.trim_end());
        assert_eq!(log.text(), cut);
        log.append("a.log", endless.trim_end());
        assert_eq!(log.text(), "");
        log.append("a.log", "x\nc\n");
        assert_eq!(log.text(), "c\n");
    }
}

#[test]
fn a_first_run_begins_behind_a_long_unfinished_line() {
    let mut log = Follower::new("a.log", Wishes::default());
    log.append("a.log", "x".repeat(200_000));
    assert_eq!(log.run().1, "");
    log.append("a.log", "x\nnew\n");
    assert_eq!(log.text(), "new\n");
}

#[test]
fn a_run_reads_no_more_than_it_may() {
    let mut log = Follower::new("a.log", Wishes { most_bytes: 300_000, ..from_start() });
    let line = format!("{}\n", "x".repeat(999));
    log.append("a.log", line.repeat(1000));
    log.rename("a.log", "a.log.1");
    log.append("a.log", "end\n");
    log.wishes.rotated = vec![];
    let mut all = String::new();
    // From the beginning on, the rotated file is none of the log: it is followed once it has been seen.
    log.rename("a.log.1", "b");
    log.rename("a.log", "c");
    log.rename("b", "a.log");
    let (done, text) = log.run();
    assert_eq!(done.left, Some(1_000_000 - done.bytes));
    all += &text;
    log.rename("a.log", "a.log.1");
    log.rename("c", "a.log");
    loop {
        let (done, text) = log.run();
        assert!(done.lost.is_empty() && done.bytes < 600_000, "{done:?}");
        all += &text;
        if done.left.is_none() {
            break;
        }
    }
    assert!(all == line.repeat(1000) + "end\n");
}

#[test]
fn what_is_no_file_is_refused_and_the_others_are_read() {
    let mut log = Follower::new("*.log", from_start());
    fs::create_dir(log.path("folder.log")).expect("made");
    nix::unistd::mkfifo(&log.path("pipe.log"), Mode::S_IRWXU).expect("made");
    let socket = std::os::unix::net::UnixListener::bind(log.path("socket.log")).expect("bound");
    std::os::unix::fs::symlink("loop.log", log.path("loop.log")).expect("made");
    std::os::unix::fs::symlink("/dev/null", log.path("null.log")).expect("made");
    log.append("z.log", "one\n");
    let (done, text) = log.run();
    drop(socket);
    assert_eq!(text, "one\n");
    let said: Vec<String> = done.problems.iter().map(|problem| problem.failure.to_string()).collect();
    let of = |name: &str| said.iter().find(|text| text.contains(name)).map_or("", String::as_str);
    assert!(of("folder.log").ends_with("it is no regular file"), "{said:?}");
    assert!(of("pipe.log").ends_with("it is no regular file"), "{said:?}");
    assert!(of("null.log").ends_with("it is no regular file"), "{said:?}");
    assert!(of("loop.log").contains("symbolic links"), "{said:?}");
    assert_eq!(said.len(), 5, "{said:?}");
}

#[test]
fn a_packed_file_that_is_damaged_does_not_stop_the_rest() {
    let mut log = Follower::new("a.log", from_start());
    log.append("a.log", "one\n");
    assert_eq!(log.text(), "one\n");
    log.append("a.log.1.gz", "no gzip at all");
    fs::remove_file(log.path("a.log")).expect("removed");
    log.append("a.log", "two\n");
    let (done, text) = log.run();
    assert_eq!((text.as_str(), done.lost.len()), ("two\n", 2), "{done:?}");
    assert!(done.lost[1].why.contains("a.log.1.gz"), "{done:?}");
    assert_eq!(log.text(), "");
}

/// A few KiB that are a GiB of nothing: read only as far as a run may, and on from there at the next.
#[test]
fn a_packed_file_is_read_within_bounds() {
    use std::io::Write as _;
    let mut log = Follower::new("a.log", Wishes { most_bytes: 1 << 20, ..from_start() });
    log.append("a.log", "one\n");
    assert_eq!(log.text(), "one\n");
    let file = fs::File::create(log.path("a.log.1.gz")).expect("made");
    let mut packer = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    packer.write_all(b"one\n").expect("packed");
    for _ in 0..64 {
        packer.write_all(&[0; 1 << 16]).expect("packed");
    }
    packer.finish().expect("packed");
    fs::remove_file(log.path("a.log")).expect("removed");
    log.append("a.log", "two\n");
    let mut runs = 0;
    loop {
        let (done, text) = log.run();
        assert!(done.lost.is_empty() && done.bytes < 2 << 20, "{done:?}");
        runs += 1;
        if text.ends_with("two\n") {
            break;
        }
        assert!(done.left.is_some() && runs < 10, "{done:?}");
    }
    assert!(runs >= 4, "{runs}");
}

#[test]
fn half_a_newline_does_not_make_a_line_too_long() {
    let wishes = Wishes { encoding: Encoding::Utf16be, longest_line: 2, ..from_start() };
    let mut log = Follower::new("a.log", wishes);
    log.append("a.log", b"\0a\0");
    assert_eq!(log.text(), "");
    log.append("a.log", b"\n");
    let (done, text) = log.run();
    assert_eq!((text.as_str(), done.cut_lines), ("a\n", 0));
}
