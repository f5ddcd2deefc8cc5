//! What answers mean, without a listener.

use super::judge::judge;
use super::sample::{Asked, Door, Sample, Target};
use crate::model::answer::Answer as Said;
use crate::model::report::Report;
use crate::model::status::Status;
use crate::model::thresholds::Thresholds;
use crate::model::timestamp::Timestamp;
use crate::net::tls::Facts;
use crate::net::tns::Fault;
use crate::net::tns::ask::{Answer, Reply};
use crate::net::tns::dialogue::Outcome;
use crate::net::tns::dialogue::Stage;
use crate::net::tns::refusal::Refusal;
use crate::net::tns::version::Version;
use crate::plugin::Check as _;
use std::time::Duration;

const NOW: Timestamp = Timestamp(1_800_000_000.0);

fn refusal(code: u32) -> Outcome {
    Outcome::Refused(Refusal { code: Some(code), version: Version::new(318_767_104), alias: None, reasons: (4, 0) })
}

fn door(item: &str, outcomes: &[Outcome], fault: Option<Fault>) -> Door {
    let answer = |outcome: &Outcome| Answer {
        outcome: outcome.clone(),
        connected: Duration::from_micros(200),
        took: Duration::from_millis(2),
    };
    let reply = Reply { answers: outcomes.iter().map(answer).collect(), fault, ..Reply::default() };
    let asked = vec![Asked::Ping, Asked::Server("service kis".to_owned())];
    // The second question is asked where there is a second answer, or where the first had one.
    let asked =
        asked.into_iter().take(outcomes.len().max(1) + usize::from(!outcomes.is_empty() && reply.fault.is_some()));
    Door { item: item.to_owned(), asked: asked.collect(), reply, hint: None }
}

fn said(dead: Status, late: Option<Status>, failover: bool, doors: Vec<Door>) -> Said {
    let thresholds = Thresholds::new(&super::Listener::METRICS, &[], &[]).expect("defaults");
    let catalogue = super::Listener::METRICS;
    let mut report = Report::new(&catalogue, &thresholds);
    let targets = vec![Target { name: "KIS".to_owned(), failover, doors, trouble: None }];
    judge(dead, &Sample { targets, late, ..Sample::default() }, NOW, &mut report);
    report.finish("listener", "h", "s", NOW, 0.0)
}

fn alone(door: Door) -> (Status, String) {
    let answer = said(Status::Warning, None, true, vec![door]);
    (answer.status, answer.summary)
}

#[test]
fn a_listener_alone() {
    let (status, text) = alone(door("db1:1521", &[refusal(0)], None));
    assert_eq!(status, Status::Ok);
    assert_eq!(text, "KIS db1:1521: listener answers in 2 ms, version 19.0.0.0.0; database not asked");
    let (status, text) = alone(door("db1:1521", &[refusal(0), Outcome::Accepted { version: 312, banner: None }], None));
    assert_eq!(status, Status::Ok);
    assert!(text.ends_with("; service kis is registered and has a handler"), "{text}");
    for (code, words) in
        [(12514, "knows no such service"), (12519, "PROCESSES"), (12526, "restricted"), (4711, "ORA-4711")]
    {
        let (status, text) = alone(door("db1:1521", &[refusal(0), refusal(code)], None));
        assert_eq!(status, Status::Critical);
        assert!(text.contains("; service kis is refused: ") && text.contains(words), "{text}");
    }
    assert_eq!(alone(door("db1:1521", &[refusal(12528)], None)).0, Status::Critical);
    assert_eq!(alone(door("db1:1521", &[refusal(1189)], None)).0, Status::Ok);
}

#[test]
fn what_keeps_us_from_asking_is_unknown() {
    for (fault, status) in [
        (Fault::NoListener, Status::Critical),
        (Fault::Silent(Stage::Asked, 0), Status::Critical),
        (Fault::Unresolved("no such name".into()), Status::Unknown),
        (Fault::NotAsked("no route".into()), Status::Unknown),
    ] {
        assert_eq!(alone(door("db1:1521", &[], Some(fault.clone()))).0, status, "{fault}");
    }
    let mut lost = door("db1:1521", &[refusal(0)], Some(Fault::NoListener));
    lost.reply.via = vec![crate::net::tns::descriptor::Address::tcp("vip", 1522)];
    let (status, text) = alone(lost);
    assert_eq!(status, Status::Critical);
    assert!(
        text.contains("; asked for service kis: it sends its clients to vip:1522, and there: nobody listens"),
        "{text}"
    );
}

#[test]
fn failover_makes_a_dead_address_bearable() {
    let both = || vec![door("a:1521", &[refusal(0)], None), door("b:1521", &[], Some(Fault::NoListener))];
    let answer = said(Status::Warning, None, true, both());
    assert_eq!(answer.status, Status::Warning);
    assert!(answer.summary.contains("; clients get through at a:1521"), "{}", answer.summary);
    assert_eq!(said(Status::Ok, None, true, both()).status, Status::Ok);
    assert_eq!(said(Status::Warning, None, false, both()).status, Status::Critical);
    let dead = || door("b:1521", &[], Some(Fault::NoListener));
    assert_eq!(said(Status::Warning, None, true, vec![dead(), dead()]).status, Status::Critical);
    let fine = vec![door("a:1521", &[refusal(0)], None), door("b:1521", &[refusal(0)], None)];
    assert_eq!(
        said(Status::Warning, None, true, fine).summary,
        "2 listeners answer, slowest b:1521 in 2 ms; database not asked"
    );
}

#[test]
fn the_users_state_for_what_is_late_counts() {
    let late = || vec![door("a:1521", &[], Some(Fault::NoConnection(Duration::from_secs(9))))];
    assert_eq!(said(Status::Warning, None, true, late()).status, Status::Critical);
    assert_eq!(said(Status::Warning, Some(Status::Unknown), true, late()).status, Status::Unknown);
    assert_eq!(
        said(Status::Warning, Some(Status::Unknown), true, vec![door("a:1521", &[], Some(Fault::NoListener))]).status,
        Status::Critical
    );
}

#[test]
fn a_certificate_has_its_days() {
    for (days, status) in
        [(90.0, Status::Ok), (20.0, Status::Warning), (3.0, Status::Critical), (-1.0, Status::Critical)]
    {
        let mut door = door("tcps://a:2484", &[refusal(0)], None);
        door.reply.certificate = Some(Facts { valid: Some((0.0, NOW.0 + days * 86_400.0)), ..Facts::default() });
        assert_eq!(alone(door).0, status, "{days}");
    }
}
