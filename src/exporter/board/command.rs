//! What is run, as a person would type it.

use super::super::config::Check;
use super::words::plain;
use std::borrow::Cow;

/// The command as one line of a shell.
pub(super) fn line(check: &Check) -> String {
    let shell = ["/bin/sh", "-c"].into_iter().take(if check.shell { 2 } else { 0 });
    let words = shell.chain(check.command.iter().map(String::as_str));
    let mut is_secret = false;
    let shown = words.map(|word| {
        let hidden = std::mem::take(&mut is_secret);
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let names_one = name.starts_with('-') && names_a_secret(name);
        is_secret = names_one && value.is_none();
        match value {
            _ if hidden => Cow::Borrowed(HIDDEN),
            Some(_) if names_one => Cow::Owned(format!("{}={HIDDEN}", quoted(name))),
            _ => quoted(word),
        }
    });
    shown.collect::<Vec<Cow<'_, str>>>().join(" ")
}

/// What stands for a value that may be a secret.
const HIDDEN: &str = "…";

/// Whether an option takes a secret, by its name. Others cannot be told: a page is no place to rely on this.
fn names_a_secret(option: &str) -> bool {
    let name = option.to_ascii_lowercase();
    ["pass", "pwd", "secret", "token", "credential", "community", "apikey", "api-key", "authorization"]
        .iter()
        .any(|word| name.contains(word))
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
    fn values_that_options_call_secret_are_hidden() {
        let mut check = crate::exporter::samples::check("x", &["check_x", "--password=a", "--Token", "b", "-p", "80"]);
        assert_eq!(line(&check), "check_x --password=… --Token … -p 80");
        check.command = vec!["check_x".to_owned(), "--warning=1".to_owned(), "password=b".to_owned()];
        assert_eq!(line(&check), "check_x --warning=1 password=b");
    }

    #[test]
    fn quoted_where_a_shell_would_read_more() {
        let said: Vec<Cow<'_, str>> =
            ["check_fs", "-w", "", "90%", "a b|c", "it's", "$HOME", "a\n\u{202e}'\\"].map(quoted).into();
        let want = ["check_fs", "-w", "''", "90%", "'a b|c'", "'it'\\''s'", "'$HOME'", "$'a\\n\\u{202e}\\'\\\\'"];
        assert_eq!(said, want);
    }
}
