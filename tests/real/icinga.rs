//! Icinga 2: runs the plugins as check commands, and its own perfdata rules accept every item.

use std::collections::BTreeSet;
use std::io::Read;
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Instant;

use crate::harness::{Daemon, LIMIT, Need, Perf, Said, Scratch, Worker, skipped};

pub(crate) const NEEDS: [Need; 2] = [Need::Program("icinga2", "icinga2-bin"), Need::Root];

/// A check result as the PerfdataWriter wrote it.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) service: String,
    pub(crate) state: String,
    pub(crate) output: String,
    pub(crate) perfdata: String,
}

pub(crate) struct Icinga {
    daemon: Daemon,
    perfdata: std::path::PathBuf,
}

impl Icinga {
    /// Starts it on these service definitions, with a PerfdataWriter.
    pub(crate) fn start(scratch: &Scratch, objects: &str) -> Self {
        let perfdata = scratch.folder("perfdata");
        let folder = perfdata.display();
        // Icinga has no limit of its own for text: the separators are ours, as no plugin writes them.
        let template = "<<$service.name$<<$service.state$ $service.state_type$ $service.check_attempt$\
                        <<$service.output$<<$service.perfdata$<<";
        let configuration = format!(
            "include <itl>\nobject CheckerComponent \"checker\" {{}}\n\
             object PerfdataWriter \"files\" {{\n service_perfdata_path = \"{folder}/service\"\n\
             service_temp_path = \"{folder}/service.tmp\"\n host_perfdata_path = \"{folder}/host\"\n\
             host_temp_path = \"{folder}/host.tmp\"\n rotation_interval = 1s\n\
             service_format_template = \"{template}\"\n}}\n\
             object Host \"h\" {{ check_command = \"passive\" }}\n{objects}"
        );
        let words = command_for(scratch, &configuration);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Self { daemon: Daemon::start(scratch, &[], &words), perfdata }
    }

    /// All results written so far, oldest first, when `enough` of them are there.
    pub(crate) fn results(&mut self, what: &str, enough: impl Fn(&[Written]) -> bool) -> Vec<Written> {
        let folder = self.perfdata.clone();
        self.daemon.until(what, || {
            let files = std::fs::read_dir(&folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
            let mut files: Vec<_> = files.filter(|path| path.to_str().unwrap().contains("/service.1")).collect();
            files.sort();
            let results: Vec<Written> =
                files.iter().flat_map(|path| written(&std::fs::read_to_string(path).unwrap_or_default())).collect();
            enough(&results).then_some(results)
        })
    }

    /// The rest of the first line of its log that begins with this, when it is whole.
    pub(crate) fn logged(&mut self, begin: &str) -> String {
        let output = self.daemon.output_path();
        self.daemon.until(begin, || {
            let text = String::from_utf8_lossy(&std::fs::read(&output).ok()?).into_owned();
            let (line, _) = text.split_once(begin)?.1.split_once('\n')?;
            Some(line.to_owned())
        })
    }

    /// The states that a service went through, each with its kind and attempt, repetitions left out.
    fn states(&mut self, service: &str, until: &str) -> Vec<String> {
        let of = |all: &[Written]| {
            let mut states: Vec<String> =
                all.iter().filter(|result| result.service == service).map(|result| result.state.clone()).collect();
            states.dedup();
            states
        };
        let results = self
            .results(&format!("{service}: {until}"), |all| of(all).last().is_some_and(|last| last.starts_with(until)));
        of(&results)
    }
}

/// The command that runs it on this configuration; with `-C` behind it, that only looks at it.
pub(crate) fn command_for(scratch: &Scratch, configuration: &str) -> Vec<String> {
    let configuration = scratch.file("icinga.conf", configuration).display().to_string();
    let mut words = ["icinga2", "daemon", "-c", &configuration].map(str::to_owned).to_vec();
    for (key, name) in [("DataDir", "data"), ("LogDir", "log"), ("CacheDir", "cache"), ("InitRunDir", "run")] {
        words.extend(["-D".to_owned(), format!("{key}={}", scratch.folder(name).display())]);
    }
    words
}

fn written(text: &str) -> Vec<Written> {
    let fields: Vec<&str> = text.split("<<").skip(1).collect();
    let records = fields.chunks_exact(5).map(|record| Written {
        service: record[0].to_owned(),
        state: record[1].to_owned(),
        output: record[2].to_owned(),
        perfdata: record[3].to_owned(),
    });
    records.collect()
}

/// A check command that passes `vars.arguments` on, and a service that uses it.
fn service(name: &str, command: &[String], arguments: &[String], interval: u32) -> String {
    let list = |words: &[String]| words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
    format!(
        "object CheckCommand \"{name}\" {{\n command = [ {} ]\n\
         arguments = {{ arguments = {{ value = \"$arguments$\", skip_key = true, repeat_key = false }} }}\n}}\n\
         object Service \"{name}\" {{\n host_name = \"h\"\n check_command = \"{name}\"\n\
         check_interval = {interval}s\n retry_interval = {interval}s\n max_check_attempts = 3\n\
         vars.arguments = [ {} ]\n}}\n",
        list(command),
        list(arguments)
    )
}

fn command(scratch: &Scratch, plugin: &str) -> Vec<String> {
    vec![scratch.plugin(plugin), "--state-dir".to_owned(), scratch.state(plugin)]
}

/// A Graphite that keeps what Icinga's writer sends it: the only place where Icinga shows how it read
/// each number.
fn graphite() -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let Ok((mut stream, _)) = listener.accept() else { return };
        let (mut text, mut buffer) = (String::new(), [0; 4096]);
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            text.push_str(&String::from_utf8_lossy(&buffer[..count]));
            while let Some((line, rest)) = text.split_once('\n') {
                if sender.send(line.to_owned()).is_err() {
                    return;
                }
                text = rest.to_owned();
            }
        }
    });
    (port, lines)
}

#[test]
fn takes_over_every_word_and_number() {
    if skipped("icinga::takes_over_every_word_and_number", &NEEDS) {
        return;
    }
    let scratch = Scratch::of("nagios");
    let (port, lines) = graphite();
    let plugins = ["check_fs", "check_procs", "check_cpu", "check_mem"];
    let mut objects = format!(
        "object GraphiteWriter \"graphite\" {{\n host = \"127.0.0.1\"\n port = {port}\n\
         enable_send_thresholds = true\n}}\n"
    );
    for plugin in plugins {
        let mut record = vec![scratch.recorder(), scratch.at(plugin)];
        record.extend(command(&scratch, plugin));
        // Icinga spreads the first checks over an interval: a long one would make the test wait.
        objects += &service(plugin, &record, &["-v".to_owned()], 2);
    }
    let mut icinga = Icinga::start(&scratch, &objects);
    let results = icinga.results("a result of each", |all| {
        plugins.iter().all(|plugin| all.iter().any(|result| result.service == *plugin))
    });
    let mut graphed = Vec::new();
    for plugin in plugins {
        let result = results.iter().find(|result| result.service == plugin).unwrap();
        let said = Said::of(&std::fs::read_to_string(scratch.at(plugin)).unwrap());
        let shown = Said::of(&result.output);
        assert_eq!(shown.first, said.first);
        assert_eq!(shown.long, said.long);
        let name = plugin.trim_start_matches("check_").to_uppercase();
        let state = result.state.split(' ').next().unwrap();
        assert!(shown.first.starts_with(&format!("{name} {state} - ")), "{result:#?}");
        let unquoted: Vec<String> = said.perf().iter().map(as_icinga_writes).collect();
        assert_eq!(result.perfdata, unquoted.join(" "));
        assert!(!unquoted.is_empty());
        graphed.extend(said.perf().iter().flat_map(|perf| as_graphite_gets(plugin, perf)));
    }
    let (start, mut seen) = (Instant::now(), BTreeSet::new());
    let mut missing: BTreeSet<String> = graphed.into_iter().collect();
    while !missing.is_empty() {
        // Icinga goes on checking and writing: the wait is for all of it, not for the next line.
        let line = lines.recv_timeout(LIMIT.saturating_sub(start.elapsed()));
        let line = line.unwrap_or_else(|_| panic!("graphite never got {missing:#?} but {seen:#?}"));
        let mut words = line.split(' ');
        let (Some(path), Some(value)) = (words.next(), words.next()) else { panic!("{line}") };
        let got = format!("{path} {}", value.parse::<f64>().unwrap());
        missing.remove(&got);
        seen.insert(got);
    }
    let complaints = icinga.daemon.output();
    assert!(!complaints.contains("perfdata"), "{complaints}");
}

/// Icinga quotes a label only when it has a space.
fn as_icinga_writes(perf: &Perf) -> String {
    let quote = if perf.label.contains(' ') { "'" } else { "" };
    let Perf { label, value, unit, warn, crit, min, max } = perf;
    let all = format!("{quote}{label}{quote}={value}{unit};{warn};{crit};{min};{max}");
    all.trim_end_matches(';').to_owned()
}

/// The value, and the limits that are plain numbers: Icinga reads no other thresholds.
fn as_graphite_gets(plugin: &str, perf: &Perf) -> Vec<String> {
    let label = perf.label.replace([' ', '\\', '/'], "_");
    let path = format!("icinga2.h.services.{plugin}.{plugin}.perfdata.{label}");
    let fields =
        [("value", &perf.value), ("warn", &perf.warn), ("crit", &perf.crit), ("min", &perf.min), ("max", &perf.max)];
    let numbers = fields.iter().filter_map(|(name, text)| Some((name, text.parse::<f64>().ok()?)));
    numbers.map(|(name, number)| format!("{path}.{name} {number}")).collect()
}

#[test]
fn turns_a_lasting_fault_from_soft_to_hard_and_back() {
    if skipped("icinga::turns_a_lasting_fault_from_soft_to_hard_and_back", &NEEDS) {
        return;
    }
    let scratch = Scratch::of("nagios");
    let mut worker = Worker::new(&scratch, "icinga");
    worker.start();
    let limits = ["-c", "available=200%:"].map(str::to_owned);
    let objects = service("worker", &command(&scratch, "check_procs"), &worker.expectation(), 2)
        + &service("memory", &command(&scratch, "check_mem"), &limits, 1);
    let mut icinga = Icinga::start(&scratch, &objects);
    icinga.states("memory", "CRITICAL HARD");
    icinga.states("worker", "OK HARD");

    worker.stop();
    let fall = icinga.states("worker", "CRITICAL HARD");
    let kinds: Vec<&str> = fall.iter().map(|state| state.rsplit_once(' ').unwrap().0).collect();
    assert!(kinds.ends_with(&["OK HARD", "CRITICAL SOFT", "CRITICAL SOFT", "CRITICAL HARD"]), "{fall:?}");
    worker.start();
    icinga.states("worker", "OK HARD");
}
