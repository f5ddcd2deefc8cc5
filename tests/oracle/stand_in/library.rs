//! Where the stand-in for Oracle's client library is.

use std::path::PathBuf;

/// The folder of `libclntsh.so`, for LD_LIBRARY_PATH.
///
/// # Panics
/// When it is not built: `cargo test` does that, a single target of it does not.
pub fn folder() -> PathBuf {
    // target/PROFILE/deps/THIS-TEST
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap().join("examples");
    assert!(folder.join("libclntsh.so").is_file(), "`cargo build --example clntsh` makes {}", folder.display());
    folder
}
