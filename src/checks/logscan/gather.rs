//! Reads what is new and looks for what the rules take: all I/O of the check.

use super::options::Logscan;
use super::rule::Rules;
use super::scan::Scanner;
use super::seen::{Seen, Source, Volume};
use super::trial::Trial;
use crate::host::clock::Clock;
use crate::host::logs::{self, Block, Gap, Marks, Problem, Read, Wishes};
use crate::plugin::Context;
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use anyhow::anyhow;
use memchr::memrchr;
use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Read as _};
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
    pub(super) lost: Vec<Gap>,
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
    rules: &Rules,
    cx: &Context<'_>,
    marks: &BTreeMap<String, Marks>,
) -> Result<Sample, Failure> {
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
    sample.seen.again = options.again();
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
            let given = standard_input(&deadline, &mut |block| taker.block(block))?;
            taker.volume.bytes += given.bytes;
            if given.more {
                let why = "standard input has not ended in time: what comes later is not read";
                taker.sample.lost.push(why.to_owned().into());
            }
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
        // 8 % of a scan for one pattern; it was a fifth with memchr, which counts the bits of masks where this adds
        // bytes.
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
}

/// Shows which rule takes which line of the logs as they are.
pub(super) fn attempt(
    options: &Logscan,
    root: &Root,
    deadline: &Deadline,
    out: &mut dyn FnMut(&str) -> ControlFlow<()>,
) -> Result<(), Failure> {
    let rules = options.rules().map_err(|why| anyhow!(why))?;
    let coloured = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut trial = Trial::new(rules, coloured).map_err(|why| anyhow!(why))?;
    let wishes = Wishes { whole: true, ..options.wishes() };
    let (mut wrong, mut heard) = (None, true);
    for source in options.sources() {
        let mut sink = |block: &Block<'_>| {
            let flow = trial.block(block, &mut *out);
            let flow = flow.unwrap_or_else(|why| {
                wrong = Some(why);
                ControlFlow::Break(())
            });
            heard = flow.is_continue();
            flow
        };
        if matches!(source, logs::Source::Stdin) {
            standard_input(deadline, &mut sink)?;
        } else {
            let read = logs::read(source, &Marks::default(), &wishes, root, deadline, &mut sink)?;
            for problem in read.problems {
                let _ = out(&problem.failure.to_string());
            }
        }
        if let Some(why) = wrong {
            return Err(anyhow!(why).into());
        }
        if !heard {
            return Ok(());
        }
    }
    let counts = trial.counts();
    let _ = out("").is_continue() && counts.iter().all(|line| out(line).is_continue());
    if deadline.is_over() {
        return Err(anyhow!("the time was over before all was read: give it more with --timeout").into());
    }
    Ok(())
}

/// What came of standard input.
struct Given {
    bytes: u64,
    /// It went on when the time was over.
    more: bool,
}

/// All of standard input, to its end or to the deadline.
fn standard_input(
    deadline: &Deadline,
    sink: &mut dyn FnMut(&Block<'_>) -> ControlFlow<()>,
) -> Result<Given, Failure> {
    let mut input = io::stdin().lock();
    let (mut buffer, mut given) = (Vec::new(), Given { bytes: 0, more: false });
    loop {
        if deadline.is_over() {
            given.more = true;
            return Ok(given);
        }
        let kept = buffer.len();
        buffer.resize(kept + BUFFER, 0);
        let read = match input.read(buffer.get_mut(kept..).unwrap_or_default()) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                buffer.truncate(kept);
                continue;
            }
            read => read.map_err(|error| anyhow!(error).context("standard input"))?,
        };
        buffer.truncate(kept + read);
        given.bytes += read as u64;
        // Without an end of line so much is a line all the same.
        let whole = if read == 0 || buffer.len() >= 4 * BUFFER {
            buffer.len()
        } else {
            memrchr(b'\n', &buffer).map_or(0, |end| end + 1)
        };
        let rest = buffer.split_off(whole);
        let block = Block { file: Path::new("standard input"), text: &buffer, offset: 0, cut: false };
        let flow = if buffer.is_empty() { ControlFlow::Continue(()) } else { sink(&block) };
        buffer = rest;
        if read == 0 || flow.is_break() {
            return Ok(given);
        }
    }
}
