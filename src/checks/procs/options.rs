//! The options, and what the man page says of them.

use super::expectation::Expectation;
use super::pattern::Pattern;
use super::term::{Field, Term};
use crate::plugin::Example;
use crate::plugin::values::time;

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

    /// Select by name; * and ? stand for any characters
    ///
    /// May be given more than once, also in addition to --config: each name is an expectation of its own, and -a,
    /// --ereg-argument-array, -u and -s narrow all of them. Each of these may be given once, --config included.
    ///
    /// At least one process is expected (count 1:) where -C, -a or --ereg-argument-array name a program and no rule
    /// for count says otherwise. A rule takes the place of that: with -C sshd -w 10 none at all is OK. Say
    /// -w 1:10 then, or -c 1: with it. -u and -s alone expect nothing.
    #[arg(short = 'C', long, value_name = "NAME", value_parser = by_command)]
    command: Vec<Term>,

    /// Select processes whose command line contains TEXT
    #[arg(short = 'a', long, value_name = "TEXT", value_parser = by_text)]
    argument_array: Vec<Term>,

    /// Select processes whose command line fits REGEX
    #[arg(long, value_name = "REGEX", value_parser = by_regex)]
    ereg_argument_array: Vec<Term>,

    /// Select by effective user, a name or a number
    #[arg(short = 'u', long, value_name = "USER", value_parser = by_user)]
    user: Vec<Term>,

    /// Select by state: any of these letters, such as D or Z
    #[arg(short = 's', long, value_name = "STATES", value_parser = by_state)]
    state: Vec<Term>,

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
        let narrowing = [&self.argument_array, &self.ereg_argument_array, &self.user, &self.state];
        let narrowing: Vec<Term> = narrowing.into_iter().flatten().cloned().collect();
        let short = |name: String, terms| Expectation { name, terms, yields: true, ..Expectation::default() };
        for command in &self.command {
            let terms = std::iter::once(command).chain(&narrowing).cloned().collect();
            all.push(short(command.pattern.text().into_owned(), terms));
        }
        if let (true, false) = (self.command.is_empty(), narrowing.is_empty()) {
            all.push(short(self.name_of_selection(), narrowing));
        }
        if all.is_empty() {
            all.push(Expectation::machine());
        }
        all
    }

    /// What the short options select without -C: the first of user, text, and state.
    fn name_of_selection(&self) -> String {
        let named = [&self.user, &self.argument_array, &self.ereg_argument_array].into_iter().flatten().next();
        let state = || self.state.first().map(|term| format!("state {}", term.pattern.text()));
        named.map(|term| term.pattern.text().into_owned()).or_else(state).unwrap_or_default()
    }

    /// Seconds after which a process is a runaway; `None` where that is not watched.
    pub(super) fn runaway_after(&self, machine: bool) -> Option<f64> {
        self.runaway.or(machine.then_some(RUNAWAY)).filter(|seconds| *seconds > 0.0)
    }

    /// Seconds for which a restart is told.
    pub(super) fn restart_window(&self) -> f64 {
        self.restart_window.unwrap_or(RESTART_WINDOW)
    }

    /// Two findings of one name could not be told apart; and one of two selections must not be lost silently.
    pub(super) fn refuse_doubles(&self) -> Result<(), String> {
        let once = [
            ("argument-array", &self.argument_array),
            ("ereg-argument-array", &self.ereg_argument_array),
            ("user", &self.user),
            ("state", &self.state),
        ];
        if let Some((name, _)) = once.iter().find(|(_, terms)| terms.len() > 1) {
            return Err(format!(
                "--{name} is given more than once, here or in --config: use --expect for several selections"
            ));
        }
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
    Term::new(Field::Cmd, false, Pattern::Part(text.to_owned()))
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

/// The man page's description.
pub(super) const DESCRIPTION: &str = "\
Counts and measures processes. Without options it counts all processes of the machine, warns of zombies and of \
runaways (one process that has used a whole core for ten minutes), and counts those in uninterruptible sleep. With \
--expect it judges any number of named expectations in one pass over /proc, one finding each; they may stand in a \
--config file, as the list `expect`.

An expectation is NAME: TERM TERM... Terms of fields select; a process must fit all of them. Terms of metrics are \
limits: METRIC=RANGE is critical, warn:METRIC=RANGE a warning, and where no limit is given for count, at least one \
process is expected. A range is a fault on both ends. Rules of --warning and --critical with @NAME go before the \
limits of the expectation.

The fields: name (the full name, also beyond the 15 characters that the kernel keeps; a name of just 15 fits what the \
kernel has shortened to it, too), exe (path of the executable), \
cmd (the command line with spaces between the arguments), arg (one argument), user (effective user, name or number), \
pid, ppid, parent (its name), session, tty (such as pts/0, or none), state (any of some letters: R running, S asleep, \
D uninterruptible, Z zombie, T stopped, I idle), cgroup (path), unit (systemd unit, such as ssh.service or \
system.slice), container (ID or name, or none). = compares the whole value, * and ? stand for any characters; ~ finds \
a regular expression; != and !~ are their opposites. A value with spaces stands in '...' or \"...\".

The name of an expectation may hold anything but = ~ @ * ? : quotes and the pipe sign. The short options stand for such \
expectations: each -C for one of its name, else -u, -a, --ereg-argument-array or -s for one that is called by the \
first of these (state Z for -s Z). Where they name a program (-C, -a, --ereg-argument-array) and no rule is given for \
count, at least one process is expected. Unlike in --expect, any rule for count takes the place of that, as in \
monitoring-plugins: -C sshd -w 10 is OK with no process at all; -C sshd -w 1:10 is not.

Threads of the kernel do not count (--kernel-threads), nor does the check itself: this process, its helpers, and the \
ancestors in its own process group, such as the shell of sh -c 'check_procs -a TEXT', whose command line has the TEXT \
too. Anything else in that group counts, such as what a script has started in the background. A zombie does not \
count as running, unless state is asked for. Where only the number of processes is asked for, the first 64 of an \
expectation are looked at for zombies, age and restarts; of the rest the number is taken.

Of the metrics only what was measured is performance data: count always; zombies, blocked and runaways without \
expectations; runaways with --runaway; all others where a limit, a rule or --perfdata asks for them. cpu is taken \
since the last run; on the first, over 200 ms. restarts are processes that were replaced by others, told for \
--restart-window, so that a scheduler's retry still sees them; for more than 256 processes they are not told. growth \
is the slope of rss over at least a day, eta the time until rss is at its limit or the memory of the machine is used \
up. pss, fds and fd_ratio of other users' processes need CAP_SYS_PTRACE.

What is not known is said. Where processes are hidden (hidepid) or cannot be examined, and these could decide, the \
state is UNKNOWN: where more processes than were seen would give another state, and with hidepid also where anything \
but their number is judged. A process whose memory is locked can hold up everyone who reads its command line: such a \
read is made apart, given up in time, and the process is named.";

/// Uses of it.
pub(super) const EXAMPLES: &[Example] = &[
    Example { purpose: "All processes, zombies and runaways", command: "check_procs -w 800 -c 1500" },
    Example {
        purpose: "Exactly one Oracle process monitor, and two to five workers below 2 GiB in all",
        command: "check_procs --expect 'pmon: name=ora_pmon_KIS count=1:1' \
                  --expect 'workers: cmd~\"java .*Worker\" count=2:5 rss=2GiB'",
    },
    Example {
        purpose: "A systemd service with its CPU time, and a warning when it was restarted",
        command: "check_procs --expect 'ssh: unit=ssh.service cpu=80% warn:restarts=0'",
    },
    Example { purpose: "A process by its name, as in monitoring-plugins", command: "check_procs -c 1: -C sshd" },
];
