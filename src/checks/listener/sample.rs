//! What was found out, before it is judged.

use crate::model::status::Status;
use crate::net::tns::ask::Reply;
use crate::net::tns::question::Question;

/// Everything that was asked.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    pub(super) targets: Vec<Target>,
    /// The state that `--timeout` wants for what did not answer.
    pub(super) late: Option<Status>,
    /// What was not asked and is no fault.
    pub(super) notes: Vec<String>,
    pub(super) details: Vec<String>,
}

/// One TARGET.
#[derive(Clone, Debug, Default)]
pub(super) struct Target {
    /// As it is called in an answer.
    pub(super) name: String,
    /// Whether clients try the next address where one fails.
    pub(super) failover: bool,
    pub(super) doors: Vec<Door>,
    /// Why it could not be asked at all.
    pub(super) trouble: Option<String>,
}

/// One address of a target.
#[derive(Clone, Debug)]
pub(super) struct Door {
    /// The name of the item.
    pub(super) item: String,
    /// What was asked, the ping first.
    pub(super) asked: Vec<Asked>,
    pub(super) reply: Reply,
    /// What else may have been meant by the target's name.
    pub(super) hint: Option<String>,
}

/// A question with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Ping,
    Version,
    /// `service kis`, `SID KIS`.
    Server(String),
}

impl Asked {
    /// The words of a question.
    pub(super) fn of(question: &Question) -> Self {
        let Question::Connect(pairs) = question else {
            return if *question == Question::Version { Self::Version } else { Self::Ping };
        };
        let named = |name: &str, word: &str| {
            let text = pairs.iter().find(|pair| pair.is(name))?.as_text()?;
            Some(format!("{word} {text}"))
        };
        let main = named("SERVICE_NAME", "service").or_else(|| named("SID", "SID"));
        let words: Vec<String> = main.into_iter().chain(named("INSTANCE_NAME", "instance")).collect();
        Self::Server(words.join(", "))
    }
}
