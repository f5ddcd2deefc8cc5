//! The file as it is written: what TOML and its types can hold it to. What the values mean is told elsewhere.

use crate::model::unit::Unit;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use toml::Spanned;

/// A text and where it stands.
pub(super) type Text = Spanned<String>;
/// Texts by name.
pub(super) type Texts = BTreeMap<Text, Text>;

/// A file. `include`, `check` and `template` may stand in every one, the rest in the first.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) listen: Option<Text>,
    pub(super) concurrency: Option<Spanned<i64>>,
    pub(super) plugin_path: Option<Spanned<Vec<Text>>>,
    pub(super) defaults: Option<Spanned<Entry>>,
    #[serde(default)]
    pub(super) include: Vec<Text>,
    #[serde(default)]
    pub(super) check: Vec<Spanned<Entry>>,
    #[serde(default)]
    pub(super) template: Vec<Spanned<Template>>,
}

/// `[[check]]`, `[[template.check]]`; without the three first keys also `[defaults]`.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: Option<Text>,
    pub(super) command: Option<Spanned<Words>>,
    pub(super) shell: Option<Spanned<bool>>,
    pub(super) host: Option<Text>,
    pub(super) groups: Option<Spanned<Vec<Text>>>,
    pub(super) interval: Option<Spanned<Time>>,
    pub(super) retry_interval: Option<Spanned<Time>>,
    pub(super) retries: Option<Spanned<i64>>,
    pub(super) timeout: Option<Spanned<Time>>,
    #[serde(default)]
    pub(super) labels: Texts,
    #[serde(default)]
    pub(super) env: Texts,
    pub(super) max_series: Option<Spanned<i64>>,
}

impl Entry {
    /// The same with other texts where placeholders may stand.
    pub(super) fn map_texts(&self, mut change: impl FnMut(&Text) -> String) -> Self {
        let mut text = |old: &Text| Spanned::new(old.span(), change(old));
        let name = self.name.as_ref().map(&mut text);
        let host = self.host.as_ref().map(&mut text);
        let groups =
            self.groups.as_ref().map(|old| Spanned::new(old.span(), old.get_ref().iter().map(&mut text).collect()));
        let command = self.command.as_ref().map(|old| {
            let words = match old.get_ref() {
                Words::One(one) => Words::One(text(one)),
                Words::List(list) => Words::List(list.iter().map(&mut text).collect()),
            };
            Spanned::new(old.span(), words)
        });
        let mut values = |old: &Texts| old.iter().map(|(key, value)| (key.clone(), text(value))).collect();
        let (labels, env) = (values(&self.labels), values(&self.env));
        Self { name, host, groups, command, labels, env, ..self.clone() }
    }
}

/// `[[template]]`: its checks once for every row.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    pub(super) for_each: Option<Spanned<ForEach>>,
    #[serde(default)]
    pub(super) check: Vec<Spanned<Entry>>,
}

/// The rows of a template.
pub(super) enum ForEach {
    /// Every combination of these.
    Lists(BTreeMap<Text, Spanned<Vec<Value>>>),
    /// These.
    Rows(Vec<Spanned<BTreeMap<Text, Value>>>),
}

/// What a placeholder stands for.
#[derive(Clone)]
pub(super) struct Value(pub(super) String);

/// A command.
#[derive(Clone)]
pub(super) enum Words {
    /// A text for a shell.
    One(Text),
    /// The program and its arguments.
    List(Vec<Text>),
}

/// Seconds, or why the text is no time.
#[derive(Clone)]
pub(super) struct Time(pub(super) Result<f64, String>);

struct TimeVisitor;

impl Visitor<'_> for TimeVisitor {
    type Value = Time;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time such as \"60s\" or \"5m\", or a number of seconds")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Time, E> {
        Ok(Time(Unit::Seconds.parse(text)))
    }

    #[expect(clippy::cast_precision_loss, reason = "no time of this length is allowed")]
    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Time, E> {
        Ok(Time(Ok(seconds as f64)))
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Time, E> {
        Ok(Time(Ok(seconds)))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimeVisitor)
    }
}

struct ValueVisitor;

impl Visitor<'_> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a whole number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value(number.to_string()))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct WordsVisitor;

impl<'de> Visitor<'de> for WordsVisitor {
    type Value = Words;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of strings such as [\"check_fs\", \"-w\", \"90%\"]")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Words, E> {
        Ok(Words::One(Spanned::new(0..0, text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut words: A) -> Result<Words, A::Error> {
        let mut list = Vec::new();
        while let Some(word) = words.next_element()? {
            list.push(word);
        }
        Ok(Words::List(list))
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordsVisitor)
    }
}

struct ForEachVisitor;

impl<'de> Visitor<'de> for ForEachVisitor {
    type Value = ForEach;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of lists, or a list of tables")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ForEach, A::Error> {
        let mut lists = BTreeMap::new();
        while let Some((key, values)) = map.next_entry()? {
            lists.insert(key, values);
        }
        Ok(ForEach::Lists(lists))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ForEach, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = seq.next_element()? {
            rows.push(row);
        }
        Ok(ForEach::Rows(rows))
    }
}

impl<'de> Deserialize<'de> for ForEach {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ForEachVisitor)
    }
}
