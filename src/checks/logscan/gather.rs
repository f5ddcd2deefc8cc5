//! Reads what is new and looks for what the rules take: all I/O of the check.

use super::options::Logscan;
use super::rule::Rules;
use super::scan::Scanner;
use super::seen::{Seen, Source, Volume};
use crate::host::clock::Clock;
use crate::host::logs::{self, Block, Marks, Problem, Read};
use crate::plugin::Context;
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use anyhow::anyhow;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Time that is kept for judging and writing.
const RESERVE: Duration = Duration::from_millis(300);
/// Read of standard input at one time.
const BUFFER: usize = 256 * 1024;

/// What was read.
#[derive(Debug)]
pub struct Sample {
    pub(super) seen: Seen,
    /// By source: where the next run begins.
    pub(super) marks: BTreeMap<String, Marks>,
    /// Why lines may be lost.
    pub(super) lost: Vec<String>,
    /// Bytes that are left for the next run.
    pub(super) left: u64,
    /// Lines of which only a part was judged.
    pub(super) cut_lines: u64,
    /// Logs whose present end was taken as their beginning.
    pub(super) began: Vec<PathBuf>,
    pub(super) problems: Vec<Problem>,
    /// Sources that name no file at present.
    pub(super) empty: Vec<String>,
}

/// Reads all sources.
pub(super) fn gather(
    options: &Logscan,
    cx: &Context<'_>,
    marks: &BTreeMap<String, Marks>,
) -> Result<Sample, Failure> {
    let rules = options.rules().map_err(|why| anyhow!(why))?;
    let mut sample = Sample {
        seen: Seen::new(rules),
        marks: BTreeMap::new(),
        lost: Vec::new(),
        left: 0,
        cut_lines: 0,
        began: Vec::new(),
        problems: Vec::new(),
        empty: Vec::new(),
    };
    sample.seen.clock = Clock::read(cx.root);
    if options.status || options.reset.is_some() {
        sample.marks.clone_from(marks);
        return Ok(sample);
    }
    let scanner = Scanner::new(rules.matchers()).map_err(|why| anyhow!(why))?;
    let deadline = cx.deadline.at_most(cx.deadline.remaining().saturating_sub(RESERVE));
    let mut taker = Taker { rules, scanner, sample: &mut sample, volume: Volume::default(), cx, now: None, wrong: None };
    let wishes = options.wishes();
    for source in options.sources() {
        let name = source.to_string();
        if matches!(source, logs::Source::Stdin) {
            taker.standard_input(&deadline)?;
            continue;
        }
        let known = marks.get(&name).cloned().unwrap_or_default();
        let read = logs::read(source, &known, &wishes, cx.root, &deadline, &mut |block| taker.block(block))?;
        taker.note(name, read);
    }
    let (volume, wrong) = (taker.volume, taker.wrong.take());
    if let Some(why) = wrong {
        return Err(anyhow!(why).into());
    }
    sample.seen.volume = Some(volume);
    sample.seen.incomplete = sample.left > 0;
    Ok(sample)
}

struct Taker<'a> {
    rules: &'a Rules,
    scanner: Scanner<'a>,
    sample: &'a mut Sample,
    volume: Volume,
    cx: &'a Context<'a>,
    /// The file that is being read, and its place among the names.
    now: Option<(PathBuf, Source)>,
    wrong: Option<String>,
}

impl Taker<'_> {
    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        let source = self.source(block.file);
        let ended = bytecount::count(block.text, b'\n') as u64;
        let unended = u64::from(!block.text.is_empty() && !block.text.ends_with(b"\n"));
        self.volume.lines += ended + unended;
        let (seen, rules, time) = (&mut self.sample.seen, self.rules, self.cx.now);
        let scanned = self.scanner.scan(block.text, |hit| {
            seen.take(rules, hit.rule, hit.pattern, source, hit.line, time);
            ControlFlow::Continue(())
        });
        match scanned {
            Ok(()) => ControlFlow::Continue(()),
            Err(why) => {
                self.wrong = Some(why);
                ControlFlow::Break(())
            }
        }
    }

    fn source(&mut self, file: &Path) -> Source {
        if let Some((path, source)) = &self.now
            && path == file
        {
            return *source;
        }
        let source = self.sample.seen.source(&file.display().to_string());
        self.now = Some((file.to_owned(), source));
        source
    }

    fn note(&mut self, name: String, read: Read) {
        self.volume.bytes += read.bytes;
        if read.files == 0 && read.problems.is_empty() {
            self.sample.empty.push(name.clone());
        }
        self.sample.marks.insert(name, read.marks);
        self.sample.lost.extend(read.lost);
        self.sample.left += read.left.unwrap_or(0);
        self.sample.cut_lines += read.cut_lines;
        self.sample.began.extend(read.began);
        self.sample.problems.extend(read.problems);
    }

    /// All of standard input, to its end or to the deadline.
    fn standard_input(&mut self, deadline: &Deadline) -> Result<(), Failure> {
        let mut input = std::io::stdin().lock();
        let mut buffer = Vec::new();
        loop {
            if deadline.is_over() {
                self.sample.lost.push("standard input has not ended in time: what comes later is not read".to_owned());
                break;
            }
            let kept = buffer.len();
            buffer.resize(kept + BUFFER, 0);
            let read = input.read(buffer.get_mut(kept..).unwrap_or_default()).map_err(|error| anyhow!(error).context("standard input"))?;
            buffer.truncate(kept + read);
            self.volume.bytes += read as u64;
            // Without an end of line so much is a line all the same.
            let whole = if read == 0 || buffer.len() >= 4 * BUFFER {
                buffer.len()
            } else {
                memchr::memrchr(b'\n', &buffer).map_or(0, |end| end + 1)
            };
            let rest = buffer.split_off(whole);
            let block = Block { file: Path::new("standard input"), text: &buffer, offset: 0, cut: false };
            let on = self.block(&block);
            buffer = rest;
            if read == 0 || on.is_break() {
                break;
            }
        }
        Ok(())
    }
}
