//! One condition on a process: `FIELD=VALUE`, `FIELD~REGEX`, and both with `!` in front of the sign.

use super::pattern::Pattern;
use super::words::quoted;
use crate::host::proc::numbers::whole;
use crate::host::proc::view::{SHORT_NAME, View};
use crate::host::proc::{Miss, Procs, cgroup};
use std::fmt;

/// What of a process is looked at, in the order of what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    /// The process ID.
    Pid,
    /// The owner of its folder.
    User,
    /// The full name.
    Name,
    /// Letters of its state.
    State,
    /// The parent's process ID.
    Ppid,
    /// The session.
    Session,
    /// The terminal, such as `pts/0`; `none` without one.
    Tty,
    /// The parent's name.
    Parent,
    /// A path in a hierarchy of control groups.
    Cgroup,
    /// A systemd unit.
    Unit,
    /// The container; `none` outside of containers.
    Container,
    /// The path of the executable.
    Exe,
    /// The command line, its arguments joined by spaces.
    Cmd,
    /// One of the arguments, the program's name among them.
    Arg,
}

/// Names of fields as they are written; the first of a field is how it is shown.
const FIELDS: [(&str, Field); 16] = [
    ("name", Field::Name),
    ("exe", Field::Exe),
    ("cmd", Field::Cmd),
    ("cmdline", Field::Cmd),
    ("arg", Field::Arg),
    ("user", Field::User),
    ("pid", Field::Pid),
    ("ppid", Field::Ppid),
    ("parent", Field::Parent),
    ("session", Field::Session),
    ("tty", Field::Tty),
    ("state", Field::State),
    ("cgroup", Field::Cgroup),
    ("unit", Field::Unit),
    ("container", Field::Container),
    ("command", Field::Name),
];
/// The states of proc_pid_stat(5).
const STATES: &str = "RSDZTtWXxKPI";

impl Field {
    /// The field of a name.
    pub(super) fn find(name: &str) -> Option<Self> {
        FIELDS.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }

    /// All names, for those who mistype one.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        FIELDS.iter().map(|(name, _)| *name).filter(|name| !matches!(*name, "cmdline" | "command"))
    }

    fn name(self) -> &'static str {
        FIELDS.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }
}

/// A condition.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub field: Field,
    /// Whether it must not fit.
    pub not: bool,
    pub pattern: Pattern,
    /// What the pattern begins with, for names that the kernel has cut.
    head: String,
}

impl Term {
    /// Puts a condition together.
    ///
    /// # Errors
    /// A value that the field cannot have, in words for the one who wrote it.
    pub(super) fn new(field: Field, not: bool, pattern: Pattern) -> Result<Self, String> {
        let text = pattern.text().into_owned();
        let name = field.name();
        let regex = pattern.is_partial();
        match field {
            Field::Pid | Field::Ppid | Field::Session if regex || whole::<u32>(text.as_bytes()).is_none() => {
                return Err(format!("{name} takes a number, not '{text}'"));
            }
            Field::State if regex || text.is_empty() || !text.chars().all(|c| STATES.contains(c)) => {
                return Err(format!("{name} takes letters of {STATES}, not '{text}'"));
            }
            _ if text.is_empty() => return Err(format!("{name} has no value")),
            _ => {}
        }
        let head = pattern.head();
        Ok(Self { field, not, pattern, head })
    }

    /// Whether a process can hold the reader up in the kernel: what lies in its memory is read under its lock.
    pub(super) fn may_block(&self) -> bool {
        match self.field {
            Field::Cmd | Field::Arg => true,
            Field::Name => !self.decided_by_short_name(),
            _ => false,
        }
    }

    /// Whether the first 15 bytes of a name always tell.
    fn decided_by_short_name(&self) -> bool {
        match &self.pattern {
            // A name of just this length is also what people know who have only seen the short one.
            Pattern::Literal(name) => name.len() <= SHORT_NAME,
            Pattern::Glob(glob) => {
                self.head.len() <= SHORT_NAME && glob.to_string().strip_prefix(&*self.head) == Some("*")
            }
            Pattern::Regex(_) | Pattern::Part(_) => false,
        }
    }

    /// Whether a process fits. `users` are the numbers of the users that a condition on them means.
    ///
    /// # Errors
    /// When it cannot be said.
    pub(super) fn fits(&self, view: &mut View<'_>, lookup: &mut Lookup<'_>, users: &[u32]) -> Result<bool, Miss> {
        let fits = match self.field {
            Field::Pid => self.number() == Some(view.pid()),
            Field::User => users.contains(&view.user()?),
            Field::Name => self.name_fits(view)?,
            Field::State => {
                let state = char::from(view.stat()?.state);
                self.pattern.text().contains(state)
            }
            Field::Ppid => self.number() == Some(view.stat()?.ppid),
            Field::Session => self.number() == Some(view.stat()?.session),
            Field::Tty => self.pattern.fits(terminal(view.stat()?.tty).as_bytes()),
            Field::Parent => {
                let parent = view.stat()?.ppid;
                self.pattern.fits(lookup.comm(parent)?)
            }
            Field::Cgroup => cgroup::paths(view.cgroup()?).any(|path| self.pattern.fits(path)),
            Field::Unit => cgroup::units(view.cgroup()?).any(|unit| self.pattern.fits(unit)),
            Field::Container => self.pattern.fits(cgroup::container(view.cgroup()?).unwrap_or(b"none")),
            Field::Exe => self.pattern.fits(view.exe()?),
            Field::Cmd => self.pattern.fits(lookup.joined(view.cmdline()?)),
            Field::Arg => {
                let line = view.cmdline()?;
                let line = line.strip_suffix(&[0]).unwrap_or(line);
                !line.is_empty() && line.split(|byte| *byte == 0).any(|argument| self.pattern.fits(argument))
            }
        };
        Ok(fits != self.not)
    }

    fn number(&self) -> Option<u32> {
        whole(self.pattern.text().as_bytes())
    }

    fn name_fits(&self, view: &mut View<'_>) -> Result<bool, Miss> {
        let short = view.comm()?;
        if short.len() != SHORT_NAME {
            return Ok(self.pattern.fits(short));
        }
        // A full name begins with the short one: where that cannot be, nothing else need be read.
        if short.iter().zip(self.head.as_bytes()).any(|(a, b)| a != b) && short.is_ascii() {
            return Ok(false);
        }
        if self.decided_by_short_name() {
            return Ok(self.pattern.fits(short));
        }
        Ok(self.pattern.fits(view.name()?))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.pattern.is_partial() { "~" } else { "=" };
        let not = if self.not { "!" } else { "" };
        write!(f, "{}{not}{sign}{}", self.field.name(), quoted(&self.pattern.text()))
    }
}

/// What is looked up beside the process itself, into buffers that are used again.
#[derive(Debug)]
pub(super) struct Lookup<'p> {
    procs: &'p Procs,
    parent: Option<(u32, Vec<u8>)>,
    joined: Vec<u8>,
}

impl<'p> Lookup<'p> {
    pub(super) const fn new(procs: &'p Procs) -> Self {
        Self { procs, parent: None, joined: Vec::new() }
    }

    /// The name of a parent: mostly that of the process before.
    fn comm(&mut self, pid: u32) -> Result<&[u8], Miss> {
        if self.parent.as_ref().is_none_or(|(known, _)| *known != pid) {
            let name = if pid == 0 { Vec::new() } else { self.procs.comm(pid).or_else(none_if_gone)? };
            self.parent = Some((pid, name));
        }
        Ok(self.parent.as_ref().map_or(b"", |(_, name)| name))
    }

    /// A command line with spaces between the arguments.
    fn joined(&mut self, line: &[u8]) -> &[u8] {
        let line = line.strip_suffix(&[0]).unwrap_or(line);
        self.joined.clear();
        self.joined.extend(line.iter().map(|byte| if *byte == 0 { b' ' } else { *byte }));
        &self.joined
    }
}

fn none_if_gone(miss: Miss) -> Result<Vec<u8>, Miss> {
    if miss == Miss::Gone { Ok(Vec::new()) } else { Err(miss) }
}

/// The name of a terminal's device: major numbers of the kernel's admin-guide/devices.txt, packed as in
/// proc_pid_stat(5).
fn terminal(device: u32) -> String {
    let (major, minor) = (device >> 8 & 0xfff, device & 0xff | device >> 12 & 0xf_ff00);
    match (major, minor) {
        (0, _) => "none".to_owned(),
        (4, 0..=63) => format!("tty{minor}"),
        (4, _) => format!("ttyS{}", minor - 64),
        (136..=143, _) => format!("pts/{}", (major - 136) * 256 + minor),
        (204, _) => format!("ttyAMA{}", minor.saturating_sub(64)),
        _ => format!("{major}:{minor}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_by_their_numbers() {
        assert_eq!(terminal(0), "none");
        assert_eq!(terminal(34816), "pts/0");
        assert_eq!(terminal(34817 + 256), "pts/257");
        assert_eq!(terminal(1025), "tty1");
        assert_eq!(terminal(1088), "ttyS0");
    }

    #[test]
    fn what_needs_more_than_the_short_name() -> Result<(), String> {
        let needs = |pattern| Term::new(Field::Name, false, pattern).map(|term| term.may_block());
        assert!(!needs(Pattern::glob("sshd"))? && !needs(Pattern::glob("ora_*"))?);
        assert!(needs(Pattern::glob("a-name-of-more-than-15"))? && needs(Pattern::glob("*worker"))?);
        assert!(needs(Pattern::regex("x")?)?);
        Ok(())
    }
}
