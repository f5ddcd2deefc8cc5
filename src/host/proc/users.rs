//! Names of users: /etc/passwd first, `getent` only for what that does not have.

use crate::runtime::child;
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use std::process::Command;

/// The users of /etc/passwd.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Users {
    entries: Vec<(String, u32)>,
}

impl Users {
    /// Reads /etc/passwd below a root.
    ///
    /// # Errors
    /// A failure that names the file.
    pub fn read(root: &Root) -> Result<Self, Failure> {
        Ok(Self::parse(&root.text("/etc/passwd")?))
    }

    /// Takes name and number of each line (passwd(5)); other lines are passed over.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let entry = |line: &str| {
            let mut fields = line.split(':');
            let name = fields.next().filter(|name| !name.is_empty())?;
            Some((name.to_owned(), fields.nth(1)?.parse().ok()?))
        };
        Self { entries: text.lines().filter_map(entry).collect() }
    }

    /// The numbers of the users whose names are wanted.
    pub fn numbers(&self, wanted: impl Fn(&str) -> bool) -> Vec<u32> {
        self.entries.iter().filter(|(name, _)| wanted(name)).map(|(_, number)| *number).collect()
    }
}

/// Asks the name services of this machine (LDAP, SSSD) for a user.
///
/// # Errors
/// When `getent` cannot be run or does not answer in time. `Ok(None)`: there is no such user.
pub fn ask_getent(name: &str, deadline: &Deadline) -> Result<Option<u32>, Failure> {
    let ended = child::run(Command::new("getent").args(["passwd", "--", name]), deadline, 4096)?;
    let users = Users::parse(&String::from_utf8_lossy(&ended.stdout));
    Ok(users.numbers(|found| found == name).first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        let users = Users::parse("root:x:0:0:r:/root:/bin/sh\n# no\n:x:5:\noracle:x:54321:54321::/home/o:/bin/sh\nx:y");
        assert_eq!(users.numbers(|name| name == "oracle"), [54321]);
        assert_eq!(users.numbers(|_| true), [0, 54321]);
    }
}
