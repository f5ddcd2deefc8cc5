//! The C helpers of `benches/`, compiled anew for each run, and where the plugins are found.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::cases::Role;

/// A helper without a C library: x86_64 and aarch64 (see `sys.h`).
const BARE: &[&str] =
    &["-static", "-nostdlib", "-ffreestanding", "-fno-stack-protector", "-fno-tree-loop-distribute-patterns"];
const STATIC: &[&str] = &["-static", "-DWITH_LIBC"];
const DYNAMIC: &[&str] = &["-DWITH_LIBC"];

const MONITORING_PLUGINS: &[&str] =
    &["/usr/lib/nagios/plugins", "/usr/lib64/nagios/plugins", "/usr/lib/monitoring-plugins"];

pub(crate) struct Tools {
    helpers: PathBuf,
    ours: PathBuf,
}

impl Tools {
    /// Compiles the helpers; those that the measuring itself needs must succeed.
    pub(crate) fn prepare() -> Result<Self> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let helpers = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins-bench");
        std::fs::create_dir_all(&helpers).with_context(|| format!("create {}", helpers.display()))?;
        let ours = std::env::var_os("VITALS_BIN_DIR").map_or_else(|| "dist".into(), PathBuf::from);
        let tools = Self { helpers, ours: package.join(ours) };

        for (source, program) in
            [("launch", "launch"), ("peak", "peak"), ("sleepers", "bench-sleeper"), ("read_proc", "read_proc")]
        {
            if ![BARE, STATIC, DYNAMIC].iter().any(|flags| tools.compile(source, program, flags)) {
                bail!("cannot compile benches/{source}.c: is there a C compiler?");
            }
        }
        for (program, flags) in [("hello", BARE), ("hello-static", STATIC), ("hello-dynamic", DYNAMIC)] {
            tools.compile("hello", program, flags);
        }
        Ok(tools)
    }

    fn compile(&self, source: &str, program: &str, flags: &[&str]) -> bool {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches").join(source).with_extension("c");
        let target = self.helper(program);
        // What an earlier run left must not pass for this one's.
        let _ = std::fs::remove_file(&target);
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        Command::new(compiler)
            .arg("-O2")
            .args(flags)
            .arg("-o")
            .arg(target)
            .arg(source)
            .output()
            .is_ok_and(|output| output.status.success())
    }

    pub(crate) fn helper(&self, program: &str) -> PathBuf {
        self.helpers.join(program)
    }

    /// Where the program of a command is, or why it cannot be measured.
    pub(crate) fn find(&self, role: Role, program: &str) -> Result<PathBuf, String> {
        let (found, missing) = match role {
            Role::Ours => (vec![self.ours.join(program)], format!("not in {}", self.ours.display())),
            Role::Limit => (vec![self.helper(program)], "does not compile here".into()),
            Role::Peer => (
                std::env::var_os("MONITORING_PLUGINS_DIR")
                    .map(PathBuf::from)
                    .into_iter()
                    .chain(MONITORING_PLUGINS.iter().map(PathBuf::from))
                    .map(|folder| folder.join(program))
                    .collect(),
                "not installed: benches/install.sh".into(),
            ),
        };
        found.into_iter().find(|path| path.is_file()).ok_or(missing)
    }
}
