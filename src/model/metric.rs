//! One measured value.

use super::range::Range;
use super::unit::Unit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a value moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Up and down.
    #[default]
    Gauge,
    /// Only up, until it starts anew.
    Counter,
}

/// A number as it was measured: whole or not.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A whole number.
    Int(i64),
    /// Any other; always finite.
    Float(f64),
}

impl Value {
    /// The number for calculation.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "thresholds are floats; beyond 2^53 the last digits do not matter")]
    pub const fn as_f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// A float as a value; `None` for NaN and the infinities, which stand for "not known".
    #[must_use]
    pub fn finite(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self::Float(value))
    }
}

impl From<u64> for Value {
    #[expect(clippy::cast_precision_loss, reason = "beyond i64 a count is only an order of magnitude")]
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Self::Float(value as f64), Self::Int)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::from(value as u64)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

/// A value with its name, its unit and the limits that applied to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// The name, as in the check's catalogue.
    pub name: String,
    /// What it belongs to: the item first of all.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The value in the base unit; `None` where it could not be measured.
    pub value: Option<Value>,
    /// The base unit.
    pub unit: Unit,
    /// How it moves.
    #[serde(default)]
    pub kind: Kind,
    /// The warning range that applied, in the base unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn: Option<Range>,
    /// The critical range that applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crit: Option<Range>,
    /// The least value that is possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest value that is possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Whether it is performance data unless the user chooses.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub perfdata: bool,
}
