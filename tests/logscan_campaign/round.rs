//! One round: a writer, and runs of the check beside it until it has ended.

use crate::account::{facts, wrong};
use crate::plan::{Plan, Style};
use crate::random::Random;
use crate::run::{Call, Fate, Ran, rules};
use crate::writer::{self, LINES};
use std::fmt::Write as _;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Longer than a run takes, so that some end by themselves.
const LATEST_MICROS: usize = 12_000;
/// How often a round is tried that is run alone.
const AGAIN: usize = 200;
/// Most runs that the rest of a log takes.
const LAST_RUNS: usize = 200;

/// `VITALS_ROUNDS` is for a machine that is free for a while.
fn rounds() -> u64 {
    if let Some(rounds) = std::env::var("VITALS_ROUNDS").ok().and_then(|text| text.parse().ok()) {
        return rounds;
    }
    if std::env::var_os("VITALS_SOAK").is_some() { 10_000 } else { 200 }
}

/// Every `parts`-th round.
pub fn part(part: u64, parts: u64) {
    let (mut runs, mut killed, mut failed) = (0, 0, Vec::new());
    for round in (part..rounds()).step_by(usize::try_from(parts).expect("small")) {
        match play(round) {
            Ok((all, dead)) => (runs, killed) = (runs + all, killed + dead),
            Err(story) => failed.push(story),
        }
    }
    assert!(failed.is_empty(), "{} rounds failed:\n{}", failed.len(), failed.join("\n\n"));
    assert!(runs > 0 && killed > 0, "{runs} runs, {killed} killed: nothing was tested");
}

/// One round, many times: how writer and runs meet is another each time.
pub fn again(round: u64) {
    let failed: Vec<String> = (0..AGAIN).filter_map(|_| play(round).err()).collect();
    assert!(failed.is_empty(), "{} of {AGAIN} tries failed, such as:\n{}", failed.len(), failed[0]);
}

/// How many runs there were, and how many of them were killed.
///
/// # Errors
/// What is wrong, with the story of the round.
fn play(round: u64) -> Result<(usize, usize), String> {
    let plan = Plan::of(round);
    let temporary = tempfile::tempdir().expect("a folder");
    let [folder, state] = ["logs", "state"].map(|name| temporary.path().join(name));
    for folder in [&folder, &state] {
        std::fs::create_dir(folder).expect("a folder");
    }
    let call = Call { source: plan.source(&folder), rules: rules(temporary.path(), LINES), state };
    let mut dice = Random::new(!round);
    let (mut ours, mut others): (Vec<Ran>, Vec<Ran>) = (Vec::new(), Vec::new());
    // What was rotated before anybody looked is nobody's.
    writer::begin(&folder, &plan);
    ours.push(call.run("ours", Fate::Whole, &[]));
    others.push(call.run("other", Fate::Whole, &[]));
    let mut writer = Command::new(std::env::current_exe().expect("this binary"))
        .arg(writer::WORD)
        .arg(&folder)
        .arg(round.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a writer");
    while writer.try_wait().expect("a state").is_none() {
        if dice.one_in(5) {
            others.push(call.run("other", Fate::Whole, &[]));
        } else {
            some(&call, &plan, &mut dice, &mut ours);
        }
        if dice.one_in(3) {
            std::thread::sleep(Duration::from_micros(dice.below(8000) as u64));
        }
    }
    let mut said = String::new();
    writer.stdout.take().expect("a pipe").read_to_string(&mut said).expect("UTF-8");
    assert!(writer.wait().expect("ended").success(), "round {round}: the writer failed");
    for (identity, runs) in [("ours", &mut ours), ("other", &mut others)] {
        rest(&call, identity, runs);
    }
    judge(round, &plan, &said, &ours, &others)?;
    Ok((ours.len() + others.len(), ours.iter().filter(|run| !run.alive).count()))
}

/// A run of our own, or two at once.
fn some(call: &Call, plan: &Plan, dice: &mut Random, ours: &mut Vec<Ran>) {
    let after = dice.below(LATEST_MICROS) as u64;
    let fate = match dice.below(12) {
        0..=3 if plan.kills => Fate::Killed(after),
        4 | 5 if plan.kills => Fate::Choked(after),
        6 => Fate::Unheard,
        7 => Fate::Dry,
        _ => Fate::Whole,
    };
    let bounded: &[&str] = if dice.one_in(4) { &["--most-bytes", "1KiB"] } else { &[] };
    // Its answer is read while the other runs: it may be longer than a pipe.
    let twin = dice.one_in(8).then(|| call.start("ours", Fate::Whole, &[]));
    let twin = twin.map(|twin| std::thread::spawn(move || twin.end()));
    ours.push(call.run("ours", fate, bounded));
    ours.extend(twin.map(|twin| twin.join().expect("it ended")));
}

/// Until nothing is new, twice: what was left, and what was written late.
fn rest(call: &Call, identity: &str, runs: &mut Vec<Ran>) {
    let mut quiet = 0;
    for _ in 0..LAST_RUNS {
        let ran = call.run(identity, Fate::Whole, &[]);
        let news = ran.answer.as_ref().is_none_or(|answer| !answer.told.is_empty());
        runs.push(ran);
        quiet = if news { 0 } else { quiet + 1 };
        if quiet == 2 {
            return;
        }
    }
    panic!("there is something new in each of {LAST_RUNS} runs, and nobody writes");
}

fn judge(round: u64, plan: &Plan, said: &str, ours: &[Ran], others: &[Ran]) -> Result<(), String> {
    let (facts, mut story) = facts(said);
    assert!(facts.keys().last().is_some_and(|last| *last <= LINES), "round {round}: {} lines", facts.len());
    let mut all = Vec::new();
    for (identity, runs) in [("ours", ours), ("other", others)] {
        let mut runs: Vec<&Ran> = runs.iter().collect();
        // Of two at once the first to have the lock is the first to end.
        runs.sort_by_key(|run| run.ended);
        all.extend(wrong(&facts, &runs).into_iter().map(|what| format!("{identity}: {what}")));
        // A log that was empty is known by its number alone, which packing changes.
        let lossless = !plan.destructive && plan.style != Style::Copied && plan.packer.is_none();
        let said = runs.iter().filter_map(|run| run.answer.as_ref()).flat_map(|answer| &answer.lost);
        all.extend(said.filter(|_| lossless).map(|what| format!("{identity}: nothing is lost, but said: {what}")));
        story.extend(runs.iter().map(|run| (run.begun, format!("{identity}: {}", told(run)))));
    }
    if all.is_empty() {
        return Ok(());
    }
    story.sort();
    let mut text = String::new();
    let start = story.first().map_or(0, |(time, _)| *time);
    for (time, what) in &story {
        let _ = writeln!(text, "{:9.3} ms  {what}", (time - start) as f64 / 1e6);
    }
    let again = format!("VITALS_ROUND={round} cargo test --test logscan_campaign runs it alone, many times");
    Err(format!("round {round}, {plan:?}\n{text}{}\n{again}", all.join("\n")))
}

fn told(run: &Ran) -> String {
    let took = (run.ended - run.begun) as f64 / 1e6;
    let end = if run.alive { "" } else { ", killed" };
    match &run.answer {
        None => format!("run {:?}, {took:.1} ms{end}: no answer", run.fate),
        Some(answer) => {
            let lines: Vec<_> = answer.told.keys().collect();
            format!("run {:?}, {took:.1} ms{end}: {lines:?} {:?} {:?}", run.fate, answer.lost, answer.notes)
        }
    }
}
