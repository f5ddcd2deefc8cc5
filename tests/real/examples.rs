//! The examples, loaded or run by those they are written for.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::{Need, Scratch, run, skipped};
use crate::icinga::{NEEDS, command_for};
use crate::nagios::{NAGIOS, verified};

const CHECKS: &str = include_str!("../../examples/hospital/checks.toml");
const NAGIOS_SERVICES: &str = include_str!("../../examples/hospital/nagios.cfg");
const ICINGA_SERVICES: &str = include_str!("../../examples/hospital/icinga2.conf");
const ICINGA_DEFINITIONS: &str = include_str!("../../packaging/icinga2/vitals.conf");
const CRON: &str = include_str!("../../examples/cron/vitals");

fn sections() -> BTreeSet<String> {
    let headings = CHECKS.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
    let sections: BTreeSet<String> = headings.map(str::to_owned).collect();
    assert!(!sections.is_empty());
    sections
}

#[test]
fn every_section_is_accepted_by_its_check() {
    let scratch = Scratch::new();
    let file = scratch.file("checks.toml", CHECKS).display().to_string();
    for section in sections() {
        let plugin = format!("check_{}", section.rsplit('_').next().unwrap());
        let [program, state] = [scratch.plugin(&plugin), scratch.state(&section)];
        let ran = run(&[&program, "--state-dir", &state, "--config", &file, "--section", &section]);
        assert!(ran.stderr.is_empty() && !ran.stdout.contains("usage:"), "{section}: {ran:#?}");
        // What is expected there is not here, and that is said of each thing.
        assert!(ran.code != Some(0) || !plugin.ends_with("procs"), "{section}: {ran:#?}");
        let wrong = run(&[&program, "--config", &file, "--section", &section, "--no-such-option"]);
        assert!(wrong.stdout.contains("usage:"), "{wrong:#?}");
    }
}

#[test]
fn nagios_loads_the_hospital() {
    if skipped("examples::nagios_loads_the_hospital", &[NAGIOS]) {
        return;
    }
    let used = NAGIOS_SERVICES.lines().filter_map(|line| line.trim().strip_prefix("check_command")?.split_once('!'));
    let used: Vec<(&str, &str)> = used.map(|(_, arguments)| arguments.split_once('!').unwrap()).collect();
    for (check, section) in &used {
        assert!(section.ends_with(&format!("_{check}")), "{check} with {section}");
    }
    let used: BTreeSet<String> = used.into_iter().map(|(_, section)| section.to_owned()).collect();
    assert_eq!(used, sections());
    let scratch = Scratch::of("nobody");
    let verdict = verified(&scratch, NAGIOS_SERVICES);
    for line in ["Checked 16 services", "Checked 3 hosts", "Total Warnings: 0", "Total Errors:   0"] {
        assert!(verdict.contains(line), "no {line} in {verdict}");
    }
}

#[test]
fn icinga_loads_the_hospital() {
    if skipped("examples::icinga_loads_the_hospital", &NEEDS) {
        return;
    }
    for section in sections() {
        let check = section.rsplit('_').next().unwrap();
        assert!(ICINGA_SERVICES.contains(&format!("{check} = \"{section}\"")), "{section} is not used");
    }
    let scratch = Scratch::of("nagios");
    let base = "include <itl>\nconst PluginDir = \"/usr/lib/nagios/plugins\"\ninclude <plugins>\nconst NodeName = \"master\"\nconst ZoneName = \"master\"\n\
                object Endpoint NodeName {}\nobject Zone ZoneName { endpoints = [ NodeName ] }\n";
    let mut words = command_for(&scratch, &format!("{base}{ICINGA_DEFINITIONS}{ICINGA_SERVICES}"));
    words.push("-C".to_owned());
    let ran = run(&words);
    let said = ran.stdout + &ran.stderr;
    assert_eq!(ran.code, Some(0), "{said}");
    assert!(said.contains("Instantiated 16 Services") && said.contains("Instantiated 3 Hosts"), "{said}");
    assert!(!said.contains("warning/"), "{said}");
}

#[test]
fn cron_jobs_run() {
    let scratch = Scratch::new();
    let jobs: Vec<&str> = CRON.lines().filter(|line| line.starts_with(['*', '0', '1'])).collect();
    assert_eq!(jobs.len(), 4);
    for job in jobs {
        // Five fields of time, the user, the command; a bare % would end the command.
        let mut rest = job;
        for _ in 0..6 {
            rest = rest.split_once(' ').unwrap().1.trim_start();
        }
        assert!(!rest.contains('%') && rest.contains("--quiet-ok"), "{job}");
        scratch.plugin(rest.split(' ').next().unwrap());
        let path = format!("PATH={}:/usr/bin:/bin", scratch.at("bin"));
        let ran = run(&["env", &path, &format!("STATE_DIRECTORY={}", scratch.state("cron")), "sh", "-c", rest]);
        assert!(ran.stderr.is_empty() && !ran.stdout.contains("usage:"), "{job}: {ran:#?}");
        assert_eq!(ran.stdout.is_empty(), ran.code == Some(0), "{job}: {ran:#?}");
    }
}

#[test]
fn the_textfile_script_writes_what_promtool_passes() {
    if skipped("examples::the_textfile_script_writes_what_promtool_passes", &[Need::Program("promtool", "prometheus")])
    {
        return;
    }
    let scratch = Scratch::new();
    let checks = ["cpu", "fs", "mem", "procs"];
    for check in checks {
        scratch.plugin(&format!("check_{check}"));
    }
    let [script, folder] = [
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/prometheus/textfile.sh").display().to_string(),
        scratch.folder("textfile").display().to_string(),
    ];
    let plugins = format!("VITALS_PLUGINS={}", scratch.at("bin"));
    let state = format!("STATE_DIRECTORY={}", scratch.state("textfile"));
    let write = |more: &[&str]| run(&[&["env", &plugins, &state, "sh", &script, &folder], more].concat());
    let files = || {
        let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
        entries.map(|name| name.into_string().unwrap()).collect::<BTreeSet<_>>()
    };
    assert_eq!(write(&[]).expect(0).stdout, "");
    let expected: BTreeSet<String> = checks.iter().map(|check| format!("vitals_{check}.prom")).collect();
    assert_eq!(files(), expected, "nothing but the metrics is left");
    for file in &expected {
        let verdict = Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(std::fs::File::open(Path::new(&folder).join(file)).unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert!(verdict.status.success() && verdict.stderr.is_empty(), "{file}: {verdict:?}");
    }
    // A check that is not there is said, and keeps no other from being written.
    let ran = write(&["nothing", "mem"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("check_nothing: no metrics"), "{ran:#?}");
    assert_eq!(files(), expected);
}
