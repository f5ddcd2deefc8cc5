//! What is measured: the servers and what is asked of them. The one place to change them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::compile::{BARE, DYNAMIC, STATIC, compile, folder, ours};

/// A server, and the page that is scraped.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) is_ours: bool,
    /// How many checks it has; the targets are for a thousand.
    pub(crate) many: bool,
    pub(crate) command: Vec<String>,
    /// Answered with 200 when everything that is scraped is there.
    pub(crate) ready: &'static str,
    pub(crate) path: String,
}

/// The C helpers.
pub(crate) struct Helpers(PathBuf);

impl Helpers {
    pub(crate) fn prepare() -> Result<Self> {
        let helpers = Self(folder("exporter-bench")?);
        for (program, flags) in [("answer", BARE), ("hello", BARE)] {
            let made = [flags, STATIC, DYNAMIC].iter().any(|flags| compile(program, &helpers.path(program), flags));
            made.then_some(())
                .with_context(|| format!("cannot compile benches/{program}.c: is there a C compiler?"))?;
        }
        let made = compile("spawn", &helpers.path("spawn"), &["-pthread"]);
        made.then_some(()).context("cannot compile benches/spawn.c")?;
        Ok(helpers)
    }

    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

/// All servers. `target` is a port of loopback that somebody listens on.
pub(crate) fn subjects(helpers: &Helpers, folder: &Path, checks: usize, target: u16) -> Result<Vec<Subject>> {
    let text = [helpers.path("answer").display().to_string()];
    let typed = ["check_mem".to_owned()];
    let own = |name, many, config: Option<PathBuf>| Subject {
        name,
        is_ours: true,
        many,
        command: exporter(config.as_deref()),
        ready: "/-/ready",
        path: "/metrics".to_owned(),
    };
    let peer = |name, command: &[&str], path: String| Subject {
        name,
        is_ours: false,
        many: false,
        command: command.iter().map(|word| (*word).to_owned()).collect(),
        ready: "/",
        path,
    };
    let blackbox = ["prometheus-blackbox-exporter", "--config.file={modules}", "--web.listen-address=127.0.0.1:{port}"];
    let modules = folder.join("blackbox.yml");
    std::fs::write(&modules, "modules: {tcp: {prober: tcp}}\n")?;
    let modules = blackbox[1].replace("{modules}", &modules.display().to_string());
    let blackbox = [blackbox[0], &modules, blackbox[2]];
    Ok(vec![
        own("vitals_exporter, built-in checks", false, None),
        own("vitals_exporter, many: text, 1 value", true, Some(config(folder, "text", checks, 60, 32, &text)?)),
        own("vitals_exporter, many: check_mem", true, Some(config(folder, "typed", checks, 60, 32, &typed)?)),
        peer(
            "node_exporter, default collectors",
            &["prometheus-node-exporter", "--web.listen-address=127.0.0.1:{port}"],
            "/metrics".to_owned(),
        ),
        peer("blackbox_exporter, its own metrics", &blackbox, "/metrics".to_owned()),
        peer("blackbox_exporter, a TCP probe", &blackbox, format!("/probe?module=tcp&target=127.0.0.1:{target}")),
    ])
}

/// The command of our exporter.
pub(crate) fn exporter(config: Option<&Path>) -> Vec<String> {
    let program = ours().join("vitals_exporter").display().to_string();
    let mut command = vec![program, "--listen".to_owned(), "127.0.0.1:{port}".to_owned()];
    command.extend(config.into_iter().flat_map(|file| ["--config".to_owned(), file.display().to_string()]));
    command
}

/// A configuration of so many checks that run one command every so many seconds.
pub(crate) fn config(
    folder: &Path,
    name: &str,
    checks: usize,
    seconds: u64,
    concurrency: usize,
    command: &[String],
) -> Result<PathBuf> {
    let command = serde_json::to_string(command)?;
    let numbers: Vec<String> = (0..checks).map(|number| format!("\"{number}\"")).collect();
    let file = folder.join(format!("{name}.toml"));
    let text = format!(
        "concurrency = {concurrency}\n[defaults]\ninterval = \"{seconds}s\"\nretries = 0\n\
         [[template]]\nfor_each = {{ number = [{}] }}\n\
         [[template.check]]\nname = \"check {{number}}\"\ncommand = {command}\n",
        numbers.join(", ")
    );
    std::fs::write(&file, text)?;
    Ok(file)
}
