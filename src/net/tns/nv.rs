//! Names and values in parentheses: `(ADDRESS=(PROTOCOL=TCP)(HOST=db1)(PORT=1521))`.

use std::fmt;

/// Bytes of one text at most: a descriptor of a hundred addresses has a tenth of it.
pub const LONGEST: usize = 64 * 1024;
/// Lists in lists at most.
const DEEPEST: usize = 16;
/// Pairs in one text at most.
const MOST_PAIRS: usize = 4096;
/// What ends a name.
const NOT_IN_NAMES: &[char] = &['(', ')', '=', '"', '\'', '#', ','];

/// A name and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    name: String,
    value: Value,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(Word),
    /// Further pairs.
    List(Vec<Pair>),
}

/// A text that can be written: it has no control characters, and only one of the two kinds of quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word(String);

impl Word {
    /// The text as a word; `None` where it cannot be written.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mixed = text.contains('"') && text.contains('\'');
        let odd = mixed || text.chars().any(char::is_control) || text.len() > LONGEST;
        (!odd).then(|| Self(text.to_owned()))
    }
}

/// A text that is not in the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Where, in bytes from its beginning.
    pub at: usize,
    /// What is wrong there.
    pub why: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at character {}", self.why, self.at + 1)
    }
}

impl Pair {
    /// A name with a text.
    #[must_use]
    pub fn text(name: &'static str, value: Word) -> Self {
        Self { name: name.to_owned(), value: Value::Text(value) }
    }

    /// A name with a list.
    #[must_use]
    pub fn list(name: &'static str, pairs: Vec<Self>) -> Self {
        Self { name: name.to_owned(), value: Value::List(pairs) }
    }

    /// A name from outside with a text; `None` where one of the two cannot be written.
    #[must_use]
    pub fn foreign(name: &str, value: &str) -> Option<Self> {
        let odd = |c: char| NOT_IN_NAMES.contains(&c) || c.is_control() || c.is_whitespace();
        (!name.is_empty() && !name.contains(odd))
            .then(|| Some(Self { name: name.to_owned(), value: Value::Text(Word::new(value)?) }))?
    }

    /// Whether it has this name, in any case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The name as it was written.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The pairs of its list; none where it has a text.
    #[must_use]
    pub fn pairs(&self) -> &[Self] {
        match &self.value {
            Value::List(pairs) => pairs,
            Value::Text(_) => &[],
        }
    }

    /// Its text, where it has one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(word) => Some(&word.0),
            Value::List(_) => None,
        }
    }

    /// The first of its pairs with this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Self> {
        self.pairs().iter().find(|pair| pair.is(name))
    }

    /// The text of the first of its pairs with this name.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.find(name)?.as_text()
    }

    /// Reads one pair that is the whole text, white space and comments aside.
    ///
    /// A comment begins with `#` at the beginning of a line or behind white space or a parenthesis, and ends with its
    /// line: elsewhere the character belongs to the value.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut parser = Parser { text, at: 0, pairs: 0 };
        if text.len() > LONGEST {
            return Err(parser.wrong("more than 64 KiB"));
        }
        parser.skip();
        let pair = parser.pair(0)?;
        parser.skip();
        if parser.rest().is_empty() { Ok(pair) } else { Err(parser.wrong("something follows the last ')'")) }
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}=", self.name)?;
        match &self.value {
            Value::Text(word) => write!(f, "{word}")?,
            Value::List(pairs) => pairs.iter().try_for_each(|pair| write!(f, "{pair}"))?,
        }
        f.write_str(")")
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-:/\\$@*+%&!~[]<>?^".contains(c);
        if self.0.chars().all(plain) {
            return f.write_str(&self.0);
        }
        let quote = if self.0.contains('"') { '\'' } else { '"' };
        write!(f, "{quote}{}{quote}", self.0)
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    pairs: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wrong(&self, why: impl Into<String>) -> Malformed {
        Malformed { at: self.at, why: why.into() }
    }

    /// Passes over white space and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            let before = self.text.get(..self.at).and_then(|text| text.chars().next_back());
            let begins = before.is_none_or(|c| c.is_whitespace() || c == '(' || c == ')');
            if !(trimmed.starts_with('#') && begins) {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn expect(&mut self, wanted: char) -> Result<(), Malformed> {
        self.skip();
        if self.rest().starts_with(wanted) {
            self.at += wanted.len_utf8();
            return Ok(());
        }
        Err(self.wrong(match self.rest().chars().next() {
            None => format!("'{wanted}' is missing at the end"),
            Some(found) => format!("'{wanted}' is missing before '{}'", found.escape_debug()),
        }))
    }

    fn pair(&mut self, depth: usize) -> Result<Pair, Malformed> {
        if depth >= DEEPEST {
            return Err(self.wrong(format!("more than {DEEPEST} lists in each other")));
        }
        self.pairs += 1;
        if self.pairs > MOST_PAIRS {
            return Err(self.wrong(format!("more than {MOST_PAIRS} names")));
        }
        self.expect('(')?;
        self.skip();
        let rest = self.rest();
        let end = |c: char| NOT_IN_NAMES.contains(&c) || c.is_whitespace() || c.is_control();
        let name = rest.get(..rest.find(end).unwrap_or(rest.len())).unwrap_or_default();
        if name.is_empty() {
            return Err(self.wrong("a name is missing behind '('"));
        }
        self.at += name.len();
        self.expect('=')?;
        self.skip();
        let value = match self.rest().chars().next() {
            Some('(') => Value::List(self.list(depth)?),
            Some(quote @ ('"' | '\'')) => Value::Text(self.quoted(quote)?),
            _ => Value::Text(self.bare()?),
        };
        self.expect(')')?;
        Ok(Pair { name: name.to_owned(), value })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Pair>, Malformed> {
        let mut pairs = Vec::new();
        while self.rest().starts_with('(') {
            pairs.push(self.pair(depth + 1)?);
            self.skip();
        }
        Ok(pairs)
    }

    fn quoted(&mut self, quote: char) -> Result<Word, Malformed> {
        let inside = self.rest().get(quote.len_utf8()..).unwrap_or_default();
        let end = inside.find(quote).ok_or_else(|| self.wrong("a quote that is not closed"))?;
        let word = inside.get(..end).and_then(Word::new);
        let word = word.ok_or_else(|| self.wrong("a control character or the end of a line between quotes"))?;
        self.at += end + 2 * quote.len_utf8();
        Ok(word)
    }

    /// What stands without quotes ends with a parenthesis, its line or a comment.
    fn bare(&mut self) -> Result<Word, Malformed> {
        let rest = self.rest();
        let mut end = rest.find(['(', ')', '\n', '\r']).unwrap_or(rest.len());
        let blank = |at: &usize| rest.get(..*at).is_some_and(|before| before.ends_with([' ', '\t']));
        if let Some((comment, _)) = rest.get(..end).unwrap_or_default().match_indices('#').find(|(at, _)| blank(at)) {
            end = comment;
        }
        let text = rest.get(..end).unwrap_or_default();
        let word =
            Word::new(text.trim()).ok_or_else(|| self.wrong("a value with control characters or mixed quotes"))?;
        self.at += text.len();
        Ok(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn any_case_white_space_quotes_and_comments() {
        let text = "# the main one\r\n ( description =\n# old: (HOST=x)\n  (Address=(host = \"db (1)\" ) # why\n (PORT=1521 # usual\n))\
                    (TMP=)(dn='CN=a, O=\"b\"')(x=C#))";
        let pair = Pair::parse(text).expect("a descriptor");
        assert!(pair.is("DESCRIPTION"));
        let address = pair.find("ADDRESS").expect("an address");
        assert_eq!((address.text_of("HOST"), address.text_of("port")), (Some("db (1)"), Some("1521")));
        assert_eq!((pair.text_of("tmp"), pair.text_of("DN")), (Some(""), Some("CN=a, O=\"b\"")));
        assert_eq!(pair.text_of("x"), Some("C#"));
        let written = "(description=(Address=(host=\"db (1)\")(PORT=1521))(TMP=)(dn='CN=a, O=\"b\"')(x=\"C#\"))";
        assert_eq!(pair.to_string(), written);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, said) in [
            ("", "'(' is missing at the end at character 1"),
            ("x", "'(' is missing before 'x' at character 1"),
            ("(A=1", "')' is missing at the end at character 5"),
            ("(A=(B=1)x)", "')' is missing before 'x' at character 9"),
            ("(=1)", "a name is missing behind '(' at character 2"),
            ("(A 1)", "'=' is missing before '1' at character 4"),
            ("(A=\"1)", "a quote that is not closed at character 4"),
            ("(A=1))", "something follows the last ')' at character 6"),
            ("(A=a\x07b)", "a value with control characters or mixed quotes at character 4"),
        ] {
            assert_eq!(Pair::parse(text).map_err(|e| e.to_string()), Err(said.to_owned()), "{text}");
        }
    }

    #[test]
    fn it_is_bounded() {
        let deep = |n: usize| "(A=".repeat(n) + &")".repeat(n);
        assert!(Pair::parse(&deep(DEEPEST)).is_ok());
        assert!(Pair::parse(&deep(DEEPEST + 1)).is_err_and(|e| e.why.contains("16 lists")));
        assert!(Pair::parse(&deep(20_000)).is_err());
        assert!(
            Pair::parse(&format!("(A={})", "(B=)".repeat(MOST_PAIRS))).is_err_and(|e| e.why.contains("4096 names"))
        );
        assert!(Pair::parse(&" ".repeat(LONGEST + 1)).is_err_and(|e| e.why.contains("64 KiB")));
    }

    fn pairs() -> impl Strategy<Value = Pair> {
        let name = "[A-Za-z_.$é][A-Za-z0-9_.$-]{0,8}";
        let text = prop_oneof!["[a-zA-Z0-9 ()=#,'é.-]{0,12}", "[ \"a#()=]{0,6}"];
        let leaf = (name, text).prop_map(|(name, text)| Pair::foreign(&name, &text).expect("writable"));
        leaf.prop_recursive(4, 24, 4, move |inner| {
            (name, prop::collection::vec(inner, 1..4)).prop_map(|(name, list)| Pair { name, value: Value::List(list) })
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(pair in pairs()) {
            prop_assert_eq!(Pair::parse(&pair.to_string()), Ok(pair));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[()=#\"'aB1 \n\t\\\\é,]{0,60}") {
            match Pair::parse(&text) {
                Ok(pair) => prop_assert_eq!(Pair::parse(&pair.to_string()), Ok(pair)),
                Err(error) => prop_assert!(error.at <= text.len() && !error.why.is_empty()),
            }
        }
    }
}
