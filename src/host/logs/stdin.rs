//! Standard input: lines as they come, to its end or to the deadline.

use super::encoding::Form;
use super::log::Log;
use super::position::Position;
use super::reader::{Reader, Text};
use super::{Block, Read, Wishes};
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use anyhow::{Context as _, anyhow};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::Path;
use std::time::Duration;

/// What it is called in findings.
pub(super) const NAME: &str = "standard input";
/// So many bytes at the beginning tell the encoding.
const MARK: usize = 8;
/// Bytes that are read before those that were used are forgotten.
const PASS: usize = 1024 * 1024;

/// Gives the lines of standard input.
///
/// # Errors
/// It cannot be read.
pub(super) fn read(
    wishes: &Wishes,
    deadline: &Deadline,
    sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
) -> Result<Read, Failure> {
    let input = io::stdin().as_fd().try_clone_to_owned().context(NAME)?;
    follow(File::from(input), wishes, deadline, sink)
}

fn follow(
    file: File,
    wishes: &Wishes,
    deadline: &Deadline,
    sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
) -> Result<Read, Failure> {
    // There is no next run that could read the rest.
    let wishes = &Wishes { most_bytes: u64::MAX, ..wishes.clone() };
    let mut reader = Reader::new(wishes, deadline, sink);
    let mut read = Read { files: 1, ..Read::default() };
    let (mut input, mut at, mut form) = (Input::new(file), Position::default(), None);
    let path = Path::new(NAME);
    while !reader.stopped {
        let finished = input.ended || !is_readable(input.file.as_fd(), deadline);
        if form.is_none() && !finished && !input.has(MARK).with_context(|| format!("cannot read {NAME}"))? {
            continue;
        }
        let (form, bom) = *form.get_or_insert_with(|| Form::of(wishes.encoding, &input.kept));
        (input.room, input.given) = (if finished { 0 } else { PASS }, 0);
        let before = at.offset;
        let text = Text { log: Log::text(path), path, form, bom, end: u64::MAX, finished };
        reader.read(text, &mut input, &mut at).map_err(|error| anyhow!(error).context(NAME))?;
        input.drop_first(at.offset - before);
        if finished {
            break;
        }
    }
    if !input.ended && deadline.is_over() {
        read.lost.push("standard input has not ended in time: what comes later is not read".to_owned().into());
    }
    (read.bytes, read.cut_lines) = (reader.bytes, reader.cut_lines);
    Ok(read)
}

/// What has come. The reader leaves half a line at the end, which is given to it again with what comes later.
struct Input {
    file: File,
    /// What the reader has not used yet, and how much of that it has been given now.
    kept: Vec<u8>,
    given: usize,
    /// So much may be read in this pass, beside what was kept.
    room: usize,
    ended: bool,
}

impl Input {
    const fn new(file: File) -> Self {
        Self { file, kept: Vec::new(), given: 0, room: 0, ended: false }
    }

    /// Reads what is there. Returns whether so many bytes have come, or no more will.
    fn has(&mut self, count: usize) -> io::Result<bool> {
        let mut buffer = vec![0; MARK];
        let read = self.take(&mut buffer)?;
        self.kept.extend_from_slice(buffer.get(..read).unwrap_or_default());
        Ok(self.ended || self.kept.len() >= count)
    }

    fn take(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match io::Read::read(&mut self.file, buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => {
                    self.ended = matches!(read, Ok(0)) && !buffer.is_empty();
                    return read;
                }
            }
        }
    }

    /// So many bytes have been used.
    fn drop_first(&mut self, count: u64) {
        self.kept.drain(..usize::try_from(count).unwrap_or(usize::MAX).min(self.kept.len()));
    }
}

impl io::Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(rest) = self.kept.get(self.given..).filter(|rest| !rest.is_empty()) {
            let count = rest.len().min(buffer.len());
            buffer.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            self.given += count;
            return Ok(count);
        }
        let room = self.room.min(buffer.len());
        if room == 0 || self.ended || !is_readable(self.file.as_fd(), &Deadline::after(Duration::ZERO)) {
            return Ok(0);
        }
        let read = self.take(buffer.get_mut(..room).unwrap_or_default())?;
        self.room -= read;
        self.kept.extend_from_slice(buffer.get(..read).unwrap_or_default());
        self.given += read;
        Ok(read)
    }
}

/// Whether there is something to read, or the end of it, in time.
fn is_readable(fd: BorrowedFd<'_>, deadline: &Deadline) -> bool {
    loop {
        match poll(&mut [PollFd::new(fd, PollFlags::POLLIN)], deadline.poll_timeout()) {
            Err(Errno::EINTR) => {}
            ready => return ready == Ok(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::os::fd::OwnedFd;
    use std::sync::mpsc::channel;

    fn read(file: File, wishes: &Wishes, time: Duration, mut sink: impl FnMut(&str)) -> Read {
        let text = |block: &Block<'_>| {
            sink(&String::from_utf8_lossy(block.text));
            ControlFlow::Continue(())
        };
        follow(file, wishes, &Deadline::after(time), &mut { text }).expect("readable")
    }

    const LONG: Duration = Duration::from_secs(600);

    /// Each line is given before the next is written.
    #[test]
    fn lines_are_given_as_they_come() {
        let (from, mut to) = io::pipe().expect("a pipe");
        let (give, given) = channel::<String>();
        let writer = std::thread::spawn(move || {
            for half in ["\u{feff}on", "e\ntw", "o\n", "half"] {
                to.write_all(half.as_bytes()).expect("written");
                if half.contains('\n') {
                    given.recv().expect("given");
                }
            }
        });
        let mut all = Vec::new();
        let done = read(File::from(OwnedFd::from(from)), &Wishes::default(), LONG, |text| {
            all.push(text.to_owned());
            let _ = give.send(text.to_owned());
        });
        writer.join().expect("it ended");
        assert_eq!(all, ["one\n", "two\n", "half"]);
        assert_eq!((done.bytes, done.files, done.lost.len()), (15, 1, 0));
    }

    #[test]
    fn it_is_judged_in_its_encoding_and_by_its_bounds() {
        let (from, mut to) = io::pipe().expect("a pipe");
        let line = format!("{}\n", "ä".repeat(100_000));
        let bytes: Vec<u8> = format!("{line}b\n").repeat(30).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let count = bytes.len() as u64;
        let writer = std::thread::spawn(move || to.write_all(&bytes));
        let wishes = Wishes { encoding: super::super::Encoding::Utf16le, most_bytes: 1024, ..Wishes::default() };
        let (mut cut, mut short) = (0, 0);
        let done = read(File::from(OwnedFd::from(from)), &wishes, LONG, |text| {
            cut += usize::from(text.chars().all(|c| c == 'ä'));
            short += text.matches("b\n").count();
        });
        assert!(writer.join().expect("it ended").is_ok());
        assert_eq!((cut, short, done.cut_lines, done.bytes), (30, 30, 30, count));
    }

    #[test]
    fn what_does_not_end_is_judged_as_far_as_it_came() {
        let (from, mut to) = io::pipe().expect("a pipe");
        to.write_all(b"one\nhalf").expect("written");
        let mut all = String::new();
        let done = read(File::from(OwnedFd::from(from)), &Wishes::default(), Duration::from_millis(50), |text| {
            all += text;
        });
        assert_eq!(all, "one\nhalf");
        assert!(matches!(&done.lost[..], [gap] if gap.why.contains("not ended in time")), "{done:?}");
    }
}
