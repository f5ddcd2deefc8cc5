//! A driver on a thread of its own.
//!
//! Drivers block where they should not, and panic on what they did not expect. Whoever asks waits for the thread's answer
//! until the deadline and no longer; a thread that never answers ends with the process. Nothing may fork any more once
//! there is one (`runtime::apart`); starting programs is no problem.

use super::fault::{Fault, Kind, Stage};
use super::query::Query;
use super::rows::Rows;
use crate::runtime::deadline::Deadline;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// How long a log-off may take: a round trip on any network that is well. It is a courtesy, and the answer is known.
const FAREWELL: Duration = Duration::from_millis(100);

/// What a driver makes of a log-in. It lives and dies on its thread.
pub(super) trait Connection {
    /// Asks a few things, one after the other: of each the rows, or what went wrong with it.
    fn ask(&mut self, queries: &[Query], deadline: &Deadline) -> Vec<Result<Rows, Fault>>;

    /// Logs off.
    fn close(self: Box<Self>) {}
}

/// Logs in, on the thread.
pub(super) type Connect = Box<dyn FnOnce(&Deadline) -> Result<Box<dyn Connection>, Fault> + Send>;

type Answers = Vec<Result<Rows, Fault>>;

enum Said {
    Connected(Result<(), Fault>),
    Answers(Answers),
    Gone,
}

/// The side of whoever asks.
#[derive(Debug)]
pub(super) struct Worker {
    /// `None` once it has been given up.
    calls: Option<Sender<(Vec<Query>, Deadline)>>,
    said: Receiver<Said>,
}

impl Worker {
    /// Starts the thread and waits for the log-in.
    pub(super) fn start(connect: Connect, deadline: &Deadline) -> Result<Self, Fault> {
        let (calls, to_do) = channel();
        let (out, said) = channel();
        let deadline = *deadline;
        let work = move || serve(connect, &deadline, &to_do, &out);
        let started = thread::Builder::new().name("oracle".to_owned()).spawn(work);
        started.map_err(|error| Fault::new(Kind::Usage, &format!("cannot start a thread: {error}")))?;
        let worker = Self { calls: Some(calls), said };
        match worker.wait(&deadline, Stage::Connect)? {
            Said::Connected(outcome) => outcome.map(|()| worker),
            Said::Answers(_) | Said::Gone => Err(Fault::new(Kind::Protocol, "the driver's thread has ended")),
        }
    }

    /// Asks; as many answers as there are queries.
    pub(super) fn ask(&mut self, queries: &[Query], deadline: &Deadline) -> Answers {
        let all = |fault: &Fault| vec![Err(fault.clone()); queries.len()];
        let Some(calls) = &self.calls else {
            return all(&Fault::new(Kind::Late(Stage::Query), "the session was given up"));
        };
        let fault = match calls.send((queries.to_vec(), *deadline)).map(|()| self.wait(deadline, Stage::Query)) {
            Ok(Ok(Said::Answers(answers))) => return answers,
            Ok(Err(fault)) => fault,
            Ok(Ok(_)) | Err(_) => Fault::new(Kind::Lost, "the driver's thread has ended"),
        };
        // An answer that comes after all would be taken for that of the next question.
        self.calls = None;
        all(&fault)
    }

    /// Lets it log off; waits for that a moment, and never for one that has been given up.
    pub(super) fn close(mut self, deadline: &Deadline) {
        if self.calls.take().is_some() {
            let _ = self.said.recv_timeout(FAREWELL.min(deadline.remaining()));
        }
    }

    fn wait(&self, deadline: &Deadline, stage: Stage) -> Result<Said, Fault> {
        self.said.recv_timeout(deadline.remaining()).map_err(|error| match error {
            RecvTimeoutError::Timeout => Fault::new(Kind::Late(stage), ""),
            RecvTimeoutError::Disconnected => Fault::new(Kind::Protocol, "the driver's thread has ended"),
        })
    }
}

/// The life of the thread.
fn serve(connect: Connect, deadline: &Deadline, to_do: &Receiver<(Vec<Query>, Deadline)>, out: &Sender<Said>) {
    let connected = caught(Stage::Connect, || connect(deadline)).and_then(|connected| connected);
    let mut connection = match connected {
        Ok(connection) => connection,
        Err(fault) => {
            let _ = out.send(Said::Connected(Err(fault)));
            return;
        }
    };
    if out.send(Said::Connected(Ok(()))).is_err() {
        return;
    }
    while let Ok((queries, deadline)) = to_do.recv() {
        let answers = caught(Stage::Query, || connection.ask(&queries, &deadline));
        let broken = answers.is_err();
        let answers = answers.unwrap_or_else(|fault| vec![Err(fault); queries.len()]);
        if out.send(Said::Answers(answers)).is_err() {
            return;
        }
        if broken {
            // Nobody knows what state it is in: not even its log-off is tried.
            std::mem::forget(connection);
            return;
        }
    }
    let _ = caught(Stage::Query, || connection.close());
    let _ = out.send(Said::Gone);
}

/// Runs a piece of a driver. A panic of it is a fault in plain words.
fn caught<T>(stage: Stage, work: impl FnOnce() -> T) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panicked(stage, &*panic))
}

/// The panics of the driver thin that are known: it has no code for a server that wants native encryption (`todo!`), and
/// misses the parts of a 12c verifier in an 11g one (`Option::unwrap`).
fn panicked(stage: Stage, panic: &(dyn Any + Send)) -> Fault {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given");
    let kind = match stage {
        Stage::Connect if text.contains("not yet implemented") => Kind::Encryption,
        Stage::Connect if text.contains("Option::unwrap()` on a `None`") => Kind::OldVerifier,
        _ => Kind::Protocol,
    };
    let said = if kind == Kind::Protocol { format!("an error inside the driver: {text}") } else { String::new() };
    Fault::new(kind, &said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::value::Value;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// A driver that misbehaves as it is told: `hang`, `panic`, or answers with the statement.
    struct Fake {
        log_off: &'static str,
        logged_off: Arc<AtomicBool>,
    }

    fn misbehave(how: &str) {
        match how {
            "hang" => loop {
                thread::park();
            },
            "panic" => panic!("index out of bounds"),
            "todo" => panic!("not yet implemented"),
            "unwrap" => panic!("called `Option::unwrap()` on a `None` value"),
            _ => {}
        }
    }

    impl Connection for Fake {
        fn ask(&mut self, queries: &[Query], _: &Deadline) -> Answers {
            let one = |query: &Query| {
                misbehave(&query.sql);
                let mut rows = Rows::new(vec!["SQL".to_owned()]);
                rows.push(vec![Value::text(query.sql.clone())]);
                Ok(rows)
            };
            queries.iter().map(one).collect()
        }

        fn close(self: Box<Self>) {
            misbehave(self.log_off);
            self.logged_off.store(true, Ordering::SeqCst);
        }
    }

    fn start(log_in: &'static str, log_off: &'static str, millis: u64) -> (Result<Worker, Fault>, Arc<AtomicBool>) {
        let logged_off = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&logged_off);
        let connect: Connect = Box::new(move |_| {
            misbehave(log_in);
            Ok(Box::new(Fake { log_off, logged_off }))
        });
        (Worker::start(connect, &Deadline::after(Duration::from_millis(millis))), seen)
    }

    fn soon() -> Deadline {
        Deadline::after(Duration::from_millis(50))
    }

    fn later() -> Deadline {
        Deadline::after(Duration::from_secs(60))
    }

    #[test]
    fn questions_are_answered_one_after_the_other_and_it_logs_off() {
        let (worker, logged_off) = start("", "", 60_000);
        let mut worker = worker.expect("connected");
        for sql in ["a", "b"] {
            let answers = worker.ask(&[Query::new(sql), Query::new("c")], &later());
            let first = answers[0].as_ref().expect("rows").iter().next().expect("a row").text("SQL").map(str::to_owned);
            assert_eq!((first.as_deref(), answers.len()), (Some(sql), 2));
        }
        let calls = worker.calls.take();
        drop(calls);
        assert!(matches!(worker.wait(&later(), Stage::Query), Ok(Said::Gone)));
        assert!(logged_off.load(Ordering::SeqCst));
    }

    #[test]
    fn what_never_returns_keeps_nobody() {
        let (worker, _) = start("hang", "", 50);
        assert_eq!(worker.map_err(|fault| fault.kind()).err(), Some(Kind::Late(Stage::Connect)));
        let (worker, logged_off) = start("", "", 60_000);
        let mut worker = worker.expect("connected");
        let kinds = |answers: Answers| answers.into_iter().map(|a| a.err().map(|f| f.kind())).collect::<Vec<_>>();
        assert_eq!(kinds(worker.ask(&[Query::new("hang")], &soon())), [Some(Kind::Late(Stage::Query))]);
        // The next question is not even put.
        let two = [Query::new("a"), Query::new("b")];
        assert_eq!(kinds(worker.ask(&two, &later())), [Some(Kind::Late(Stage::Query)); 2]);
        worker.close(&later());
        assert!(!logged_off.load(Ordering::SeqCst));
    }

    #[test]
    fn a_log_off_that_never_returns_or_panics_keeps_nobody() {
        for how in ["hang", "panic"] {
            let (worker, _) = start("", how, 60_000);
            let began = std::time::Instant::now();
            worker.expect("connected").close(&later());
            // Far from the deadline: it is the farewell's limit that was kept.
            assert!(began.elapsed() < Duration::from_secs(30));
        }
    }

    #[test]
    fn a_panic_is_a_fault_in_plain_words() {
        for (how, kind) in [("todo", Kind::Encryption), ("unwrap", Kind::OldVerifier), ("panic", Kind::Protocol)] {
            let (worker, _) = start(how, "", 60_000);
            assert_eq!(worker.map_err(|fault| fault.kind()).err(), Some(kind), "{how}");
        }
        let (worker, _) = start("", "", 60_000);
        let mut worker = worker.expect("connected");
        let said = worker.ask(&[Query::new("panic")], &later()).remove(0).expect_err("a fault").to_string();
        assert_eq!(
            said,
            "the driver cannot go on: try another --driver (an error inside the driver: index out of bounds)"
        );
        assert!(worker.ask(&[Query::new("a")], &later()).remove(0).is_err(), "it is not used again");
    }
}
