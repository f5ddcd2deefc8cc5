//! Prometheus: its own linter passes the text, and node_exporter's textfile collector serves it.

use std::process::{Command, Stdio};

use crate::harness::{Daemon, Need, Scratch, free_port, http_get, port_open, run, skipped};

const PLUGINS: [&str; 4] = ["check_fs", "check_procs", "check_cpu", "check_mem"];

fn metrics(scratch: &Scratch, plugin: &str, service: &str) -> String {
    let [program, state] = [scratch.plugin(plugin), scratch.state(service)];
    let command = [program.as_str(), "--state-dir", &state, "--output", "prometheus", "--service-name", service];
    let ran = run(&command);
    assert_eq!(ran.stderr, "", "{ran:#?}");
    ran.stdout
}

#[test]
fn promtool_passes_every_plugin() {
    if skipped("prometheus::promtool_passes_every_plugin", &[Need::Program("promtool", "prometheus")]) {
        return;
    }
    let scratch = Scratch::new();
    for plugin in PLUGINS {
        let file = scratch.file("metrics", metrics(&scratch, plugin, plugin));
        let verdict = Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(std::fs::File::open(&file).unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[verdict.stdout, verdict.stderr].concat()).into_owned();
        assert!(verdict.status.success() && said.is_empty(), "{plugin}: {said}");
    }
}

#[test]
fn the_textfile_collector_serves_checks_side_by_side() {
    let exporter = "prometheus-node-exporter";
    let name = "prometheus::the_textfile_collector_serves_checks_side_by_side";
    if skipped(name, &[Need::Program(exporter, exporter)]) {
        return;
    }
    let scratch = Scratch::of("nobody");
    let folder = scratch.folder("textfile");
    // Two services of one check share their families, two checks share the family of the status.
    let services = [("check_mem", "memory"), ("check_cpu", "cpu"), ("check_fs", "disk"), ("check_fs", "disk again")];
    for (plugin, service) in services {
        scratch.file(&format!("textfile/{service}.prom"), metrics(&scratch, plugin, service));
    }
    let port = free_port();
    let [listen, directory] = [
        format!("--web.listen-address=127.0.0.1:{port}"),
        format!("--collector.textfile.directory={}", folder.display()),
    ];
    let command = [exporter, "--collector.disable-defaults", "--collector.textfile", &directory, &listen];
    let mut daemon = Daemon::start(&scratch, &[], &command);
    daemon.until("its port", || port_open(port).then_some(()));
    let page = http_get(port, "/metrics");
    assert!(page.lines().any(|line| line == "node_textfile_scrape_error 0"), "{page}");
    for (plugin, service) in services {
        let check = plugin.trim_start_matches("check_");
        let status = format!("vitals_check_status{{check=\"{check}\",service=\"{service}\"}} ");
        assert!(page.lines().any(|line| line.starts_with(&status)), "no {status} in\n{page}");
        let own = format!("vitals_{check}_");
        let label = format!("service=\"{service}\"");
        let found = page.lines().any(|line| line.starts_with(&own) && line.contains(&label));
        assert!(found, "no {own}… with {label} in\n{page}");
    }
    let log = daemon.output();
    assert!(!log.contains("level=error") && !log.contains("level=warn"), "{log}");
}
