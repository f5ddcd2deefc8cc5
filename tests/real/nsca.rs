//! NSCA: its client takes what a plugin prints, its daemon hands it to the scheduler unharmed.

use crate::harness::{Daemon, Need, Said, Scratch, free_port, port_open, run, skipped};
use crate::nagios::{Nagios, Service};

const NEEDS: [Need; 2] = [Need::Program("nsca", "nsca"), Need::Program("send_nsca", "nsca-client")];

const WITH_NAGIOS: [Need; 3] = [
    Need::Program("nsca", "nsca"),
    Need::Program("send_nsca", "nsca-client"),
    Need::Program("nagios4", "nagios4-core"),
];

/// A daemon that writes to this command file; gives its port as well.
fn start(scratch: &Scratch, commands: &str) -> (Daemon, u16) {
    let port = free_port();
    let configuration = format!(
        "server_address=127.0.0.1\nserver_port={port}\ncommand_file={commands}\npassword=secret\n\
         decryption_method=1\n"
    );
    let configuration = scratch.file("nsca.cfg", configuration);
    scratch.file("send.cfg", "password=secret\nencryption_method=1\n");
    let command = ["nsca", "-f", "--single", "-c", configuration.to_str().unwrap()];
    let mut daemon = Daemon::start(scratch, &[], &command);
    daemon.until("its port", || port_open(port).then_some(()));
    (daemon, port)
}

/// A plugin's command for the shell.
fn command(scratch: &Scratch, plugin: &str, service: &str, more: &str) -> String {
    let [plugin, state] = [scratch.plugin(plugin), scratch.state(service)];
    format!("{plugin} --state-dir {state} --output nsca --host-name h --service-name {service} -v {more}")
}

/// Sends what a plugin prints through the client; gives the plugin's code. The file `sent` keeps the text.
fn send(scratch: &Scratch, port: u16, plugin: &str, service: &str, more: &str) -> i32 {
    let pipe = format!(
        "{} >{sent}\n\
         code=$?\nsend_nsca -H 127.0.0.1 -p {port} -c {} <{sent} >&2 || exit 99\nexit $code",
        command(scratch, plugin, service, more),
        scratch.at("send.cfg"),
        sent = scratch.at("sent"),
    );
    let ran = run(&["sh", "-c", &pipe]);
    assert!(ran.stderr.contains("1 data packet(s) sent"), "{ran:#?}");
    ran.code.unwrap()
}

#[test]
fn writes_one_passive_result() {
    if skipped("nsca::writes_one_passive_result", &NEEDS) {
        return;
    }
    let scratch = Scratch::of("nobody");
    for (plugin, more, code) in [
        ("check_mem", "--map warning=ok --map critical=ok", 0),
        ("check_cpu", "-w busy=200%: --map critical=warning", 1),
        ("check_mem", "-c available=200%:", 2),
        ("check_procs", "--map warning=ok --map critical=ok", 0),
    ] {
        // Each result in a file of its own: the daemon writes from the start of a regular file.
        let commands = scratch.file("commands", "");
        let (mut daemon, port) = start(&scratch, commands.to_str().unwrap());
        assert_eq!(send(&scratch, port, plugin, "svc", more), code, "{plugin} {more}");
        let line =
            daemon.until("a result", || std::fs::read_to_string(&commands).ok().filter(|text| text.ends_with('\n')));
        let result = line.split_once("] ").unwrap().1;
        let state = ["OK", "WARNING", "CRITICAL"][usize::try_from(code).unwrap()];
        let name = plugin.trim_start_matches("check_").to_uppercase();
        let expected = format!("PROCESS_SERVICE_CHECK_RESULT;h;svc;{code};{name} {state} - ");
        assert!(result.starts_with(&expected), "{line}");
        assert_eq!(line.matches('\n').count(), 1, "{line}");
    }
}

#[test]
fn reaches_nagios_with_all_its_lines() {
    if skipped("nsca::reaches_nagios_with_all_its_lines", &WITH_NAGIOS) {
        return;
    }
    let scratch = Scratch::of("nobody");
    let plugins = ["check_fs", "check_procs", "check_cpu", "check_mem"];
    let services = plugins.map(|name| Service { name, command: None, interval: 3600 });
    let mut nagios = Nagios::start(&scratch, &[], &services);
    nagios.ready();
    let (_daemon, port) = start(&scratch, nagios.commands.to_str().unwrap());
    for plugin in plugins {
        let code = send(&scratch, port, plugin, plugin, "");
        let shown = nagios.service(plugin, |_| true);
        assert_eq!(shown["current_state"], code.to_string());
        let sent = std::fs::read_to_string(scratch.at("sent")).unwrap();
        let text = sent.splitn(4, '\t').last().unwrap();
        let said = Said::of(text.trim_end_matches(['\n', '\u{17}']));
        // Nagios keeps the semicolon for its own fields: in a first line it becomes a colon.
        assert_eq!(shown["plugin_output"], said.first.replace(';', ":"));
        assert_eq!(shown["performance_data"], said.perfdata);
        // The client escapes newlines on the way and Nagios turns them back.
        assert_eq!(shown["long_plugin_output"].replace("\\n", "\n").trim_end(), said.long);
        assert!(!said.long.is_empty(), "{sent}");
    }
}

/// The client takes all its input for one result unless the results are kept apart: two checks would
/// arrive as one, and the second would silently be no check any more.
#[test]
fn takes_two_checks_from_one_pipe() {
    if skipped("nsca::takes_two_checks_from_one_pipe", &WITH_NAGIOS) {
        return;
    }
    let scratch = Scratch::of("nobody");
    let services = ["memory", "cpu"].map(|name| Service { name, command: None, interval: 3600 });
    let mut nagios = Nagios::start(&scratch, &[], &services);
    nagios.ready();
    let (_daemon, port) = start(&scratch, nagios.commands.to_str().unwrap());
    let pipe = format!(
        "( {}; {} ) | send_nsca -H 127.0.0.1 -p {port} -c {}",
        command(&scratch, "check_mem", "memory", "-c available=200%:"),
        command(&scratch, "check_cpu", "cpu", "--map warning=ok --map critical=ok"),
        scratch.at("send.cfg"),
    );
    let ran = run(&["sh", "-c", &pipe]);
    assert!(ran.stdout.contains("2 data packet(s) sent"), "{ran:#?}");
    let [memory, cpu] = ["memory", "cpu"].map(|name| nagios.service(name, |_| true));
    assert!(memory["current_state"] == "2" && memory["plugin_output"].starts_with("MEM CRITICAL - "), "{memory:#?}");
    assert!(cpu["current_state"] == "0" && cpu["plugin_output"].starts_with("CPU OK - "), "{cpu:#?}");
}

/// What is longer than NSCA's packet would be cut in the middle of a word, and the performance data with it.
#[test]
fn an_answer_that_is_too_long_says_so() {
    if skipped("nsca::an_answer_that_is_too_long_says_so", &WITH_NAGIOS) {
        return;
    }
    let scratch = Scratch::of("nobody");
    let mut nagios = Nagios::start(&scratch, &[], &[Service { name: "many", command: None, interval: 3600 }]);
    nagios.ready();
    let (_daemon, port) = start(&scratch, nagios.commands.to_str().unwrap());
    let expectations: Vec<String> =
        (0..100).map(|n| format!("--expect 'interface{n:03}: name=hl7_interface_of_ward_{n:03} count=1:1'")).collect();
    assert_eq!(send(&scratch, port, "check_procs", "many", &expectations.join(" ")), 2);
    let shown = nagios.service("many", |_| true);
    assert_eq!(shown["current_state"], "2");

    let sent = std::fs::read_to_string(scratch.at("sent")).unwrap();
    let text = sent.splitn(4, '\t').last().unwrap().trim_end_matches(['\n', '\u{17}']);
    let said = Said::of(text);
    assert!(text.len() > 3000 && said.first.starts_with("PROCS CRITICAL - "), "{sent}");
    // All that was sent has arrived: nothing was cut on the way, and what we cut is said.
    assert_eq!(shown["plugin_output"], said.first.replace(';', ":"));
    assert_eq!(shown["performance_data"], said.perfdata);
    let long = shown["long_plugin_output"].replace("\\n", "\n");
    assert_eq!(long.trim_end(), said.long);
    assert!(text.contains("left out") && !said.long.contains("interface099"), "{sent}");
}
