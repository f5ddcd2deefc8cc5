//! Xymon: its client sends what a plugin prints, its daemon shows the colour, the line and the body.

use crate::harness::{Daemon, Need, Scratch, free_port, run, skipped};

const SERVER: &str = "/usr/lib/xymon/server/bin/xymond";
const CLIENT: &str = "/usr/lib/xymon/client/bin/xymon";
const NEEDS: [Need; 2] = [Need::Program(SERVER, "xymon"), Need::Program(CLIENT, "xymon-client")];

/// A name with dots: they must not be taken for the separator of host and test.
const HOST: &str = "kis.hospital.example";

struct Xymond {
    _daemon: Daemon,
    address: String,
}

impl Xymond {
    fn start(scratch: &Scratch) -> Self {
        let hosts = scratch.file("hosts.cfg", format!("127.0.0.1 {HOST} # noconn\n"));
        let hosts = hosts.to_str().unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let settings = [
            ("XYMONHOME", "/usr/lib/xymon/server".to_owned()),
            ("XYMONTMP", scratch.folder("tmp").display().to_string()),
            ("XYMONSERVERLOGS", scratch.folder("logs").display().to_string()),
            ("XYMONRUNDIR", scratch.folder("run").display().to_string()),
            ("HOSTSCFG", hosts.to_owned()),
        ];
        let mut prefix = vec!["env".to_owned()];
        prefix.extend(settings.map(|(name, value)| format!("{name}={value}")));
        let [listen, hosts, checkpoint, pid] = [
            format!("--listen={address}"),
            format!("--hosts={hosts}"),
            format!("--checkpoint-file={}", scratch.at("checkpoint")),
            format!("--pidfile={}", scratch.at("pid")),
        ];
        let command = [SERVER, "--no-daemon", "--ghosts=log", &listen, &hosts, &checkpoint, &pid];
        let mut daemon = Daemon::start(scratch, &prefix, &command);
        daemon.until("an answer to ping", || run(&[CLIENT, &address, "ping"]).stdout.contains("xymond").then_some(()));
        Self { _daemon: daemon, address }
    }

    fn ask(&self, message: &str) -> String {
        run(&[CLIENT, &self.address, message]).expect(0).stdout
    }

    /// Sends what a plugin prints, the way its users do, and gives what was sent.
    fn report(&self, scratch: &Scratch, plugin: &str, test: &str, more: &str) -> (i32, String) {
        let sent = scratch.at(&format!("{test}.sent"));
        let pipe = format!(
            "{} --state-dir {} --output xymon --host-name {HOST} --service-name {test} -v {more} >{sent}\n\
             code=$?\n{CLIENT} {} @ <{sent} || exit 99\nexit $code",
            scratch.plugin(plugin),
            scratch.state(test),
            self.address
        );
        let ran = run(&["sh", "-c", &pipe]);
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""), "{ran:#?}");
        (ran.code.unwrap(), std::fs::read_to_string(sent).unwrap())
    }

    /// What the board shows of a test: its colour and first line.
    fn board(&self, test: &str) -> (String, String) {
        let board = self.ask(&format!("xymondboard host={HOST} test={test} fields=color,line1"));
        let (colour, line) = board.trim_end().split_once('|').unwrap_or_else(|| panic!("{board}"));
        (colour.to_owned(), line.to_owned())
    }
}

#[test]
fn shows_colour_line_and_body() {
    if skipped("xymon::shows_colour_line_and_body", &NEEDS) {
        return;
    }
    let scratch = Scratch::of("xymon");
    let xymond = Xymond::start(&scratch);
    for (plugin, test) in
        [("check_fs", "disk"), ("check_procs", "procs"), ("check_cpu", "cpu"), ("check_mem", "memory")]
    {
        let (code, sent) = xymond.report(&scratch, plugin, test, "");
        let expected = ["green", "yellow", "red", "yellow"][usize::try_from(code).unwrap()];
        let (colour, line) = xymond.board(test);
        assert_eq!(colour, expected, "{sent}");
        let (head, body) = sent.split_once('\n').unwrap();
        assert!(head.ends_with(line.trim_end()), "{head}\n{line}");
        let log = xymond.ask(&format!("xymondlog {HOST}.{test}"));
        // The daemon puts a line of its own fields before the message.
        let (fields, message) = log.split_once('\n').unwrap();
        assert!(fields.starts_with(&format!("{HOST}|{test}|{expected}|")), "{fields}");
        assert_eq!(message.split_once('\n').unwrap().1.trim(), body.trim());
        let marks = ["&green", "&yellow", "&red"];
        assert!(body.lines().any(|line| marks.iter().any(|mark| line.starts_with(mark))), "{body}");
    }
    assert_eq!(xymond.ask("ghostlist"), "", "a host name that Xymon does not know");
}

#[test]
fn turns_red_and_green_again() {
    if skipped("xymon::turns_red_and_green_again", &NEEDS) {
        return;
    }
    let scratch = Scratch::of("xymon");
    let xymond = Xymond::start(&scratch);
    for (more, code, expected) in [
        ("-w none -c available=200%:", 2, "red"),
        ("-w available=200%: -c none", 1, "yellow"),
        ("-w none -c none", 0, "green"),
    ] {
        assert_eq!(xymond.report(&scratch, "check_mem", "memory", more).0, code);
        let (colour, line) = xymond.board("memory");
        assert_eq!(colour, expected, "{line}");
    }
}
