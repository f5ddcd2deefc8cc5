//! The options, and what the man page says of them.

use super::expectation::Expectation;
use super::pattern::Pattern;
use super::term::{Field, Term};
use crate::model::unit::Unit;
use crate::plugin::Example;

/// Seconds after which a process that uses a whole core is a runaway.
const RUNAWAY: f64 = 600.0;
/// Seconds for which a restart is told: longer than a scheduler's retries, or the retry finds nothing.
const RESTART_WINDOW: f64 = 900.0;

/// check_procs
#[derive(clap::Args, Debug)]
pub struct Procs {
    /// Expect processes: NAME: FIELD=VALUE... METRIC=RANGE...
    ///
    /// FIELD=VALUE selects, with * and ? in VALUE; FIELD~REGEX selects by a regular expression; != and !~ turn them
    /// round. METRIC=RANGE is critical when violated, warn:METRIC=RANGE a warning. A range is a fault on both ends:
    /// count=1:1 is exactly one, count=2:5 two to five. Without a range for count, at least one is expected. Values
    /// with spaces stand in quotes. May be given more than once.
    #[arg(long, value_name = "EXPECTATION")]
    expect: Vec<Expectation>,

    /// Select by name, full or as the kernel shortens it; * and ? as above
    #[arg(short = 'C', long, value_name = "NAME", value_parser = by_command)]
    command: Option<Term>,

    /// Select processes whose command line contains TEXT
    #[arg(short = 'a', long, value_name = "TEXT", value_parser = by_text)]
    argument_array: Option<Term>,

    /// Select processes whose command line fits REGEX
    #[arg(long, value_name = "REGEX", value_parser = by_regex)]
    ereg_argument_array: Option<Term>,

    /// Select by effective user, a name or a number
    #[arg(short = 'u', long, value_name = "USER", value_parser = by_user)]
    user: Option<Term>,

    /// Select by state: any of these letters, such as D or Z
    #[arg(short = 's', long, value_name = "STATES", value_parser = by_state)]
    state: Option<Term>,

    /// Count the kernel's own threads too
    #[arg(long)]
    pub(super) kernel_threads: bool,

    /// Warn of a process that uses a whole core for TIME; 0 for never
    ///
    /// Default: 10min without expectations; with them only when this option is given.
    #[arg(long, value_name = "TIME", value_parser = time)]
    runaway: Option<f64>,

    /// How long a replaced process counts as a restart [default: 15min]
    #[arg(long, value_name = "TIME", value_parser = time)]
    restart_window: Option<f64>,
}

impl Procs {
    /// The expectations of this run: those that were given, that of the short options, or all processes.
    pub(super) fn expectations(&self) -> Vec<Expectation> {
        let mut all = self.expect.clone();
        let short = [&self.command, &self.argument_array, &self.ereg_argument_array, &self.user, &self.state];
        let terms: Vec<Term> = short.into_iter().flatten().cloned().collect();
        if !terms.is_empty() {
            let name = self.command.as_ref().or(self.user.as_ref()).map(|term| term.pattern.text().into_owned());
            let name = name.unwrap_or_else(|| "selected".to_owned());
            all.push(Expectation { name, terms, yields: true, ..Expectation::default() });
        }
        if all.is_empty() {
            all.push(Expectation::machine());
        }
        all
    }

    /// Seconds after which a process is a runaway; `None` where that is not watched.
    pub(super) fn runaway_after(&self, machine: bool) -> Option<f64> {
        self.runaway.or(machine.then_some(RUNAWAY)).filter(|seconds| *seconds > 0.0)
    }

    /// Seconds for which a restart is told.
    pub(super) fn restart_window(&self) -> f64 {
        self.restart_window.unwrap_or(RESTART_WINDOW)
    }

    /// Two findings of one name could not be told apart.
    pub(super) fn refuse_doubles(&self) -> Result<(), String> {
        let mut names: Vec<String> = self.expectations().into_iter().map(|expectation| expectation.name).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| matches!(pair, [a, b] if a == b)).and_then(<[String]>::first) {
            Some(name) => Err(format!("two expectations are called '{name}'")),
            None => Ok(()),
        }
    }
}

fn by_command(text: &str) -> Result<Term, String> {
    Term::new(Field::Name, false, Pattern::glob(text))
}

fn by_text(text: &str) -> Result<Term, String> {
    Term::new(Field::Cmd, false, Pattern::regex(&regex::escape(text))?)
}

fn by_regex(text: &str) -> Result<Term, String> {
    Term::new(Field::Cmd, false, Pattern::regex(text)?)
}

fn by_user(text: &str) -> Result<Term, String> {
    Term::new(Field::User, false, Pattern::glob(text))
}

fn by_state(text: &str) -> Result<Term, String> {
    Term::new(Field::State, false, Pattern::glob(text))
}

fn time(text: &str) -> Result<f64, String> {
    let seconds = Unit::Seconds.parse(text)?;
    if (0.0..=31_536_000.0).contains(&seconds) { Ok(seconds) } else { Err("a time is between 0 and a year".to_owned()) }
}

/// The man page's description.
pub(super) const DESCRIPTION: &str = "TODO";
/// Uses of it.
pub(super) const EXAMPLES: &[Example] = &[];
