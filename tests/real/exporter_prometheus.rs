//! Prometheus scrapes a running `vitals_exporter`: what its query language then finds is what the checks said.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{
    Daemon, Exporter, Need, Scratch, encoded, eventually, free_port, http_ask, http_get, series, skipped,
};

const PROMETHEUS: Need = Need::Program("prometheus", "prometheus");
const PROMTOOL: Need = Need::Program("promtool", "prometheus");

/// The labels and the value of a series that a query found.
type Found = (BTreeMap<String, String>, f64);

/// A running Prometheus that scrapes one exporter every second.
struct Prometheus {
    daemon: Daemon,
    port: u16,
}

impl Prometheus {
    fn start(scratch: &Scratch, exporter: &Exporter) -> Self {
        let target = format!("static_configs: [{{targets: ['127.0.0.1:{}']}}]", exporter.port);
        let config = format!(
            "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs: [{{job_name: vitals, {target}}}]\n"
        );
        let config = scratch.file("prometheus.yml", config).display().to_string();
        let port = free_port();
        let [config, listen, storage] = [
            format!("--config.file={config}"),
            format!("--web.listen-address=127.0.0.1:{port}"),
            format!("--storage.tsdb.path={}", scratch.folder("tsdb").display()),
        ];
        let mut daemon = Daemon::start(scratch, &[], &["prometheus", &config, &listen, &storage]);
        daemon.until("its readiness", || http_ask(port, "/-/ready").filter(|(code, _)| *code == 200));
        Self { daemon, port }
    }

    /// What a query finds.
    fn query(&self, query: &str) -> Vec<Found> {
        ask(self.port, query)
    }

    /// Waits until a query finds exactly one series, of this value, and gives its labels.
    fn until(&mut self, query: &str, wanted: f64) -> BTreeMap<String, String> {
        let port = self.port;
        self.daemon.until(&format!("{query} = {wanted}"), || match &*ask(port, query) {
            [(labels, value)] if *value == wanted => Some(labels.clone()),
            _ => None,
        })
    }
}

fn ask(port: u16, query: &str) -> Vec<Found> {
    let answer = http_get(port, &format!("/api/v1/query?query={}", encoded(query)));
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let found = answer["data"]["result"].as_array().unwrap_or_else(|| panic!("{query}: {answer}")).iter();
    found
        .map(|series| {
            let labels = serde_json::from_value(series["metric"].clone()).unwrap();
            (labels, series["value"][1].as_str().unwrap().parse().unwrap())
        })
        .collect()
}

/// What Prometheus' own linter has to say of a scrape.
fn lint(scratch: &Scratch, text: &str) -> String {
    let file = scratch.file("metrics", text);
    let verdict = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(std::fs::File::open(file).unwrap())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[verdict.stdout, verdict.stderr].concat()).into_owned();
    format!("{}{said}", if verdict.status.success() { "" } else { "refused: " })
}

/// The value of a key, as TOML has it.
fn toml(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

const OURS: [(&str, &str); 4] =
    [("file systems", "check_fs"), ("cpu", "check_cpu"), ("memory", "check_mem"), ("processes", "check_procs")];

/// Our plugins, four that are always in the same state, and one whose answer is in files.
fn stage(scratch: &Scratch) -> String {
    let mut config = format!(
        "[defaults]\ninterval = \"1s\"\nretries = 0\nlabels = {{ site = \"north\" }}\nenv = {{ STATE_DIRECTORY = {} }}\n",
        toml(&scratch.state("exporter"))
    );
    for (name, plugin) in OURS {
        let _ = write!(config, "[[check]]\nname = \"{name}\"\ncommand = [\"{plugin}\"]\ninterval = \"5s\"\n");
    }
    for code in [0, 1, 2, 2, 3].iter().enumerate() {
        let _ = write!(
            config,
            "[[check]]\nname = \"stage {}\"\nhost = \"stage\"\nshell = true\ncommand = \"echo said; exit {}\"\n",
            code.0, code.1
        );
    }
    let stand_in = scratch.script("stand_in", "#!/bin/sh\ncat \"$1/answer\"\nexit \"$(cat \"$1/code\")\"\n");
    let folder = scratch.path().to_str().unwrap();
    let command = format!("[{}, {}]", toml(stand_in.to_str().unwrap()), toml(folder));
    let _ = write!(
        config,
        "[[check]]\nname = \"stand-in\"\nhost = \"kis\"\nlabels = {{ team = \"on call\", site = \"south\" }}\n\
         command = {command}\n"
    );
    config
}

#[test]
fn queries_find_what_the_checks_said() {
    if skipped("exporter_prometheus::queries_find_what_the_checks_said", &[PROMETHEUS]) {
        return;
    }
    let scratch = Scratch::of("nobody");
    scratch.file("answer", "queue full | queue=42;50;60;0;100 'time to go'=1.5s;;;; other=U\n");
    scratch.file("code", "0");
    let mut exporter = Exporter::start(&scratch, &stage(&scratch));
    exporter.ready();
    let mut prometheus = Prometheus::start(&scratch, &exporter);

    prometheus.until("up", 1.0);
    for (index, code) in [0.0, 1.0, 2.0, 2.0, 3.0].iter().enumerate() {
        let labels = prometheus.until(&format!("vitals_check_status{{service=\"stage {index}\"}}"), *code);
        assert_eq!([&labels["host"], &labels["check"], &labels["site"]], ["stage", "shell", "north"]);
    }
    let states = prometheus.query("count by (state) (vitals_check_state{host=\"stage\"} == 1)");
    let states: BTreeMap<&str, f64> = states.iter().map(|(labels, count)| (&*labels["state"], *count)).collect();
    assert_eq!(states, BTreeMap::from([("ok", 1.0), ("warning", 1.0), ("critical", 2.0), ("unknown", 1.0)]));

    for (service, plugin) in OURS {
        let own = format!("vitals_check_status{{host=\"here\",service=\"{service}\"}}");
        let found = prometheus.query(&own);
        assert_eq!(found.len(), 1, "{own}");
        assert_eq!(found[0].0["check"], plugin.trim_start_matches("check_"));
    }
    let mounts = |found: Vec<BTreeMap<String, String>>| -> BTreeSet<String> {
        found.iter().map(|labels| labels["mountpoint"].clone()).collect()
    };
    let used = prometheus.query("vitals_fs_used_ratio{host=\"here\",service=\"file systems\"}");
    assert!(used.iter().all(|(_, value)| (0.0..=1.0).contains(value)), "{used:?}");
    let own = series(&exporter.metrics()).into_iter().filter(|s| s.name == "vitals_fs_used_ratio");
    let own = mounts(own.map(|series| series.labels).collect());
    assert_eq!(mounts(used.into_iter().map(|(labels, _)| labels).collect()), own);
    assert!(!own.is_empty());

    let of_queue = |name: &str| format!("vitals_perfdata_{name}{{host=\"kis\",label=\"queue\"}}");
    for (name, value) in [("value", 42.0), ("warn", 50.0), ("crit", 60.0), ("min", 0.0), ("max", 100.0)] {
        let labels = prometheus.until(&of_queue(name), value);
        let told = ["service", "check", "team", "site"].map(|name| &*labels[name]);
        assert_eq!(told, ["stand-in", "stand_in", "on call", "south"]);
    }
    prometheus.until("vitals_perfdata_value{host=\"kis\",label=\"time to go\"}", 1.5);
    // An unknown value is no series.
    prometheus.until("count(vitals_perfdata_value{host=\"kis\"})", 2.0);

    // What changes is seen by the next scrapes: the new state, and the old one no more.
    scratch.file("answer", "queue over | queue=61;50;60;0;100\n");
    scratch.file("code", "2");
    prometheus.until("vitals_check_status{service=\"stand-in\"}", 2.0);
    for (state, value) in [("critical", 1.0), ("ok", 0.0)] {
        prometheus.until(&format!("vitals_check_state{{service=\"stand-in\",state=\"{state}\"}}"), value);
    }
    prometheus.until(&of_queue("value"), 61.0);
    prometheus.until("vitals_perfdata_value{host=\"kis\"}", 61.0);
    prometheus.until("changes(vitals_check_status{service=\"stand-in\"}[5m])", 1.0);
    let log = prometheus.daemon.output();
    assert!(!log.contains("level=warn") && !log.contains("level=error"), "{log}");
}

/// Names that a quoting fault would break.
const HOSTILE: [&str; 8] = [
    "plain",
    "a \"quoted\" name",
    "back\\slash and \\n",
    "brace } and { and =\"",
    "Größe der Ablage ✓",
    "comma, #comment",
    "'; DROP TABLE x; --",
    "trailing\\",
];

#[test]
fn hostile_names_reach_prometheus_as_they_are() {
    if skipped("exporter_prometheus::hostile_names_reach_prometheus_as_they_are", &[PROMETHEUS, PROMTOOL]) {
        return;
    }
    let scratch = Scratch::of("nobody");
    let mut config = "[defaults]\ninterval = \"1h\"\n".to_owned();
    let mut names = BTreeSet::new();
    for index in 0..200 {
        let text = HOSTILE[index % HOSTILE.len()];
        let name = format!("{index} {text}");
        // Performance data have no way to say a quote: what is between two is the label.
        let label = text.replace('\'', "’");
        let _ = write!(
            config,
            "[[check]]\nname = {}\nhost = {}\nlabels = {{ note = {} }}\ncommand = [\"/bin/echo\", {}]\n",
            toml(&name),
            toml(&format!("host {text}").replace('/', "|")),
            toml(text),
            toml(&format!("fine | '{}'={index}", label.replace('=', "-"))),
        );
        names.insert(name);
    }
    let mut exporter = Exporter::start(&scratch, &config);
    exporter.ready();
    let page = exporter.metrics();
    assert_eq!(lint(&scratch, &page), "");

    let own = series(&page);
    let service = |name: &str| -> BTreeSet<String> {
        own.iter().filter(|s| s.name == name).map(|s| s.label("service").to_owned()).collect()
    };
    assert_eq!(service("vitals_check_status"), names);
    assert_eq!(service("vitals_perfdata_value"), names);
    let mut prometheus = Prometheus::start(&scratch, &exporter);
    prometheus.until("up", 1.0);
    prometheus.until("count(vitals_check_status)", 200.0);
    let by_prometheus: BTreeMap<String, BTreeMap<String, String>> =
        prometheus.query("vitals_perfdata_value").into_iter().map(|(l, _)| (l["service"].clone(), l)).collect();
    for ours in own.iter().filter(|s| s.name == "vitals_perfdata_value") {
        let theirs = &by_prometheus[ours.label("service")];
        for (name, value) in &ours.labels {
            // A label without a value is none.
            assert_eq!(theirs.get(name).map_or("", String::as_str), value, "{ours:?}");
        }
    }
    let notes: BTreeSet<&str> = by_prometheus.values().map(|labels| &*labels["note"]).collect();
    assert_eq!(notes, HOSTILE.into_iter().collect());
}

#[test]
fn promtool_passes_what_our_plugins_say_through_the_exporter() {
    let name = "exporter_prometheus::promtool_passes_what_our_plugins_say_through_the_exporter";
    if skipped(name, &[PROMTOOL]) {
        return;
    }
    let scratch = Scratch::of("nobody");
    scratch.file("answer", "x | a=1;2;3;0;9 b=2c c=3s;1:2;@3:4\n");
    scratch.file("code", "1");
    let mut exporter = Exporter::start(&scratch, &stage(&scratch));
    exporter.ready();
    assert_eq!(lint(&scratch, &exporter.metrics()), "");
    // Once more, with the rates that the second runs give.
    eventually("a second run of every check", || {
        let page = exporter.metrics();
        let runs = series(&page).into_iter().filter(|s| s.name == "vitals_check_runs_total");
        let mut sums = BTreeMap::<(String, String), f64>::new();
        for run in runs {
            *sums.entry((run.label("host").to_owned(), run.label("service").to_owned())).or_default() += run.value;
        }
        sums.values().all(|runs| *runs >= 2.0).then(|| assert_eq!(lint(&scratch, &page), ""))
    });
}
