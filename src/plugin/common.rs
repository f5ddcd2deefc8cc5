//! The options that all plugins share.

use crate::model::catalogue::Catalogue;
use crate::model::glob::Glob;
use crate::model::render::{self, Format, Options};
use crate::model::rule::Rule;
use crate::model::status::Status;
use crate::model::unit::Unit;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{ArgAction, Args, ValueHint};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// The smallest `--max-output`: below it there is no room to say that something was cut.
pub const MIN_OUTPUT: usize = 512;

/// The options of the plugin contract.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// Warn outside a range: RANGE, METRIC=RANGE or METRIC@ITEM=RANGE
    ///
    /// RANGE alone is for the main metric of every item; ITEM is a pattern of names with * and ?. A range says what is
    /// good: 10 is 0 to 10, 10: at least 10, ~:10 at most 10, 10:20 between, @10:20 not between; with units (90%, 10GiB,
    /// 5min), see vitals(7). May be given more than once: the last rule that matches wins. `none` switches a rule off.
    #[arg(short, long, value_name = "RULE", allow_hyphen_values = true, value_hint = ValueHint::Other)]
    pub warning: Vec<Rule>,

    /// Be critical outside a range; RULE as for --warning
    #[arg(short, long, value_name = "RULE", allow_hyphen_values = true, value_hint = ValueHint::Other)]
    pub critical: Vec<Rule>,

    /// Answer within this time [default: 10]
    ///
    /// Without STATE, an answer that we are too slow to give is UNKNOWN, and a watched service that does not answer is
    /// CRITICAL. STATE replaces both.
    #[arg(short, long, value_name = "SECONDS[:STATE]", value_hint = ValueHint::Other)]
    pub timeout: Option<Timeout>,

    /// Show more: -v all findings, -vv their values and limits, -vvv times
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,

    /// Write for this reader: nagios, json, prometheus, checkmk, xymon or nsca
    ///
    /// The environment variable VITALS_OUTPUT sets it too; the option wins. Default: nagios.
    #[arg(long, value_name = "FORMAT", value_parser = formats(), hide_possible_values = true)]
    pub output: Option<Format>,

    /// Name of the host in the formats that carry one [default: this host]
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub host_name: Option<String>,

    /// Name of the service in the formats that carry one [default: the check]
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub service_name: Option<String>,

    /// Xymon only: how long the message is valid, such as 30m or 2h
    #[arg(long, value_name = "TIME", value_parser = lifetime, value_hint = ValueHint::Other)]
    pub lifetime: Option<String>,

    /// Print nothing when OK: for cron, which mails what is printed
    #[arg(long)]
    pub quiet_ok: bool,

    /// Metrics that become performance data: names or patterns, with commas between
    #[arg(long, value_name = "METRIC", value_delimiter = ',', value_parser = glob, value_hint = ValueHint::Other)]
    pub perfdata: Option<Vec<Glob>>,

    /// Write at most this much, at least 512 bytes [default: 64KiB, the first line 8KiB]
    ///
    /// What is cut is said. JSON and Prometheus text are never cut: half of them would be none.
    #[arg(long, value_name = "BYTES", value_parser = max_output, value_hint = ValueHint::Other)]
    pub max_output: Option<usize>,

    /// Turn a state into another, such as unknown=warning
    #[arg(long, value_name = "STATUS=STATUS", value_hint = ValueHint::Other)]
    pub map: Vec<Mapping>,

    /// Keep the memory between runs here
    ///
    /// Default: $STATE_DIRECTORY, else /var/lib/vitals if it exists, else the folder `vitals` of the user's XDG state.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub state_dir: Option<PathBuf>,

    /// Keep the memory of this use apart from others of the same check
    ///
    /// The environment variable VITALS_STATE_ID sets it too; the option wins. vitals_exporter sets it for each check.
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true, value_hint = ValueHint::Other)]
    pub state_id: String,

    /// Read /proc, /sys and /etc below DIR
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub root: Option<PathBuf>,

    /// Take options from a TOML file; the command line wins
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// The section of --config that is read [default: the plugin's name]
    #[arg(long, value_name = "NAME", requires = "config", value_hint = ValueHint::Other)]
    pub section: Option<String>,
}

impl Common {
    /// Whether each pattern of `--perfdata` fits a metric at all.
    ///
    /// # Errors
    /// The one that does not, with the metrics that there are.
    pub fn chosen(&self, catalogue: &Catalogue) -> Result<(), String> {
        let useless = |glob: &&Glob| !catalogue.metrics.iter().any(|metric| glob.matches(metric.name));
        match self.perfdata.iter().flatten().find(useless) {
            Some(glob) => Err(format!("--perfdata {glob}: no such metric; there are {}", catalogue.names())),
            None => Ok(()),
        }
    }

    /// What the renderers are to know.
    #[must_use]
    pub fn rendering(&self) -> Options {
        let defaults = Options::default();
        Options {
            verbosity: self.verbose,
            perfdata: self.perfdata.clone(),
            first_line: self.max_output.map_or(defaults.first_line, |max| max.min(render::FIRST_LINE)),
            whole: self.max_output.unwrap_or(defaults.whole),
            lifetime: self.lifetime.clone(),
        }
    }
}

/// `SECONDS[:STATE]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timeout {
    /// The whole time.
    pub time: Duration,
    /// The state of whatever was too slow; `None` leaves it to who was.
    pub status: Option<Status>,
}

impl FromStr for Timeout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (seconds, status) = match text.split_once(':') {
            Some((seconds, status)) => (seconds, Some(status.parse()?)),
            None => (text, None),
        };
        let seconds = Unit::Seconds.parse(seconds)?;
        if !(0.1..=86_400.0).contains(&seconds) {
            return Err("a timeout is between 0.1 seconds and a day".to_owned());
        }
        Ok(Self { time: Duration::from_secs_f64(seconds), status })
    }
}

/// `STATUS=STATUS`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mapping {
    /// The state as it was found.
    pub from: Status,
    /// What it becomes.
    pub to: Status,
}

impl FromStr for Mapping {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once('=').ok_or("a mapping is STATUS=STATUS, such as unknown=warning")?;
        Ok(Self { from: from.parse()?, to: to.parse()? })
    }
}

/// The names of the formats, so that shells can complete them.
fn formats() -> impl clap::builder::TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| name.parse::<Format>())
}

#[expect(clippy::unnecessary_wraps, reason = "the form of a value parser")]
fn glob(text: &str) -> Result<Glob, String> {
    Ok(Glob::new(text))
}

fn max_output(text: &str) -> Result<usize, String> {
    let bytes = Unit::Bytes.parse(text)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float saturates")]
    let bytes = bytes as usize;
    if bytes < MIN_OUTPUT { Err(format!("at least {MIN_OUTPUT} bytes are needed")) } else { Ok(bytes) }
}

/// Xymon's own form: a number of minutes, or with one of the letters that its manual gives.
fn lifetime(text: &str) -> Result<String, String> {
    let digits = text.trim_end_matches(['m', 'h', 'd', 'w']);
    let fits = text.len() - digits.len() <= 1 && (1..=6).contains(&digits.len());
    if fits && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("a lifetime is a number of minutes, or a number with m, h, d or w".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_carry_a_state() {
        let parsed = |text: &str| text.parse::<Timeout>();
        assert_eq!(parsed("5"), Ok(Timeout { time: Duration::from_secs(5), status: None }));
        assert_eq!(
            parsed("1.5s:critical"),
            Ok(Timeout { time: Duration::from_millis(1500), status: Some(Status::Critical) })
        );
        for text in ["", "0", "-1", "x", "5:", "5:red", "1e9", "2d"] {
            assert!(parsed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn other_small_grammars() {
        assert_eq!("unknown=1".parse(), Ok(Mapping { from: Status::Unknown, to: Status::Warning }));
        assert!("unknown".parse::<Mapping>().is_err());
        assert_eq!(max_output("4K"), Ok(4096));
        assert!(max_output("511").is_err() && max_output("-5").is_err());
        assert!(lifetime("30").is_ok() && lifetime("2h").is_ok() && lifetime("2hh").is_err() && lifetime("x").is_err());
    }
}
