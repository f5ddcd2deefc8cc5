//! `--try`: which rule takes which line, to write rules by.

use super::record::{Part, Streams};
use super::rule::{Rule, Rules};
use super::scan::{Hit, Scanner};
use super::seen::Source;
use super::words::colour;
use crate::host::logs::Block;
use crate::model::text;
use memchr::memchr_iter;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Ends a colour.
const PLAIN: &str = "\x1b[0m";
/// Bytes of a line that are shown.
const SHOWN: usize = 1000;

/// Counts lines by the rule that takes them, and shows them.
pub(super) struct Trial<'r> {
    rules: &'r Rules,
    scanner: Scanner<'r>,
    taken: Vec<u64>,
    /// Lines of all files, or records.
    lines: u64,
    /// The file that is being read, and its lines so far.
    file: (PathBuf, u64),
    coloured: bool,
    /// It is known which lines come next: none has been passed over.
    numbered: bool,
    /// Bytes of a record that are judged.
    longest: usize,
    /// Where records of several lines are judged.
    streams: Option<Streams<'r>>,
}

/// Takes what there is to say, until it breaks.
type Out<'o> = &'o mut dyn FnMut(&str) -> ControlFlow<()>;

impl<'r> Trial<'r> {
    /// Before the first line; `longest` bytes are judged of a record; `coloured` where a terminal shows it.
    ///
    /// # Errors
    /// When the rules are too large together.
    pub(super) fn new(rules: &'r Rules, longest: usize, coloured: bool) -> Result<Self, String> {
        let (scanner, taken) = (Scanner::new(rules.matchers())?, vec![0; rules.iter().count()]);
        Ok(Self {
            rules,
            scanner,
            taken,
            lines: 0,
            file: (PathBuf::new(), 0),
            coloured,
            numbered: true,
            longest,
            streams: None,
        })
    }

    /// Gives `out` what there is to say of the next lines.
    ///
    /// # Errors
    /// When a pattern is too large to be compiled.
    pub(super) fn block(&mut self, block: &Block<'_>, out: Out<'_>) -> Result<ControlFlow<()>, String> {
        if self.file.0 != block.file {
            if self.end(out)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            (self.file, self.numbered) = ((block.file.to_owned(), 0), true);
            let (rules, longest) = (self.rules, self.longest);
            self.streams = rules.record_start().map(|start| Streams::new(rules, start, longest, Vec::new()));
            if out(&format!("{}:", text::clean_str(&block.file.display().to_string()))).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        let mut flow = ControlFlow::Continue(());
        match self.streams.take() {
            None => self.part(Part::Lines(block.text), out, &mut flow).map(drop)?,
            Some(mut streams) => {
                streams.block(block, Source::default(), &mut |part, _| self.part(part, out, &mut flow))?;
                self.streams = Some(streams);
            }
        }
        Ok(flow)
    }

    /// The end of a file: its last record, which could go on no longer.
    ///
    /// # Errors
    /// When a pattern is too large to be compiled.
    pub(super) fn end(&mut self, out: Out<'_>) -> Result<ControlFlow<()>, String> {
        let mut flow = ControlFlow::Continue(());
        if let Some(streams) = self.streams.take() {
            streams.finish(&mut |part, _| self.part(part, out, &mut flow), |_, _| false)?;
        }
        Ok(flow)
    }

    fn part(&mut self, part: Part<'_>, out: Out<'_>, flow: &mut ControlFlow<()>) -> Result<Option<usize>, String> {
        let (Part::Lines(text) | Part::Whole(text) | Part::One { text, .. }) = part;
        let (mut counted, mut number) = (0, self.file.1);
        let (rules, taken, coloured, numbered) = (self.rules, &mut self.taken, self.coloured, self.numbered);
        let judged = part.judge(&self.scanner, rules.record_start(), |hit| {
            number += ends(text.get(counted..hit.start));
            counted = hit.start;
            let Some(rule) = rules.get(hit.rule).filter(|_| flow.is_continue()) else { return };
            if let Some(count) = taken.get_mut(hit.rule) {
                *count += 1;
            }
            let line = if numbered { (number + 1).to_string() } else { "?".to_owned() };
            let head = format!("{line:>6}  {} ({}): ", rule.name, rule.level.word());
            *flow = out(&(head + &marked(rule, &hit, coloured)));
        })?;
        let unended = u64::from(!text.ends_with(b"\n"));
        self.file.1 = number + ends(text.get(counted..)) + unended;
        // Lines behind it may be passed over.
        self.numbered &= !matches!(part, Part::One { .. }) || text.len() < self.longest;
        self.lines += match (rules.record_start(), part) {
            (None, _) | (_, Part::Lines(_)) => ends(Some(text)) + unended,
            (Some(start), Part::Whole(_)) => start.count(text),
            (Some(_), Part::One { .. }) => 1,
        };
        Ok(judged)
    }

    /// What was counted: one line a rule, then the rest.
    pub(super) fn counts(&self) -> Vec<String> {
        let taken: u64 = self.taken.iter().sum();
        let one = |(rule, count): (&Rule, &u64)| format!("{count:>6}  {} ({})", rule.name, rule.level.word());
        let mut lines: Vec<String> = self.rules.iter().zip(&self.taken).map(one).collect();
        lines.push(format!("{:>6}  taken by no rule", self.lines.saturating_sub(taken)));
        lines
    }
}

fn ends(text: Option<&[u8]>) -> u64 {
    memchr_iter(b'\n', text.unwrap_or_default()).count() as u64
}

/// The line, harmless, with the place that matched in the colour of the level.
fn marked(rule: &Rule, hit: &Hit<'_>, coloured: bool) -> String {
    let line = hit.line.get(..SHOWN).unwrap_or(hit.line);
    let regex = rule.patterns.get(hit.pattern).and_then(|phrase| phrase.pattern().compiled().ok());
    let place = regex.and_then(|regex| regex.find(line)).filter(|place| coloured && !place.is_empty());
    let Some(place) = place.map(|place| place.range()) else {
        return text::clean(line).into_owned();
    };
    let (before, behind) = (line.get(..place.start), line.get(place.end..));
    format!(
        "{}{}{}{PLAIN}{}",
        text::clean(before.unwrap_or_default()),
        colour(rule.level),
        text::clean(line.get(place).unwrap_or_default()),
        text::clean(behind.unwrap_or_default()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::logscan::rule::{Given, Phrase};
    use crate::host::logs::Log;
    use std::path::Path;

    fn shown(trial: &mut Trial<'_>, blocks: &[(&str, &[u8])]) -> Vec<String> {
        let mut lines = Vec::new();
        for (file, text) in blocks {
            let block = Block { log: Log::text(Path::new(file)), file: Path::new(file), text, offset: 0, cut: false };
            let flow = trial.block(&block, &mut |line| {
                lines.push(line.to_owned());
                ControlFlow::Continue(())
            });
            assert_eq!(flow, Ok(ControlFlow::Continue(())));
        }
        lines
    }

    #[test]
    fn a_record_is_shown_with_the_number_of_its_first_line() {
        let list = vec!["db: critical /(?m)^ORA-\\d+/".parse().expect("a rule")];
        let record_start = Some(Phrase::regex("^#").expect("a pattern"));
        let rules = Given { inline: list, record_start, ..Given::default() }.rules().expect("rules");
        let mut trial = Trial::new(&rules, 100, false).expect("small");
        let blocks: [(&str, &[u8]); 3] = [("a", b"x\n#1\nORA-1\n#2\n"), ("a", b"ORA-2\n"), ("b", b"#1\n#2\nORA-3")];
        let mut all = shown(&mut trial, &blocks);
        let flow = trial.end(&mut |line| {
            all.push(line.to_owned());
            ControlFlow::Continue(())
        });
        assert_eq!(flow, Ok(ControlFlow::Continue(())));
        let want = ["     2  db (critical): #1\\nORA-1", "     4  db (critical): #2\\nORA-2"];
        assert_eq!(all[..3], ["a:", want[0], want[1]]);
        assert_eq!(all[3..], ["b:", "     2  db (critical): #2\\nORA-3"]);
        assert_eq!(trial.counts(), ["     3  db (critical)", "     2  taken by no rule"]);
    }

    #[test]
    fn a_line_is_shown_with_its_rule_and_the_place_that_matched() {
        let rules = ["db: critical /ORA-\\d+/", "up: ok /opened/"].map(|rule| rule.parse().expect("a rule"));
        let rules = Rules::new(rules.into()).expect("rules");
        let mut trial = Trial::new(&rules, 100, true).expect("small");
        let blocks: [(&str, &[u8]); 3] = [("a", b"nothing\na\x1b ORA-600|b\n"), ("a", b"\nORA-7"), ("b", b"opened\n")];
        assert_eq!(
            shown(&mut trial, &blocks),
            [
                "a:",
                "     2  db (critical): a\\x1b \x1b[1;31mORA-600\x1b[0m\\x7cb",
                "     4  db (critical): \x1b[1;31mORA-7\x1b[0m",
                "b:",
                "     1  up (ok): \x1b[1;32mopened\x1b[0m",
            ]
        );
        assert_eq!(trial.counts(), ["     2  db (critical)", "     1  up (ok)", "     2  taken by no rule"]);
        let mut plain = Trial::new(&rules, 100, false).expect("small");
        assert_eq!(shown(&mut plain, &[("a", b"ORA-1 ")]), ["a:", "     1  db (critical): ORA-1 "]);
    }
}
