//! What is run, as a person would type it.

use super::super::config::Check;
use super::words::plain;
use std::borrow::Cow;

/// The command as one line of a shell.
pub(super) fn line(check: &Check) -> String {
    let shell = ["/bin/sh", "-c"].into_iter().take(if check.shell { 2 } else { 0 });
    let words = shell.chain(check.command.iter().map(String::as_str));
    words.map(quoted).collect::<Vec<Cow<'_, str>>>().join(" ")
}

/// A word in quotes where a shell would read more into it than its characters.
fn quoted(word: &str) -> Cow<'_, str> {
    let bare = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(bare) {
        return Cow::Borrowed(word);
    }
    match plain(word) {
        Cow::Borrowed(_) => Cow::Owned(format!("'{}'", word.replace('\'', "'\\''"))),
        // With the escapes that `plain` has put in: the form in which bash and others read them.
        Cow::Owned(_) => Cow::Owned(format!("$'{}'", plain(&word.replace('\\', "\\\\").replace('\'', "\\'")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_where_a_shell_would_read_more() {
        let said: Vec<Cow<'_, str>> =
            ["check_fs", "-w", "", "90%", "a b|c", "it's", "$HOME", "a\n\u{202e}'\\"].map(quoted).into();
        let want = ["check_fs", "-w", "''", "90%", "'a b|c'", "'it'\\''s'", "'$HOME'", "$'a\\n\\u{202e}\\'\\\\'"];
        assert_eq!(said, want);
    }
}
