//! The reader of foreign output against those that plugins are written for: Icinga 2 and Nagios Core take in the same
//! texts and are asked what they understood; the plugins of the Monitoring Plugins project must leave nothing unread.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use vitals::model::parse::{Perfdatum, parse};

use crate::harness::{Need, Scratch, run, skipped};
use crate::icinga::{self, Icinga};
use crate::nagios::{NAGIOS, Nagios, Service};
use crate::random::Random;

/// Texts of which Icinga and we read the same.
const AGREED: &[&str] = &[
    "OK - fine",
    "OK | a=5MB;1;2;3;4",
    "OK|a=1;2 b=U c=3",
    "OK |a=1\nmore\nand more|b=2 'c d'=3\n",
    "OK |a=5;10:20;~:5;;",
    "free space=1 in the summary|free space=1 'in quotes'=2",
    "x|host::check::a=1 b=2 other::c=3 d=4",
    "x|a=1-2 b=10:20 c=1e400 d=--5 e=0x10 f= g=;;;; h=abc i=1",
    "x|a=1 junk b=2 junk",
    "x|a=1 a=2 a=1",
    "x|a=nan b=5foo c=5B/s d=5%%",
    "Störung|Füllstand=5%;80;90;0;100 室=2",
    "x|a=5;;;;;9",
    "x|a;b=1 c:=2 \"d\"=3 it's=4",
    "\nlate|a=1",
    "x|a=1\r\ny|b=2\r\n",
];

/// Texts that Icinga reads differently: what it takes of them (label and value), what we take, and why.
const DIFFERENT: &[(&str, &str, &str, &str)] = &[
    ("x|'it''s'=1", "it''s=1", "it's=1", "the guidelines make one quote of two"),
    ("x|'a=b c'=1", "c'=1", "a=b c=1", "a quoted label may hold both"),
    ("x|=5 ''=6", "=5 ''=6", "", "a value needs a name"),
    ("x|'open=5 b=1", "'open=5 b=1", "b=1", "nobody closed the quote: where did the label end?"),
    ("x|a=1=2", "a=1=2", "", "Perl reads 1 for a, Icinga 2 for 'a=1'"),
    ("x|a=1\tb=2", "a=1\tb=2", "a=1 b=2", "a tab separates, as in Perl"),
    ("x|a=1  b=2", "a=1  b=2", "a=1 b=2", "the blank is no part of the label"),
    ("x|a=1 | b=2", "a=1 | b=2", "a=1 b=2", "nor is a bar"),
    ("x|a=inf b=-inf", "a=null b=null", "", "no number that anybody could draw"),
    ("x|a=1,5 b=1", "b=1", "a=1.5 b=1", "the comma of other languages, as in Perl and pnp4nagios"),
    ("x|a=5m2", "", "a=5", "a square metre is a unit too"),
    ("x|a=5foo-bar", "a=5", "", "a unit with a dash looks like a range"),
    ("x|a=5;;;4e", "", "a=5", "a bad bound does not take the value with it"),
    ("x|a=5M b=5G c=5K", "a=300 b=5 c=5", "a=5 b=5 c=5", "mega, not minutes"),
    ("x|a=5Pa", "a=5000000000000000", "a=5", "pascal, not peta-amperes"),
    ("x|a=1eA", "a=1000000000000000000", "a=1", "nobody writes exa like that"),
    ("x|a=5µs", "a=5", "a=0.000005", "a micro sign"),
    ("s|a=1\nx|b=2\nc=3", "a=1 b=2", "a=1 b=2 c=3", "Nagios: performance data goes on over lines"),
];

/// A text of pieces on which both should agree, one or several lines of them.
fn hostile(random: &mut Random) -> String {
    const LABELS: [&str; 17] = [
        "a",
        "free space",
        "'quoted label'",
        "'a b'",
        "/var",
        "x::y::z",
        "p::q",
        "a'b",
        "a;b",
        "q?x=y",
        "ünï 室",
        "a:",
        "\"a b\"",
        "%",
        "-1",
        "a\\b",
        "junk 5 b",
    ];
    const VALUES: [&str; 23] = [
        "5",
        "-5",
        "+5",
        ".5",
        "5.",
        "1e3",
        "1E3",
        "-0",
        "0.000001",
        "1.5e-3",
        "123456789012",
        "99",
        "7",
        "0.1",
        "U",
        "",
        "abc",
        "--5",
        "1.2.3",
        "1e400",
        "1-2",
        "5:6",
        "-",
    ];
    const UNITS: [&str; 52] = [
        "", "", "", "s", "ms", "us", "ns", "MS", "m", "h", "d", "B", "kB", "KB", "mB", "MB", "GB", "TB", "PB", "EB",
        "KiB", "MiB", "GiB", "TiB", "b", "Kb", "Mib", "%", "%", "c", "packets", "lm", "dBm", "C", "F", "W", "mW", "MW",
        "kWh", "Ws", "V", "mV", "A", "mAh", "O", "kO", "kg", "mg", "t", "ml", "foo", "°X",
    ];
    const FIELDS: [&str; 14] = [
        "",
        "",
        "",
        ";",
        ";;",
        ";1;2;3;4",
        ";10:20;@1:2",
        ";~:5",
        ";U;U",
        ";1;2;0;",
        ";;;;;9",
        ";+1;1e3",
        ";;;-5;.5",
        ";80;90;0;100;",
    ];
    let mut text = String::new();
    for line in 0..1 + random.below(3) {
        let pieces: Vec<String> = (0..1 + random.below(4))
            .map(|_| {
                let (label, value) = (random.pick(&LABELS), random.pick(&VALUES));
                format!("{label}={value}{}{}", random.pick(&UNITS), random.pick(&FIELDS))
            })
            .collect();
        let _ = writeln!(text, "line {line}|{}", pieces.join(" "));
    }
    text
}

/// Has Icinga read each text as the output of a check, and take apart each value: its own words, in JSON. For each text
/// the output and a list of values; a value that was refused is a list of its text alone.
fn read_by_icinga(texts: &[String]) -> Vec<Value> {
    let scratch = Scratch::of("nagios");
    let literal = |text: &String| {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        format!("\"{}\"", escaped.replace('\t', "\\t").replace('\r', "\\r"))
    };
    let literals: Vec<String> = texts.iter().map(literal).collect();
    let objects = format!(
        "const texts = [ {} ]\n\
         for (i in range(len(texts))) {{\n object Service \"s\" + i use (i) {{\n host_name = \"h\"\n\
         check_command = \"dummy\"\n check_interval = 1s\n vars.dummy_text = texts[i]\n }}\n}}\n\
         object Service \"all\" {{\n host_name = \"h\"\n check_command = \"dummy\"\n check_interval = 1s\n\
         vars.dummy_text = {{{{\n var all = []\n for (i in range(len(texts))) {{\n\
         var result = get_service(\"h\", \"s\" + i).last_check_result\n if (!result) {{ return \"not yet\" }}\n\
         var items = []\n for (p in result.performance_data) {{\n try {{\n var v = parse_performance_data(p)\n\
         items.add([p, v.label, v.value, v.unit, v.counter, v.warn, v.crit, v.min, v.max])\n\
         }} except {{\n items.add([p])\n }}\n }}\n all.add([result.output, items])\n }}\n\
         log(LogCritical, \"reading\", Json.encode(all))\n return \"read\"\n }}}}\n}}\n",
        literals.join(", ")
    );
    let mut icinga = Icinga::start(&scratch, &objects);
    let read: Vec<Value> = serde_json::from_str(&icinga.logged("critical/reading: ")).unwrap();
    assert_eq!(read.len(), texts.len());
    read
}

/// The values that it took.
fn taken(read: &Value) -> impl Iterator<Item = &Vec<Value>> {
    read[1].as_array().unwrap().iter().filter_map(Value::as_array).filter(|item| item.len() > 1)
}

/// Icinga's unit in ours, and what its values are multiplied with for that.
fn unit(icingas: &str) -> (&str, f64) {
    match icingas {
        "percent" => ("ratio", 0.01),
        "watt-hours" => ("joules", 3600.0),
        "ampere-seconds" => ("coulombs", 1.0),
        "degrees-celsius" => ("celsius", 1.0),
        "degrees-fahrenheit" => ("fahrenheit", 1.0),
        "decibel-milliwatts" => ("dbm", 1.0),
        other => (other, 1.0),
    }
}

fn same(theirs: Option<f64>, ours: Option<f64>) -> bool {
    match (theirs, ours) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs().max(b.abs()),
        (None, None) => true,
        _ => false,
    }
}

/// Whether this is what Icinga took.
fn agrees(item: &[Value], ours: &Perfdatum) -> bool {
    let (base, unit_of_ours) = ours.in_base();
    let (name, factor) = unit(item[3].as_str().unwrap());
    let number = |at: usize| item[at].as_f64().map(|number| number * factor);
    // Icinga leaves out what is not a plain number.
    let limit = |at: usize, range: Option<vitals::model::range::Range>| {
        number(at).is_none() || same(number(at), range.filter(|range| range.start() == 0.0).map(|range| range.end()))
    };
    item[1].as_str().unwrap() == ours.label
        && same(number(2), base.value)
        // A unit that it does not know it forgets; its values are what they were.
        && (name.is_empty() || name == unit_of_ours.name)
        // It forgets of a `c` that it counts.
        && (item[4] == false || unit_of_ours.counter)
        && limit(5, base.warn)
        && limit(6, base.crit)
        && (number(7).is_none() || same(number(7), base.min))
        && (number(8).is_none() || same(number(8), base.max))
}

#[test]
fn what_icinga_takes_is_taken_with_the_same_meaning() {
    if skipped("foreign::what_icinga_takes_is_taken_with_the_same_meaning", &icinga::NEEDS) {
        return;
    }
    let mut texts: Vec<String> = AGREED.iter().map(|text| (*text).to_owned()).collect();
    let mut random = Random::new(0x0f0e_1641);
    texts.extend((0..400).map(|_| hostile(&mut random)));
    let same_until = texts.len();
    texts.extend(DIFFERENT.iter().map(|(text, ..)| (*text).to_owned()));
    let read = read_by_icinga(&texts);

    let mut values = 0;
    for (text, read) in texts.iter().zip(&read).take(same_until) {
        let ours = parse(text);
        let mut known = ours.perfdata.iter().filter(|datum| datum.value.is_some() || !text.contains('U'));
        for item in taken(read) {
            values += 1;
            let datum = known.next();
            assert!(datum.is_some_and(|datum| agrees(item, datum)), "{text}\nIcinga {item:?}\nours {datum:?}");
        }
        assert_eq!(known.next(), None, "{text}\n{read}");
        let lines: Vec<&str> =
            read[0].as_str().unwrap().lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let said: Vec<&str> = std::iter::once(&ours.summary).chain(&ours.long).map(|line| line.trim()).collect();
        assert_eq!(lines, said, "{text}");
    }
    assert!(values > 800, "{values}");

    let joined = |items: Vec<String>| items.join(" ");
    for ((text, theirs, ours, why), read) in DIFFERENT.iter().zip(&read[same_until..]) {
        let took = taken(read).map(|item| {
            let value = item[2].as_f64().map_or("null".to_owned(), |value| value.to_string());
            format!("{}={value}", item[1].as_str().unwrap())
        });
        assert_eq!(joined(took.collect()), *theirs, "Icinga on {text}: {why}");
        let took = parse(text).perfdata;
        let took = took.iter().map(|datum| format!("{}={}", datum.label, datum.in_base().0.value.unwrap()));
        assert_eq!(joined(took.collect()), *ours, "{text}: {why}");
    }
}

/// Outputs of several lines, and what Nagios makes of their performance data where that is not what we do.
const LINES: &[(&str, &str, Option<&str>)] = &[
    ("one", "OK - all | a=1;2;3", None),
    (
        "plugin_api",
        "DISK OK - 3326 MB (56%) | /=2643MB;5948\n/ 15272 MB\n/boot 68 MB | /boot=68MB;88\n/home=69357MB\n",
        None,
    ),
    ("no_perfdata", "OK\none\ntwo\n", None),
    ("only_long", "OK\none\ntwo | 'a b'=1\nc=2\n", None),
    ("only_perfdata", "| a=1", None),
    ("empty_lines", "OK | a=1\n\nmore\n\n| b=2\n\n\nc=3\n", None),
    ("empty_first", "\nOK | a=1\nmore | b=2\n", Some("a=1 more | b=2")),
    ("crlf", "OK | a=1\r\nmore\r\n| b=2\r\n", None),
    ("backslashes", "OK C:\\new \\\\x | 'C:\\ %'=1\n\\n and \\\\\n", None),
    ("equals", "a=1 b=2 | c=3\nd=4\n", None),
    ("own_bars", "OK | a=1\nx | b=2\ny | c=3\n", Some("a=1 b=2 y | c=3")),
    ("prose_behind", "OK | a=1\nx | b=2\nthe end\n", Some("a=1 b=2 the end")),
    ("second_bar", "OK | a=1 | b=2\n", None),
];

#[test]
fn nagios_splits_the_lines_as_we_do() {
    if skipped("foreign::nagios_splits_the_lines_as_we_do", &[NAGIOS]) {
        return;
    }
    let scratch = Scratch::of("nobody");
    let services: Vec<Service> = LINES
        .iter()
        .map(|(name, text, _)| {
            let file = scratch.file(&format!("{name}.text"), text).display().to_string();
            Service { name, command: Some(vec!["/bin/cat".to_owned(), file]), interval: 3600 }
        })
        .collect();
    let mut nagios = Nagios::start(&scratch, &[], &services);
    for (name, text, other) in LINES {
        let shown = nagios.service(name, |_| true);
        let (ours, perfdata) = (parse(text), shown["performance_data"].as_str());
        if let Some(other) = other {
            assert_eq!(perfdata.split_whitespace().collect::<Vec<_>>().join(" "), *other, "{name}");
            assert_eq!(ours.broken, 0, "{name}");
            continue;
        }
        let theirs = vitals::model::parse::perfdata(perfdata);
        assert_eq!((ours.perfdata, ours.broken), theirs, "{name}: {perfdata}");
        assert_eq!(shown["plugin_output"], ours.summary, "{name}");
        let plain = |lines: &str| {
            lines.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
        };
        let long =
            plain(&shown["long_plugin_output"].replace("\\\\", "\u{1}").replace("\\n", "\n").replace('\u{1}', "\\"));
        assert_eq!(long, plain(&ours.long.join("\n")), "{name}");
    }
}

/// Plugins that need no network, fine and failing, and how many values each has at least.
const PLUGINS: &[(&str, usize)] = &[
    ("check_disk -w 10% -c 5% -p /", 1),
    ("check_disk -v -w 100% -c 100% -p / -p /dev/shm", 2),
    ("check_disk -w 1 -p /no-such-folder", 0),
    ("check_load -w 100,100,100 -c 200,200,200", 3),
    ("check_load -r -w 0.0001,0.0001,0.0001 -c 90", 6),
    ("check_swap -w 10% -c 5%", 1),
    ("check_users -w 100 -c 200", 1),
    ("check_procs -w 1 -c 2", 1),
    ("check_procs -vv -m VSZ -C no-such-process -w 1 -c 2", 3),
    ("check_procs -m CPU -w 101", 3),
    ("check_procs -w 1: -c 1:5000", 1),
    ("check_file_age -f /etc/passwd", 2),
    ("check_file_age -f /no-such-file", 0),
    ("check_cluster -s -d 0,1,2 -l name -w 0 -c 3", 0),
    ("check_dummy 2 text", 0),
    ("check_tcp -H 127.0.0.1 -p 1 -t 2", 0),
    ("check_udp -H 127.0.0.1 -p 1 -s x -e y -t 2", 0),
    ("check_icmp -t 2 127.0.0.1", 4),
    ("check_host -t 2 127.0.0.1", 2),
    ("check_ping -H 127.0.0.1 -w 100,10% -c 200,20% -p 1", 2),
    ("check_ssh -t 2 -p 1 127.0.0.1", 0),
    ("check_http -H 127.0.0.1 -p 1 -t 2", 0),
    ("check_sensors", 0),
    ("check_nagios -F /no-such-file -C nagios -e 1", 0),
    ("check_mrtg -F /no-such-file -a AVG -v 1 -w 1 -c 2", 0),
    ("check_load --help", 0),
    ("negate -s /usr/lib/nagios/plugins/check_load -w 100 -c 200", 3),
];

#[test]
fn nothing_of_the_monitoring_plugins_is_unread() {
    const FOLDER: &str = "/usr/lib/nagios/plugins";
    let needs = [Need::Program("/usr/lib/nagios/plugins/check_load", "monitoring-plugins-basic"), Need::Root];
    if skipped("foreign::nothing_of_the_monitoring_plugins_is_unread", &needs) {
        return;
    }
    for (line, least) in PLUGINS {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        words[0] = format!("{FOLDER}/{}", words[0]);
        assert!(Path::new(&words[0]).exists(), "{line}");
        let ran = run(&words);
        assert!(ran.code.is_some_and(|code| (0..=3).contains(&code)), "{ran:#?}");
        let read = parse(&ran.stdout);
        assert_eq!(read.broken, 0, "{line}: {read:#?}\n{ran:#?}");
        assert!(read.perfdata.len() >= *least, "{line}: {read:#?}\n{ran:#?}");
        assert_eq!(read.summary.is_empty(), ran.stdout.trim().is_empty(), "{line}");
    }
}
