//! `--try`: reads the logs as they are, for the trial of the rules.

use super::options::Logscan;
use super::trial::Trial;
use crate::host::logs::{self, Block, Marks, Wishes};
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use anyhow::anyhow;
use std::io::{self, IsTerminal as _};
use std::ops::ControlFlow;

/// Shows which rule takes which line of the logs as they are.
pub(super) fn attempt(
    options: &Logscan,
    root: &Root,
    deadline: &Deadline,
    out: &mut dyn FnMut(&str) -> ControlFlow<()>,
) -> Result<(), Failure> {
    let rules = options.rules().map_err(|why| anyhow!(why))?;
    let coloured = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut trial = Trial::new(rules, options.wishes(None).longest_line, coloured).map_err(|why| anyhow!(why))?;
    let wishes = Wishes { whole: true, ..options.wishes(None) };
    let (mut wrong, mut heard) = (None, true);
    for source in options.sources() {
        let mut sink = |block: &Block<'_>| {
            let flow = trial.block(block, &mut *out);
            let flow = flow.unwrap_or_else(|why| {
                wrong = Some(why);
                ControlFlow::Break(())
            });
            heard = flow.is_continue();
            flow
        };
        let read = logs::read(source, &Marks::default(), &wishes, root, deadline, &mut sink)?;
        for problem in read.problems {
            let _ = out(&problem.failure.to_string());
        }
        if let Some(why) = wrong {
            return Err(anyhow!(why).into());
        }
        if !heard {
            return Ok(());
        }
    }
    if trial.end(out).map_err(|why| anyhow!(why))?.is_break() {
        return Ok(());
    }
    let counts = trial.counts();
    let _ = out("").is_continue() && counts.iter().all(|line| out(line).is_continue());
    if deadline.is_over() {
        return Err(anyhow!("the time was over before all was read: give it more with --timeout").into());
    }
    Ok(())
}
