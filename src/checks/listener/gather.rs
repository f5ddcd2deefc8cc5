//! Asks the listeners: all I/O is here.

use super::options::Listener;
use super::sample::{Asked, Door, Sample, Target};
use super::target::{self, Aliases, Found};
use crate::model::text;
use crate::net::tls::{Naming, Trust};
use crate::net::tns::ask::{self, Errand, Tls};
use crate::net::tns::descriptor::{Address, Description, Protocol, Security};
use crate::net::tns::question::{Question, Who};
use crate::plugin::Context;
use crate::runtime::failure::Failure;
use anyhow::anyhow;
use std::collections::HashMap;
use std::sync::Arc;

/// Addresses in all: each takes a connection at the same time.
const MOST: usize = 256;
/// Problems of tnsnames.ora that are shown.
const MOST_PROBLEMS: usize = 5;

/// What is to be asked for one target.
struct Plan {
    name: String,
    failover: bool,
    hint: Option<String>,
    errands: Vec<Errand>,
    /// Addresses that do not go over the network.
    passed_over: Vec<String>,
    trouble: Option<String>,
}

pub(super) fn gather(options: &Listener, cx: &Context<'_>) -> Result<Sample, Failure> {
    let mut aliases = Aliases::new(options);
    let mut trust = None;
    let mut plans = Vec::new();
    for text in &options.target {
        plans.push(match aliases.find(text, cx) {
            Ok(found) => plan(options, cx, found, &mut trust),
            Err(why) => trouble(target::name(text), why),
        });
    }
    let errands: Vec<Errand> = plans.iter().flat_map(|plan| plan.errands.iter().cloned()).collect();
    if errands.len() > MOST {
        return Err(Failure::unknown(anyhow!(
            "{} addresses: more than {MOST} are not asked in one run",
            errands.len()
        )));
    }
    cx.awaiting(&match &errands[..] {
        [one] => format!("the listener {}", one.address),
        all => text::count(all.len(), "listener", "listeners"),
    });
    let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
    let replies = ask::all(&errands, &Who::new("check_listener", &host, "vitals"), &cx.deadline);
    let mut sample = Sample { late: cx.on_timeout(), ..Sample::default() };
    for problem in aliases.problems().iter().take(MOST_PROBLEMS) {
        sample.details.push(problem.clone());
    }
    let mut replies = replies.into_iter().peekable();
    let mut index = 0;
    for plan in plans {
        for protocol in &plan.passed_over {
            let name = if plan.name.is_empty() { "the descriptor" } else { &plan.name };
            sample
                .notes
                .push(format!("{name}: its address of {protocol} is not asked: that does not go over the network"));
        }
        let mut target =
            Target { name: plan.name, failover: plan.failover, trouble: plan.trouble, ..Target::default() };
        for errand in &plan.errands {
            while let Some(reply) = replies.next_if(|reply| reply.errand == index) {
                let asked = errand.questions.iter().map(Asked::of).collect();
                let address = errand.address.to_string();
                let ip = reply.ip.filter(|ip| errand.every_ip && ip.to_string() != errand.address.host);
                let item = ip.map_or_else(|| address.clone(), |ip| format!("{address} {ip}"));
                target.doors.push(Door { item, asked, reply, hint: plan.hint.clone() });
            }
            index += 1;
        }
        sample.targets.push(target);
    }
    distinguish(&mut sample.targets);
    Ok(sample)
}

fn trouble(name: String, why: String) -> Plan {
    Plan { name, failover: false, hint: None, errands: Vec::new(), passed_over: Vec::new(), trouble: Some(why) }
}

fn plan(options: &Listener, cx: &Context<'_>, found: Found, trust: &mut Option<Trust>) -> Plan {
    let mut plan = Plan { failover: true, hint: found.hint, trouble: None, ..trouble(found.name, String::new()) };
    for description in &found.descriptor.descriptions {
        let Some(questions) = questions(options, description) else {
            return trouble(plan.name, "names neither service nor SID to ask for (--ask-service)".to_owned());
        };
        for list in &description.lists {
            plan.failover &= list.failover;
            for address in list.doors() {
                if let Protocol::Other(protocol) = &address.protocol {
                    plan.passed_over.push(protocol.clone());
                    continue;
                }
                let tls = match tls(options, cx, address, &description.security, trust) {
                    Ok(tls) => tls,
                    Err(why) => return trouble(plan.name, format!("{why:#}")),
                };
                let questions = questions.clone();
                let errand = Errand { address: address.clone(), tls, questions, every_ip: options.every_ip };
                // An address may be in several lists, with the same service.
                let same = |old: &Errand| old.address == errand.address && old.questions == errand.questions;
                if !plan.errands.iter().any(same) {
                    plan.errands.push(errand);
                }
            }
        }
    }
    if plan.errands.is_empty() {
        let protocols = plan.passed_over.join(", ");
        return trouble(plan.name, format!("not asked: it has no address of TCP or TCPS, only of {protocols}"));
    }
    plan
}

/// What is asked: the ping, the services, and last the version, whose want is no fault.
fn questions(options: &Listener, description: &Description) -> Option<Vec<Question>> {
    let mut questions = vec![Question::Ping];
    questions.extend(options.service.iter().filter_map(|name| Question::service(name)));
    questions.extend(options.sid.iter().filter_map(|name| Question::sid(name)));
    if options.ask_service {
        questions.push(Question::of(&description.connect_data)?);
    }
    if options.ask_version {
        questions.push(Question::Version);
    }
    Some(questions)
}

/// How the server is known, for an address of TLS.
fn tls(
    options: &Listener,
    cx: &Context<'_>,
    address: &Address,
    security: &Security,
    trust: &mut Option<Trust>,
) -> anyhow::Result<Option<Arc<Tls>>> {
    if address.protocol != Protocol::Tcps {
        return Ok(None);
    }
    let trust = match trust {
        Some(trust) => trust.clone(),
        None => {
            let made = if options.tls_no_verify {
                Trust::anybody()
            } else if options.ca_file.is_empty() {
                Trust::system(cx.root)?
            } else {
                Trust::files(&options.ca_file)?
            };
            trust.insert(made).clone()
        }
    };
    let naming = match security {
        Security { dn_match: Some(false), .. } => Naming::Any,
        Security { cert_dn: Some(name), .. } => Naming::Dn(name.clone()),
        _ => Naming::Host,
    };
    Ok(Some(Arc::new(Tls { trust, naming })))
}

/// Puts the target in front of items that would else have the same name, and a number where even that is not enough.
fn distinguish(targets: &mut [Target]) {
    let mut times: HashMap<String, usize> = HashMap::new();
    for door in targets.iter().flat_map(|target| &target.doors) {
        *times.entry(door.item.clone()).or_default() += 1;
    }
    let mut given: HashMap<String, usize> = HashMap::new();
    for target in targets {
        for door in &mut target.doors {
            if times.get(&door.item).is_some_and(|times| *times > 1) {
                let named = if target.name.contains(&door.item) { String::new() } else { format!(" {}", door.item) };
                door.item = format!("{}{named}", target.name).trim_start().to_owned();
            }
            let number = given.entry(door.item.clone()).or_default();
            *number += 1;
            if *number > 1 {
                door.item = format!("{} #{number}", door.item);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::tns::ask::Reply;

    #[test]
    fn items_have_names_of_their_own() {
        let door = |item: &str| Door { item: item.into(), asked: vec![], reply: Reply::default(), hint: None };
        let target = |name: &str, doors: &[&str]| Target {
            name: name.into(),
            doors: doors.iter().map(|item| door(item)).collect(),
            ..Target::default()
        };
        let mut targets =
            [target("A", &["x:1", "y:1"]), target("B", &["x:1"]), target("A", &["x:1"]), target("x:1/kis", &["x:1"])];
        distinguish(&mut targets);
        let items: Vec<&str> = targets.iter().flat_map(|target| &target.doors).map(|door| &*door.item).collect();
        assert_eq!(items, ["A x:1", "y:1", "B x:1", "A x:1 #2", "x:1/kis"]);
    }
}
