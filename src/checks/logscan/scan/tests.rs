use super::*;
use proptest::prelude::*;

fn rule(patterns: &[&str], except: &[&str]) -> Option<Matcher> {
    let all = |texts: &[&str]| texts.iter().map(|text| Pattern::regex(text)).collect::<Result<Vec<_>, _>>();
    Some(Matcher { patterns: all(patterns).ok()?, except: all(except).ok()? })
}

fn found(rules: &[Matcher], text: &str) -> Vec<(usize, String)> {
    let scanner = Scanner::new(rules).expect("rules");
    let mut hits = Vec::new();
    let scanned = scanner.scan(text.as_bytes(), |hit| {
        assert!(text.as_bytes()[hit.start..].starts_with(hit.line));
        hits.push((hit.rule, String::from_utf8_lossy(hit.line).into_owned()));
        ControlFlow::Continue(())
    });
    scanned.expect("patterns");
    hits
}

/// Line by line, rule by rule: what the fast way must come to.
fn slowly(rules: &[Matcher], text: &str) -> Vec<(usize, String)> {
    let is_match = |pattern: &Pattern, line: &str| pattern.matches(line.as_bytes()).expect("small");
    let takes = |rule: &Matcher, line: &str| {
        rule.patterns.iter().any(|p| is_match(p, line)) && !rule.except.iter().any(|p| is_match(p, line))
    };
    let mut lines: Vec<&str> = text.split('\n').collect();
    if lines.last() == Some(&"") {
        lines.pop();
    }
    let lines = lines.into_iter().map(|line| line.strip_suffix('\r').unwrap_or(line));
    lines.filter_map(|line| Some((rules.iter().position(|rule| takes(rule, line))?, line.to_owned()))).collect()
}

#[test]
fn each_line_goes_to_the_first_rule_that_takes_it() {
    let rules =
        [rule(&["ORA-00600", "ORA-07445"], &["tracing only"]), rule(&[r"ORA-\d+"], &[]), rule(&[r"\d{4} errors"], &[])];
    let rules: Vec<Matcher> = rules.into_iter().flatten().collect();
    let text = "fine\nORA-00600: x\r\nORA-00600 tracing only\nORA-1 and 1234 errors\n9999 errors\nORA-";
    let got = found(&rules, text);
    let want = [(0, "ORA-00600: x"), (1, "ORA-00600 tracing only"), (1, "ORA-1 and 1234 errors"), (2, "9999 errors")];
    assert_eq!(got, want.map(|(rule, line)| (rule, line.to_owned())));
}

#[test]
fn a_line_that_is_not_finished_is_a_line_too_and_the_sink_may_stop() {
    let rules = [rule(&["x"], &[])].into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(found(&rules, "ax\nbx").len(), 2);
    let (scanner, mut seen) = (Scanner::new(&rules).expect("rules"), 0);
    let scanned = scanner.scan(b"x\nx\nx\n", |_| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert_eq!((scanned, seen), (Ok(()), 1));
}

const PIECES: [&str; 30] = [
    "ab",
    "abc",
    "bcd",
    "cd",
    "a+b",
    "^ab",
    "cd$",
    r"\d{2}",
    "(?i)abc",
    "ab|cd",
    "[ab]c",
    ".b.",
    "a.*d",
    "b?c",
    "^$",
    "d\\b",
    r"\Aab",
    r"cd\z",
    "(ab)+",
    "x",
    "1",
    "\\s",
    "[^a]b",
    "(?i)D",
    "x?$",
    r"ab\w+",
    "cd[^a]",
    "bc[bü]x*",
    r"(?:ab|cd)(\d)",
    r"ab\sx",
];

fn piece() -> impl Strategy<Value = &'static str> {
    (0..PIECES.len()).prop_map(|n| PIECES[n])
}

proptest! {
    #[test]
    fn every_line_is_judged_once_by_the_right_rule(
        rules in prop::collection::vec((prop::collection::vec(piece(), 1..3), prop::collection::vec(piece(), 0..2)), 0..14),
        text in "[abcdABD x1ü\n\r]{0,120}",
    ) {
        let rules: Option<Vec<Matcher>> = rules.iter().map(|(patterns, except)| rule(patterns, except)).collect();
        let rules = rules.expect("patterns");
        prop_assert_eq!(found(&rules, &text), slowly(&rules, &text));
        let scanner = Scanner::new(&rules).expect("rules");
        for line in text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)) {
            let judged = scanner.judge_line(line.as_bytes()).expect("small").map(|(rule, _)| rule);
            let want = slowly(&rules, &format!("{line}\r\n")).first().map(|(rule, _)| *rule);
            prop_assert_eq!(judged, want);
        }
    }
}
