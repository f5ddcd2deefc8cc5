//! Every plugin of monitoring-plugins-basic through the exporter: its state, its words and its values arrive as it
//! gave them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use regex::Regex;

use crate::harness::{Exporter, Need, Ran, Scratch, Series, Talker, run, series, skipped};

const FOLDER: &str = "/usr/lib/nagios/plugins";
const PACKAGE: &str = "monitoring-plugins-basic";

/// Plugin, arguments, and the code that it is known to give here.
type Case = (&'static str, &'static [&'static str], i32);

/// What is run. `{name}` stands for a port of [`Stage`], or for its folder.
const CASES: &[Case] = &[
    ("check_apt", &["-U-s -qq -o Dir::State::Lists={dir}/lists -o Dir::Cache={dir}/lists"], 0),
    ("check_by_ssh", &["-H", "127.0.0.1", "-p", "{closed}", "-C", "true"], 3),
    ("check_clamd", &["-H", "127.0.0.1", "-p", "{closed}"], 2),
    ("check_cluster", &["-s", "-l", "web", "-d", "0,2,0", "-w", "0", "-c", "2"], 1),
    ("check_dhcp", &["-i", "lo", "-t", "1"], 2),
    ("check_disk", &["-w", "1%", "-c", "1%", "-p", "/"], 0),
    ("check_disk", &["-v", "-w", "101%", "-c", "0%", "-p", "/", "-p", "/proc"], 1),
    ("check_dummy", &["0", "fine"], 0),
    ("check_dummy", &["1", "a <b> & \"c\" it's"], 1),
    ("check_dummy", &["2", "broken"], 2),
    ("check_dummy", &["3"], 3),
    ("check_file_age", &["-f", "{dir}/log", "-w", "100000", "-c", "200000"], 0),
    ("check_file_age", &["-f", "{dir}/nothing"], 2),
    ("check_ftp", &["-H", "127.0.0.1", "-p", "{ftp}"], 0),
    ("check_host", &["-H", "127.0.0.1"], 0),
    ("check_http", &["-I", "127.0.0.1", "-p", "{http}", "-w", "20", "-c", "30"], 0),
    ("check_http", &["-I", "127.0.0.1", "-p", "{closed}"], 2),
    ("check_icmp", &["-H", "127.0.0.1"], 0),
    ("check_ide_smart", &["-d", "/dev/nodevice"], 2),
    ("check_imap", &["-H", "127.0.0.1", "-p", "{imap}"], 0),
    ("check_ircd", &["-H", "127.0.0.1", "-p", "{closed}"], 3),
    ("check_jabber", &["-H", "127.0.0.1", "-p", "{closed}"], 2),
    ("check_load", &["-w", "5000,5000,5000", "-c", "9000,9000,9000"], 0),
    ("check_load", &["-r", "-w", "0,0,0", "-c", "9000,9000,9000"], 1),
    ("check_log", &["-F", "{dir}/log", "-O", "/dev/null", "-q", "error"], 2),
    ("check_mrtg", &["-F", "{dir}/mrtg", "-a", "AVG", "-v", "1", "-w", "50", "-c", "200", "-l", "Load", "-u", "%"], 1),
    ("check_mrtgtraf", &["-F", "{dir}/mrtg", "-a", "AVG", "-w", "1000,1000", "-c", "2000,2000"], 0),
    ("check_nagios", &["-F", "{dir}/log", "-e", "500", "-C", "no such process"], 2),
    ("check_nntp", &["-H", "127.0.0.1", "-p", "{nntp}"], 0),
    ("check_nntps", &["-H", "127.0.0.1", "-p", "{closed}"], 2),
    ("check_nt", &["-H", "127.0.0.1", "-p", "{closed}", "-v", "CLIENTVERSION"], 2),
    ("check_ntp", &["-H", "127.0.0.1", "-t", "1"], 2),
    ("check_ntp_peer", &["-H", "127.0.0.1", "-p", "{closed}", "-t", "1"], 2),
    ("check_ntp_time", &["-H", "127.0.0.1", "-p", "{closed}", "-t", "1"], 2),
    ("check_nwstat", &["-H", "127.0.0.1", "-p", "{closed}"], 3),
    ("check_overcr", &["-H", "127.0.0.1", "-p", "{closed}"], 3),
    ("check_ping", &["-H", "127.0.0.1", "-w", "1000,20%", "-c", "5000,60%", "-p", "1"], 0),
    ("check_pop", &["-H", "127.0.0.1", "-p", "{pop}"], 0),
    ("check_procs", &["-w", "1:100000", "-c", "1:200000"], 0),
    ("check_procs", &["-C", "no such process", "-c", "1:"], 2),
    ("check_real", &["-H", "127.0.0.1", "-p", "{closed}"], 2),
    ("check_rta_multi", &["-H", "127.0.0.1", "127.0.0.2"], 0),
    ("check_sensors", &[], 3),
    ("check_simap", &["-H", "127.0.0.1", "-p", "{closed}"], 2),
    ("check_smtp", &["-H", "127.0.0.1", "-p", "{smtp}"], 0),
    ("check_smtp", &["-H", "127.0.0.1", "-p", "{closed}"], 2),
    ("check_spop", &["-H", "127.0.0.1", "-p", "{closed}"], 2),
    ("check_ssh", &["-p", "{ssh}", "127.0.0.1"], 0),
    ("check_ssh", &["-p", "{closed}", "127.0.0.1"], 2),
    ("check_ssmtp", &["-H", "127.0.0.1", "-p", "{closed}"], 2),
    ("check_swap", &["-w", "1%", "-c", "1%", "-n", "ok"], 0),
    ("check_tcp", &["-H", "127.0.0.1", "-p", "{tcp}", "-w", "20", "-c", "30"], 0),
    ("check_tcp", &["-H", "127.0.0.1", "-p", "{closed}"], 2),
    ("check_time", &["-H", "127.0.0.1", "-p", "{time}", "-w", "1000000", "-c", "2000000"], 0),
    ("check_time", &["-H", "127.0.0.1", "-p", "{closed}"], 3),
    ("check_udp", &["-H", "127.0.0.1", "-p", "{echo}", "-s", "marco", "-e", "marco"], 0),
    ("check_ups", &["-H", "127.0.0.1", "-u", "ups", "-p", "{closed}"], 2),
    ("check_users", &["-w", "10000", "-c", "20000"], 0),
];

/// Plugins of the package that are not run, and why not. None at present: each has at least an error to give.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// What the plugins look at.
struct Stage {
    scratch: Scratch,
    ports: Vec<(&'static str, u16)>,
    _talkers: Vec<Talker>,
}

impl Stage {
    fn new() -> Self {
        let scratch = Scratch::new();
        scratch.folder("lists/partial");
        scratch.file("log", "first\nan error\n");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        scratch.file("mrtg", format!("{now} 5 6\n{now} 100 200 300 400\n{now} 1 2 3 4\n"));
        // RFC 868: seconds since 1900.
        let time = u32::try_from(now + 2_208_988_800).unwrap().to_be_bytes();
        let page =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";
        // One for each plugin: they serve one client at a time.
        let talkers = [
            ("tcp", Talker::tcp("stage\r\n", "")),
            ("ftp", Talker::tcp("220 stage\r\n", "221 bye\r\n")),
            ("http", Talker::tcp("", page)),
            ("imap", Talker::tcp("* OK stage\r\n", "* BYE\r\n")),
            ("nntp", Talker::tcp("200 stage\r\n", "205 bye\r\n")),
            ("pop", Talker::tcp("+OK stage\r\n", "+OK bye\r\n")),
            ("smtp", Talker::tcp("220 stage ESMTP\r\n", "250 stage\r\n")),
            ("ssh", Talker::tcp("SSH-2.0-OpenSSH_9.2p1\r\n", "")),
            ("time", Talker::tcp(time, "")),
            ("echo", Talker::udp_echo()),
        ];
        let mut ports: Vec<(&str, u16)> = talkers.iter().map(|(name, talker)| (*name, talker.port)).collect();
        // Port 1 of loopback: nothing that a test starts may be there.
        ports.push(("closed", 1));
        Self { scratch, ports, _talkers: talkers.into_iter().map(|(_, talker)| talker).collect() }
    }

    fn arguments(&self, arguments: &[&str]) -> Vec<String> {
        let fill = |argument: &&str| {
            let text = argument.replace("{dir}", self.scratch.path().to_str().unwrap());
            self.ports.iter().fold(text, |text, (name, port)| text.replace(&format!("{{{name}}}"), &port.to_string()))
        };
        arguments.iter().map(fill).collect()
    }

    /// The command of a case as a person types it.
    fn by_hand(&self, (plugin, arguments, _): &Case) -> Vec<String> {
        [vec![format!("{FOLDER}/{plugin}")], self.arguments(arguments)].concat()
    }

    /// The file that keeps what the exporter's run of a case printed.
    fn kept(&self, index: usize) -> String {
        self.scratch.at(&format!("case{index}/kept"))
    }

    /// A program of the plugin's name that runs it, passing on and keeping what it prints.
    fn recorded(&self, index: usize, case: &Case) -> Vec<String> {
        self.scratch.folder(&format!("case{index}"));
        let script = format!(
            "#!/bin/sh\nexec </dev/null\n{FOLDER}/{} \"$@\" >{kept}; code=$?\ncat {kept}\nexit $code\n",
            case.0,
            kept = self.kept(index)
        );
        let program = self.scratch.script(&format!("case{index}/{}", case.0), &script);
        [vec![program.display().to_string()], self.arguments(case.1)].concat()
    }
}

fn name(index: usize, case: &Case) -> String {
    format!("{index} {}", case.0)
}

/// The values of performance data by label, in base units, by a reader that knows no more than what these plugins use.
fn values(output: &str) -> BTreeMap<String, (f64, &'static str)> {
    let (first, long) = output.split_once('\n').unwrap_or((output, ""));
    let data = [first, long].map(|text| text.split_once('|').map_or("", |(_, data)| data)).join(" ");
    let item = Regex::new(r"(?:'([^']+)'|([^\s=']+))=(-?[0-9.]+)([^;\s]*)").unwrap();
    let found = item.captures_iter(&data).map(|found| {
        let label = found.get(1).or(found.get(2)).unwrap().as_str().to_owned();
        let value: f64 = found[3].parse().unwrap();
        let (value, unit) = match &found[4] {
            "" => (value, ""),
            "B" => (value, "bytes"),
            "s" => (value, "seconds"),
            "ms" => (value / 1000.0, "seconds"),
            "%" => (value / 100.0, "ratio"),
            other => panic!("a unit that the test does not know: {other} in {output}"),
        };
        (label, (value, unit))
    });
    found.collect()
}

#[test]
fn every_plugin_of_the_package_is_run() {
    let test = "exporter_foreign::every_plugin_of_the_package_is_run";
    if skipped(test, &[Need::Program("/usr/lib/nagios/plugins/check_load", PACKAGE)]) {
        return;
    }
    let listed = run(&["dpkg-query", "-L", PACKAGE]).stdout;
    let plugins: Vec<&str> =
        listed.lines().filter_map(|path| Path::new(path).strip_prefix(FOLDER).ok()?.to_str()).collect();
    assert!(plugins.len() > 30, "{listed}");
    for plugin in plugins.into_iter().filter(|name| name.starts_with("check_")) {
        let run = CASES.iter().any(|case| case.0 == plugin);
        let excepted = EXCEPTIONS.iter().any(|(name, _)| *name == plugin);
        assert!(run != excepted, "{plugin} must be either run or excepted");
    }
}

#[test]
fn state_words_and_values_arrive() {
    let needs = [Need::Program("/usr/lib/nagios/plugins/check_load", PACKAGE), Need::Root];
    if skipped("exporter_foreign::state_words_and_values_arrive", &needs) {
        return;
    }
    let stage = Stage::new();
    let by_hand: Vec<Ran> = std::thread::scope(|scope| {
        let runs: Vec<_> = CASES.iter().map(|case| scope.spawn(|| run(&stage.by_hand(case)))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let mut config = "[defaults]\ninterval = \"1h\"\nretries = 0\nhost = \"h\"\n".to_owned();
    for (index, case) in CASES.iter().enumerate() {
        let (name, command) = (name(index, case), stage.recorded(index, case));
        let command = serde_json::to_string(&command).unwrap();
        let _ = write!(config, "[[check]]\nname = \"{name}\"\ncommand = {command}\n");
    }
    let mut exporter = Exporter::start(&stage.scratch, &config);
    exporter.ready();
    let all = series(&exporter.metrics());
    for (index, (case, by_hand)) in CASES.iter().zip(by_hand).enumerate() {
        let name = name(index, case);
        assert_eq!(by_hand.code, Some(case.2), "{name}: {by_hand:#?}");
        let own: Vec<&Series> = all.iter().filter(|series| series.label("service") == name).collect();
        let one = |metric: &str| own.iter().find(|series| series.name == metric).unwrap().value;
        assert_eq!(one("vitals_check_status"), f64::from(case.2), "{name}");
        assert_eq!(one("vitals_check_parse_errors_total"), 0.0, "{name}");
        let kind = case.0.trim_start_matches("check_");
        assert!(own.iter().all(|series| series.label("check") == kind), "{own:#?}");

        let said = String::from_utf8(std::fs::read(stage.kept(index)).unwrap()).unwrap();
        let first = said.lines().next().unwrap_or_default();
        let words = first.split_once('|').map_or(first, |(text, _)| text).trim();
        let page = exporter.page("h", &name);
        let shown = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
            .iter()
            .fold(page, |page, (escaped, plain)| page.replace(escaped, plain));
        assert!(!words.is_empty() && shown.contains(words), "{name}: no {words:?} in {shown}");

        let arrived = own.iter().filter(|series| series.name == "vitals_perfdata_value");
        let arrived: BTreeMap<String, (f64, &str)> =
            arrived.map(|series| (series.label("label").to_owned(), (series.value, series.label("unit")))).collect();
        assert_eq!(arrived, values(&said), "{name}: {said}");
    }
    let with_values = all.iter().filter(|series| series.name == "vitals_perfdata_value").count();
    assert!(with_values > 30, "{with_values}");
}
