//! Asks many addresses at the same time, in one thread: no answer waits for another.

pub use super::errand::{Answer, Errand, Reply};
use super::errand::{Names, Run};
pub use super::link::Tls;
use super::question::Who;
use crate::net::resolve::Lookup;
use crate::runtime::deadline::Deadline;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};
use std::os::fd::BorrowedFd;

/// Asks all of them, and returns what came of each by the deadline: one reply for each errand, or for each address of
/// its name where that is wanted.
#[must_use]
pub fn all(errands: &[Errand], who: &Who, deadline: &Deadline) -> Vec<Reply> {
    let mut names = Names::new();
    let mut runs: Vec<Run<'_>> = Vec::new();
    // Errands whose names are to be resolved before it is known how many there are.
    let mut folded: Vec<usize> = Vec::new();
    for (index, errand) in errands.iter().enumerate() {
        if errand.every_ip && errand.address.host.parse::<std::net::IpAddr>().is_err() {
            names.entry(errand.address.host.clone()).or_insert_with(|| Lookup::begin(&errand.address.host));
            folded.push(index);
        } else {
            runs.push(Run::new(errand, index, None, who));
        }
    }
    loop {
        folded.retain(|index| !unfold(*index, errands, who, &names, &mut runs));
        runs.iter_mut().for_each(|run| run.advance(&mut names));
        if deadline.is_over() || (folded.is_empty() && runs.iter().all(|run| run.done)) {
            break;
        }
        wait(&mut names, &mut runs, deadline);
    }
    for index in folded {
        runs.extend(errands.get(index).map(|errand| Run::new(errand, index, None, who)));
    }
    runs.iter_mut().for_each(Run::late);
    let mut replies: Vec<Reply> = runs.into_iter().map(|run| run.reply).collect();
    // In the order of the errands, and of the addresses of a name.
    replies.sort_by_key(|reply| (reply.errand, reply.ip));
    replies
}

/// Makes one run for each address of a name; false while it is not resolved.
fn unfold<'e>(index: usize, errands: &'e [Errand], who: &'e Who, names: &Names, runs: &mut Vec<Run<'e>>) -> bool {
    let Some(errand) = errands.get(index) else { return true };
    match names.get(&errand.address.host) {
        Some(Lookup::Done(Ok(found))) => {
            runs.extend(found.iter().map(|ip| Run::new(errand, index, Some(*ip), who)));
            true
        }
        // Its run finds the reason.
        Some(Lookup::Done(Err(_))) | None => {
            runs.push(Run::new(errand, index, None, who));
            true
        }
        Some(Lookup::Pending(_)) => false,
    }
}

/// What has become readable or writable.
enum Ready {
    Name(String),
    Link(usize, usize),
}

/// Waits until something happens, and lets it go on.
fn wait(names: &mut Names, runs: &mut [Run<'_>], deadline: &Deadline) {
    let mut what: Vec<Ready> = Vec::new();
    let mut fds: Vec<PollFd<'_>> = Vec::new();
    for (name, lookup) in names.iter() {
        if let Some(pipe) = lookup.pipe() {
            what.push(Ready::Name(name.clone()));
            fds.push(PollFd::new(pipe, PollFlags::POLLIN));
        }
    }
    for (index, run) in runs.iter().enumerate() {
        for (link_index, (_, link)) in run.links.iter().enumerate() {
            let fd: BorrowedFd<'_> = link.fd();
            what.push(Ready::Link(index, link_index));
            fds.push(PollFd::new(fd, link.events()));
        }
    }
    let pause = runs.iter().filter(|run| run.has_more()).filter_map(Run::pause).min();
    let until = pause.map_or(*deadline, |pause| deadline.at_most(pause));
    match poll(&mut fds, until.poll_timeout()) {
        Ok(_) => {}
        // A signal: its handler ends the process where that is meant.
        Err(Errno::EINTR) => return,
        Err(_) => return std::thread::sleep(until.remaining()),
    }
    let ready: Vec<bool> = fds.iter().map(|fd| fd.any().unwrap_or(true)).collect();
    drop(fds);
    // From the last to the first: a link that ends leaves the list.
    for (what, _) in what.into_iter().zip(ready).rev().filter(|(_, ready)| *ready) {
        match what {
            Ready::Link(run, link) => {
                if let Some(run) = runs.get_mut(run) {
                    run.step(link);
                }
            }
            Ready::Name(name) => {
                if let Some(lookup) = names.remove(&name) {
                    names.insert(name, lookup.finish(deadline));
                }
            }
        }
    }
}
