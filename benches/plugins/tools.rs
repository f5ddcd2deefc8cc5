//! The helpers of this benchmark, and where the plugins are found.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::cases::Role;
use crate::compile::{BARE, DYNAMIC, STATIC, compile, folder, ours};

const MONITORING_PLUGINS: &[&str] =
    &["/usr/lib/nagios/plugins", "/usr/lib64/nagios/plugins", "/usr/lib/monitoring-plugins"];

pub(crate) struct Tools {
    helpers: PathBuf,
    ours: PathBuf,
}

impl Tools {
    /// Compiles the helpers; those that the measuring itself needs must succeed.
    pub(crate) fn prepare() -> Result<Self> {
        let tools = Self { helpers: folder("plugins-bench")?, ours: ours() };

        for (source, program) in
            [("launch", "launch"), ("peak", "peak"), ("sleepers", "bench-sleeper"), ("read_proc", "read_proc")]
        {
            if ![BARE, STATIC, DYNAMIC].iter().any(|flags| compile(source, &tools.helper(program), flags)) {
                bail!("cannot compile benches/{source}.c: is there a C compiler?");
            }
        }
        for (program, flags) in [("hello", BARE), ("hello-static", STATIC), ("hello-dynamic", DYNAMIC)] {
            compile("hello", &tools.helper(program), flags);
        }
        Ok(tools)
    }

    pub(crate) fn helper(&self, program: &str) -> PathBuf {
        self.helpers.join(program)
    }

    /// Where the program of a command is, or why it cannot be measured.
    pub(crate) fn find(&self, role: Role, program: &str) -> Result<PathBuf, String> {
        let (found, missing) = match role {
            Role::Ours => (vec![self.ours.join(program)], format!("not in {}", self.ours.display())),
            Role::Limit => (vec![self.helper(program)], "does not compile here".into()),
            Role::Script => (
                ["/usr/bin", "/usr/local/bin"].map(|folder| PathBuf::from(folder).join(program)).into(),
                "not installed".into(),
            ),
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
