//! What the checks measured, as text that is kept until the next run.

use super::CACHED;
use crate::exporter::config::Check;
use crate::exporter::outcome::{Outcome, Readings};
use crate::exporter::run::kind;
use crate::exporter::standing::Standing;
use crate::model::families::{Families, Labels};
use crate::model::metric::Kind;
use crate::model::parse::Perfdatum;
use prometheus::TextEncoder;
use prometheus::proto::{MetricFamily, MetricType};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The values of all checks, in the order of the last snapshot.
#[derive(Default)]
pub(super) struct Values {
    known: Vec<Known>,
    /// Names and heads of families, which many checks share.
    shared: BTreeSet<Arc<str>>,
}

/// The values of one check.
struct Known {
    check: Arc<Check>,
    outcome: Option<Arc<Outcome>>,
    /// The labels of all its series, as they stand between braces.
    labels: String,
    families: Vec<Family>,
    /// Values that had no place.
    lost: usize,
}

/// The series of one family that a check has.
struct Family {
    name: Arc<str>,
    kind: MetricType,
    /// Its lines HELP and TYPE.
    head: Arc<str>,
    text: String,
    series: usize,
}

impl Values {
    /// Makes text of what is new since the last scrape.
    ///
    /// # Errors
    /// When the encoder refuses a family.
    pub(super) fn update(&mut self, standings: &[Standing]) -> prometheus::Result<()> {
        // Both are in the order of identities.
        let mut before = std::mem::take(&mut self.known).into_iter().peekable();
        for standing in standings {
            while before.next_if(|known| known.check.id < standing.check.id).is_some() {}
            let known = match before.next_if(|known| known.check.id == standing.check.id) {
                Some(known) if known.is_of(standing) => known,
                _ => self.read(standing)?,
            };
            self.known.push(known);
        }
        self.shared.retain(|text| Arc::strong_count(text) > 1);
        Ok(())
    }

    /// The labels of each check.
    pub(super) fn labels(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|known| &*known.labels)
    }

    /// Writes all series, and says how many of each check had no place: those of a second type for one family too.
    pub(super) fn write(&self, out: &mut String) -> Vec<usize> {
        let mut families: BTreeMap<&str, (&Family, Vec<&str>)> = BTreeMap::new();
        let mut lost = Vec::with_capacity(self.known.len());
        for known in &self.known {
            let mut without = known.lost;
            for family in &known.families {
                match families.entry(&family.name) {
                    Entry::Vacant(place) => drop(place.insert((family, vec![&family.text]))),
                    Entry::Occupied(mut place) if place.get().0.kind == family.kind => {
                        place.get_mut().1.push(&family.text);
                    }
                    Entry::Occupied(_) => without += family.series,
                }
            }
            lost.push(without);
        }
        for (first, texts) in families.values() {
            out.push_str(&first.head);
            texts.iter().for_each(|text| out.push_str(text));
        }
        lost
    }

    fn read(&mut self, standing: &Standing) -> prometheus::Result<Known> {
        let outcome = standing.last.clone();
        let kind = outcome.as_ref().map_or_else(|| kind(&standing.check), |outcome| outcome.check.clone());
        let mut families = Families::default();
        let lost = outcome.as_ref().map_or(0, |outcome| readings(&mut families, standing, outcome));
        let families = families.finish().iter().map(|family| self.encode(family)).collect::<Result<_, _>>()?;
        let check = Arc::clone(&standing.check);
        Ok(Known { check, outcome, labels: between_braces(own_labels(standing, Some(&kind)))?, families, lost })
    }

    fn encode(&mut self, family: &MetricFamily) -> prometheus::Result<Family> {
        let text = TextEncoder::new().encode_to_string(std::slice::from_ref(family))?;
        let series = family.get_metric().len();
        // The series are the last lines.
        let start = text.rmatch_indices('\n').nth(series).map_or(0, |(at, _)| at + 1);
        let (head, text) = text.split_at(start);
        let (name, head) = (self.share(family.name()), self.share(head));
        Ok(Family { name, kind: family.get_field_type(), head, text: text.to_owned(), series })
    }

    fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(there) = self.shared.get(text) {
            return Arc::clone(there);
        }
        let new: Arc<str> = text.into();
        self.shared.insert(Arc::clone(&new));
        new
    }
}

impl Known {
    fn is_of(&self, standing: &Standing) -> bool {
        let same_outcome = match (&self.outcome, &standing.last) {
            (Some(known), Some(last)) => Arc::ptr_eq(known, last),
            (known, last) => known.is_none() && last.is_none(),
        };
        same_outcome && Arc::ptr_eq(&self.check, &standing.check)
    }
}

/// Labels as the encoder writes them.
fn between_braces(labels: Labels) -> prometheus::Result<String> {
    let mut families = Families::default();
    families.add("x", "", Kind::Gauge, labels, 0.0);
    let text = TextEncoder::new().encode_to_string(&families.finish())?;
    let inner = text.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}'));
    Ok(inner.map(|(labels, _)| labels.to_owned()).unwrap_or_default())
}

/// The labels of every series of a check: its own, then the configured ones.
fn own_labels(standing: &Standing, check: Option<&str>) -> Labels {
    let id = &standing.check.id;
    let own = [("host", &*id.host), ("service", &*id.name)].into_iter().chain(check.map(|check| ("check", check)));
    let given = standing.check.labels.iter().map(|(name, value)| (&**name, &**value));
    own.chain(given).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What its last run measured; returns how many values had no place.
fn readings(families: &mut Families, standing: &Standing, outcome: &Outcome) -> usize {
    match &outcome.readings {
        Readings::Typed(answer) => {
            let labels = own_labels(standing, None);
            let labels: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (&**name, &**value)).collect();
            families.add_metrics(answer, &labels)
        }
        Readings::Perfdata(data) => {
            data.iter().map(|datum| perfdatum(families, &own_labels(standing, Some(&outcome.check)), datum)).sum()
        }
    }
}

/// One value of a foreign plugin; returns 1 when it had no place.
fn perfdatum(families: &mut Families, own: &Labels, datum: &Perfdatum) -> usize {
    let (datum, base) = datum.in_base();
    let mut labels = own.clone();
    labels.push(("label".to_owned(), crate::model::text::clean_str(&datum.label).into_owned()));
    labels.push(("unit".to_owned(), crate::model::text::clean_str(&datum.uom).into_owned()));
    // A threshold is simple when it is one number that the value must not exceed.
    let upper = |range: &Option<crate::model::range::Range>| {
        range.filter(|range| range.start() == 0.0 && range.end().is_finite() && !range.is_inverted()).map(|r| r.end())
    };
    let Some(value) = datum.value else { return 0 };
    let (name, what, kind) = if base.counter {
        ("vitals_perfdata_total", "counter (unit c) of a plugin's performance data", Kind::Counter)
    } else {
        ("vitals_perfdata_value", "value of a plugin's performance data, in the base unit", Kind::Gauge)
    };
    if !families.add(name, &format!("{what} {CACHED}"), kind, labels.clone(), value) {
        return 1;
    }
    for (name, what, value) in [
        ("vitals_perfdata_warn", "warning threshold of the value, where it is one number", upper(&datum.warn)),
        ("vitals_perfdata_crit", "critical threshold of the value, where it is one number", upper(&datum.crit)),
        ("vitals_perfdata_min", "least value that is possible", datum.min),
        ("vitals_perfdata_max", "greatest value that is possible", datum.max),
    ] {
        if let Some(value) = value {
            families.add(name, &format!("{what} {CACHED}"), Kind::Gauge, labels.clone(), value);
        }
    }
    0
}
