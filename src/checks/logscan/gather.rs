//! Reads what is new and looks for what the rules take: all I/O of the check.

use super::input::Output;
use super::known::Known;
use super::options::Logscan;
use super::record::{Part, Pending, Streams};
use super::rule::Rules;
use super::scan::Scanner;
use super::seen::{Seen, Source, Volume, When};
use crate::host::clock::Clock;
use crate::host::logs::{self, Block, Gap, Marks, Problem, Read, Since, Times, Wishes};
use crate::model::timestamp::Timestamp;
use crate::plugin::Context;
use crate::runtime::failure::Failure;
use anyhow::anyhow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Time that is kept for judging and writing.
const RESERVE: Duration = Duration::from_millis(300);

/// Bytes up to which a run counts its lines whether somebody asks for it or not. Beyond that they are counted where a
/// rule or `--perfdata` names them: with one pattern it is 6 % of the time.
const COUNTED: u64 = 64 * 1024 * 1024;

/// What was read.
#[derive(Debug)]
pub struct Sample {
    pub(super) seen: Seen,
    /// By source: where the next run begins.
    pub(super) marks: BTreeMap<String, Marks>,
    /// By source: records whose end was not to be seen yet.
    pub(super) records: BTreeMap<String, Vec<Pending>>,
    /// Why lines may be lost.
    pub(super) lost: Vec<Gap>,
    /// Bytes that are left for the next run.
    pub(super) left: u64,
    /// There is more for the next run, nobody knows how much.
    pub(super) more: bool,
    /// Lines of which only a part was judged.
    pub(super) cut_lines: u64,
    /// Logs whose present end was taken as their beginning.
    pub(super) began: Vec<PathBuf>,
    pub(super) problems: Vec<Problem>,
    /// Sources that name no file at present.
    pub(super) empty: Vec<String>,
    /// What was noticed while reading.
    pub(super) notes: Vec<String>,
}

/// Reads all sources.
pub(super) fn gather(options: &Logscan, rules: &Rules, cx: &Context<'_>, known: &Known) -> Result<Sample, Failure> {
    let mut sample = Sample {
        seen: Seen::new(rules),
        marks: BTreeMap::new(),
        records: BTreeMap::new(),
        lost: Vec::new(),
        left: 0,
        more: false,
        cut_lines: 0,
        began: Vec::new(),
        problems: Vec::new(),
        empty: Vec::new(),
        notes: Vec::new(),
    };
    sample.seen.clock = Clock::read(cx.root);
    sample.seen.again = options.again();
    if options.status || options.reset.is_some() {
        sample.marks.clone_from(&known.marks);
        sample.records.clone_from(&known.records);
        return Ok(sample);
    }
    let scanner = Scanner::new(rules.matchers()).map_err(|why| anyhow!(why))?;
    let deadline = cx.deadline.at_most(cx.deadline.remaining().saturating_sub(RESERVE));
    let times = Arc::new(Times::new(cx.now, cx.root, options.time_format.clone()));
    let since = options.since.map(|time| Since { from: Timestamp(cx.now.0 - time), times: Arc::clone(&times) });
    let mut taker = Taker::new(rules, scanner, &mut sample, cx, &times);
    let wishes = options.wishes(since);
    for source in options.sources() {
        let name = source.to_string();
        let before = known.records.get(&name).cloned().unwrap_or_default();
        let kept = if options.again() { Vec::new() } else { before.clone() };
        taker.streams = rules.record_start().map(|start| Streams::new(rules, start, wishes.longest_line, kept));
        let marks = known.marks.get(&name).cloned().unwrap_or_default();
        let read = match (source, rules.record_start()) {
            (logs::Source::Command(_), Some(start)) => {
                let wishes = Wishes { as_written: true, ..wishes.clone() };
                let mut whole = Output::default();
                let read = logs::read(source, &marks, &wishes, cx.root, &deadline, &mut |block| whole.add(block))?;
                whole.give(Path::new(&name), start, read.newest_first, &mut |block| taker.block(block));
                read
            }
            _ => logs::read(source, &marks, &wishes, cx.root, &deadline, &mut |block| taker.block(block))?,
        };
        // Of a pattern's logs, some are gone for good, and standard input is another each time.
        let gone = matches!(source, logs::Source::Glob(_) | logs::Source::Dated(_) | logs::Source::Stdin);
        let left = taker.end_records(|log, file| !gone || read.marks.has(log, file));
        let left = if options.again() { before } else { left };
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
    sample.seen.incomplete = sample.left > 0 || sample.more;
    sample.seen.date(&times);
    Ok(sample)
}

struct Taker<'a> {
    rules: &'a Rules,
    scanner: Scanner<'a>,
    sample: &'a mut Sample,
    volume: Volume,
    /// Bytes of text so far.
    given: u64,
    cx: &'a Context<'a>,
    times: &'a Times,
    /// The file that is being read, and its place among the names.
    now: Option<(PathBuf, Source)>,
    /// Where records of several lines are judged.
    streams: Option<Streams<'a>>,
    wrong: Option<String>,
}

impl<'a> Taker<'a> {
    fn new(
        rules: &'a Rules,
        scanner: Scanner<'a>,
        sample: &'a mut Sample,
        cx: &'a Context<'a>,
        times: &'a Times,
    ) -> Self {
        let volume = Volume { lines: Some(0), bytes: 0 };
        Self { rules, scanner, sample, volume, given: 0, cx, times, now: None, streams: None, wrong: None }
    }

    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        let source = self.source(block.file);
        self.count(block.text);
        let judged = match self.streams.take() {
            None => self.judge(Part::Lines(block.text), source).map(drop),
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

    fn count(&mut self, text: &[u8]) {
        self.given += text.len() as u64;
        if self.given > COUNTED && !self.cx.wants("lines") {
            self.volume.lines = None;
        }
        if let Some(lines) = &mut self.volume.lines {
            // With memchr it would take three times as long: it counts the bits of masks, where this adds bytes.
            let ended = bytecount::count(text, b'\n') as u64;
            *lines += ended + u64::from(!text.is_empty() && !text.ends_with(b"\n"));
        }
    }

    fn judge(&mut self, part: Part<'_>, source: Source) -> Result<Option<usize>, String> {
        let (seen, rules, times, read) = (&mut self.sample.seen, self.rules, self.times, self.cx.now);
        let (Part::Lines(text) | Part::Whole(text) | Part::One { text, .. }) = part;
        let judged = part.judge(&self.scanner, rules.record_start(), |hit| {
            let when = When { read, written: &|| times.near(text, hit.start) };
            seen.take(rules, &hit, source, when);
        });
        seen.settle(rules, text);
        judged
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
        self.sample.more |= read.more;
        self.sample.cut_lines += read.cut_lines;
        self.sample.began.extend(read.began);
        self.sample.problems.extend(read.problems);
        self.sample.notes.extend(read.notes);
    }
}
