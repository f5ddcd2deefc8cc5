//! The options, and what the man page says of them.

use super::presets;
use super::rule::{Given, HOLD, How, Phrase, Rule, Rules, read};
use crate::host::logs::{Encoding, LONGEST_LINE, Since, Source, Wishes};
use crate::model::glob::Glob;
use crate::model::stamp::Format;
use crate::model::status::Status;
use crate::model::unit::Unit;
use crate::plugin::Example;
use crate::plugin::values::time;
use clap::ValueHint;
use clap::builder::PossibleValuesParser;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The smallest `--most-bytes` and `--longest-line`.
const LEAST: f64 = 1024.0;

/// check_logscan
#[derive(clap::Args, Debug)]
pub struct Logscan {
    /// Logs to read: files, patterns with * and ?, names with a date (%Y%m%d), journal:FIELDS, command:COMMAND, - (standard
    /// input)
    ///
    /// A file is followed through its rotations: renamed, copied and truncated, compressed. file:NAME takes any name as
    /// it is. journal:unit=NAME,priority=err reads the systemd journal; its fields are unit, user-unit, identifier,
    /// priority, facility, transport, boot, directory, file, or a field in capitals (_COMM=sshd); a message of several
    /// lines is one line, with the sign U+23CE between them. command:COMMAND runs a command without a shell, and reads what is new in its
    /// output since the last run, be it at the end (dmesg) or at the beginning (errpt).
    #[arg(value_name = "LOG", required = true, value_hint = ValueHint::FilePath)]
    log: Vec<Source>,

    /// A line that matches is critical
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true, value_hint = ValueHint::Other)]
    critical_pattern: Vec<String>,

    /// A line that matches is a warning
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true, value_hint = ValueHint::Other)]
    warning_pattern: Vec<String>,

    /// A line that matches ends the events of the other patterns
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true, value_hint = ValueHint::Other)]
    ok_pattern: Vec<String>,

    /// A line that matches is passed over, whatever else it matches
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true, value_hint = ValueHint::Other)]
    ignore: Vec<String>,

    /// The patterns of these options are texts as they stand, not regular expressions
    #[arg(long)]
    fixed: bool,

    /// The patterns of these options match upper and lower case alike
    #[arg(long)]
    ignore_case: bool,

    /// A rule: NAME: LEVEL /REGEX/... "TEXT"... except=/REGEX/ hold=TIME count=N within=TIME
    ///
    /// LEVEL is critical, warning, ok or ignore. Rules are tried in their order, and a line goes to the first that takes
    /// it. count=3 within=10min: three lines make an event; warning_count and critical_count for both levels.
    /// must_appear=TIME: no such line for so long is the fault. clears=NAME,... and group=NAME: what a rule of level ok
    /// ends. text="...{name}" shows captures (?<name>...), metric=NAME:UNIT:last (or max, sum) measures them.
    #[arg(long, value_name = "RULE", value_hint = ValueHint::Other)]
    rule: Vec<Rule>,

    /// Rules from a TOML file, a [[rule]] for each; vitals-logscan(7) describes it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    rules: Vec<PathBuf>,

    /// Judge records of several lines: each begins with a line that matches, such as '^\d{4}-' before a stack trace
    ///
    /// All lines up to the next such line belong to it. Patterns see the record with its line breaks: . does not cross
    /// them, ^ and $ are the record's begin and end ((?s) and (?m) change that). record_start in a file of rules says the
    /// same for its log.
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true, value_hint = ValueHint::Other)]
    record_start: Option<String>,

    /// Rules for a common log: java, oracle-alert, errpt, ..., see vitals-logscan(7)
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(presets::names()), hide_possible_values = true)]
    preset: Vec<String>,

    /// How long an event stays a state [default: 15min]
    ///
    /// Longer than the retries of a scheduler: otherwise the retry of a soft state is OK, and the event is gone. 0: only
    /// the run that read the line shows it.
    #[arg(long, value_name = "TIME", value_parser = time)]
    hold: Option<f64>,

    /// Judge the last N lines of each log at every run, and remember no place
    #[arg(long, value_name = "N", value_parser = lines)]
    tail: Option<usize>,

    /// Judge the whole of each log at every run, and remember no place
    #[arg(long, conflicts_with = "tail")]
    whole: bool,

    /// Judge what was written in the last TIME at every run, by the times in the lines, and remember no place
    ///
    /// Rotated generations of that time are read too. A line that carries no time belongs to the one before it.
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with_all = ["tail", "whole", "from_start"])]
    pub(super) since: Option<f64>,

    /// How the times in the lines are written, as in strptime: '%m/%d/%y %H:%M:%S' [default: all usual ways]
    ///
    /// Needed where it cannot be known whether the day or the month stands first, or the time does not begin the line.
    /// Also: %f a fraction, %z and %Z a zone, %s seconds and %Q milliseconds since 1970. Without a zone it is local time.
    #[arg(long, value_name = "FORMAT", value_hint = ValueHint::Other)]
    pub(super) time_format: Option<Format>,

    /// At the first run read what is already there, not only what comes
    #[arg(long)]
    from_start: bool,

    /// Where rotated files are that lie elsewhere or have other names: a pattern with * and ?
    #[arg(long, value_name = "PATTERN", value_hint = ValueHint::Other)]
    rotated: Vec<String>,

    /// Encoding of the logs: auto, utf-8, latin1, utf-16le, utf-16be [default: auto]
    ///
    /// auto: as the byte order mark at the beginning says, or UTF-16 where each second byte is zero there; else the bytes
    /// are taken as they are, which is right for UTF-8 and for patterns of plain ASCII. Umlauts in Latin-1 need latin1.
    #[arg(long, value_name = "ENCODING", default_value = "auto", hide_default_value = true, value_hint = ValueHint::Other)]
    encoding: Encoding,

    /// State of a log that is missing or cannot be read: ok, warning, critical, unknown [default: unknown]
    #[arg(long, value_name = "STATE", default_value = "unknown", hide_default_value = true, value_hint = ValueHint::Other)]
    pub(super) missing: Status,

    /// Read about this much in one run at most [default: 4GiB]; the rest is read by the next
    #[arg(long, value_name = "BYTES", value_parser = size, default_value = "4GiB", hide_default_value = true)]
    most_bytes: f64,

    /// Keep at most this much of a line [default: 64KiB]
    #[arg(long, value_name = "BYTES", value_parser = size)]
    longest_line: Option<f64>,

    /// End what is held of the rules of this name (with * and ?), and read nothing
    #[arg(long, value_name = "NAME", value_parser = glob)]
    pub(super) reset: Option<Glob>,

    /// Show what is held and what is counted, and read nothing
    #[arg(long, conflicts_with = "reset")]
    pub(super) status: bool,

    /// Read and judge, but remember nothing: the next run reads the same
    #[arg(long)]
    pub(super) dry_run: bool,

    /// Show which rule takes which line of the logs as they are, and remember nothing
    #[arg(long, conflicts_with_all = ["reset", "status", "dry_run"])]
    r#try: bool,

    #[arg(skip)]
    placed: OnceLock<Vec<Source>>,

    #[arg(skip)]
    built: OnceLock<Result<Rules, String>>,
}

impl Logscan {
    /// The rules, understood once.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub(super) fn rules(&self) -> Result<&Rules, String> {
        self.built.get_or_init(|| self.build()).as_ref().map_err(Clone::clone)
    }

    fn build(&self) -> Result<Rules, String> {
        let how = How { fixed: self.fixed, ignore_case: self.ignore_case };
        let phrases = |texts: &[String]| texts.iter().map(|text| Phrase::new(text, how)).collect::<Result<Vec<_>, _>>();
        let files = self.rules.iter().map(|file| read(file).map_err(|error| format!("{error:#}")));
        let presets = self.preset.iter().map(|name| presets::read(name));
        let given = Given {
            ignore: phrases(&self.ignore)?,
            inline: self.rule.clone(),
            files: files.chain(presets).collect::<Result<_, _>>()?,
            critical: phrases(&self.critical_pattern)?,
            warning: phrases(&self.warning_pattern)?,
            ok: phrases(&self.ok_pattern)?,
            hold: self.hold.or(self.again().then_some(0.0)),
            record_start: self.record_start()?,
        };
        given.rules()
    }

    /// Whether the rules are to be tried.
    pub(super) fn is_trial(&self) -> bool {
        self.r#try
    }

    /// Whether each run judges the same lines again, and remembers no place.
    pub(super) fn again(&self) -> bool {
        let given = |source: &Source| matches!(source, Source::Stdin);
        self.tail.is_some() || self.whole || self.since.is_some() || self.log.iter().all(given)
    }

    fn record_start(&self) -> Result<Option<Phrase>, String> {
        let given = self.record_start.as_deref().map(Phrase::regex).transpose();
        given.map_err(|why| format!("--record-start: {why}"))
    }

    /// Seconds for which lines that may be lost are told.
    pub(super) fn gaps_held_for(&self) -> f64 {
        self.hold.unwrap_or(if self.again() { 0.0 } else { HOLD })
    }

    /// What is read.
    pub(super) fn sources(&self) -> &[Source] {
        self.placed.get_or_init(|| {
            // The same name in another folder is another log.
            let here = std::env::current_dir().unwrap_or_default();
            self.log.iter().map(|source| source.below(&here)).collect()
        })
    }

    /// Which logs a memory belongs to.
    pub(super) fn identity(&self) -> String {
        self.sources().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    /// What does not go together.
    pub(super) fn validate(&self) -> Result<(), String> {
        if self.since == Some(0.0) {
            return Err("--since 0 is no time".to_owned());
        }
        if self.tail.is_some() && self.sources().contains(&Source::Stdin) {
            return Err("--tail: standard input is judged as it comes; put tail -n in front of it".to_owned());
        }
        let mut names: Vec<String> = self.sources().iter().map(ToString::to_string).collect();
        names.sort_unstable();
        if let Some([twice, _]) = names.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(format!("{twice} is given twice"));
        }
        self.rules().map(drop)
    }

    /// How it is read.
    pub(super) fn wishes(&self, since: Option<Since>) -> Wishes {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by its parser")]
        let bytes = |size: f64| size as u64;
        Wishes {
            from_start: self.from_start,
            rotated: self.rotated.clone(),
            encoding: self.encoding,
            most_bytes: bytes(self.most_bytes),
            longest_line: self
                .longest_line
                .map_or(LONGEST_LINE, |size| usize::try_from(bytes(size)).unwrap_or(LONGEST_LINE)),
            last_lines: self.tail,
            whole: self.whole,
            since,
            as_written: false,
        }
    }
}

fn size(text: &str) -> Result<f64, String> {
    let bytes = Unit::Bytes.parse(text)?;
    if (LEAST..=1e15).contains(&bytes) { Ok(bytes) } else { Err("at least 1KiB is expected, at most 1PB".to_owned()) }
}

fn lines(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|lines| *lines > 0).ok_or_else(|| "a number of lines is expected, 1 or more".to_owned())
}

fn glob(text: &str) -> Result<Glob, String> {
    Ok(Glob::new(text))
}

pub(super) const DESCRIPTION: &str = "
Reads what has come to logs since the last run, and turns events into states that a scheduler can see: a line that a rule
takes is WARNING or CRITICAL for a time (--hold, 15 minutes), is prolonged by further ones, and ends by itself, by a line
of level ok, or by --reset.

Each line is judged once, by the first rule that takes it. The place in a log is kept as a fingerprint of its content, so
that no line is lost when the file is renamed, copied and truncated, compressed, rotated twice, or replaced by one of the
same name, length or inode. Where lines may be lost all the same, such as by a truncation, the answer says so. The place
is stored after the answer is out: who is killed in between tells an event twice rather than never.

At the first run a log is read from its end on; --from-start reads what is there. What one run does not manage in its time
is said, and read by the next. A last line without its end is read when it is finished.

Regular expressions are those of the Rust crate regex: linear in time, without look-around and back-references.
vitals-logscan(7) describes rules, sources and events, with worked examples.
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        purpose: "Errors of a log, but not that one",
        command: "check_logscan /var/log/messages --critical-pattern 'I/O error' --ignore 'dev fd0'",
    },
    Example {
        purpose: "The alert log of an Oracle database, its last 50 lines",
        command: "check_logscan /opt/oracle/alert_KIS.log --tail 50 --critical-pattern 'ORA-0*(600|7445)' --warning-pattern 'ORA-'",
    },
    Example {
        purpose: "Three failed log-ins within ten minutes",
        command: "check_logscan /var/log/auth.log --rule 'login: warning /Failed password/ count=3 within=10min'",
    },
    Example {
        purpose: "An interface that should send something every half hour",
        command: "check_logscan '/var/log/hl7-%Y%m%d.log' --rule 'traffic: critical \"message sent\" must_appear=30min'",
    },
    Example {
        purpose: "What is held at present",
        command: "check_logscan /var/log/messages --critical-pattern 'I/O error' --status",
    },
];
