//! What several test targets share.

use std::path::{Path, PathBuf};

/// The binary under test: from `$VITALS_BIN_DIR` (the shipped, static ones), else the one that cargo built.
pub fn bin(name: &str) -> PathBuf {
    if let Some(dir) = std::env::var_os("VITALS_BIN_DIR").filter(|dir| !dir.is_empty()) {
        // Relative to the package, wherever the test was started.
        return Path::new(env!("CARGO_MANIFEST_DIR")).join(dir).join(name);
    }
    // target/PROFILE/deps/THIS-TEST: the binaries lie two levels up.
    let test = std::env::current_exe().expect("the path of this test");
    test.ancestors().nth(2).expect("a target folder").join(name)
}

/// The names of all plugins: the files of src/bin.
#[allow(dead_code, reason = "not every test target walks them")]
pub fn plugins() -> Vec<String> {
    let bins = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin");
    let mut names: Vec<String> = std::fs::read_dir(bins)
        .expect("src/bin")
        .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned))
        .filter(|name| name.starts_with("check_"))
        .collect();
    names.sort();
    names
}
