//! What the packages carry beside the plugins, read by those it is written for: Nagios, Icinga, shells and man.

use std::path::{Path, PathBuf};

use crate::harness::{Need, Perf, Said, Scratch, plugins, run, skipped};
use crate::icinga::{self, Icinga};
use crate::nagios::{NAGIOS, Nagios, objects, verified};

const NAGIOS_DEFINITIONS: &str = include_str!("../../packaging/nagios/vitals.cfg");
const ICINGA_DEFINITIONS: &str = include_str!("../../packaging/icinga2/vitals.conf");

/// Definitions with the plugins of this test in place of the installed ones.
fn here(scratch: &Scratch, definitions: &str) -> String {
    for plugin in plugins() {
        scratch.plugin(&plugin);
    }
    let moved = definitions.replace("/usr/lib/vitals/plugins", &scratch.at("bin"));
    assert_ne!(moved, definitions);
    moved
}

fn packaged(folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|file| file.to_str().unwrap().ends_with(ending)).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

#[test]
fn nagios_runs_the_commands() {
    if skipped("packaging::nagios_runs_the_commands", &[NAGIOS]) {
        return;
    }
    let scratch = Scratch::of("nobody");
    let state = scratch.state("all");
    let mut text = objects(&[]) + &here(&scratch, NAGIOS_DEFINITIONS);
    for (name, arguments) in [
        ("fs", "-p / -w 85% -c none -w used@/nowhere=1% -v"),
        ("procs", "--expect 'ghost: name=no_such_process count=1:1'"),
        ("cpu", "-w busy=200%: -c none --per-core"),
        ("mem", "-w available=200%: -c none"),
        ("logscan", "/etc/passwd --from-start --critical-pattern '^root:' --rule 'nobody: warning /^nobody:/'"),
    ] {
        text += &format!(
            "define service{{\n host_name h\n service_description {name}\n check_interval 3600\n retry_interval 3600\n\
             check_command check_vitals_{name}!{arguments} --state-dir {state}\n max_check_attempts 1\n\
             check_period always\n contacts nobody\n}}\n"
        );
    }
    let verdict = verified(&scratch, &text);
    assert!(verdict.contains("Total Errors:   0") && verdict.contains("Checked 5 services"), "{verdict}");

    let mut nagios = Nagios::start_on(&scratch, &[], &text);
    let root = nagios.service("fs", |_| true);
    let perf = Perf::all(&root["performance_data"]);
    let used = perf.iter().find(|perf| perf.label == "/.used").unwrap();
    assert_eq!((used.warn.as_str(), used.crit.as_str()), ("85", ""), "{root:#?}");
    assert!(root["long_plugin_output"].contains("] / "), "{root:#?}");
    let ghost = nagios.service("procs", |_| true);
    assert!(ghost["current_state"] == "2" && ghost["plugin_output"].contains("ghost: not running"), "{ghost:#?}");
    assert!(nagios.service("cpu", |_| true)["performance_data"].contains("'cpu0.core_busy'="));
    assert!(nagios.service("mem", |_| true)["plugin_output"].contains("available below 200 %"));
    let logscan = nagios.service("logscan", |_| true);
    assert!(logscan["current_state"] == "2" && logscan["plugin_output"].contains("root:"), "{logscan:#?}");
}

#[test]
fn icinga_turns_variables_into_options() {
    if skipped("packaging::icinga_turns_variables_into_options", &icinga::NEEDS) {
        return;
    }
    let scratch = Scratch::of("nagios");
    let state = scratch.state("all");
    let mut text = here(&scratch, ICINGA_DEFINITIONS);
    for (name, check, vars) in [
        ("plain", "fs", "vars.vitals_fs_path = [ \"/\" ]\n vars.vitals_fs_warning = [ \"85%\", \"used@/x=97%\" ]"),
        (
            "item",
            "fs",
            "vars.vitals_fs_path = [ \"/\" ]\n vars.vitals_fs_warning = [ \"85%\", \"used@/=97%\" ]\n\
             vars.vitals_fs_critical = \"99%\"\n vars.vitals_fs_verbose = true\n vars.vitals_fs_root_reserved = false",
        ),
        (
            "ghosts",
            "procs",
            "vars.vitals_procs_expect = [ \"a: name=no_such_a count=1:1\", \"b: name='no such b'\" ]\n\
             vars.vitals_procs_map = \"critical=warning\"",
        ),
        ("cores", "cpu", "vars.vitals_cpu_per_core = true\n vars.vitals_cpu_perfdata = [ \"core_busy\" ]"),
        ("memory", "mem", "vars.vitals_mem_critical = [ \"available=200%:\" ]"),
        (
            "lines",
            "logscan",
            "vars.vitals_logscan_log = [ \"/etc/passwd\", \"/etc/group\" ]\n vars.vitals_logscan_from_start = true\n\
             vars.vitals_logscan_rule = [ \"root: warning /^root:/\", \"nobody: warning /^nobody:/\" ]",
        ),
    ] {
        text += &format!(
            "object Service \"{name}\" {{\n host_name = \"h\"\n check_command = \"vitals_{check}\"\n\
             check_interval = 2s\n vars.vitals_{check}_state_dir = \"{state}\"\n vars.vitals_{check}_state_id = \"{name}\"\n\
             {vars}\n}}\n"
        );
    }
    let mut icinga = Icinga::start(&scratch, &text);
    let mut result = |name: &str| {
        let all = icinga.results(name, |all| all.iter().any(|result| result.service == name));
        all.into_iter().find(|result| result.service == name).unwrap()
    };
    let limits = |perfdata: &str| {
        let used = perfdata.split(' ').find_map(|item| item.strip_prefix("/.used=")).unwrap();
        used.split(';').skip(1).take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(limits(&result("plain").perfdata), ["85", "95"]);
    let item = result("item");
    assert_eq!(limits(&item.perfdata), ["97", "99"]);
    assert!(Said::of(&item.output).long.contains("] / "), "{item:#?}");
    let ghosts = result("ghosts");
    assert!(ghosts.state.starts_with("WARNING ") && ghosts.output.contains("a: not running"), "{ghosts:#?}");
    assert!(ghosts.output.contains("b: not running"), "{ghosts:#?}");
    let cores = result("cores");
    assert!(cores.perfdata.starts_with("cpu0.core_busy=") && !cores.perfdata.contains("iowait"), "{cores:#?}");
    assert!(result("memory").state.starts_with("CRITICAL "));
    let lines = result("lines");
    assert!(lines.state.starts_with("WARNING ") && lines.output.contains("nobody: nobody:"), "{lines:#?}");
}

#[test]
fn shells_read_their_completions() {
    let needs = [Need::Program("bash", "bash"), Need::Program("zsh", "zsh"), Need::Program("fish", "fish")];
    if skipped("packaging::shells_read_their_completions", &needs) {
        return;
    }
    let folder = "packaging/completions";
    for (shell, ending) in [("bash", ".bash"), ("fish", ".fish")] {
        for file in packaged(folder, ending) {
            run(&[shell, "-n", file.to_str().unwrap()]).expect(0);
        }
    }
    for plugin in plugins() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(format!("_{plugin}"));
        run(&["zsh", "-n", file.to_str().unwrap()]).expect(0);
    }
}

/// What bash offers behind these words: the file is loaded, and its function called, as bash does on TAB.
fn offered(plugin: &str, words: &[&str]) -> Vec<String> {
    let file = packaged("packaging/completions", &format!("{plugin}.bash")).remove(0);
    let script = "source \"$1\"; shift\n\
        registered=$(complete -p \"$1\") || exit 9\n\
        function=${registered#*-F }; function=${function%% *}\n\
        COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_LINE=\"$*\"; COMP_POINT=${#COMP_LINE}\n\
        \"$function\" \"$1\" \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"\n\
        printf '%s\\n' \"${COMPREPLY[@]}\"";
    let command = [&["bash", "--norc", "-c", script, "bash", file.to_str().unwrap(), plugin], words].concat();
    run(&command).expect(0).stdout.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_options() {
    if skipped("packaging::bash_completes_options", &[Need::Program("bash", "bash")]) {
        return;
    }
    assert_eq!(offered("check_fs", &["--exp"]), ["--expect"]);
    assert_eq!(offered("check_fs", &["-v", "--root"]), ["--root-reserved", "--root"]);
    assert_eq!(offered("check_procs", &["--runa"]), ["--runaway"]);
    assert_eq!(offered("check_cpu", &["--per"]), ["--per-core", "--perfdata"]);
}

#[test]
fn man_renders_every_page() {
    let needs = [Need::Program("man", "man-db"), Need::Program("groff", "groff")];
    if skipped("packaging::man_renders_every_page", &needs) {
        return;
    }
    let pages = [packaged("man", ".1"), packaged("man", ".7")].concat();
    assert!(pages.len() > plugins().len());
    for page in pages {
        let page = page.to_str().unwrap();
        // All the warnings that groff has: each is a line on standard error.
        run(&["groff", "-man", "-ww", "-Tutf8", "-rLL=80n", page]).expect(0);
        let shown = run(&["env", "MANWIDTH=80", "man", "--warnings", "-E", "UTF-8", "-l", page]).expect(0).stdout;
        for section in ["NAME", "EXAMPLES"] {
            assert!(shown.lines().any(|line| line == section), "{page}: {section}");
        }
        let wide: Vec<&str> = shown.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "{page}: {wide:#?}");
    }
}
