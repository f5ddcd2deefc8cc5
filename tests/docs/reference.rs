//! The reference page: every option and metric of every check, in Markdown.

use super::{Doc, man};
use std::fmt::Write as _;

pub fn page(docs: &[Doc]) -> String {
    let mut out = String::from(
        "# Reference\n\nWritten by `make bless` from the code. The same, with examples, is in the man pages.\n",
    );
    for doc in docs {
        let _ = write!(out, "\n## {}\n\n{}.\n\n", doc.binary(), capital(doc.about));
        out.push_str("| metric | unit | warning | critical | what it is |\n|---|---|---|---|---|\n");
        for metric in &*doc.metrics.metrics {
            let limit = |limit: Option<&str>| limit.map(|text| format!("`{text}`")).unwrap_or_default();
            let (name, unit) = (metric.name, man::unit(metric));
            let (warning, critical) = (limit(metric.warning), limit(metric.critical));
            let _ = writeln!(out, "| `{name}` | {unit} | {warning} | {critical} | {} |", cell(metric.help));
        }
        out.push_str("\n| option | what it does |\n|---|---|\n");
        for option in doc.options().filter(|option| option.get_help_heading() != Some("Common options")) {
            row(&mut out, option);
        }
    }
    out.push_str("\n## Options of all checks\n\n| option | what it does |\n|---|---|\n");
    if let Some(doc) = docs.first() {
        for option in doc.options().filter(|option| option.get_help_heading() == Some("Common options")) {
            row(&mut out, option);
        }
    }
    out
}

fn row(out: &mut String, option: &clap::Arg) {
    let short = option.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
    let long = option.get_long().unwrap_or_default();
    let value = option
        .get_value_names()
        .filter(|_| option.get_action().takes_values())
        .map(|names| format!(" {}", names.join(" ")))
        .unwrap_or_default();
    let help = option.get_help().map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(out, "| `{short}--{long}{value}` | {} |", cell(&help));
}

fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}
