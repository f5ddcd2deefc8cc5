//! The command lines.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::cases::{Case, Command};
use crate::compile::ours;

const PLUGINS: &[&str] = &["/usr/lib/nagios/plugins", "/usr/lib64/nagios/plugins", "/usr/lib/monitoring-plugins"];
const BIN: &[&str] = &["/usr/bin", "/bin", "/usr/local/bin"];

/// The command line; `Err` says why it cannot be measured. `own` is a folder for what the tool keeps.
pub(crate) fn argv(command: Command, case: &Case, log: &Path, own: &Path) -> Result<Result<Vec<OsString>, String>> {
    let patterns = case.patterns.list();
    let program = match command {
        Command::Whole | Command::Tail | Command::Follow => Some(ours().join("check_logscan")),
        Command::RgReads | Command::Rg => find(BIN, "rg"),
        Command::Grep => find(BIN, "grep"),
        Command::Mtail => find(BIN, "mtail"),
        Command::CheckLogfiles | Command::CheckLogfilesFollows => find(PLUGINS, "check_logfiles"),
    };
    let Some(program) = program.filter(|program| program.is_file()) else {
        return Ok(Err(if command.is_ours() {
            "not built".into()
        } else {
            "not installed: benches/install.sh".into()
        }));
    };
    let list = own.join("patterns");
    fs::write(&list, patterns.join("\n") + "\n").context("write the patterns")?;
    let mut argv = vec![program.into_os_string()];
    let (log, list, folder) = (text(log)?, text(&list)?, text(own)?);
    if command == Command::Grep {
        // With /dev/null as its output grep stops at the first match, so it gets a file.
        let script = format!("exec \"$0\" \"$@\" >'{folder}/out'");
        argv = ["/bin/sh".into(), "-c".into(), script.into()].into_iter().chain(argv).collect();
    }
    let mut add = |words: &[&str]| argv.extend(words.iter().map(OsString::from));
    match command {
        Command::Whole | Command::Tail | Command::Follow => {
            add(&["--state-dir", folder, "--timeout", "60s", log]);
            match command {
                Command::Whole => add(&["--whole"]),
                Command::Tail => add(&["--tail", "50"]),
                _ => {}
            }
            if case.patterns.are_texts() {
                add(&["--fixed"]);
            }
            patterns.iter().for_each(|pattern| add(&["--critical-pattern", pattern]));
        }
        Command::RgReads | Command::Rg => {
            add(&["-j1", "-c"]);
            if command == Command::RgReads {
                add(&["--no-mmap"]);
            }
            if case.patterns.are_texts() {
                add(&["-F"]);
            }
            add(&["-f", list, log]);
        }
        Command::Grep => add(&["-c", if case.patterns.are_texts() { "-F" } else { "-E" }, "-f", list, log]),
        Command::Mtail => {
            let body: String = patterns
                .iter()
                .map(|pattern| format!("/{}/ {{\n  hits++\n  stop\n}}\n", pattern.replace('/', "\\/")))
                .collect();
            fs::write(own.join("hits.mtail"), format!("counter hits\n{body}"))?;
            add(&["-one_shot", "-progs", folder, "-logs", log]);
        }
        Command::CheckLogfiles | Command::CheckLogfilesFollows => {
            let quoted: Vec<String> =
                patterns.iter().map(|pattern| format!("'{}'", pattern.replace('\'', "\\'"))).collect();
            // Without allyoucaneat a first run begins at the end of the log.
            let from = if command == Command::CheckLogfiles { ",allyoucaneat" } else { "" };
            let config = format!(
                "$seekfilesdir = '{folder}'; $protocolsdir = '{folder}';\n@searches = ({{tag => 'log', logfile => '{log}', \
                 criticalpatterns => [{}], options => 'noprotocol{from}'}});\n",
                quoted.join(", ")
            );
            let file = own.join("check_logfiles.cfg");
            fs::write(&file, config)?;
            add(&["--config", text(&file)?]);
        }
    }
    Ok(Ok(argv))
}

/// The number of lines that matched, as the tool says it.
pub(crate) fn count(command: Command, output: &str, own: &Path) -> Option<u64> {
    let behind = |key: &str| {
        let rest = output.split_once(key)?.1;
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    match command {
        Command::Whole | Command::Tail | Command::Follow => behind("'critical.matches'="),
        // rg says nothing where nothing matches.
        Command::Grep => fs::read_to_string(own.join("out")).ok()?.trim().parse().ok(),
        Command::RgReads | Command::Rg => {
            Some(output.trim()).filter(|text| !text.is_empty()).map_or(Some(0), |text| text.parse().ok())
        }
        Command::CheckLogfiles | Command::CheckLogfilesFollows => behind("'log_criticals'="),
        Command::Mtail => output.rsplit_once("\"Value\": ")?.1.split(',').next()?.trim().parse().ok(),
    }
}

/// The file in which it keeps its place.
pub(crate) fn memory(command: Command, own: &Path) -> Option<PathBuf> {
    let mut files = fs::read_dir(own).ok()?.flatten().map(|entry| entry.path());
    files.find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if command.is_ours() { name.ends_with(".json") } else { name.ends_with(".log") && name != "log" }
    })
}

fn find(folders: &[&str], program: &str) -> Option<PathBuf> {
    folders.iter().map(|folder| Path::new(folder).join(program)).find(|path| path.is_file())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("the path is not UTF-8")
}
