//! Nagios Core 4: runs the plugins as active checks, believes their states and shows their words.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::harness::{Daemon, Need, Said, Scratch, Worker, run, skipped};

pub(crate) const NAGIOS: Need = Need::Program("nagios4", "nagios4-core");

/// A Nagios that watches the services of one host, the "second" its unit of time.
pub(crate) struct Nagios {
    daemon: Daemon,
    log: PathBuf,
    status: PathBuf,
    /// The pipe that takes passive results.
    pub(crate) commands: PathBuf,
}

/// A service definition: a command, or none for a service that only takes passive results.
pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) command: Option<Vec<String>>,
    /// Seconds between checks.
    pub(crate) interval: u32,
}

impl Nagios {
    /// Starts it as the scratch folder's owner, behind a prefix such as the one that enters a namespace.
    pub(crate) fn start(scratch: &Scratch, prefix: &[String], services: &[Service]) -> Self {
        Self::start_on(scratch, prefix, &objects(services))
    }

    /// The same, on objects of any kind.
    pub(crate) fn start_on(scratch: &Scratch, prefix: &[String], objects: &str) -> Self {
        let main = configuration(scratch, objects);
        let daemon = Daemon::start(scratch, prefix, &["nagios4", main.to_str().unwrap()]);
        let var = scratch.path().join("var");
        Self { daemon, log: var.join("nagios.log"), status: var.join("status.dat"), commands: var.join("commands") }
    }

    /// Waits until a service has been checked and `wanted` holds, and gives what Nagios knows of it.
    pub(crate) fn service(
        &mut self,
        name: &str,
        wanted: impl Fn(&HashMap<String, String>) -> bool,
    ) -> HashMap<String, String> {
        let status = self.status.clone();
        self.daemon.until(&format!("a state of {name}"), || {
            let text = std::fs::read_to_string(&status).ok()?;
            let service = services(&text).find(|service| service["service_description"] == name)?;
            (service["has_been_checked"] == "1" && wanted(&service)).then_some(service)
        })
    }

    /// Waits until it takes passive results.
    pub(crate) fn ready(&mut self) {
        let commands = self.commands.clone();
        self.daemon.until("its command pipe", || commands.exists().then_some(()));
    }

    /// Waits until this many state changes of a service are logged, and gives them: `CRITICAL;SOFT;1`.
    pub(crate) fn alerts(&mut self, name: &str, count: usize) -> Vec<String> {
        let log = self.log.clone();
        let prefix = format!("SERVICE ALERT: h;{name};");
        self.daemon.until(&format!("{count} alerts of {name}"), || {
            let text = std::fs::read_to_string(&log).ok()?;
            let alerts = text.lines().filter_map(|line| line.split_once(&prefix));
            let states = alerts.map(|(_, alert)| alert.split(';').take(3).collect::<Vec<_>>().join(";"));
            Some(states.collect::<Vec<_>>()).filter(|states| states.len() >= count)
        })
    }
}

fn services(status: &str) -> impl Iterator<Item = HashMap<String, String>> {
    status.split("servicestatus {").skip(1).map(|block| {
        let lines = block.lines().take_while(|line| line.trim() != "}");
        let pairs = lines.filter_map(|line| line.trim().split_once('='));
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    })
}

/// Its main file, for these objects.
fn configuration(scratch: &Scratch, objects: &str) -> PathBuf {
    let [var, results] = ["var", "results"].map(|name| scratch.folder(name).display().to_string());
    let objects = scratch.file("objects.cfg", objects);
    scratch.file("nagios.cfg", settings(&var, &results, &objects.display().to_string()))
}

/// What its own verification says of these objects, which it must pass.
pub(crate) fn verified(scratch: &Scratch, objects: &str) -> String {
    let main = configuration(scratch, objects);
    let mut command = Vec::new();
    if let Some(user) = scratch.owner() {
        command.extend(["setpriv".to_owned(), format!("--reuid={}", user.uid), format!("--regid={}", user.gid)]);
        command.push("--clear-groups".to_owned());
    }
    command.extend(["nagios4".to_owned(), "-v".to_owned(), main.display().to_string()]);
    let ran = run(&command);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    ran.stdout
}

fn settings(var: &str, results: &str, objects: &str) -> String {
    format!(
        "cfg_file={objects}\nlog_file={var}/nagios.log\ntemp_file={var}/temp\ntemp_path={var}\n\
         lock_file={var}/lock\nstatus_file={var}/status.dat\nstatus_update_interval=1\n\
         object_cache_file={var}/objects.cache\nprecached_object_file={var}/objects.precache\n\
         state_retention_file={var}/retention\nretain_state_information=0\n\
         check_result_path={results}\ncommand_file={var}/commands\ncheck_external_commands=1\n\
         query_socket={var}/query\ninterval_length=1\nservice_inter_check_delay_method=n\n\
         host_inter_check_delay_method=n\nenable_notifications=0\nenable_flap_detection=0\n\
         illegal_macro_output_chars=`~$&|'\"<>\nlog_service_retries=1\nuse_syslog=0\ncheck_for_updates=0\n"
    )
}

/// A host `h`, what it cannot be without, and its services.
pub(crate) fn objects(services: &[Service]) -> String {
    let days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    let mut text = "define timeperiod{\n timeperiod_name always\n alias always\n".to_owned();
    for day in days {
        let _ = writeln!(text, " {day} 00:00-24:00");
    }
    text += "}\ndefine command{\n command_name nothing\n command_line /bin/true\n}\n\
             define contact{\n contact_name nobody\n host_notification_period always\n\
             service_notification_period always\n host_notification_commands nothing\n\
             service_notification_commands nothing\n}\n\
             define host{\n host_name h\n address 127.0.0.1\n max_check_attempts 1\n\
             check_period always\n contacts nobody\n}\n";
    for Service { name, command, interval } in services {
        let active = u8::from(command.is_some());
        let line = command.as_ref().map_or_else(|| "/bin/true".to_owned(), |words| command_line(words));
        let _ = write!(
            text,
            "define command{{\n command_name {name}\n command_line {line}\n}}\n\
             define service{{\n host_name h\n service_description {name}\n check_command {name}\n\
             active_checks_enabled {active}\n check_interval {interval}\n retry_interval {interval}\n\
             max_check_attempts 3\n check_period always\n contacts nobody\n}}\n"
        );
    }
    text
}

/// Words that the shell would change are quoted; without any, Nagios runs the plugin without a shell.
fn command_line(words: &[String]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%,".contains(c);
    let quoted = words.iter().map(|word| match word {
        word if word.chars().all(plain) => word.clone(),
        word => format!("'{word}'"),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

fn command(scratch: &Scratch, plugin: &str, arguments: &[&str]) -> Vec<String> {
    let mut words = vec![scratch.plugin(plugin), "--state-dir".to_owned(), scratch.state(plugin)];
    words.extend(arguments.iter().map(|word| (*word).to_owned()));
    words
}

#[test]
fn shows_what_each_plugin_said() {
    if skipped("nagios::shows_what_each_plugin_said", &[NAGIOS]) {
        return;
    }
    let scratch = Scratch::of("nobody");
    let plugins = ["check_fs", "check_procs", "check_cpu", "check_mem"];
    let record = |plugin| {
        let mut words = vec![scratch.recorder(), scratch.at(plugin)];
        words.extend(command(&scratch, plugin, &["-v"]));
        Some(words)
    };
    let services = plugins.map(|name| Service { name, command: record(name), interval: 3600 });
    let mut nagios = Nagios::start(&scratch, &[], &services);
    for plugin in plugins {
        let shown = nagios.service(plugin, |_| true);
        let said = Said::of(&std::fs::read_to_string(scratch.at(plugin)).unwrap());
        // Nagios keeps the semicolon for its own fields: in a first line it becomes a colon.
        assert_eq!(shown["plugin_output"], said.first.replace(';', ":"));
        assert_eq!(shown["long_plugin_output"].replace("\\n", "\n").trim_end(), said.long);
        assert_eq!(shown["performance_data"], said.perfdata);
        let state = ["OK", "WARNING", "CRITICAL", "UNKNOWN"][shown["current_state"].parse::<usize>().unwrap()];
        let name = plugin.trim_start_matches("check_").to_uppercase();
        assert!(said.first.starts_with(&format!("{name} {state} - ")), "{said:#?}");
        assert!(!said.perf().is_empty(), "{said:#?}");
        assert!(!said.long.is_empty(), "{said:#?}");
    }
}

#[test]
fn turns_a_lasting_fault_from_soft_to_hard() {
    if skipped("nagios::turns_a_lasting_fault_from_soft_to_hard", &[NAGIOS]) {
        return;
    }
    let scratch = Scratch::of("nobody");
    let service = |name, plugin, arguments: &[&str]| Service {
        name,
        command: Some(command(&scratch, plugin, arguments)),
        interval: 1,
    };
    let services = [
        service("critical", "check_mem", &["-c", "available=200%:"]),
        service("warning", "check_cpu", &["-w", "busy=200%:", "-c", "none"]),
        service("unknown", "check_fs", &["--no-such-option"]),
    ];
    let mut nagios = Nagios::start(&scratch, &[], &services);
    for (name, state, code) in [("critical", "CRITICAL", "2"), ("warning", "WARNING", "1"), ("unknown", "UNKNOWN", "3")]
    {
        let expected = ["SOFT;1", "SOFT;2", "HARD;3"].map(|kind| format!("{state};{kind}"));
        assert_eq!(nagios.alerts(name, 3), expected);
        let shown = nagios.service(name, |service| service["state_type"] == "1");
        assert_eq!(shown["current_state"], code);
        assert!(shown["plugin_output"].contains(state), "{shown:#?}");
    }
}

#[test]
fn sees_a_fault_come_and_go() {
    if skipped("nagios::sees_a_fault_come_and_go", &[NAGIOS]) {
        return;
    }
    let scratch = Scratch::of("nobody");
    let mut worker = Worker::new(&scratch, "nagios");
    worker.start();
    let expectation = worker.expectation();
    let arguments: Vec<&str> = expectation.iter().map(String::as_str).collect();
    let service = Service { name: "worker", command: Some(command(&scratch, "check_procs", &arguments)), interval: 2 };
    let mut nagios = Nagios::start(&scratch, &[], &[service]);
    nagios.service("worker", |service| service["current_state"] == "0");

    worker.stop();
    let mut expected = ["CRITICAL;SOFT;1", "CRITICAL;SOFT;2", "CRITICAL;HARD;3"].to_vec();
    assert_eq!(nagios.alerts("worker", 3), expected);
    worker.start();
    expected.push("OK;HARD;3");
    assert_eq!(nagios.alerts("worker", 4), expected);

    // A short one never becomes hard: nobody is called.
    worker.stop();
    expected.push("CRITICAL;SOFT;1");
    assert_eq!(nagios.alerts("worker", 5), expected);
    worker.start();
    let all = nagios.alerts("worker", 6);
    assert!(all.last().unwrap().starts_with("OK;SOFT;"), "{all:?}");
}
