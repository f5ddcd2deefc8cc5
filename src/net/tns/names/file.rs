//! The text of one tnsnames.ora: entries, included files, and what cannot be read.

/// Entries in one file at most.
const MOST_ENTRIES: usize = 20_000;
/// Problems that are kept of one file; whoever has more mends these first.
const MOST_PROBLEMS: usize = 20;

/// What one file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File<'t> {
    /// In the order of the file.
    pub entries: Vec<Entry<'t>>,
    /// The files that `IFILE` names, with the line.
    pub includes: Vec<(usize, &'t str)>,
    /// What is wrong in it.
    pub problems: Vec<Problem>,
}

/// Aliases and the text that they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'t> {
    /// As they are written.
    pub names: Vec<&'t str>,
    /// The descriptor, or the short form.
    pub text: &'t str,
    /// The line on which the names stand, from 1.
    pub line: usize,
    /// The line on which the text begins.
    pub text_line: usize,
}

/// What is wrong, and on which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// In words.
    pub why: String,
}

/// Reads a file; what cannot be read is a problem and does not hide the rest.
#[must_use]
pub fn parse(text: &str) -> File<'_> {
    let mut reader = Reader { text: text.trim_start_matches('\u{feff}'), at: 0, line: 1, file: File::default() };
    while reader.statement() {}
    reader.file
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    file: File<'t>,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes on by this many bytes, counting lines.
    fn advance(&mut self, bytes: usize) -> &'t str {
        let passed = self.rest().get(..bytes).unwrap_or_default();
        self.line += passed.matches('\n').count();
        self.at += passed.len();
        passed
    }

    fn problem(&mut self, line: usize, why: impl Into<String>) {
        self.file.problems.push(Problem { line, why: why.into() });
    }

    /// Passes over white space and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.advance(rest.len() - trimmed.len());
            if !trimmed.starts_with('#') {
                return;
            }
            self.advance(trimmed.find('\n').unwrap_or(trimmed.len()));
        }
    }

    /// Reads one statement; false at the end, or when there is too much.
    fn statement(&mut self) -> bool {
        self.skip();
        if self.rest().is_empty() {
            return false;
        }
        if self.file.problems.len() >= MOST_PROBLEMS || self.file.entries.len() >= MOST_ENTRIES {
            self.problem(self.line, "too much is wrong, or too many entries: the rest of the file is not read");
            return false;
        }
        let line = self.line;
        let rest = self.rest();
        let end = rest.find(['=', '(', ')', '\n']).unwrap_or(rest.len());
        let head = rest.get(..end).unwrap_or_default().trim();
        // A list of aliases may go on in the next line, and so may the sign behind it.
        let goes_on = rest.get(end..).unwrap_or_default();
        let next = goes_on.trim_start();
        if goes_on.starts_with('\n') && (head.ends_with(',') || next.starts_with([',', '='])) {
            return self.long_head(line);
        }
        if !goes_on.starts_with('=') {
            self.problem(line, "no 'NAME =' here");
            self.next_line();
            return true;
        }
        self.advance(end + 1);
        self.entry(head, line);
        true
    }

    /// The names of an entry whose head is longer than a line.
    fn long_head(&mut self, line: usize) -> bool {
        let rest = self.rest();
        let end = rest.find(['=', '(', ')', '#']).unwrap_or(rest.len());
        let head = rest.get(..end).unwrap_or_default().trim();
        if rest.get(end..).unwrap_or_default().starts_with('=') {
            self.advance(end + 1);
            self.entry(head, line);
        } else {
            self.problem(line, "no '=' behind the names");
            self.next_line();
        }
        true
    }

    fn next_line(&mut self) {
        let rest = self.rest();
        self.advance(rest.find('\n').map_or(rest.len(), |at| at + 1));
    }

    fn entry(&mut self, head: &'t str, line: usize) {
        let names: Vec<&str> = head.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        let odd = |name: &&str| name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"' || c == '\'');
        if names.is_empty() || names.iter().any(odd) {
            self.problem(line, "no name of an alias before '='");
            self.next_line();
            return;
        }
        self.skip();
        let text_line = self.line;
        let Some(text) = (if self.rest().starts_with('(') { self.parentheses() } else { Some(self.rest_of_line()) })
        else {
            self.problem(line, format!("the parentheses of {} are not closed", names.concat().escape_debug()));
            self.resume();
            return;
        };
        if let [name] = &names[..]
            && name.eq_ignore_ascii_case("IFILE")
        {
            self.file.includes.push((line, text.trim_matches(['"', '\''])));
        } else if text.is_empty() {
            self.problem(line, "nothing behind '='");
        } else {
            self.file.entries.push(Entry { names, text, line, text_line });
        }
    }

    /// The text up to the parenthesis that closes the first one; `None`, and nothing read, where there is none.
    fn parentheses(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let (mut depth, mut quote, mut comment, mut before, mut value) = (0usize, None, false, '(', false);
        for (at, c) in rest.char_indices() {
            match (c, quote) {
                ('\n', _) => (quote, comment) = (None, false),
                _ if comment => {}
                (c, Some(open)) => quote = quote.filter(|_| c != open),
                // Inside a word it is an apostrophe.
                ('"' | '\'', None) if value => quote = Some(c),
                ('#', None) if before.is_whitespace() || before == '(' || before == ')' => comment = true,
                ('(', None) => depth += 1,
                (')', None) => depth -= 1,
                _ => {}
            }
            // A quote begins a value, or is a part of it.
            value = c == '=' || (value && c.is_whitespace());
            before = c;
            if depth == 0 {
                return Some(self.advance(at + 1));
            }
        }
        None
    }

    fn rest_of_line(&mut self) -> &'t str {
        let rest = self.rest();
        let line = self.advance(rest.find('\n').unwrap_or(rest.len()));
        line.split(" #").next().unwrap_or_default().trim()
    }

    /// Goes to the next line that looks like the head of an entry: what is not closed must not swallow what follows.
    fn resume(&mut self) {
        loop {
            self.next_line();
            let rest = self.rest();
            let line = rest.lines().next().unwrap_or_default();
            let head = line.split('=').next().unwrap_or_default();
            let looks_like_one = line.starts_with(char::is_alphanumeric) && !head.contains(['(', ')', '#']);
            if rest.is_empty() || looks_like_one {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str) -> Vec<String> {
        parse(text)
            .entries
            .iter()
            .map(|entry| format!("{}:{}={}", entry.line, entry.names.join("+"), entry.text))
            .collect()
    }

    #[test]
    fn entries_comments_and_included_files() {
        let text = "\u{feff}# made by netca\r\nKIS.WORLD, kis =\r\n  (DESCRIPTION = # )\r\n#  (X=(\r\n  (DN=\"a)\")(S=O'K)\r\n )\r\n\
                    IFILE = \"/etc/more.ora\" \nLAB=\n(A=1)RIS=db3/ris # new\nPACS,\n PACS2\n = (B=')')";
        let file = parse(text);
        let expected = [
            "2:KIS.WORLD+kis=(DESCRIPTION = # )\r\n#  (X=(\r\n  (DN=\"a)\")(S=O'K)\r\n )",
            "8:LAB=(A=1)",
            "9:RIS=db3/ris",
            "10:PACS+PACS2=(B=')')",
        ];
        assert_eq!(names(text), expected);
        assert_eq!(file.entries.first().map(|entry| entry.text_line), Some(3));
        assert_eq!((file.includes, file.problems), (vec![(7, "/etc/more.ora")], vec![]));
    }

    #[test]
    fn what_is_broken_hides_nothing() {
        let text = "A = (X=1)\n)\nB = (X=(Y=2)\n  (Z=3)\nC = (X=4)\n=5\nD E = (X=1)\nF =\n";
        let file = parse(text);
        assert_eq!(names(text), ["1:A=(X=1)", "5:C=(X=4)"]);
        let said: Vec<_> = file.problems.iter().map(|p| format!("{} {}", p.line, p.why)).collect();
        let expected = [
            "2 no 'NAME =' here",
            "3 the parentheses of B are not closed",
            "6 no name of an alias before '='",
            "7 no name of an alias before '='",
            "8 nothing behind '='",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn too_much_is_given_up() {
        assert_eq!(parse(&"=\n".repeat(1000)).problems.len(), MOST_PROBLEMS + 1);
        assert_eq!(parse(&"A = ((\n".repeat(1000)).problems.len(), MOST_PROBLEMS + 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[A-C=(),#\"'\n\r\t é]{0,80}") {
            let file = parse(&text);
            let lines = text.lines().count() + 1;
            prop_assert!(file.entries.iter().all(|e| e.line <= lines && !e.names.is_empty() && !e.text.is_empty()));
            prop_assert!(file.problems.iter().all(|p| p.line <= lines && !p.why.is_empty()));
        }
    }
}
