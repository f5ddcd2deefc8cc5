//! Completions for the shells.

use clap::Command;
use clap_complete::{Generator, Shell};
use std::path::PathBuf;

pub fn files(binary: &str, command: &Command) -> Vec<(PathBuf, String)> {
    [Shell::Bash, Shell::Zsh, Shell::Fish]
        .into_iter()
        .map(|shell| {
            let mut command = command.clone();
            let mut out = Vec::new();
            clap_complete::generate(shell, &mut command, binary, &mut out);
            let text = String::from_utf8(out).expect("UTF-8");
            let name = PathBuf::from("packaging/completions").join(shell.file_name(binary));
            (name, text.lines().map(|line| line.trim_end().to_owned() + "\n").collect())
        })
        .collect()
}
