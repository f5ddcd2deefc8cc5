//! Reads what is new and looks for what the rules take: all I/O of the check.

use super::options::Logscan;
use super::record::{Part, Pending, Streams};
use super::rule::Rules;
use super::scan::Scanner;
use super::seen::{Seen, Source, Volume};
use crate::host::clock::Clock;
use crate::host::logs::{self, Block, Log, Marks, Problem, Read};
use crate::plugin::Context;
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use anyhow::anyhow;
use memchr::memchr_iter;
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
    /// By source: records whose end was not to be seen yet.
    pub(super) records: BTreeMap<String, Vec<Pending>>,
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
    records: &BTreeMap<String, Vec<Pending>>,
) -> Result<Sample, Failure> {
    let rules = options.rules().map_err(|why| anyhow!(why))?;
    let mut sample = Sample {
        seen: Seen::new(rules),
        marks: BTreeMap::new(),
        records: BTreeMap::new(),
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
        sample.records.clone_from(records);
        return Ok(sample);
    }
    let scanner = Scanner::new(rules.matchers()).map_err(|why| anyhow!(why))?;
    let deadline = cx.deadline.at_most(cx.deadline.remaining().saturating_sub(RESERVE));
    let mut taker = Taker { rules, scanner, sample: &mut sample, volume: Volume::default(), cx, now: None, streams: None, wrong: None };
    let wishes = options.wishes();
    let at_a_place = !wishes.whole && wishes.last_lines.is_none();
    for source in options.sources() {
        let name = source.to_string();
        let before = records.get(&name).cloned().unwrap_or_default();
        let kept = if at_a_place { before.clone() } else { Vec::new() };
        taker.streams = rules.record_start().map(|start| Streams::new(rules, start, wishes.longest_line, kept));
        if matches!(source, logs::Source::Stdin) {
            taker.standard_input(&deadline)?;
            taker.end_records(|_, _| false);
            continue;
        }
        let known = marks.get(&name).cloned().unwrap_or_default();
        let read = logs::read(source, &known, &wishes, cx.root, &deadline, &mut |block| taker.block(block))?;
        // Of a pattern's logs, some are gone for good.
        let many = matches!(source, logs::Source::Glob(_) | logs::Source::Dated(_));
        let left = taker.end_records(|log, file| !many || read.marks.has(log, file));
        let left = if at_a_place { left } else { before };
        if !left.is_empty() {
            taker.sample.records.insert(name.clone(), left);
        }
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
    /// Where records of several lines are judged.
    streams: Option<Streams<'a>>,
    wrong: Option<String>,
}

impl Taker<'_> {
    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        let source = self.source(block.file);
        let ended = memchr_iter(b'\n', block.text).count() as u64;
        let unended = u64::from(!block.text.is_empty() && !block.text.ends_with(b"\n"));
        self.volume.lines += ended + unended;
        let judged = match self.streams.take() {
            None => self.judge(Part::Whole(block.text), source).map(drop),
            Some(mut streams) => {
                let judged = streams.block(block, source, &mut |part, source| self.judge(part, source));
                self.streams = Some(streams);
                judged
            }
        };
        match judged {
            Ok(()) => ControlFlow::Continue(()),
            Err(why) => {
                self.wrong = Some(why);
                ControlFlow::Break(())
            }
        }
    }

    fn judge(&mut self, part: Part<'_>, source: Source) -> Result<Option<usize>, String> {
        let (seen, rules, time) = (&mut self.sample.seen, self.rules, self.cx.now);
        part.judge(&self.scanner, rules.record_start(), |rule, pattern, text| {
            seen.take(rules, rule, pattern, source, text, time);
        })
    }

    /// Judges the records whose end is not to be seen yet, and says what to keep of them. `known` tells by name and file
    /// which of the logs that were not read now there are still.
    fn end_records(&mut self, known: impl Fn(&Path, u64) -> bool) -> Vec<Pending> {
        let Some(streams) = self.streams.take() else { return Vec::new() };
        self.sample.cut_lines += streams.cut();
        streams.finish(&mut |part, source| self.judge(part, source), known).unwrap_or_else(|why| {
            self.wrong = Some(why);
            Vec::new()
        })
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
            let block = Block { log: Log::text(Path::new("standard input")), file: Path::new("standard input"), text: &buffer, offset: 0, cut: false };
            let on = self.block(&block);
            buffer = rest;
            if read == 0 || on.is_break() {
                break;
            }
        }
        Ok(())
    }
}
