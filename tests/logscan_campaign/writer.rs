//! The writer: numbered lines among noise, into a log that it rotates. It is its log's own rotator too, so that it knows
//! what became of each line; what it does between two steps of a rotation is as if they were two programs.
//!
//! On standard output it says at the end what it wrote and did, each with its time on the monotonic clock:
//! `line NUMBER FIRST LOST HIDDEN`, where FIRST is when its file got its first line, or 0 where that had been rotated away before
//! the line was written, LOST when it was destroyed, else 0, and HIDDEN when the last trace of that was, else 0;
//! `did TIME WHAT`.

use crate::plan::{Plan, Style};
use crate::random::Random;
use nix::time::{ClockId, clock_gettime};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The argument that makes this binary a writer.
pub const WORD: &str = "write-a-log";
/// Marked lines of one round at most: each is a rule of the check.
pub const LINES: u32 = 120;
const LOG: &str = "a.log";
/// Longer than the kernel's clock for files takes from one step to the next.
const TICK: Duration = Duration::from_millis(12);
/// bzip2 keeps no more than the seconds of a time.
const SECOND: Duration = Duration::from_millis(1100);

/// Nanoseconds of the monotonic clock, which all processes share.
pub fn now() -> u64 {
    let time = clock_gettime(ClockId::CLOCK_MONOTONIC).expect("a clock");
    u64::try_from(Duration::from(time).as_nanos()).expect("not for centuries")
}

/// One file's content.
#[derive(Debug, Default)]
struct Generation {
    number: usize,
    name: String,
    packed: bool,
    /// When it got its first line.
    first: u64,
    /// Nobody can read it any more since then.
    destroyed: u64,
    /// What was written between its copying and its emptying.
    copied: bool,
    /// Nobody can see that either since then.
    hidden: u64,
    /// And whether they came after it was rotated away.
    lines: Vec<(u32, bool)>,
}

struct Writer {
    folder: PathBuf,
    plan: Plan,
    dice: Random,
    /// The oldest first; the last is the present one.
    kept: VecDeque<Generation>,
    destroyed: Vec<Generation>,
    next: usize,
    /// The file that is open for writing, and its generation.
    file: File,
    open: usize,
    line: u32,
    packing: Option<(usize, Child)>,
    /// When it last began to rotate.
    rotated: u64,
    did: Vec<String>,
}

/// The log as it is before its writer has begun: the first file, with nothing or a line of noise in it.
pub fn begin(folder: &Path, plan: &Plan) {
    let name = first(plan);
    let text = if plan.steps.is_multiple_of(2) { format!("{} a line of noise\n", now()) } else { String::new() };
    fs::write(folder.join(&name), text).expect("written");
    if plan.style == Style::Linked {
        symlink(name, folder.join(LOG)).expect("a link");
    }
}

fn first(plan: &Plan) -> String {
    match plan.style {
        Style::Linked => "b-20260001.log".to_owned(),
        Style::Days => "a-20260001.log".to_owned(),
        _ => LOG.to_owned(),
    }
}

/// Writes a log, and says what became of it.
pub fn write(folder: &Path, round: u64) {
    let plan = Plan::of(round);
    let mut dice = Random::new(round);
    let file = File::open("/dev/null").expect("nothing");
    let steps = plan.steps;
    let mut writer = Writer {
        folder: folder.to_owned(),
        plan,
        kept: VecDeque::new(),
        destroyed: Vec::new(),
        next: 0,
        file,
        open: 0,
        line: 0,
        packing: None,
        rotated: now(),
        did: Vec::new(),
        dice: Random::new(dice.next()),
    };
    writer.next = 1;
    writer.kept.push_back(Generation { number: 1, name: first(&writer.plan), ..Generation::default() });
    writer.reopen();
    for _ in 0..steps {
        writer.step();
        writer.pause();
    }
    writer.reopen();
    writer.lines();
    writer.packed();
    writer.tell();
}

impl Writer {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn did(&mut self, what: &str) {
        self.did.push(format!("did {} writer: {what}", now()));
    }

    /// Gives the others a chance; sometimes the writer is at work meanwhile.
    fn pause(&mut self) {
        match self.dice.below(8) {
            0..=3 => {}
            4..=6 => std::thread::sleep(Duration::from_micros(self.dice.below(3000) as u64)),
            _ => std::thread::sleep(Duration::from_micros(self.dice.below(12_000) as u64)),
        }
    }

    /// Between two steps of a rotation.
    fn between(&mut self) {
        self.pause();
        if self.dice.one_in(3) {
            self.lines();
            self.pause();
        }
    }

    fn present(&mut self) -> &mut Generation {
        self.kept.back_mut().expect("a present file")
    }

    fn tell(self) {
        let mut text = self.did.join("\n") + "\n";
        for generation in self.kept.iter().chain(&self.destroyed) {
            for (line, late) in &generation.lines {
                let first = if *late { 0 } else { generation.first };
                text += &format!("line {line} {first} {} {}\n", generation.destroyed, generation.hidden);
            }
        }
        std::io::stdout().write_all(text.as_bytes()).expect("somebody reads it");
    }

    // Writing.

    fn put(&mut self, text: &str) {
        self.file.write_all(text.as_bytes()).expect("written");
    }

    /// Some lines; one in six is written in two halves.
    fn lines(&mut self) {
        for _ in 0..1 + self.dice.below(4) {
            if self.dice.one_in(2) {
                for _ in 0..1 + self.dice.below(5) {
                    self.put(&format!("{} a line of noise\n", now()));
                }
            }
            if self.line == LINES {
                return;
            }
            self.line += 1;
            let whole = format!("12:00:00 EVENT {:06} {}\n", self.line, "x".repeat(self.dice.below(60)));
            let half = if self.dice.one_in(6) { 1 + self.dice.below(whole.len() - 2) } else { 0 };
            self.put(&whole[..half]);
            if half > 0 {
                self.pause();
            }
            self.put(&whole[half..]);
            self.ended();
        }
    }

    /// A line is whole: it belongs to the file that is open.
    fn ended(&mut self) {
        let (number, open, time) = (self.line, self.open, now());
        let late = self.present().number != open;
        let mut all = self.kept.iter_mut().chain(&mut self.destroyed);
        let generation = all.find(|generation| generation.number == open).expect("it was created");
        if generation.first == 0 {
            generation.first = time;
        }
        generation.lines.push((number, late));
        let name = generation.name.clone();
        self.did(&format!("line {number} into {name}"));
    }

    /// The writer opens its log by name.
    fn reopen(&mut self) {
        let number = self.present().number;
        if self.open == number {
            return;
        }
        let name = self.present().name.clone();
        let target = if self.plan.style == Style::Linked { LOG.to_owned() } else { name };
        let path = self.path(&target);
        self.file = File::options().append(true).create(true).open(path).expect("opened");
        self.open = number;
        self.did("opens its log anew");
    }

    // Rotating.

    fn step(&mut self) {
        match self.dice.below(16) {
            0..=7 => self.lines(),
            8 | 9 => self.rotate(),
            10 => {
                self.rotate();
                self.lines();
                self.rotate();
            }
            11 | 12 => self.pack(),
            13 => self.reopen(),
            14 if self.plan.destructive && self.dice.one_in(2) => self.destroy(),
            _ => self.pause(),
        }
    }

    fn rotate(&mut self) {
        // Whoever is told twice to open its log has done so the first time.
        self.reopen();
        self.packed();
        self.tick();
        match self.plan.style {
            Style::Counted | Style::Dated => self.rename(),
            Style::Linked | Style::Days => self.create(),
            Style::Copied => self.copy(),
        }
        if self.dice.one_in(2) {
            self.between();
            self.reopen();
        }
        self.thin();
    }

    /// The times of two generations differ: rotations are further apart than the clock of the files is coarse.
    fn tick(&mut self) {
        let pace = if self.plan.packer.is_some_and(|(program, _)| program == "bzip2") { SECOND } else { TICK };
        let past = Duration::from_nanos(now() - self.rotated);
        std::thread::sleep(pace.saturating_sub(past));
        self.lines();
        self.rotated = now();
    }

    /// A new present file.
    fn create(&mut self) {
        self.next += 1;
        let day = format!("2026{:04}", self.next);
        let name = match self.plan.style {
            Style::Linked => format!("b-{day}.log"),
            Style::Days => format!("a-{day}.log"),
            _ => LOG.to_owned(),
        };
        // Without it the writer makes it when it opens it.
        if self.plan.style == Style::Linked || self.dice.one_in(2) {
            File::create(self.path(&name)).expect("made");
        }
        self.did(&format!("makes {name}"));
        if self.plan.style == Style::Linked {
            let [link, log] = ["link", LOG].map(|name| self.path(name));
            if self.dice.one_in(2) {
                let _ = fs::remove_file(&log);
                self.between();
                symlink(&name, &log).expect("a link");
            } else {
                symlink(&name, &link).expect("a link");
                fs::rename(link, log).expect("switched");
            }
            self.did("switches the link");
        }
        self.kept.push_back(Generation { number: self.next, name, ..Generation::default() });
    }

    /// Makes room, and gives the name of the past for the present file.
    fn past(&mut self) -> String {
        if self.plan.style == Style::Dated {
            return format!("{LOG}-2026{:04}", self.present().number);
        }
        let count = self.kept.len() - 1;
        for at in 0..count {
            let ending = if self.kept[at].packed { self.plan.packer.expect("packed").1 } else { "" };
            let name = format!("{LOG}.{}{ending}", count - at + 1);
            fs::rename(self.path(&self.kept[at].name), self.path(&name)).expect("renamed");
            self.kept[at].name = name;
            if self.dice.one_in(4) {
                self.pause();
            }
        }
        format!("{LOG}.1")
    }

    fn rename(&mut self) {
        let name = self.past();
        fs::rename(self.path(LOG), self.path(&name)).expect("renamed");
        self.did(&format!("renames its log to {name}"));
        self.present().name = name;
        self.between();
        self.create();
    }

    /// As by logrotate's copytruncate: what comes in between is lost.
    fn copy(&mut self) {
        let name = self.past();
        let mut content = Vec::new();
        File::open(self.path(LOG)).and_then(|mut log| log.read_to_end(&mut content)).expect("read");
        let copied = self.present().lines.len();
        let mut copy = File::create(self.path(&name)).expect("made");
        self.did(&format!("copies its log to {name}"));
        let (first, rest) = content.split_at(content.len() / 2);
        copy.write_all(first).expect("written");
        self.pause();
        copy.write_all(rest).expect("written");
        drop(copy);
        self.between();
        let late = self.present().lines.split_off(copied);
        let (number, first) = (self.present().number, self.present().first);
        self.destroyed.push(Generation {
            number,
            first,
            destroyed: now(),
            copied: true,
            lines: late,
            ..Generation::default()
        });
        self.present().name = name;
        File::options().write(true).open(self.path(LOG)).and_then(|log| log.set_len(0)).expect("emptied");
        self.did("empties its log");
        self.next += 1;
        let fresh = Generation { number: self.next, name: LOG.to_owned(), ..Generation::default() };
        self.kept.push_back(fresh);
        self.open = self.next;
    }

    /// The oldest generations are removed.
    fn thin(&mut self) {
        while self.kept.len() - 1 > self.plan.kept {
            let open = self.open;
            if self.kept.front().is_some_and(|oldest| oldest.number == open) {
                self.reopen();
            }
            let mut oldest = self.kept.pop_front().expect("one");
            oldest.destroyed = now();
            fs::remove_file(self.path(&oldest.name)).expect("removed");
            self.did(&format!("removes {}", oldest.name));
            self.destroyed.push(oldest);
        }
    }

    /// Packs an old generation, while the rest goes on.
    fn pack(&mut self) {
        self.packed();
        let Some((program, _)) = self.plan.packer else { return };
        let (open, last) = (self.open, self.kept.len() - 1);
        let at = (0..last).find(|at| !self.kept[*at].packed && self.kept[*at].number != open);
        let Some(at) = at.filter(|_| last > 0) else { return };
        let path = self.path(&self.kept[at].name);
        let mut command = Command::new(program);
        command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if program == "zstd" {
            command.arg("--rm");
        }
        let child = command.spawn().expect("a packer");
        self.did(&format!("packs {}", self.kept[at].name));
        self.packing = Some((self.kept[at].number, child));
    }

    fn packed(&mut self) {
        let Some((number, mut child)) = self.packing.take() else { return };
        assert!(child.wait().expect("waited").success(), "the packer failed");
        let ending = self.plan.packer.expect("a packer").1;
        if let Some(generation) = self.kept.iter_mut().find(|generation| generation.number == number) {
            generation.name += ending;
            generation.packed = true;
        }
        self.did("has packed it");
    }

    /// The present file is lost: emptied, deleted and made again, or replaced by one of the same length.
    fn destroy(&mut self) {
        self.reopen();
        self.packed();
        self.tick();
        let name = self.present().name.clone();
        let path = self.path(&name);
        let length = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let mut gone = self.kept.pop_back().expect("present");
        gone.destroyed = now();
        self.destroyed.push(gone);
        self.next += 1;
        let fresh = Generation { number: self.next, name: name.clone(), ..Generation::default() };
        self.kept.push_back(fresh);
        // Files of a pattern are deleted by design: that is no news.
        let what = if self.plan.is_of_pattern() { self.dice.below(2) * 3 } else { self.dice.below(4) };
        if what != 0 {
            // That a log was copied and emptied shows in that its number is still there, and its content elsewhere.
            let hidden = now();
            for copied in self.destroyed.iter_mut().filter(|it| it.copied && it.hidden == 0) {
                copied.hidden = hidden;
            }
        }
        match what {
            0 => {
                File::options().write(true).open(&path).and_then(|log| log.set_len(0)).expect("emptied");
                self.open = self.next;
                self.did(&format!("empties {name}"));
            }
            1 | 2 => {
                fs::remove_file(&path).expect("removed");
                self.did(&format!("deletes {name}"));
                if what == 2 {
                    self.between();
                }
            }
            _ => {
                let other = self.path("other");
                let length = usize::try_from(length).expect("small");
                let mut text = format!("{} another ", now());
                text.truncate(length.saturating_sub(1));
                text += &"z".repeat(length.saturating_sub(text.len() + 1));
                fs::write(&other, text + "\n").expect("written");
                fs::rename(&other, &path).expect("replaced");
                self.did(&format!("replaces {name} by another of the same length"));
            }
        }
        self.reopen();
    }
}
