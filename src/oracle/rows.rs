//! What a query answered.

use super::value::Value;

/// Rows of one answer at most.
pub const MOST_ROWS: usize = 100_000;
/// Columns of a row at most: a table of Oracle has a thousand at most.
pub const MOST_COLUMNS: usize = 1000;
/// Bytes of one answer at most.
pub const MOST_BYTES: usize = 64 << 20;

/// The rows of an answer, bounded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    bytes: usize,
    cut: bool,
}

/// One row, whose values are found by the name of their column.
#[derive(Clone, Copy, Debug)]
pub struct Row<'r> {
    columns: &'r [String],
    values: &'r [Value],
}

impl Rows {
    /// No rows yet, with these columns.
    #[must_use]
    pub fn new(mut columns: Vec<String>) -> Self {
        columns.truncate(MOST_COLUMNS);
        Self { columns, ..Self::default() }
    }

    /// Takes a row. False: there is no room for it, and the answer counts as cut. What is missing at its end is null.
    pub fn push(&mut self, mut row: Vec<Value>) -> bool {
        row.resize(self.columns.len(), Value::Null);
        let bytes = self.bytes + size_of::<Vec<Value>>() + row.iter().map(Value::weight).sum::<usize>();
        if self.rows.len() >= MOST_ROWS || bytes > MOST_BYTES {
            self.cut = true;
            return false;
        }
        self.bytes = bytes;
        self.rows.push(row);
        true
    }

    /// The names of the columns, as the database writes them: in capitals where the statement does not quote them.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether there were more rows than an answer may have: what is missing must be said.
    #[must_use]
    pub const fn cut(&self) -> bool {
        self.cut
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row { columns: &self.columns, values })
    }
}

impl<'r> Row<'r> {
    /// The value of a column, in any case of its name. A column that is not there is null.
    #[must_use]
    pub fn value(&self, column: &str) -> &'r Value {
        let place = self.columns.iter().position(|name| name.eq_ignore_ascii_case(column));
        place.and_then(|place| self.values.get(place)).unwrap_or(&Value::Null)
    }

    /// A text. `None` for null, and for what is none.
    #[must_use]
    pub fn text(&self, column: &str) -> Option<&'r str> {
        match self.value(column) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number. `None` for null, and for what is none.
    #[must_use]
    pub fn number(&self, column: &str) -> Option<f64> {
        match self.value(column) {
            #[expect(clippy::cast_precision_loss, reason = "a float is what was asked for")]
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// A whole number. `None` for null, and for what is none.
    #[must_use]
    pub fn integer(&self, column: &str) -> Option<i64> {
        match self.value(column) {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_column() {
        let mut rows = Rows::new(vec!["NAME".to_owned(), "BYTES".to_owned(), "RATIO".to_owned()]);
        assert!(rows.push(vec![Value::text("KIS"), Value::Integer(7), Value::Float(0.5)]));
        assert!(rows.push(vec![Value::text("LAB")]));
        let found: Vec<_> =
            rows.iter().map(|r| (r.text("name"), r.integer("bytes"), r.number("BYTES"), r.number("ratio"))).collect();
        assert_eq!(found, [(Some("KIS"), Some(7), Some(7.0), Some(0.5)), (Some("LAB"), None, None, None)]);
        assert!(rows.iter().all(|row| row.value("NONE") == &Value::Null && row.text("BYTES").is_none()));
    }

    #[test]
    fn an_answer_without_an_end_is_cut() {
        let mut rows = Rows::new(vec!["X".to_owned()]);
        let taken = std::iter::repeat_with(|| rows.push(vec![Value::Integer(1)])).take_while(|taken| *taken).count();
        assert_eq!((taken, rows.len(), rows.cut()), (MOST_ROWS, MOST_ROWS, true));
        let mut rows = Rows::new(vec!["X".to_owned()]);
        let long = || vec![Value::text("x".repeat(crate::oracle::value::LONGEST))];
        let taken = std::iter::repeat_with(|| rows.push(long())).take_while(|taken| *taken).count();
        assert!(rows.cut() && taken < MOST_ROWS && taken > 1000);
    }
}
