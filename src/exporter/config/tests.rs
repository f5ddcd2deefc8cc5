use super::*;
use std::path::Path;

fn read(text: &str) -> Result<Config, Problems> {
    parse(text, Path::new("x.toml"), "kis1")
}

/// The problems of a text, one per line.
fn said(text: &str) -> String {
    read(text).map_or_else(|problems| problems.to_string(), |_| "nothing".to_owned())
}

fn only(text: &str) -> Check {
    let config = read(text).unwrap();
    assert_eq!(config.checks.len(), 1);
    Check::clone(&config.checks[0])
}

#[test]
fn the_built_in_one_is_read() {
    let config = parse(BUILTIN, Path::new("built-in"), "kis1").unwrap();
    assert_eq!(config, builtin("kis1"));
    let names: Vec<String> = config.checks.iter().map(|check| check.id.to_string()).collect();
    assert_eq!(names, ["kis1/cpu", "kis1/file systems", "kis1/memory", "kis1/processes"]);
    assert_eq!(builtin("a/b").checks[0].id.host, "localhost");
}

#[test]
fn what_is_not_said_is_the_default() {
    let check = only("[[check]]\nname = 'a'\ncommand = ['x']");
    let config = read("").unwrap();
    assert_eq!((config.listen, config.concurrency), (limits::LISTEN, 32));
    assert_eq!(
        check,
        Check {
            id: Id { host: "kis1".to_owned(), name: "a".to_owned() },
            groups: vec![],
            command: vec!["x".to_owned()],
            shell: false,
            interval: Duration::from_secs(60),
            retry_interval: Duration::from_secs(15),
            timeout: Duration::from_secs(15),
            retries: 2,
            labels: BTreeMap::new(),
            env: BTreeMap::new(),
            max_series: 1000,
        }
    );
}

#[test]
fn a_check_says_more_than_the_defaults() {
    let defaults = "[defaults]\ninterval = '5m'\nretry_interval = 30\nhost = 'h'\ngroups = ['g']\nretries = 0\n\
                    labels = { a = '1', b = '2' }\nenv = { LANG = 'C' }\n";
    let check = only(&format!(
        "{defaults}[[check]]\nname = 'a'\ncommand = ['x']\ninterval = 20.5\ngroups = ['i', 'i']\nlabels = {{ b = '3' }}"
    ));
    assert_eq!((check.interval, check.retry_interval), (Duration::from_millis(20_500), Duration::from_millis(20_500)));
    assert_eq!((&*check.id.host, check.retries, check.groups), ("h", 0, vec!["i".to_owned()]));
    let labels: Vec<(&str, &str)> = check.labels.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(labels, [("a", "1"), ("b", "3")]);
    assert_eq!(check.env.get("LANG").map(String::as_str), Some("C"));
}

#[test]
fn a_shell_is_asked_for() {
    let check = only("[[check]]\nname = 'a'\nshell = true\ncommand = 'a | b'");
    assert_eq!((check.shell, check.command), (true, vec!["a | b".to_owned()]));
    let text = "[[check]]\nname = 'a'\ncommand = 'a b'";
    assert!(said(text).starts_with("x.toml:3: command: a string is not taken apart"), "{}", said(text));
    let text = "[[check]]\nname = 'a'\nshell = true\ncommand = ['a', 'b']";
    assert!(said(text).starts_with("x.toml:4: command: with shell = true"), "{}", said(text));
}

#[test]
fn every_problem_is_told_with_its_line() {
    let text = "listen = 'x'\nconcurrency = 0\nplugin_path = ['a']\n[defaults]\nname = 'n'\ninterval = '8d'\n\
                [[check]]\nname = ''\ncommand = []\nhost = 'a/b'\n[[check]]\nretries = -1\ntimeout = '5x'\n\
                labels = { host = 'a', ok = \"\\n\" }\nenv = { VITALS_OUTPUT = 'text' }\nretry_interval = '1h'\n\
                [[check]]\nname = 'b'\nmax_series = 0\ngroups = ['']\ncommand = [\"a\\u0000\"]\nretry_interval = '1h'";
    let said = said(text);
    let starts = [
        "x.toml:1: listen: 'x' is no address",
        "x.toml:2: concurrency: must be from 1 to 1024",
        "x.toml:3: plugin_path: 'a' is not absolute",
        "x.toml:5: 'name' stands only in [[check]]",
        "x.toml:6: interval: must be from 1s to 7d",
        "x.toml:8: name: '' must not be empty",
        "x.toml:9: command: it is empty",
        "x.toml:10: host: 'a/b' has a '/'",
        "x.toml:11: the check has no command",
        "x.toml:11: the check has no name",
        "x.toml:12: retries: must be from 0 to 100",
        "x.toml:13: timeout: '5x'",
        "x.toml:14: labels: 'host' is a label of the exporter's own",
        "x.toml:14: labels: 'ok': the value has a control",
        "x.toml:15: env: 'VITALS_OUTPUT'",
        "x.toml:19: max_series: must be from 1",
        "x.toml:20: groups: ''",
        "x.toml:21: command: it has a NUL",
        "x.toml:22: retry_interval: is longer",
    ];
    assert_eq!(said.lines().count(), starts.len(), "{said}");
    for (line, start) in said.lines().zip(starts) {
        assert!(line.starts_with(start), "{line}\n{start}");
    }
}

#[test]
fn what_toml_refuses_has_its_line() {
    for (text, start) in [
        ("\nlisten = = 1", "x.toml:2: "),
        ("\n\nlistne = 'a'", "x.toml:3: unknown field `listne`, expected one of"),
        ("[[check]]\nname = 1", "x.toml:2: invalid type: integer `1`, expected a string"),
        ("[[check]]\nname = 'a'\ncommand = ['x']\ninterval = true", "x.toml:4: invalid type: boolean"),
        ("[[check]]\nname = 'a'\ncommand = 5", "x.toml:3: invalid type: integer `5`, expected an array of strings"),
        ("include = ['a']", "x.toml:1: include: "),
    ] {
        assert!(said(text).starts_with(start), "{}", said(text));
    }
}

#[test]
fn one_identity_is_one_check() {
    let check = "[[check]]\nname = 'a'\ncommand = ['x']\n";
    let twice = said(&format!("{check}{check}"));
    assert!(twice.starts_with("x.toml:5: there is a check 'kis1/a' at x.toml:2 already"), "{twice}");
    assert!(read(&format!("{check}{check}host = 'other'")).is_ok());
}

#[test]
fn braces_outside_a_template_are_plain() {
    assert_eq!(only("[[check]]\nname = '{a'\ncommand = ['x', '{}']").command, ["x", "{}"]);
}

#[test]
fn a_template_gives_every_combination() {
    let config = read(
        "[[template]]\nfor_each = { host = ['a', 'b'], port = [80, 443] }\n[[template.check]]\nname = 'web {port}'\n\
         host = '{host}'\ncommand = ['check_tcp', '-H', '{host}', '-p', '{port}', '{{}}']\ngroups = ['{host}']\n\
         labels = { p = '{port}' }\nenv = { P = '{port}' }\n[[template.check]]\nname = '{host}{port}'\n\
         shell = true\ncommand = 'x {port}'",
    )
    .unwrap();
    let ids: Vec<String> = config.checks.iter().map(|check| check.id.to_string()).collect();
    assert_eq!(
        ids,
        ["a/web 443", "a/web 80", "b/web 443", "b/web 80", "kis1/a443", "kis1/a80", "kis1/b443", "kis1/b80"]
    );
    let check = &config.checks[0];
    assert_eq!(check.command, ["check_tcp", "-H", "a", "-p", "443", "{}"]);
    assert_eq!((&*check.groups[0], &*check.labels["p"], &*check.env["P"]), ("a", "443", "443"));
    assert_eq!(config.checks[4].command, ["x 443"]);
}

#[test]
fn a_template_gives_every_row() {
    let config = read(
        "[[template]]\nfor_each = [{ h = 'a', ip = '10.0.0.1' }, { ip = '10.0.0.2', h = 'b' }]\n\
         [[template.check]]\nname = 'ping'\nhost = '{h}'\ncommand = ['check_ping', '{ip}']",
    )
    .unwrap();
    let words: Vec<(&str, &str)> = config.checks.iter().map(|check| (&*check.id.host, &*check.command[1])).collect();
    assert_eq!(words, [("a", "10.0.0.1"), ("b", "10.0.0.2")]);
}

#[test]
fn what_is_wrong_in_a_template_is_told_once() {
    let template = |for_each: &str| {
        said(&format!(
            "[[template]]\nfor_each = {for_each}\n[[template.check]]\nname = '{{a}}'\ncommand = ['{{b}}', '}}']\n"
        ))
    };
    let known = "x.toml:5: '{b}' is no key of for_each: use {a}\nx.toml:5: '}' has a '}' without its '{'";
    assert!(template("{ a = [1, 2, 3] }").starts_with(known), "{}", template("{ a = [1, 2, 3] }"));
    for (for_each, start) in [
        ("{}", "x.toml:2: for_each: without a key"),
        ("[]", "x.toml:2: for_each: a list without rows"),
        ("[{}]", "x.toml:2: for_each: without a key"),
        ("{ a = [] }", "x.toml:2: for_each: a list without values"),
        ("{ 'a b' = [1] }", "x.toml:2: for_each: 'a b' is no key"),
        ("[{ a = 1 },\n{ b = 1 }]", "x.toml:3: for_each: a row has other keys than the first: give it a"),
        ("{ a = [1.5] }", "x.toml:2: invalid type: floating point `1.5`, expected a string or a whole number"),
        ("5", "x.toml:2: invalid type: integer `5`, expected a table of lists, or a list of tables"),
    ] {
        assert!(template(for_each).starts_with(start), "{}", template(for_each));
    }
    assert!(said("[[template]]\n").contains("x.toml:1: the template has no check"));
    assert!(said("[[template]]\n").contains("x.toml:1: the template has no rows"));
    let twice = said("[[template]]\nfor_each = { a = [1, 2] }\n[[template.check]]\nname = 'n'\ncommand = ['x']");
    assert_eq!(twice, "x.toml:4: more than one row gives 'kis1/n': put a placeholder into the name or the host");
}

#[test]
fn there_is_an_end_to_checks() {
    let list = format!("[{}]", "1,".repeat(400));
    let many = said(&format!(
        "[[template]]\nfor_each = {{ a = {list}, b = {list} }}\n[[template.check]]\nname = '{{a}}'\ncommand = ['x']"
    ));
    assert_eq!(many, "x.toml:2: for_each: gives more than 100000 checks: shorten it");
    let numbers: String = (0..300).map(|number| format!("{number},")).collect();
    let long = "x".repeat(100_000);
    let large = said(&format!(
        "[[template]]\nfor_each = {{ a = [{numbers}], b = [{numbers}] }}\n[[template.check]]\nname = '{{a}} {{b}}'\n\
         command = ['{long}']"
    ));
    assert_eq!(large, "x.toml:4: too much: at most 100000 checks, of 64 MiB in all");
}

#[test]
fn the_example_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/exporter");
    let loaded = load(&folder.join("vitals_exporter.toml"), "server1").unwrap();
    assert_eq!(loaded.files, [folder.join("vitals_exporter.toml"), folder.join("conf.d/databases.toml")]);
    let ids: Vec<String> = loaded.config.checks.iter().map(|check| check.id.to_string()).collect();
    assert_eq!(ids.len(), 13);
    assert!(ids.contains(&"db2/ping".to_owned()) && ids.contains(&"web1/port 443".to_owned()), "{ids:?}");
    assert!(loaded.config.checks.iter().all(|check| check.labels.get("site").is_some_and(|site| site == "north")));
}
