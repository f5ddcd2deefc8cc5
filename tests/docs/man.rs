//! A check's man page.

use super::Doc;
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};
use vitals::model::catalogue::MetricDef;
use vitals::model::metric::Kind;
use vitals::model::unit::Unit;

pub fn page(doc: &Doc) -> String {
    let man = Man::new(doc.command.clone())
        .title(doc.binary())
        .section("1")
        // No date: the page changes only when what it says does.
        .date("")
        .source(concat!("vitals ", env!("CARGO_PKG_VERSION")))
        .manual("vitals");
    let mut out = Vec::new();
    man.render_title(&mut out).expect("memory");
    man.render_name_section(&mut out).expect("memory");
    synopsis(doc).to_writer(&mut out).expect("memory");
    description(doc).to_writer(&mut out).expect("memory");
    man.render_options_section(&mut out).expect("memory");
    metrics(doc).to_writer(&mut out).expect("memory");
    examples(doc).to_writer(&mut out).expect("memory");
    closing(doc).to_writer(&mut out).expect("memory");
    let text = String::from_utf8(out).expect("UTF-8");
    // roff leaves spaces behind macros without arguments.
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// One line: the options are below, in the order in which one needs them.
fn synopsis(doc: &Doc) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    let mut line = vec![bold(doc.binary()), roman(" ["), italic("OPTION"), roman("]...")];
    for arg in doc.command.get_positionals() {
        let name = arg.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
        let (open, close) = if arg.is_required_set() { (" ", "...") } else { (" [", "]...") };
        line.extend([roman(open), italic(name), roman(close)]);
    }
    roff.text(line);
    roff
}

fn description(doc: &Doc) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["DESCRIPTION"]);
    for (index, paragraph) in doc.description.trim().split("\n\n").enumerate() {
        if index > 0 {
            roff.control("PP", []);
        }
        roff.text([roman(words(paragraph))]);
    }
    roff
}

fn metrics(doc: &Doc) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["METRICS"]);
    let labelled = if doc.metrics.item.is_empty() {
        String::new()
    } else {
        format!(" Each item's values carry its name: {} in Prometheus, ITEM in a rule.", doc.metrics.item)
    };
    roff.text([roman(format!(
        "The names for --warning, --critical and --perfdata. The first is the main metric; those marked * are \
         performance data by default.{labelled}"
    ))]);
    for metric in &*doc.metrics.metrics {
        roff.control("TP", []);
        let mark = if metric.perfdata { " *" } else { "" };
        roff.text([bold(metric.name), roman(format!(" ({}){mark}", unit(metric)))]);
        let mut line: Vec<Inline> = vec![roman(metric.help)];
        for (level, limit) in [("warning", metric.warning), ("critical", metric.critical)] {
            if let Some(limit) = limit {
                line.extend([roman(format!("; {level} by default ")), italic(limit)]);
            }
        }
        roff.text(line);
    }
    roff
}

pub fn unit(metric: &MetricDef) -> &'static str {
    if metric.kind == Kind::Counter && metric.unit == Unit::Count { "counter" } else { metric.unit.word() }
}

fn examples(doc: &Doc) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]);
    for example in doc.examples {
        roff.control("TP", []);
        roff.text([roman(format!("{}:", example.purpose))]);
        roff.control("nf", []);
        for line in on_a_page(example.command) {
            roff.text([bold(line)]);
        }
        roff.control("fi", []);
    }
    roff
}

/// A command in lines that fit a terminal of 80 columns, as the shell reads them: broken before options, outside quotes.
fn on_a_page(command: &str) -> Vec<String> {
    // Without the indentation of the text, and with room for " \".
    const WIDTH: usize = 64;
    if command.len() <= WIDTH {
        return vec![command.to_owned()];
    }
    let (mut lines, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, c) in command.char_indices() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (' ', None) if command[at..].starts_with(" --") => {
                lines.push(format!("{} \\", &command[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    lines.push(command[start..].to_owned());
    lines.iter_mut().skip(1).for_each(|line| line.insert_str(0, "    "));
    lines
}

fn closing(doc: &Doc) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    roff.text([roman(
        "0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. A wrong command line, --help and --version are 3 as well.",
    )]);
    roff.control("SH", ["SEE ALSO"]);
    roff.text([bold("vitals"), roman("(7): ranges, units, output formats, state, configuration files")]);
    if doc.timeout.as_secs() != 10 {
        roff.control("SH", ["NOTES"]);
        roff.text([roman(format!("The default of --timeout is {} here.", doc.timeout.as_secs()))]);
    }
    roff
}

fn words(paragraph: &str) -> String {
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}
