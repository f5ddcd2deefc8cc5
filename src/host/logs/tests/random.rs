//! A writer of numbered lines whose log is rotated in every way between the runs, also several times: each line that
//! still exists somewhere is read once, in order; where a line is gone, that is said; where none can be, nothing is.

use super::*;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::SystemTime;

/// How many logs, each with a history of its own.
fn histories() -> u64 {
    if std::env::var_os("VITALS_SOAK").is_some() { 10_000 } else { 300 }
}

const LOG: &str = "a.log";
/// Runs in one history.
const RUNS: usize = 12;
/// Generations that are kept.
const KEPT: usize = 6;

/// SplitMix64: the same seed, the same history.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.roll() % count as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Style {
    /// a.log.1, a.log.2 …
    Counted,
    /// a.log-20240001 …
    Dated,
    /// a.log is a link to b-20240001.log …
    Linked,
}

/// One file's part of the history.
#[derive(Debug)]
struct Generation {
    name: String,
    number: usize,
    packed: bool,
}

struct World {
    log: Follower,
    dice: Dice,
    style: Style,
    packer: Option<(&'static str, &'static str)>,
    /// Simulated: files get their times from here.
    now: Duration,
    /// The oldest first; the last is the present one.
    generations: VecDeque<Generation>,
    next: usize,
    line: usize,
    /// What stands at the end of the present file without a newline.
    unfinished: String,
    /// Lines that are to be read, each with the number of its generation.
    expected: Vec<(usize, String)>,
    /// Unread lines are gone for good.
    destroyed: bool,
    /// The generation that was the present one at the last run.
    seen: usize,
    /// It may be said that lines are lost.
    excused: bool,
    story: Vec<String>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let style = [Style::Counted, Style::Dated, Style::Linked][dice.below(3)];
        let packers =
            [None, Some(("gzip", ".gz")), Some(("bzip2", ".bz2")), Some(("xz", ".xz")), Some(("zstd", ".zst"))];
        let packer = packers[dice.below(packers.len())].filter(|(program, _)| is_there(program));
        let log = Follower::new(LOG, from_start());
        let mut world = Self {
            log,
            dice,
            style,
            packer,
            now: Duration::from_secs(1_700_000_000),
            generations: VecDeque::new(),
            next: 1,
            line: 0,
            unfinished: String::new(),
            expected: Vec::new(),
            destroyed: false,
            seen: 0,
            excused: false,
            story: vec![format!("{style:?} {packer:?}")],
        };
        world.create();
        world.run();
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.log.path(name)
    }

    fn present(&self) -> &Generation {
        self.generations.back().expect("a present file")
    }

    /// A moment passes. bzip2 keeps no more than the seconds of a time.
    fn touch(&mut self, name: &str) {
        let least = if self.packer.is_some_and(|(program, _)| program == "bzip2") { 1000 } else { 10 };
        self.now += Duration::from_millis(least + self.dice.below(2000) as u64);
        let file = File::options().append(true).open(self.path(name)).expect("opened");
        file.set_modified(SystemTime::UNIX_EPOCH + self.now).expect("a time");
    }

    /// The present file is made anew.
    fn create(&mut self) {
        let number = self.next;
        self.next += 1;
        let name = if self.style == Style::Linked { format!("b-2024{number:04}.log") } else { LOG.to_owned() };
        File::create(self.path(&name)).expect("made");
        if self.style == Style::Linked {
            let link = self.path("link");
            std::os::unix::fs::symlink(&name, &link).expect("a link");
            fs::rename(link, self.path(LOG)).expect("switched");
        }
        self.touch(&name);
        self.generations.push_back(Generation { name, number, packed: false });
    }

    fn write(&mut self) {
        for _ in 0..self.dice.below(6) {
            let number = self.present().number;
            if self.unfinished.is_empty() {
                self.line += 1;
                let most = if self.dice.one_in(7) { 3000 } else { 60 };
                let filler = self.dice.below(most);
                self.unfinished = format!("{} {}", self.line, "x".repeat(filler));
                let unfinished = self.unfinished.clone();
                self.log.append(LOG, unfinished);
            }
            if !self.dice.one_in(5) {
                self.log.append(LOG, "\n");
                let line = std::mem::take(&mut self.unfinished);
                self.expected.push((number, line));
            }
        }
        let name = self.present().name.clone();
        self.touch(&name);
    }

    /// A line at the end of a file to which nobody writes any more counts.
    fn finish(&mut self) {
        if !self.unfinished.is_empty() {
            let line = std::mem::take(&mut self.unfinished);
            self.expected.push((self.present().number, line));
        }
    }

    fn forget(&mut self, number: usize) {
        let before = self.expected.len();
        self.expected.retain(|(of, _)| *of != number);
        self.destroyed |= self.expected.len() != before;
        self.excused = true;
    }

    /// Makes room for the present file under a name of the past.
    fn past_name(&mut self) -> String {
        let number = self.present().number;
        match self.style {
            Style::Dated => format!("{LOG}-2024{number:04}"),
            Style::Linked => self.present().name.clone(),
            Style::Counted => {
                let count = self.generations.len() - 1;
                for at in 0..count {
                    let (old, to) = (self.generations[at].name.clone(), count - at + 1);
                    let ending = if self.generations[at].packed { self.packer.expect("packed").1 } else { "" };
                    let new = format!("{LOG}.{to}{ending}");
                    self.log.rename(&old, &new);
                    self.generations[at].name = new;
                }
                format!("{LOG}.1")
            }
        }
    }

    fn rotate(&mut self) {
        self.finish();
        let name = self.past_name();
        if self.style != Style::Linked {
            self.log.rename(LOG, &name);
        }
        self.generations.back_mut().expect("present").name = name;
        self.create();
        self.thin();
    }

    fn copytruncate(&mut self) {
        if self.style == Style::Linked {
            return;
        }
        self.finish();
        let name = self.past_name();
        fs::copy(self.path(LOG), self.path(&name)).expect("copied");
        self.touch(&name);
        self.generations.back_mut().expect("present").name = name;
        File::create(self.path(LOG)).expect("emptied");
        self.touch(LOG);
        self.generations.push_back(Generation { name: LOG.to_owned(), number: self.next, packed: false });
        self.next += 1;
        self.excused = true;
        self.thin();
    }

    /// The oldest are deleted.
    fn thin(&mut self) {
        while self.generations.len() > KEPT {
            let oldest = self.generations.pop_front().expect("one");
            fs::remove_file(self.path(&oldest.name)).expect("removed");
            let excused = self.excused;
            self.forget(oldest.number);
            self.excused = excused || self.destroyed || self.generations.len() == 1;
        }
    }

    /// Packs what is old, also the file that was just rotated; or is in the middle of it.
    fn pack(&mut self) {
        let Some((program, ending)) = self.packer else { return };
        // A file that was empty is known by its number alone, which packing changes.
        self.excused |= self.log.marks.files.iter().any(|mark| mark.offset == 0);
        let sparing = self.dice.below(2);
        let count = (self.generations.len() - 1).saturating_sub(sparing);
        for at in 0..count {
            if self.generations[at].packed {
                continue;
            }
            let name = self.generations[at].name.clone();
            let packed = format!("{name}{ending}");
            let status = Command::new(program).arg("-k").arg(self.path(&name)).stderr(Stdio::null()).status();
            assert!(status.is_ok_and(|status| status.success()), "{program}");
            if self.dice.one_in(4) {
                let half = fs::metadata(self.path(&packed)).expect("packed").len() / 2;
                File::options().write(true).open(self.path(&packed)).and_then(|f| f.set_len(half)).expect("half");
                self.run();
                fs::remove_file(self.path(&packed)).expect("removed");
                continue;
            }
            if self.dice.one_in(4) {
                self.run();
            }
            fs::remove_file(self.path(&name)).expect("removed");
            let generation = &mut self.generations[at];
            (generation.name, generation.packed) = (packed, true);
        }
    }

    /// The present file is lost: emptied, deleted and made again, or replaced by one of the same length.
    fn destroy(&mut self) {
        let gone = self.generations.pop_back().expect("present");
        self.unfinished.clear();
        let before = self.destroyed;
        self.forget(gone.number);
        // Nor that there was a file between two others.
        if gone.number != self.seen {
            self.destroyed = before;
        }
        match self.dice.below(3) {
            0 => {
                // Nobody can know that a file was not empty all the time.
                if self.log.marks.files.iter().all(|mark| mark.offset == 0) {
                    self.destroyed = before;
                }
                File::create(self.path(&gone.name)).expect("emptied");
                self.touch(&gone.name);
                self.generations.push_back(Generation { number: self.next, ..gone });
                self.next += 1;
            }
            1 => {
                fs::remove_file(self.path(&gone.name)).expect("removed");
                if self.dice.one_in(2) {
                    let (done, text) = self.read(usize::MAX);
                    self.story.push(format!("run without it: {text:?} {:?}", done.lost));
                    self.check(&done, &text, true);
                }
                self.create();
            }
            _ => {
                let length = fs::metadata(self.path(&gone.name)).expect("there").len() as usize;
                fs::remove_file(self.path(&gone.name)).expect("removed");
                self.create();
                self.line += 1;
                let line = format!("{} ", self.line);
                if length > line.len() {
                    let line = format!("{line}{}", "y".repeat(length - line.len() - 1));
                    self.log.append(LOG, format!("{line}\n"));
                    self.expected.push((self.present().number, line));
                }
                let name = self.present().name.clone();
                self.touch(&name);
            }
        }
    }

    fn step(&mut self) {
        let what = self.dice.below(12);
        self.story.push(format!("step {what}"));
        match what {
            0..=4 => self.write(),
            5 | 6 => self.rotate(),
            7 => self.copytruncate(),
            8 | 9 => self.pack(),
            10 if self.dice.one_in(2) => self.destroy(),
            _ => {}
        }
    }

    /// Reads up to so many blocks, one at least; each line has its end.
    fn read(&mut self, mut blocks: usize) -> (Read, String) {
        let mut text = Vec::new();
        let done = self.log.read(&mut |block| {
            text.extend_from_slice(block);
            if !block.ends_with(b"\n") {
                text.push(b'\n');
            }
            blocks = blocks.saturating_sub(1);
            if blocks == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        (done, String::from_utf8(text).expect("UTF-8"))
    }

    /// One run, or several that are stopped.
    fn run(&mut self) {
        if self.dice.one_in(4) {
            let blocks = self.dice.below(3);
            let (done, text) = self.read(blocks);
            self.story.push(format!("stopped run: {text:?} {:?}", done.lost));
            let count = text.lines().count();
            let expected: Vec<&str> = self.expected.iter().take(count).map(|(_, line)| line.as_str()).collect();
            assert_eq!(text.lines().collect::<Vec<_>>(), expected, "{:#?}", self.story);
            self.expected.drain(..count);
            assert!(done.lost.is_empty() || self.excused, "{done:?} {:#?}", self.story);
            self.destroyed &= done.lost.is_empty();
        }
        let (done, text) = self.read(usize::MAX);
        self.story.push(format!("run: {text:?} {:?}", done.lost));
        self.check(&done, &text, false);
    }

    fn check(&mut self, done: &Read, text: &str, missing: bool) {
        // While there is no present file, somebody may still go on with the last line.
        let read = text.lines().count();
        let waits = missing && read + 1 == self.expected.len();
        let rest = if waits { self.expected.split_off(read) } else { Vec::new() };
        let expected: Vec<&str> = self.expected.iter().map(|(_, line)| line.as_str()).collect();
        assert_eq!(text.lines().collect::<Vec<_>>(), expected, "{:#?}", self.story);
        assert_eq!(done.problems.len(), usize::from(missing), "{done:?} {:#?}", self.story);
        assert!(!self.destroyed || !done.lost.is_empty(), "lines are lost, and nobody says so: {:#?}", self.story);
        assert!(self.excused || done.lost.is_empty(), "no lines are lost: {done:?} {:#?}", self.story);
        self.expected = rest;
        self.destroyed = false;
        self.seen = self.generations.back().map_or(0, |present| present.number);
        // What was destroyed before this run has been told.
        self.excused = missing;
    }
}

fn is_there(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

#[test]
fn no_line_is_lost_and_none_is_told_twice() {
    for seed in 0..histories() {
        let mut world = World::new(seed);
        world.story.push(format!("seed {seed}"));
        for _ in 0..RUNS {
            for _ in 0..world.dice.below(5) {
                world.step();
            }
            world.run();
        }
    }
}
