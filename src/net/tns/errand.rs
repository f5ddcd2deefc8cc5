//! One address and what it is asked, from its name to the last answer: the addresses behind the name, redirections.

use super::descriptor::{Address, Descriptor, Protocol};
use super::dialogue::{Dialogue, Outcome};
use super::fault::Fault;
use super::link::{Link, Tls};
use super::packet::REDIRECTED;
use super::question::{Question, Who};
use crate::net::resolve::Lookup;
use crate::net::tls::Facts;
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often one question may be sent elsewhere.
const MOST_REDIRECTS: usize = 5;
/// The next address of a name is tried when one has not even taken the connection for so long (RFC 8305).
pub(super) const STAGGER: Duration = Duration::from_millis(250);

/// What is to be asked where.
#[derive(Clone, Debug)]
pub struct Errand {
    /// Where.
    pub address: Address,
    /// How the server is known, for an address of TLS.
    pub tls: Option<Arc<Tls>>,
    /// One after the other, each on a connection of its own; the first fault ends it.
    pub questions: Vec<Question>,
    /// Whether each address of the name is asked by itself; else the first that answers stands for all, as for clients.
    pub every_ip: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The place of the errand in the list.
    pub errand: usize,
    /// The address that was asked.
    pub ip: Option<IpAddr>,
    /// In the order of the questions.
    pub answers: Vec<Answer>,
    /// Why there are fewer answers than questions.
    pub fault: Option<Fault>,
    /// Where the last question was sent on to.
    pub via: Vec<Address>,
    /// The certificate, where one was shown.
    pub certificate: Option<Facts>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What was said.
    pub outcome: Outcome,
    /// Until the connection was there, and until the answer.
    pub connected: Duration,
    /// From the beginning of the connection; redirections count.
    pub took: Duration,
}

/// The names that are being resolved.
pub(super) type Names = BTreeMap<String, Lookup>;

/// An errand on its way.
#[derive(Debug)]
pub(super) struct Run<'e> {
    errand: &'e Errand,
    who: &'e Who,
    pub(super) reply: Reply,
    pub(super) done: bool,
    /// Where this question is asked now.
    at: Address,
    text: String,
    flags: u8,
    /// What is still to be tried; `None` while the name is not resolved.
    ips: Option<VecDeque<IpAddr>>,
    pub(super) links: Vec<(IpAddr, Link)>,
    last_begun: Option<Instant>,
    spent: Duration,
    fault: Option<Fault>,
}

impl<'e> Run<'e> {
    pub(super) fn new(errand: &'e Errand, index: usize, ip: Option<IpAddr>, who: &'e Who) -> Self {
        let mut run = Self {
            errand,
            who,
            reply: Reply { errand: index, ip, ..Reply::default() },
            done: false,
            at: errand.address.clone(),
            text: String::new(),
            flags: 0,
            ips: None,
            links: Vec::new(),
            last_begun: None,
            spent: Duration::ZERO,
            fault: None,
        };
        run.begin();
        run
    }

    /// Begins with the next question; without one it is done.
    fn begin(&mut self) {
        let Some(question) = self.errand.questions.get(self.reply.answers.len()) else {
            self.done = true;
            return;
        };
        self.at.clone_from(&self.errand.address);
        (self.text, self.flags, self.spent) = (question.text(self.who), 0, Duration::ZERO);
        self.reply.via.clear();
        self.restart(self.reply.ip.map(|ip| VecDeque::from([ip])));
    }

    fn restart(&mut self, ips: Option<VecDeque<IpAddr>>) {
        self.ips = ips;
        self.links.clear();
        (self.last_begun, self.fault) = (None, None);
    }

    fn fail(&mut self, fault: Fault) {
        (self.reply.fault, self.done) = (Some(fault), true);
        self.links.clear();
    }

    /// Begins what can begin now.
    pub(super) fn advance(&mut self, names: &mut Names) {
        while !self.done {
            if let Protocol::Other(name) = &self.at.protocol {
                let fault = Fault::NotAsked(format!("{name} does not go over the network"));
                return self.fail(fault);
            }
            if self.ips.is_none() {
                match names.entry(self.at.host.clone()).or_insert_with(|| Lookup::begin(&self.at.host)) {
                    Lookup::Pending(_) => return,
                    Lookup::Done(Ok(found)) => self.ips = Some(found.iter().copied().collect()),
                    Lookup::Done(Err(why)) => {
                        let fault = Fault::Unresolved(why.clone());
                        return self.fail(fault);
                    }
                }
            }
            if self.links.iter().any(|(_, link)| link.is_connected()) || self.pause().is_some() {
                return;
            }
            match self.ips.as_mut().and_then(VecDeque::pop_front) {
                Some(ip) => self.open(ip),
                None if self.links.is_empty() => {
                    let fault = self.fault.take().unwrap_or_else(|| Fault::NotAsked("it has no address".to_owned()));
                    return self.fail(fault);
                }
                None => return,
            }
        }
    }

    /// How long the address that is tried still has before the next has its turn; `None` when that is now.
    pub(super) fn pause(&self) -> Option<Duration> {
        let rest = STAGGER.checked_sub(self.last_begun?.elapsed())?;
        (!self.links.is_empty() && !rest.is_zero()).then_some(rest)
    }

    /// Whether another address of the name waits for its turn.
    pub(super) fn has_more(&self) -> bool {
        !self.done
            && self.ips.as_ref().is_some_and(|ips| !ips.is_empty())
            && !self.links.iter().any(|(_, link)| link.is_connected())
    }

    fn open(&mut self, ip: IpAddr) {
        let wants_banner = self.errand.questions.get(self.reply.answers.len()) == Some(&Question::Version);
        let Some(dialogue) = Dialogue::new(&self.text, self.flags, wants_banner) else {
            return self.note(Fault::NotAsked("the question is too long for a packet".to_owned()));
        };
        let tls = match (&self.at.protocol, &self.errand.tls) {
            (Protocol::Tcp, _) => None,
            (_, Some(tls)) => Some(tls.clone()),
            (_, None) => {
                return self.note(Fault::Redirect(format!("{}, although it was asked without TLS", self.at)));
            }
        };
        self.last_begun = Some(Instant::now());
        match Link::open(SocketAddr::new(ip, self.at.port), &self.at.host, tls, dialogue) {
            Ok(link) => self.links.push((ip, link)),
            Err(fault) => self.note(fault),
        }
    }

    /// Keeps the fault that tells most: one that came after a connection rather than before.
    fn note(&mut self, fault: Fault) {
        let tells_more = |old: &Fault| old.is_ours() || (old.is_before_connection() && !fault.is_before_connection());
        if self.fault.as_ref().is_none_or(tells_more) {
            self.fault = Some(fault);
        }
    }

    /// Lets a connection go on.
    pub(super) fn step(&mut self, index: usize) {
        let Some((ip, link)) = self.links.get_mut(index) else { return };
        let Some(result) = link.step() else { return };
        let (ip, (connected, all), certificate) = (*ip, link.times(), link.certificate());
        if self.reply.certificate.is_none() && self.reply.via.is_empty() {
            self.reply.certificate = certificate;
        }
        self.spent += all;
        match result {
            Err(fault) => {
                self.links.remove(index);
                self.note(fault);
            }
            Ok(Outcome::Redirected { address, connect_data }) => {
                self.answered_by(ip);
                self.redirect(&address, connect_data);
            }
            Ok(outcome) => {
                self.answered_by(ip);
                self.reply.answers.push(Answer { outcome, connected, took: self.spent });
                self.begin();
            }
        }
    }

    fn answered_by(&mut self, ip: IpAddr) {
        if self.reply.via.is_empty() {
            self.reply.ip = Some(ip);
        }
    }

    fn redirect(&mut self, address: &str, connect_data: String) {
        if self.reply.via.len() >= MOST_REDIRECTS {
            return self.fail(Fault::RedirectsForEver);
        }
        let read = Descriptor::parse(address).map_err(|error| error.to_string());
        let first = read.and_then(|descriptor| {
            let door = descriptor.lists().find_map(|list| list.doors().first().cloned());
            door.ok_or_else(|| "no ADDRESS in it".to_owned())
        });
        match first {
            Ok(address) => {
                self.reply.via.push(address.clone());
                self.at = address;
                self.flags = REDIRECTED;
                if !connect_data.is_empty() {
                    self.text = connect_data;
                }
                self.restart(None);
            }
            Err(why) => self.fail(Fault::Redirect(why)),
        }
    }

    /// The time is over.
    pub(super) fn late(&mut self) {
        if self.done {
            return;
        }
        let mut late: Option<Fault> = None;
        for (_, link) in &self.links {
            if self.reply.certificate.is_none() {
                self.reply.certificate = link.certificate();
            }
            if late.is_none() || link.is_connected() {
                late = Some(link.late());
            }
        }
        let unresolved =
            || if self.ips.is_none() { Fault::ResolverSilent } else { Fault::NotAsked("no time was left".to_owned()) };
        let fault = late.or_else(|| self.fault.take()).unwrap_or_else(unresolved);
        self.fail(fault);
    }
}
