//! Cases that every plugin stands: its command line, its formats, its output's other end.

use crate::common;
use crate::harness::Trial;
use crate::needs::trial;
use crate::run::{Plugin, Ran};
use crate::stand_in;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use vitals::checks::Visitor;
use vitals::model::catalogue::{Catalogue, MetricDef};
use vitals::model::render::Format;
use vitals::model::status::Status;
use vitals::plugin::{Check, MIN_OUTPUT};

type Case = fn(&Plugin);

/// The table. A case is a name and what it does with a plugin, whichever that is.
const CASES: &[(&str, Case)] = &[
    ("an_ordinary_run", ordinary),
    ("an_unknown_option", |p| drop(p.command().args("--no-such-option").done().usage_error(&["--no-such-option"]))),
    ("a_stray_argument", stray_argument),
    ("a_rule_that_is_none", rules),
    ("a_metric_that_is_unknown", unknown_metric),
    ("an_item_that_is_not_there", unknown_item),
    ("values_that_do_not_fit", values),
    ("help_and_version", help),
    ("an_argument_that_is_not_utf8", not_utf8),
    ("an_empty_argv", |p| _ = p.command().launched("argv=none").done().ok_form()),
    ("a_reader_that_has_gone", closed_pipe),
    ("a_reader_that_does_not_read", full_pipe),
    ("dev_full", dev_full),
    ("a_closed_stdout", closed_stdout),
    ("a_stdout_that_does_not_block", nonblocking),
    ("every_format", formats),
    ("a_format_that_is_unknown", unknown_format),
    ("every_map", maps),
    ("quiet_when_ok", quiet),
    ("chosen_performance_data", perfdata),
    ("a_small_output", small),
    ("more_and_more_detail", verbose),
    ("config_that_is_wrong", config),
    ("config_that_is_right", good_config),
    ("secrets_that_all_can_read", secrets),
    ("config_that_never_comes", endless_config),
];

pub fn trials() -> impl Iterator<Item = Trial> {
    subjects().into_iter().flat_map(|plugin| {
        // A stand-in is known by its name alone, which an empty argv takes from it.
        let fits = |name: &str| name != "an_empty_argv" || is_real(&plugin.name);
        let cases: Vec<_> = CASES.iter().filter(|(name, _)| fits(name)).collect();
        cases.into_iter().map(move |(name, case)| {
            let plugin = plugin.clone();
            trial(format!("{}::{name}", plugin.name), &[], move || case(&plugin))
        })
    })
}

fn is_real(name: &str) -> bool {
    common::plugins().iter().any(|plugin| plugin == name)
}

/// Every plugin there is, and the stand-in: what holds for a plugin holds for it too.
pub fn subjects() -> Vec<Plugin> {
    let real = common::plugins();
    assert!(!real.is_empty(), "there are plugins");
    real.iter().map(|name| Plugin::real(name)).chain([stand_in::plain()]).collect()
}

/// The metrics of a plugin, from the registry.
fn metrics(plugin: &Plugin) -> Vec<MetricDef> {
    struct Find<'p>(&'p str, Option<Catalogue>);
    impl Visitor for Find<'_> {
        fn visit<C: Check>(&mut self) {
            if self.0.strip_prefix("check_") == Some(C::NAME) {
                self.1 = Some(C::METRICS);
            }
        }
    }
    let mut find = Find(&plugin.name, None);
    vitals::checks::each(&mut find);
    match find.1 {
        Some(catalogue) => catalogue.metrics.to_vec(),
        None if is_real(&plugin.name) => panic!("{} is not in the registry", plugin.name),
        None => vec![MetricDef::gauge("value", vitals::model::unit::Unit::Count, "")],
    }
}

/// A command on which no metric is judged: as good as it gets on this machine.
fn lenient(plugin: &Plugin) -> crate::run::Run {
    metrics(plugin).iter().fold(plugin.command(), |run, m| {
        run.arg("-w").arg(format!("{}=none", m.name)).arg(format!("-c{}=none", m.name))
    })
}

fn ordinary(plugin: &Plugin) {
    let ran = plugin.command().done().within(10.0);
    ran.ok_form();
    assert!(!ran.first_line().contains("usage:"), "its minimal arguments are in run.rs: {}", ran.text());
    // Labels and their order are stable.
    let labels = |ran: &Ran| {
        let read = vitals::model::parse::parse(ran.text());
        read.perfdata.into_iter().map(|datum| datum.label).collect::<Vec<_>>()
    };
    let again = plugin.command().args("--perfdata *").done();
    again.ok_form();
    assert!(labels(&ran).iter().all(|label| labels(&again).contains(label)), "{}\n{}", ran.text(), again.text());
}

fn stray_argument(plugin: &Plugin) {
    if plugin.needs.first().is_none_or(|argument| argument.as_bytes().starts_with(b"-")) {
        plugin.command().arg("stray|argument").done().usage_error(&["stray\\x7cargument"]);
    }
}

fn rules(plugin: &Plugin) {
    for option in ["-w", "-c", "--warning", "--critical"] {
        for rule in ["", "20:10", "nan", "inf", "1,5", "10:~", "@", "10 ", "1:2:3", "=5", "@x=", "ten", "10furlongs"] {
            let ran = plugin.command().arg(option).arg(rule).done();
            ran.usage_error(&[if option.ends_with('w') || option.contains("warn") {
                "--warning"
            } else {
                "--critical"
            }]);
        }
    }
}

fn unknown_metric(plugin: &Plugin) {
    let main = metrics(plugin).first().map(|metric| metric.name).unwrap_or_default();
    plugin.command().args("-w no_such_metric=5").done().usage_error(&["no metric 'no_such_metric'", main]);
}

fn unknown_item(plugin: &Plugin) {
    let ran = plugin.command().args("-w @no-such-item=5").done();
    ran.ok_form();
    ran.says(&["note: --warning @no-such-item=5 fits no item of this run"]);
}

fn values(plugin: &Plugin) {
    for (arguments, about) in [
        ("-t 0", "--timeout"),
        ("-t -1", "-1"),
        ("-t 10:red", "--timeout"),
        ("-t 1e9", "--timeout"),
        ("--map unknown", "--map"),
        ("--map ok=fine", "--map"),
        ("--max-output 511", "--max-output"),
        ("--max-output x", "--max-output"),
        ("--lifetime forever", "--lifetime"),
        ("--output yaml", "--output"),
        ("--section x", "--config"),
        ("--state-dir", "--state-dir"),
        ("--quiet-ok=yes", "--quiet-ok"),
    ] {
        plugin.command().args(arguments).done().usage_error(&[about]);
    }
}

fn help(plugin: &Plugin) {
    for option in ["--help", "-h", "--version", "-V"] {
        // Whatever else is there: help is asked for first.
        for more in ["", " --output json", " --quiet-ok"] {
            let ran = plugin.command().args(option).args(more).done().exits(3);
            assert!(ran.stderr.is_empty(), "{ran:?}");
            let what = if option.to_lowercase() == "-v" || option == "--version" { "(vitals) " } else { "Usage: " };
            let ran = ran.says(&[what, &plugin.name]);
            assert!(!ran.text().contains('\u{1b}'), "no colours: {}", ran.text());
        }
    }
    let all = plugin.command().args("--help").done();
    all.says(&["--warning", "--critical", "--timeout", "--perfdata", "--state-dir", "--config", "-w", "-c", "-t"]);
}

fn not_utf8(plugin: &Plugin) {
    for argument in [&b"--st\xff"[..], b"-w\xff", b"--service-name=\xff", b"--config=/\xff", b"--output=\xff", b"\xff"]
    {
        let ran = plugin.command().arg(OsStr::from_bytes(argument)).done();
        // A folder name may be any bytes; the rest is refused. Never a crash, never a blank.
        assert_eq!(ran.ok_form(), Status::Unknown, "{argument:?}: {}", ran.text());
    }
}

/// Where the answer cannot be written, nobody may take the run for OK.
fn unheard(ran: Ran) {
    let ran = ran.within(1.0);
    assert!([1, 2, 3].contains(&ran.code()), "OK although nobody heard it: {ran:?}");
    assert_eq!(String::from_utf8_lossy(&ran.stderr), "");
}

fn closed_pipe(plugin: &Plugin) {
    for arguments in ["", "--output json", "--help", "--no-such-option"] {
        let (read, write) = std::io::pipe().expect("a pipe");
        drop(read);
        unheard(lenient(plugin).args(arguments).stdout(write).done());
    }
}

fn full_pipe(plugin: &Plugin) {
    for arguments in ["-t 1", "-t 1 --output json", "-t 1:ok", "--timeout=1 --help", "-t 1 --no-such-option"] {
        let (mut read, write) = filled();
        unheard(lenient(plugin).args(arguments).stdout(write).done());
        let mut rest = Vec::new();
        read.read_to_end(&mut rest).expect("the writers are gone");
        assert!(rest.iter().all(|byte| *byte == b'x'), "{arguments}: some of it was written");
    }
}

/// A pipe without any room.
fn filled() -> (std::io::PipeReader, std::io::PipeWriter) {
    let (read, mut write) = std::io::pipe().expect("a pipe");
    let flags = |flag| nix::fcntl::fcntl(&write, nix::fcntl::FcntlArg::F_SETFL(flag)).expect("flags");
    flags(nix::fcntl::OFlag::O_NONBLOCK);
    let mut writer = write.try_clone().expect("a second end");
    while writer.write(&[b'x'; 4096]).is_ok() {}
    while writer.write(b"x").is_ok() {}
    drop(writer);
    flags(nix::fcntl::OFlag::empty());
    write.flush().expect("nothing is held back");
    (read, write)
}

fn dev_full(plugin: &Plugin) {
    let full = OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    for arguments in ["", "--output prometheus", "--version"] {
        unheard(lenient(plugin).args(arguments).stdout(full.try_clone().expect("a copy")).done());
    }
}

/// The standard library opens /dev/null in its place before `main`: only a code is left to define.
fn closed_stdout(plugin: &Plugin) {
    let ran = plugin.command().launched("close=1").done().within(10.0);
    assert!((0..=3).contains(&ran.code()), "{ran:?}");
    let ran = plugin.command().launched("close=0").launched("close=2").done();
    ran.ok_form();
}

/// A parent may have made the pipe non-blocking: a pipe that is full for a moment is no reason to lose the answer.
fn nonblocking(plugin: &Plugin) {
    let (mut read, write) = filled();
    nix::fcntl::fcntl(&write, nix::fcntl::FcntlArg::F_SETFL(nix::fcntl::OFlag::O_NONBLOCK)).expect("flags");
    let running = plugin.command().args("-t 30").stdout(write).start();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let mut text = Vec::new();
    read.read_to_end(&mut text).expect("the answer");
    let mut ran = running.end();
    ran.stdout = text.into_iter().skip_while(|byte| *byte == b'x').collect();
    ran.ok_form();
}

fn formats(plugin: &Plugin) {
    for format in Format::ALL {
        for (case, run) in [
            ("option", plugin.command().arg(format!("--output={}", format.name()))),
            ("environment", plugin.command().env("VITALS_OUTPUT", format.name())),
            ("option wins", plugin.command().env("VITALS_OUTPUT", "json").arg("--output").arg(format.name())),
            ("with names", {
                let named = plugin.command().args("-vvv --lifetime 30m --host-name a.b|c --service-name");
                named.arg("q\"u\t|\n'\u{1}ä").arg("--output").arg(format.name())
            }),
            ("usage", plugin.command().args("--no-such-option --output").arg(format.name())),
        ] {
            let ran = run.done();
            let status = ran.in_form(format, vitals::model::render::WHOLE);
            assert!(case != "usage" || status == Status::Unknown, "{}", ran.text());
        }
    }
    plugin.command().env("VITALS_OUTPUT", "").done().ok_form();
}

fn unknown_format(plugin: &Plugin) {
    plugin.command().env("VITALS_OUTPUT", "yaml").done().usage_error(&["VITALS_OUTPUT", "yaml"]);
    plugin.command().env("VITALS_OUTPUT", OsStr::from_bytes(b"\xff")).done().usage_error(&["VITALS_OUTPUT"]);
    plugin.command().args("--output yaml").done().usage_error(&["yaml"]);
}

fn maps(plugin: &Plugin) {
    for from in Status::ALL {
        for to in Status::ALL {
            // Every state becomes `from`, except `from` itself, which becomes `to`: one step, never two.
            let others = Status::ALL.into_iter().filter(|status| *status != from);
            let run = others.fold(plugin.command(), |run, status| run.arg(format!("--map={status}={from}")));
            let status = run.arg(format!("--map={from}={to}")).done().ok_form();
            assert!([from, to].contains(&status), "{from} to {to}: {status}");
        }
        let run =
            Status::ALL.into_iter().fold(plugin.command(), |run, status| run.arg(format!("--map={status}={from}")));
        assert_eq!(run.done().ok_form(), from);
    }
}

fn quiet(plugin: &Plugin) {
    let all_ok = Status::ALL.into_iter().fold(plugin.command(), |run, status| run.arg(format!("--map={status}=ok")));
    let ran = all_ok.arg("--quiet-ok").done().exits(0);
    assert!(ran.stdout.is_empty() && ran.stderr.is_empty(), "{ran:?}");
    let ran = plugin.command().args("--quiet-ok --map ok=warning").done();
    ran.ok_form();
    plugin.command().args("--quiet-ok --no-such-option").done().usage_error(&[]);
}

fn perfdata(plugin: &Plugin) {
    let count = |choice: &str| {
        let ran = plugin.command().arg("--perfdata").arg(choice).done();
        ran.ok_form();
        vitals::model::parse::parse(ran.text()).perfdata.len()
    };
    assert_eq!(count("no_such_metric"), 0);
    assert!(count("*") >= count(metrics(plugin).first().map_or("*", |metric| metric.name)));
}

fn small(plugin: &Plugin) {
    for format in Format::ALL {
        let run = plugin.command().args("-vvv --perfdata * --max-output 512 --output").arg(format.name());
        run.done().in_form(format, MIN_OUTPUT);
    }
}

fn verbose(plugin: &Plugin) {
    let mut lines = 0;
    for more in ["", "-v", "-vv", "-vvv", "-vvvvvv"] {
        let ran = plugin.command().args(more).args("--max-output 4M").done();
        assert!(ran.in_form(Format::Nagios, 4 << 20).code() <= 3);
        // A machine changes between two runs, so only the last step is certain: the times are told.
        lines = ran.text().lines().count();
        assert!(!more.starts_with("-vvv") || ran.text().contains("started 2"), "{}", ran.text());
    }
    assert!(lines >= 2);
}

fn config(plugin: &Plugin) {
    let name = &plugin.name;
    plugin.command().args("--config /nonexistent/x.toml").done().usage_error(&["/nonexistent/x.toml", "No such file"]);
    plugin.command().args("--config /").done().usage_error(&["cannot read /"]);
    for (content, about) in [
        ("x = = 1".to_owned(), "line 1"),
        (format!("[{name}]\nno-such-key = 1"), "no option 'no-such-key'"),
        (format!("[{name}]\nconfig = 'x'"), "no option 'config'"),
        (format!("[{name}]\ntimeout = []\ntimeout = 2"), "line 3"),
        (format!("[{name}]\nquiet-ok = 7"), "'quiet-ok' takes true or false"),
        (format!("[{name}]\nwarning = '20:10'"), "--warning"),
        ("[check_other]".to_owned(), "there are: check_other"),
        (String::new(), "there are: none"),
        ("\u{0}\u{7}[".to_owned(), "line 1"),
    ] {
        let file = file(content.as_bytes(), 0o600);
        plugin.command().arg("--config").arg(file.path()).done().usage_error(&[about]);
    }
    let file = file(b"\xff\xfe[", 0o600);
    plugin.command().arg("--config").arg(file.path()).done().usage_error(&["cannot read"]);
    plugin.command().arg("--config").arg(file.path()).args("--section x").done().usage_error(&[]);
}

fn good_config(plugin: &Plugin) {
    let text =
        format!("[{0}]\nservice-name = 'from the file'\noutput = 'json'\n[other]\nmap = ['ok=2']\n", plugin.name);
    let file = file(text.as_bytes(), 0o644);
    let ran = plugin.command().arg("--config").arg(file.path()).done();
    ran.in_form(Format::Json, usize::MAX);
    ran.says(&["\"service\":\"from the file\""]);
    let ran = plugin.command().arg(format!("--config={}", file.path().display())).args("--output nsca").done();
    ran.in_form(Format::Nsca, usize::MAX);
    ran.says(&["\tfrom the file\t"]);
    let ran = plugin.command().arg("--config").arg(file.path()).args("--section other --map 0=2").done();
    assert_ne!(ran.ok_form(), Status::Ok);
    // A file's name may be any bytes: what it says must not be lost silently.
    let odd = file.path().with_file_name(OsStr::from_bytes(b"vitals-contract-\xff.toml"));
    let odd = odd.with_file_name([odd.file_name().expect("a name"), OsStr::new(&plugin.name)].join(OsStr::new("-")));
    std::fs::copy(file.path(), &odd).expect("a copy");
    let mut argument = std::ffi::OsString::from("--config=");
    argument.push(&odd);
    let ran = plugin.command().arg(argument).done();
    std::fs::remove_file(odd).expect("the copy is there");
    ran.in_form(Format::Json, usize::MAX);
}

fn secrets(plugin: &Plugin) {
    let text = format!("[{}.secrets]\npassword = 'tiger-in-a-cage'\n", plugin.name);
    let (open, private) = (file(text.as_bytes(), 0o644), file(text.as_bytes(), 0o640));
    let ran = plugin.command().arg("--config").arg(open.path()).args("-vvv").done();
    ran.usage_error(&["chmod o="]).says_not("tiger");
    let ran = plugin.command().arg("--config").arg(private.path()).args("-vvv").done();
    assert!(!ran.first_line().contains("usage:"), "{}", ran.text());
    ran.ok_form();
    ran.says_not("tiger");
}

fn endless_config(plugin: &Plugin) {
    let dir = tempfile::tempdir().expect("a folder");
    let fifo = dir.path().join("endless.toml");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).expect("a FIFO");
    for time in ["-t 0.5", "--timeout 0.5", "--timeout=0.5"] {
        let ran = plugin.command().args(time).arg("--config").arg(&fifo).done().within(0.5);
        assert_eq!(ran.ok_form(), Status::Unknown);
        ran.says(&["endless.toml"]);
    }
}

fn file(content: &[u8], mode: u32) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), content).expect("its content");
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
    File::set_permissions(file.as_file(), permissions).expect("its mode");
    file
}
