use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Result<Rule, String> {
    text.parse()
}

fn written(text: &str) -> Result<String, String> {
    read(text).map(|rule| rule.to_string())
}

#[test]
fn an_inline_rule_says_what_and_for_how_long() -> Result<(), String> {
    let rule = read("oracle: critical /ORA-0*600|a\\/b/ \"say \"\"no\"\"\"i 'x y' except=/tracing/i hold=1h")?;
    assert_eq!((rule.name.as_str(), rule.level, rule.held_for()), ("oracle", Level::Critical, 3600.0));
    assert_eq!((rule.patterns.len(), rule.except.len()), (3, 1));
    let matches = |at: usize, line: &str| rule.patterns[at].pattern().matches(line.as_bytes()) == Ok(true);
    assert!(matches(0, "ORA-00600") && matches(0, "a/b") && matches(1, "SAY \"NO\"") && matches(2, "x y"));
    assert_eq!(rule.except[0].pattern().matches(b"TRACING"), Ok(true));
    assert_eq!(read("x: warning /a/")?.held_for(), HOLD);
    Ok(())
}

#[test]
fn counts_are_those_of_the_level_unless_they_are_named() -> Result<(), String> {
    let alarm = |text: &str| read(text).map(|rule| (rule.alarm.warning, rule.alarm.critical, rule.alarm.within));
    assert_eq!(alarm("x: critical /ab/")?, (None, Some(1), None));
    assert_eq!(alarm("x: warning /ab/ count=3 within=10min")?, (Some(3), None, Some(600.0)));
    assert_eq!(alarm("x: warning /ab/ critical_count=10 within=1h")?, (Some(1), Some(10), Some(3600.0)));
    assert_eq!(alarm("x: critical /ab/ warning_count=2 critical_count=9 within=60")?, (Some(2), Some(9), Some(60.0)));
    assert_eq!(alarm("x: critical /ab/ must_appear=2h")?, (None, None, None));
    let three = read("x: warning /ab/ count=3 critical_count=5 within=10min")?.alarm;
    let states = [2, 3, 4, 5].map(|matches| three.status(matches));
    assert_eq!(states, [Status::Ok, Status::Warning, Status::Warning, Status::Critical]);
    Ok(())
}

#[test]
fn errors_say_which_rule_and_what() {
    for (text, why) in [
        ("critical /a/", "a rule is NAME: LEVEL PATTERN"),
        (": critical /a/", "is no name"),
        ("a,b: critical /a/", "is no name"),
        ("x: fatal /a/", "x: 'fatal' is no level: use critical"),
        ("x:", "x: '' is no level"),
        ("x: critical", "x: no pattern"),
        ("x: critical /a(/", "'a(' is no regular expression: unclosed group"),
        ("x: critical /a(/i", "'a(' is no regular expression: unclosed group"),
        ("x: critical /(\\w{400}){90}/", "too large"),
        ("x: critical /a", "the closing / is missing"),
        ("x: critical \"a\"b", "comes a space"),
        ("x: critical //", "an empty pattern"),
        ("x: critical ORA", "'ORA' is neither /REGEX/"),
        ("x: critical /a/ holt=3", "no key 'holt'; there are hold, count"),
        ("x: critical /a/ hold=1x", "hold: '1x'"),
        ("x: critical /a/ hold=1h hold=2h", "hold: is given twice"),
        ("x: critical /a/ count=3", "needs within"),
        ("x: critical /a/ within=3min", "within needs a count"),
        ("x: critical /a/ count=1001 within=1h", "from 1 to 1000"),
        ("x: critical /a/ warning_count=5 critical_count=5 within=1h", "must be below"),
        ("x: critical /a/ clears=y", "clears is for level ok"),
        ("x: ok /a/ hold=1h", "are for levels critical and warning"),
        ("x: ignore /a/ must_appear=1h", "must_appear is for"),
        ("x: critical /a/ must_appear=1h hold=1h", "goes without hold"),
        ("x: critical /a/ text={b}", "no pattern captures 'b'"),
        ("x: critical /a/ metric=b:ms", "no pattern captures 'b'"),
        ("x: critical /a/ except=b", "except takes"),
    ] {
        let said = read(text).err().unwrap_or_default();
        assert!(said.contains(why), "{text}: {said}");
    }
}

#[test]
fn a_file_has_the_same_rules() -> Result<(), Vec<String>> {
    let rules = parse(
        r#"
        group = "db"
        [[rule]]
        name = "internal"
        level = "critical"
        regex = ['ORA-0*(?<code>600|7445)', 'ORA-(?<code>4031)']
        fixed = "a/b"
        except = 'tracing'
        hold = "4h"
        text = "ORA-{code} in {file}"
        [[rule]]
        name = "slow"
        level = "warning"
        regex = 'took (?<took>\d+)'
        ignore_case = true
        count = 3
        within = "10min"
        metric = ["took:ms:max"]
        [[rule]]
        name = "up"
        level = "ok"
        fixed = "opened"
        clears = ["int*", "slow"]
        "#,
        "file",
    )?;
    assert!(rules.record_start.is_none());
    let shown: Vec<String> = rules.rules.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "internal: critical \"a/b\" /ORA-0*(?<code>600|7445)/ /ORA-(?<code>4031)/ except=/tracing/ hold=4h group=db \
             text=\"ORA-{code} in {file}\"",
            "slow: warning /took (?<took>\\d+)/i warning_count=3 within=10min group=db metric=took:ms:max",
            "up: ok \"opened\" clears=int* clears=slow group=db",
        ]
    );
    for text in shown {
        assert_eq!(written(&text), Ok(text));
    }
    Ok(())
}

#[test]
fn a_file_tells_all_that_is_wrong_and_where() {
    let wrong = parse(
        "color = 1\n[[rule]]\nname = 'a'\nlevel = 'critical'\nregex = [\n 'fine',\n 'a(',\n]\nholt = 1\nhold = 'x'\n\
         [[rule]]\nname = 'b'\nlevel = 'loud'\nregex = 1.5\n[[rule]]\nlevel = 'ok'\n[[rule]]\nname = 'c'\nfixed = 'x'\n",
        "",
    );
    let wrong = wrong.err().unwrap_or_default();
    for why in [
        "line 1: no key 'color'; there are group, record_start and [[rule]]",
        "line 7: rule 'a': regex: 'a(' is no regular expression: unclosed group",
        "line 9: rule 'a': no key 'holt'; there are hold,",
        "line 10: rule 'a': hold: 'x' is not a number",
        "line 13: rule 'b': 'loud' is no level",
        "line 14: rule 'b': regex takes a text",
        "line 15: a rule without a name",
        "line 17: rule 'c': no level",
    ] {
        assert!(wrong.iter().any(|said| said.starts_with(why)), "{why}: {wrong:#?}");
    }
    let syntax = parse("[[rule]]\nname = \n", "").err().unwrap_or_default();
    assert!(syntax.iter().any(|said| said.starts_with("line 2: ")), "{syntax:?}");
    assert_eq!(parse("", "").err().unwrap_or_default(), ["line 1: there is no [[rule]]"]);
}

#[test]
fn one_log_has_one_kind_of_record() -> Result<(), String> {
    let file = |name: &str, start: &str| {
        let text = format!("{start}\n[[rule]]\nname = '{name}'\nlevel = 'warning'\nfixed = 'xx'");
        parse(&text, "f").map_err(|why| why.join("; "))
    };
    let (plain, a, b) = (file("p", "")?, file("a", "record_start = '^A'")?, file("b", "record_start = '^B'")?);
    let rules = |files: &[&super::file::RuleFile], option: Option<&str>| {
        let record_start = option.map(Phrase::regex).transpose()?;
        Given { files: files.iter().map(|file| (*file).clone()).collect(), record_start, ..Given::default() }.rules()
    };
    let begins = |rules: Rules, text: &[u8]| rules.record_start().map(|start| start.end(text, 0));
    assert_eq!(begins(rules(&[&plain], None)?, b"A\nx\nA\n"), None);
    assert_eq!(begins(rules(&[&plain, &a], None)?, b"A\nx\nA\n"), Some(4));
    assert_eq!(begins(rules(&[&a, &b], Some("^x"))?, b"A\nx\nA\n"), Some(2));
    let wrong = rules(&[&a, &b], None).err().unwrap_or_default();
    assert!(wrong.starts_with("two files of rules have records of their own (record_start /^A/ and /^B/)"), "{wrong}");
    let wrong = file("a", "record_start = 'a('").err().unwrap_or_default();
    assert_eq!(wrong, "line 1: record_start: 'a(' is no regular expression: unclosed group");
    Ok(())
}

#[test]
fn a_file_is_bounded_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("big.toml");
    std::fs::write(&path, "#".repeat(1_100_000)).expect("written");
    assert!(read_error(&path).contains("big.toml has more than 1 MiB"));
    std::fs::write(&path, "[[rule]]\nname = 'x'\nlevel = 'ok'\nfixed = ''").expect("written");
    assert!(read_error(&path).contains("big.toml line 4: rule 'x': fixed: an empty pattern"));
    assert!(read_error(folder.path()).contains("cannot read the rules"));
}

fn read_error(path: &std::path::Path) -> String {
    super::read(path).err().map(|error| format!("{error:#}")).unwrap_or_default()
}

#[test]
fn the_rules_of_a_run_stand_in_their_order_and_agree() -> Result<(), String> {
    let phrase = |text| Phrase::new(text, How { fixed: true, ignore_case: false });
    let given = Given {
        ignore: vec![phrase("tests")?],
        inline: vec![read("a: critical /ab/ hold=1h")?],
        files: vec![parse("[[rule]]\nname='b'\nlevel='warning'\nfixed='xx'", "f").map_err(|e| e.join(";"))?],
        critical: vec![phrase("ORA-")?, phrase("ORA-2")?],
        warning: vec![],
        ok: vec![phrase("opened")?],
        hold: Some(60.0),
        record_start: None,
    };
    let rules = given.rules()?;
    let names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["ignore", "a", "b", "critical", "ok"]);
    assert_eq!(rules.iter().map(Rule::held_for).collect::<Vec<_>>(), [60.0, 3600.0, 60.0, 60.0, 60.0]);
    // Of the same group: not the one of the file.
    assert_eq!(rules.cleared_by(4), [1, 3]);
    let set = |texts: &[&str]| -> Result<Rules, String> {
        Rules::new(texts.iter().map(|text| read(text)).collect::<Result<_, _>>()?)
    };
    for (texts, why) in [
        (&[][..], "there are no rules"),
        (&["a: ok /a/", "a: ok /b/"], "two rules are called 'a'"),
        (&["a: ok /a/ clears=b*"], "no rule with events is called b*"),
        (&["a: critical /(?<age>.)/ metric=age"], "metric 'age' is one that there is already"),
        (&["a: warning /(?<n>.)/ metric=n:s", "b: warning /(?<n>.)/ metric=n:B"], "another unit elsewhere"),
    ] {
        let said = set(texts).err().unwrap_or_default();
        assert!(said.contains(why), "{said}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn written_and_read_are_inverse(
        name in "[a-zA-Z0-9_.+-]{1,8}( [a-z]{1,4})?",
        level in "critical|warning",
        patterns in prop::collection::vec(("[ -~äß]{1,12}", any::<bool>(), any::<bool>(), any::<bool>()), 1..5),
        (count, within, hold) in (1u64..50, 1u32..5000, prop::option::of(0u32..100_000)),
        group in prop::option::of("[a-z]{1,5}( [a-z\"']{0,3}[a-z])?"),
        text in prop::option::of("[a-z \"'/{}]{1,12}"),
    ) {
        let mut written = format!("{name}: {level}");
        for (pattern, fixed, ignore_case, except) in &patterns {
            let how = How { fixed: *fixed, ignore_case: *ignore_case };
            let phrase = Phrase::new(pattern, how)
                .or_else(|_| Phrase::new(&regex::escape(pattern), how))
                .map_err(TestCaseError::fail)?;
            written += &format!(" {}{phrase}", if *except { "except=" } else { "" });
        }
        written += " /some/";
        if count > 1 {
            written += &format!(" count={count} within={within}");
        }
        if let Some(hold) = hold {
            written += &format!(" hold={hold}s");
        }
        if let Some(group) = group.filter(|group| !group.contains(['"', '\''])) {
            written += &format!(" group={}", phrase::quoted(&group));
        }
        if let Some(text) = text {
            written += &format!(" text={}", phrase::quoted(&text.replace('{', "{{").replace('}', "}}")));
        }
        let once = read(&written);
        prop_assert!(once.is_ok(), "{written}: {once:?}");
        let (once, lines) = (once.map_err(TestCaseError::fail)?, ["some", "abc"]);
        let again = read(&once.to_string()).map_err(TestCaseError::fail)?;
        prop_assert_eq!(again.to_string(), once.to_string());
        // What was written is what is meant.
        for (pattern, ..) in &patterns {
            for line in lines.into_iter().chain([pattern.as_str()]) {
                let takes = |rule: &Rule| {
                    let any = |all: &[Phrase]| all.iter().any(|p| p.pattern().matches(line.as_bytes()) == Ok(true));
                    any(&rule.patterns) && !any(&rule.except)
                };
                prop_assert_eq!(takes(&once), takes(&again));
            }
        }
    }

    #[test]
    fn a_fixed_text_is_found_whatever_it_holds(pattern in "\\PC{1,20}") {
        let phrase = Phrase::new(&pattern, How { fixed: true, ignore_case: false }).map_err(TestCaseError::fail)?;
        let rule = read(&format!("x: ok {phrase}")).map_err(TestCaseError::fail)?;
        prop_assert_eq!(rule.patterns[0].pattern().matches(format!("<{pattern}>").as_bytes()), Ok(true));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "x: (critical|ok)[ a-z=/\"'\\\\{}0-9_]{0,40}") {
        let _ = read(&text);
    }

    #[test]
    fn any_file_is_read_or_refused(text in "\\[\\[rule\\]\\]\n([a-z_]{1,7} ?= ?['\"\\[\\]{}a-z0-9.,]{0,9}\n){0,6}") {
        let _ = parse(&text, "x");
    }
}
