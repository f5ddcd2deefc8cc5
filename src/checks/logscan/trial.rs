//! `--try FILE`: which rule takes which line, to write rules by.

use super::rule::{Rule, Rules};
use super::words::colour;
use crate::model::text;

/// Ends a colour.
const PLAIN: &str = "\x1b[0m";
/// Bytes of a line that are shown.
const SHOWN: usize = 1000;

/// Counts lines by the rule that takes them, and shows them.
#[derive(Debug)]
pub(super) struct Trial<'r> {
    rules: &'r Rules,
    taken: Vec<u64>,
    lines: u64,
    coloured: bool,
}

impl<'r> Trial<'r> {
    /// Before the first line; `coloured` where a terminal shows it.
    pub(super) fn new(rules: &'r Rules, coloured: bool) -> Self {
        Self { rules, taken: vec![0; rules.len()], lines: 0, coloured }
    }

    /// A line, and the rule and pattern that took it: what to print for it.
    pub(super) fn line(&mut self, line: &[u8], taken: Option<(usize, usize)>) -> Option<String> {
        self.lines += 1;
        let (rule, pattern) = taken?;
        if let Some(count) = self.taken.get_mut(rule) {
            *count += 1;
        }
        let rule = self.rules.get(rule)?;
        let head = format!("{:>6}  {} ({}): ", self.lines, rule.name, rule.level.word());
        Some(head + &self.marked(rule, pattern, line))
    }

    /// What was counted: one line a rule, then the rest.
    pub(super) fn counts(&self) -> Vec<String> {
        let taken: u64 = self.taken.iter().sum();
        let one = |(rule, count): (&Rule, &u64)| format!("{count:>6}  {} ({})", rule.name, rule.level.word());
        let mut lines: Vec<String> = self.rules.iter().zip(&self.taken).map(one).collect();
        lines.push(format!("{:>6}  taken by no rule", self.lines.saturating_sub(taken)));
        lines
    }

    /// The line, harmless, with the place that matched in the colour of the level.
    fn marked(&self, rule: &Rule, pattern: usize, line: &[u8]) -> String {
        let line = line.get(..SHOWN).unwrap_or(line);
        let regex = rule.patterns.get(pattern).and_then(|phrase| phrase.pattern().compiled().ok());
        let place = regex.and_then(|regex| regex.find(line)).filter(|place| self.coloured && !place.is_empty());
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_with_its_rule_and_the_place_that_matched() {
        let rules = ["db: critical /ORA-\\d+/", "up: ok /opened/"].map(|rule| rule.parse().expect("a rule"));
        let rules = Rules::new(rules.into()).expect("rules");
        let mut trial = Trial::new(&rules, true);
        assert_eq!(trial.line(b"nothing", None), None);
        let shown = trial.line(b"a\x1b ORA-600|b", Some((0, 0)));
        assert_eq!(shown.as_deref(), Some("     2  db (critical): a\\x1b \x1b[1;31mORA-600\x1b[0m\\x7cb"));
        assert_eq!(trial.counts(), ["     1  db (critical)", "     0  up (ok)", "     1  taken by no rule"]);
        let shown = Trial::new(&rules, false).line(b"ORA-1 ", Some((0, 0)));
        assert_eq!(shown.as_deref(), Some("     1  db (critical): ORA-1 "));
    }
}
