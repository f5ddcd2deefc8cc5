//! check_logscan on logs that logrotate rotates and rsyslog writes, and beside check_logfiles of ConSol: each line is
//! counted once.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::harness::{Daemon, Need, Scratch, eventually, run, skipped};

const LOGROTATE: Need = Need::Program("logrotate", "logrotate");
const RSYSLOG: Need = Need::Program("rsyslogd", "rsyslog");
const LOGGER: Need = Need::Program("logger", "bsdutils");
const CHECK_LOGFILES: &str = "/usr/lib/nagios/plugins/check_logfiles";
const PEER: Need = Need::Program(CHECK_LOGFILES, "monitoring-plugins-check-logfiles");

/// A log, its rotation, and a check that follows it.
struct Log {
    scratch: Scratch,
    plugin: String,
    state: String,
    /// Where rotated files are that lie elsewhere.
    rotated: Option<String>,
    /// The number of the last event, and the sum of all.
    number: u64,
    sum: u64,
}

/// What a run of the check said.
#[derive(Debug)]
struct Heard {
    /// Events of this run.
    new: u64,
    /// Events of all runs, and the sum of their numbers.
    all: u64,
    sum: u64,
    answer: String,
}

impl Log {
    fn new() -> Self {
        let scratch = Scratch::new();
        let (plugin, state) = (scratch.plugin("check_logscan"), scratch.state("logscan"));
        scratch.folder("log");
        Self { scratch, plugin, state, rotated: None, number: 0, sum: 0 }
    }

    fn name(&self) -> String {
        self.scratch.at("log/app.log")
    }

    fn open(&self) -> File {
        File::options().append(true).create(true).open(self.name()).unwrap()
    }

    /// The next event, which is counted.
    fn event(&mut self) -> String {
        self.number += 1;
        self.sum += self.number;
        format!("app[7]: event {} of many\n", self.number)
    }

    /// Writes events among other lines.
    fn write(&mut self, mut log: &File, events: usize) {
        for _ in 0..events {
            let noise = format!("app[7]: before event {}: nothing\n", self.number + 1);
            log.write_all((noise + &self.event()).as_bytes()).unwrap();
        }
    }

    /// What the check says now.
    fn check(&self) -> Heard {
        let log = self.name();
        let rule = r"event: critical /\]: event (?<n>\d+)/ metric=n::sum";
        let options = ["--rule", rule, "--state-dir", &self.state, "--missing", "ok", "--output", "json"];
        let elsewhere: Vec<&str> = self.rotated.iter().flat_map(|pattern| ["--rotated", pattern]).collect();
        let ran = run(&[&[self.plugin.as_str(), &log][..], &options, &elsewhere].concat());
        let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:#?}"));
        let findings = answer["findings"].as_array().unwrap();
        let rule = findings.iter().find(|finding| finding["item"] == "event").unwrap();
        let metric = |name: &str| {
            let metric = rule["metrics"].as_array().unwrap().iter().find(|metric| metric["name"] == name);
            metric.and_then(|metric| metric["value"].as_f64()).unwrap_or(0.0) as u64
        };
        Heard { new: metric("matches"), all: metric("matches_seen"), sum: metric("n"), answer: ran.stdout }
    }

    /// Every event was told once by now.
    fn is_told(&self, heard: &Heard) -> bool {
        (heard.all, heard.sum) == (self.number, self.sum)
    }

    /// Writes logrotate's configuration.
    fn rotation(&self, directives: &str) {
        let text = format!("{} {{\n rotate 30\n missingok\n{directives}\n}}\n", self.name());
        self.scratch.file("rotate.conf", text);
    }

    /// Rotates once. Two rotations with names of one second are one: then it is tried again.
    fn rotate(&self) {
        let [conf, state] = ["rotate.conf", "rotate.state"].map(|name| self.scratch.at(name));
        let generations = || std::fs::read_dir(self.scratch.at("log")).unwrap().count();
        let (before, number) = (generations(), inode(&self.name()));
        eventually("a rotation", || {
            let ran = run(&["logrotate", "-f", "-s", &state, &conf]);
            let done = generations() > before || (number.is_some() && inode(&self.name()) != number);
            assert!(done || ran.stderr.contains("already exists"), "{ran:#?}");
            done.then_some(())
        });
    }
}

/// Waits for the next second of the clock from which files have their times; it is a little behind.
fn next_second(scratch: &Scratch) {
    let second = || scratch.file("clock", "").metadata().unwrap().mtime();
    let now = second();
    eventually("the next second", || (second() > now).then_some(()));
}

fn inode(path: &str) -> Option<u64> {
    Path::new(path).metadata().ok().map(|metadata| metadata.ino())
}

#[test]
fn follows_logrotate_in_its_usual_configurations() {
    if skipped("logs::follows_logrotate_in_its_usual_configurations", &[LOGROTATE]) {
        return;
    }
    let by_date = "dateext\n dateformat -%Y%m%d-%s";
    let xz = "compress\n compresscmd /usr/bin/xz\n uncompresscmd /usr/bin/unxz\n compressext .xz";
    let cases = [
        ("create".to_owned(), 6),
        ("nocreate".to_owned(), 6),
        ("create\n compress".to_owned(), 6),
        ("create\n compress\n delaycompress".to_owned(), 6),
        (format!("create\n delaycompress\n {xz}"), 4),
        (format!("create\n {by_date}"), 2),
        (format!("create\n compress\n delaycompress\n {by_date}"), 2),
        ("copytruncate".to_owned(), 6),
        ("copytruncate\n compress".to_owned(), 6),
        (format!("copytruncate\n compress\n delaycompress\n {by_date}"), 2),
        ("create\n olddir old\n createolddir".to_owned(), 4),
    ];
    for (directives, rotations) in cases {
        let mut log = Log::new();
        log.rotation(&directives);
        log.rotated = directives.contains("olddir").then(|| log.scratch.at("log/old/app.log.*"));
        let mut file = log.open();
        writeln!(file, "app[7]: begins").unwrap();
        assert_eq!(log.check().all, 0, "{directives}");
        // Whoever packs at once takes what its writer writes late.
        let late =
            directives.starts_with("create") && (!directives.contains("compress") || directives.contains("delay"));
        let mut seen = 0;
        for rotation in 0..rotations {
            log.write(&file, 3 + rotation % 3);
            if rotation % 3 == 1 {
                seen += log.check().new;
            }
            log.rotate();
            if late {
                log.write(&file, 2);
            }
            if rotation % 2 == 1 {
                seen += log.check().new;
            }
            file = log.open();
        }
        log.write(&file, 1);
        let heard = log.check();
        seen += heard.new;
        assert!(log.is_told(&heard), "{directives}: {} events, {heard:#?}", log.number);
        assert_eq!(seen, log.number, "{directives}");
        assert!(directives.starts_with("copytruncate") || !heard.answer.contains("may be lost"), "{heard:#?}");
        assert_eq!(log.check().new, 0, "{directives}");
    }
}

#[test]
fn counts_what_rsyslog_writes_while_logrotate_rotates() {
    if skipped("logs::counts_what_rsyslog_writes_while_logrotate_rotates", &[RSYSLOG, LOGGER, LOGROTATE]) {
        return;
    }
    let mut log = Log::new();
    let [socket, pid, work] = ["socket", "rsyslog.pid", "work"].map(|name| log.scratch.at(name));
    log.scratch.folder("work");
    let conf = format!(
        "global(workDirectory=\"{work}\")\nmodule(load=\"imuxsock\" SysSock.Use=\"off\")\n\
         input(type=\"imuxsock\" Socket=\"{socket}\" RateLimit.Interval=\"0\")\n\
         action(type=\"omfile\" file=\"{}\")\n",
        log.name()
    );
    let conf = log.scratch.file("rsyslog.conf", conf).display().to_string();
    let mut daemon = Daemon::start(&log.scratch, &[], &["rsyslogd", "-n", "-f", &conf, "-i", &pid]);
    daemon.until("its socket", || Path::new(&socket).exists().then_some(()));
    log.rotation(&format!("create\n compress\n delaycompress\n postrotate\n kill -HUP $(cat {pid})\n endscript"));
    let logger = |text: &str| {
        let ran = run(&["logger", "-u", &socket, "-t", "app[7]", text]);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
    };
    logger("begins");
    daemon.until("its log", || std::fs::read_to_string(log.name()).ok().filter(|text| text.contains("begins")));
    assert_eq!(log.check().all, 0);
    for round in 0..6 {
        for _ in 0..3 {
            let text = log.event();
            logger(text.trim_end().trim_start_matches("app[7]: "));
        }
        if round % 2 == 0 {
            // What rsyslog has not written yet, it writes into the one or the other.
            log.rotate();
        }
        let heard = daemon.until("all events in the check", || Some(log.check()).filter(|heard| log.is_told(heard)));
        assert!(!heard.answer.contains("may be lost"), "{heard:#?}");
    }
    let heard = log.check();
    assert!(log.is_told(&heard) && heard.new == 0, "{heard:#?}");
}

/// A second opinion. One difference is kept out of it: check_logfiles knows times by the second, and does not see what is
/// written in the second of its last run until something else is, nor which of two generations of one second it has read.
#[test]
fn counts_what_check_logfiles_counts() {
    if skipped("logs::counts_what_check_logfiles_counts", &[LOGROTATE, PEER]) {
        return;
    }
    for (directives, pattern) in [("create", r"app\\.log\\.\\d+"), ("create\n compress", r"app\\.log\\.\\d+\\.gz")] {
        let mut log = Log::new();
        log.rotation(directives);
        let [seek, protocols] = ["seek", "protocols"].map(|name| log.scratch.folder(name).display().to_string());
        let conf = format!(
            "$seekfilesdir = '{seek}';\n$protocolsdir = '{protocols}';\n@searches = ({{ tag => 't', logfile => '{}',\n\
             rotation => '{pattern}', criticalpatterns => ['\\]: event \\d+'], options => 'noprotocol,nologfilenocry' }});\n",
            log.name()
        );
        let conf = log.scratch.file("logfiles.cfg", conf).display().to_string();
        let peer = || {
            let said = run(&[CHECK_LOGFILES, "-f", &conf]).said();
            let criticals = said.perf().into_iter().find(|perf| perf.label == "t_criticals");
            criticals.unwrap_or_else(|| panic!("{said:#?}")).value.parse::<u64>().unwrap()
        };
        writeln!(log.open(), "app[7]: begins").unwrap();
        assert_eq!((log.check().new, peer()), (0, 0), "{directives}");
        for round in 0..5 {
            next_second(&log.scratch);
            let file = log.open();
            log.write(&file, [3, 0, 1][round % 3]);
            for _ in 0..[0, 1, 0, 2, 1][round % 5] {
                next_second(&log.scratch);
                log.rotate();
                let file = log.open();
                log.write(&file, round % 3);
            }
            let heard = log.check();
            assert!(log.is_told(&heard), "{directives}, round {round}: {heard:#?}");
            assert_eq!(peer(), heard.new, "{directives}, round {round}: {heard:#?}");
        }
    }
}
