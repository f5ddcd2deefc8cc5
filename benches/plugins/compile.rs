//! The C helpers of `benches/`, compiled anew for each run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

/// A helper without a C library: x86_64 and aarch64 (see `sys.h`).
pub(crate) const BARE: &[&str] =
    &["-static", "-nostdlib", "-ffreestanding", "-fno-stack-protector", "-fno-tree-loop-distribute-patterns"];
pub(crate) const STATIC: &[&str] = &["-static", "-DWITH_LIBC"];
pub(crate) const DYNAMIC: &[&str] = &["-DWITH_LIBC"];

/// Where the helpers of a benchmark are put.
pub(crate) fn folder(bench: &str) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(bench);
    std::fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    Ok(folder)
}

/// Whether `benches/SOURCE.c` could be made into this program.
pub(crate) fn compile(source: &str, program: &Path, flags: &[&str]) -> bool {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches").join(source).with_extension("c");
    // What an earlier run left must not pass for this one's.
    let _ = std::fs::remove_file(program);
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    Command::new(compiler)
        .arg("-O2")
        .args(flags)
        .arg("-o")
        .arg(program)
        .arg(source)
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Where the plugins and the exporter are: `VITALS_BIN_DIR`, or dist.
pub(crate) fn ours() -> PathBuf {
    let folder = std::env::var_os("VITALS_BIN_DIR").map_or_else(|| "dist".into(), PathBuf::from);
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}
