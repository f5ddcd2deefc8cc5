//! Command definitions for schedulers.

use super::Doc;
use clap::{Arg, ArgAction};
use std::fmt::Write as _;

/// Where a package puts the plugins.
const DIR: &str = "/usr/lib/vitals/plugins";

/// Options that a scheduler must not set: it reads the default format, and what is for a person is no check.
const NOT_FOR_SCHEDULERS: [&str; 6] = ["output", "quiet-ok", "reset", "status", "try", "dry-run"];

pub fn icinga(docs: &[Doc]) -> String {
    let mut out = String::from(
        "// Icinga 2 check commands of vitals, one variable for each option: vars.vitals_fs_warning = [ \"85%\" ].\n\
         // Put this file into /etc/icinga2/conf.d or a global zone, with the path of your installation: `make install`\n\
         // leaves such a copy in share/vitals. An array gives an option several times.\n",
    );
    for doc in docs {
        let _ = write!(out, "\nobject CheckCommand \"vitals_{}\" {{\n", doc.name);
        let _ = writeln!(out, "\tcommand = [ \"{DIR}/{}\" ]", doc.binary());
        let _ = writeln!(out, "\ttimeout = {}s", doc.timeout.as_secs() + 20);
        out.push_str("\targuments = {\n");
        for option in usable(doc) {
            out.push_str(&argument(doc, option));
        }
        for what in doc.command.get_positionals() {
            out.push_str(&positional(doc, what));
        }
        out.push_str("\t}\n}\n");
    }
    out
}

fn usable(doc: &Doc) -> impl Iterator<Item = &Arg> {
    doc.options().filter(|option| option.get_long().is_some_and(|long| !NOT_FOR_SCHEDULERS.contains(&long)))
}

/// Variables carry the check's name, as is the custom: on a host they stand beside those of other checks.
fn argument(doc: &Doc, option: &Arg) -> String {
    let long = option.get_long().unwrap_or_default();
    let variable = format!("$vitals_{}_{}$", doc.name, long.replace('-', "_"));
    let help = help(option);
    let mut lines = match option.get_action() {
        ArgAction::SetTrue => format!("\t\t\tset_if = \"{variable}\"\n"),
        // A number of times: Icinga sees it as a flag.
        ArgAction::Count => format!("\t\t\tset_if = \"{variable}\"\n"),
        ArgAction::Append => format!("\t\t\tvalue = \"{variable}\"\n\t\t\trepeat_key = true\n"),
        _ => format!("\t\t\tvalue = \"{variable}\"\n"),
    };
    lines.push_str(&format!("\t\t\tdescription = \"{help}\"\n"));
    format!("\t\t\"--{long}\" = {{\n{lines}\t\t}}\n")
}

/// What is given without an option, behind all of them.
fn positional(doc: &Doc, what: &Arg) -> String {
    let name = what.get_id().as_str();
    format!(
        "\t\t\"{name}\" = {{\n\t\t\tvalue = \"$vitals_{}_{name}$\"\n\t\t\tskip_key = true\n\t\t\trepeat_key = true\n\
         \t\t\torder = 100\n\t\t\tdescription = \"{}\"\n\t\t}}\n",
        doc.name,
        help(what),
    )
}

fn help(what: &Arg) -> String {
    what.get_help().map(ToString::to_string).unwrap_or_default().replace('\\', "\\\\").replace('"', "\\\"")
}

pub fn nagios(docs: &[Doc]) -> String {
    let mut out = String::from(
        "# Nagios (and Naemon) commands of vitals. In a service: check_command check_vitals_fs!-w 85% -c 95%\n\
         # The path is that of a package; `make install` leaves a copy with its own in share/vitals.\n",
    );
    for doc in docs {
        let _ = write!(
            out,
            "\ndefine command {{\n    command_name check_vitals_{}\n    command_line {DIR}/{} $ARG1$\n}}\n",
            doc.name,
            doc.binary()
        );
    }
    out
}
