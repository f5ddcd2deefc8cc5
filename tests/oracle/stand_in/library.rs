//! Where the stand-ins for Oracle's client library and for SQL*Plus are.

use std::path::PathBuf;

/// The folder of `libclntsh.so` and `sqlplus`, for LD_LIBRARY_PATH or as ORACLE_HOME.
///
/// # Panics
/// When it is not built: `cargo test` does that, a single target of it does not.
pub fn folder() -> PathBuf {
    // target/PROFILE/deps/THIS-TEST
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap().join("examples");
    for (file, example) in [("libclntsh.so", "clntsh"), ("sqlplus", "sqlplus")] {
        assert!(folder.join(file).is_file(), "`cargo build --example {example}` makes {}", folder.display());
    }
    folder
}
