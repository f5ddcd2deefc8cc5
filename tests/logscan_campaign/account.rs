//! What must be true of a round: what was written, against what was told.

use crate::run::{Fate, Ran};
use std::collections::BTreeMap;

/// What the writer says of a line.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// When its file got its first line.
    pub first: u64,
    /// When it was destroyed, unless 0.
    pub destroyed: u64,
    /// Since then nothing shows that it was, unless 0.
    pub hidden: u64,
}

/// Takes the writer's output apart: its lines, and what it did with the times.
pub fn facts(said: &str) -> (BTreeMap<u32, Fact>, Vec<(u64, String)>) {
    let (mut facts, mut story) = (BTreeMap::new(), Vec::new());
    for line in said.lines() {
        let mut words = line.split(' ');
        let (word, mut number) = (words.next(), || words.next().and_then(|word| word.parse().ok()).expect("a number"));
        if word == Some("line") {
            let (line, first, destroyed, hidden) = (number(), number(), number(), number());
            facts.insert(u32::try_from(line).expect("small"), Fact { first, destroyed, hidden });
        } else {
            let time = number();
            story.push((time, words.collect::<Vec<_>>().join(" ")));
        }
    }
    (facts, story)
}

/// Everything that is wrong with the runs of one identity, in their order. The last of them read what was left.
pub fn wrong(facts: &BTreeMap<u32, Fact>, runs: &[&Ran]) -> Vec<String> {
    let mut wrong = Vec::new();
    let runs: Vec<&Ran> = runs.iter().copied().filter(|run| run.fate != Fate::Dry).collect();
    for run in &runs {
        let heard = run.answer.is_some() || !run.alive || run.fate == Fate::Unheard;
        if !heard {
            wrong.push(format!("a run that was left alone gave no whole answer: {run:?}"));
        }
    }
    let Some(memory) = runs.last().and_then(|run| run.answer.as_ref()) else { return wrong };
    for (line, fact) in facts {
        let told: Vec<&&Ran> = runs
            .iter()
            .filter(|run| run.answer.as_ref().is_some_and(|answer| answer.told.contains_key(line)))
            .collect();
        for run in &told {
            if run.answer.as_ref().is_some_and(|answer| answer.told[line] > 1) {
                wrong.push(format!("line {line} is told twice by one run"));
            }
        }
        // All but the last of those who told it were killed before they could remember it. Or the place itself was
        // destroyed: then whoever reads all that may be new says so.
        let astray = |run: &&&&Ran| run.answer.as_ref().is_some_and(|answer| !answer.lost.is_empty());
        let excused = told.len() > 1 && told.iter().skip(1).all(|run| astray(&run));
        if !excused && told.iter().rev().skip(1).any(|run| run.alive) {
            wrong.push(format!("line {line} is told again after a run that nobody killed"));
        }
        match (told.is_empty(), memory.seen.get(line)) {
            (true, None) if fact.destroyed == 0 => wrong.push(format!("line {line} is never told")),
            (true, None) if must_be_said(fact, facts, &runs) => {
                wrong.push(format!("line {line} is lost, and no answer says that lines may be lost"));
            }
            (false, Some(1)) | (true, None) => {}
            (false, Some(_)) if excused => {}
            // It is told by a killed run, and was gone when the next one came.
            (false, None) if fact.destroyed != 0 => {}
            (_, seen) => wrong.push(format!("line {line} is told {} times, remembered as {seen:?}", told.len())),
        }
    }
    wrong
}

/// Whether a run knew the file with something in it before it was destroyed: then the next one must see that.
fn must_be_said(fact: &Fact, facts: &BTreeMap<u32, Fact>, runs: &[&Ran]) -> bool {
    let knew = |run: &&&Ran| {
        let Some(answer) = run.answer.as_ref().filter(|_| run.alive) else { return false };
        // One that left something remembers its place, and nothing of the files behind that.
        let reached =
            !answer.left || answer.told.keys().any(|line| facts.get(line).is_some_and(|it| it.first == fact.first));
        reached && fact.first != 0 && run.begun > fact.first && run.ended < fact.destroyed
    };
    let saw = |run: &&&Ran| run.alive && run.answer.is_some() && run.begun > fact.destroyed && run.ended < fact.hidden;
    let said = |run: &&Ran| run.ended > fact.destroyed && run.answer.as_ref().is_some_and(|it| !it.lost.is_empty());
    (fact.hidden == 0 || runs.iter().any(|run| saw(&run)))
        && runs.iter().any(|run| knew(&run))
        && !runs.iter().any(said)
}
