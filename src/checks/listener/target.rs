//! From a TARGET to its descriptor.

use super::options::Listener;
use crate::model::text;
use crate::net::tns::descriptor::Descriptor;
use crate::net::tns::easy;
use crate::net::tns::names::{Names, Places, default_domain, load, read};
use crate::plugin::Context;
use std::path::{Path, PathBuf};

/// Characters that no alias has: what has one is EZConnect.
const NOT_IN_ALIASES: &[char] = &[':', '/', ',', ';', '?', '[', '@'];
/// Bytes of a name in an answer.
const LONGEST_NAME: usize = 80;

/// The aliases, read when the first is wanted.
pub(super) struct Aliases<'o> {
    options: &'o Listener,
    /// `None` while nothing has been read.
    read: Option<Result<Book, String>>,
}

/// What was read.
struct Book {
    /// `None` where there is no file in the usual places.
    names: Option<Names>,
    domain: Option<String>,
}

/// A target that can be asked.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) descriptor: Descriptor,
    /// What its name may have been meant to be, for the case that there is no such host.
    pub(super) hint: Option<String>,
}

/// What a target is called in an answer: never with a password. A descriptor has no name of its own.
pub(super) fn name(target: &str) -> String {
    let shown = if target.trim_start().starts_with('(') { "" } else { target };
    let shown = shown.split('?').next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
    text::cut(shown.trim(), LONGEST_NAME).into_owned()
}

impl<'o> Aliases<'o> {
    pub(super) const fn new(options: &'o Listener) -> Self {
        Self { options, read: None }
    }

    /// The descriptor of a target.
    pub(super) fn find(&mut self, target: &str, cx: &Context<'_>) -> Result<Found, String> {
        let target = target.trim();
        let found = |descriptor: Descriptor, hint| Found { name: name_of(target, &descriptor), descriptor, hint };
        if target.starts_with('(') {
            let descriptor = Descriptor::parse(target).map_err(|error| error.to_string())?;
            return Ok(found(descriptor, None));
        }
        if target.contains(NOT_IN_ALIASES) {
            return Ok(found(easy::parse(target)?, None));
        }
        let explicit = self.options.tnsnames.is_some() || self.options.tns_admin.is_some();
        let book = self.book(cx)?;
        let domain = book.domain.as_deref();
        match &book.names {
            Some(names) if explicit || names.has(target, domain) => {
                let descriptor = names.find(target, domain).map_err(|error| format!("{error:#}"))?;
                Ok(found(descriptor, None))
            }
            Some(names) => {
                let hint = names.find(target, domain).err().map(|error| error.to_string());
                Ok(found(easy::parse(target)?, hint))
            }
            None => Ok(found(easy::parse(target)?, Some("there is no tnsnames.ora in the usual places".to_owned()))),
        }
    }

    /// What is wrong in the files and did not matter.
    pub(super) fn problems(&self) -> &[String] {
        match &self.read {
            Some(Ok(Book { names: Some(names), .. })) => &names.problems,
            _ => &[],
        }
    }

    fn book(&mut self, cx: &Context<'_>) -> Result<&Book, String> {
        let options = self.options;
        self.read.get_or_insert_with(|| open(options, cx)).as_ref().map_err(Clone::clone)
    }
}

/// A descriptor is called by what clients want of it; one that says nothing of that has no name.
fn name_of(target: &str, descriptor: &Descriptor) -> String {
    if !target.starts_with('(') {
        return name(target);
    }
    let first = descriptor.descriptions.first();
    let service = first.and_then(|d| d.connect("SERVICE_NAME").or_else(|| d.connect("SID")));
    text::cut(service.unwrap_or_default(), LONGEST_NAME).into_owned()
}

fn open(options: &Listener, cx: &Context<'_>) -> Result<Book, String> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let places = match &options.tns_admin {
        Some(folder) => Places::only(folder),
        None => Places::usual(cx.root, set("TNS_ADMIN"), set("ORACLE_HOME")),
    };
    let wanted = options.tnsnames.clone().or_else(|| options.tns_admin.as_ref().map(|dir| dir.join("tnsnames.ora")));
    let Some(path) = wanted.or_else(|| places.find("tnsnames.ora")) else {
        return Ok(Book { names: None, domain: None });
    };
    cx.doing(&format!("reading {}", path.display()));
    let names = load(&path).map_err(|error| format!("{error:#}"))?;
    // It belongs to the tnsnames.ora beside it.
    let beside = path.parent().unwrap_or(Path::new("")).join("sqlnet.ora");
    let domain = read(&beside).ok().and_then(|text| default_domain(&text).map(str::to_owned));
    Ok(Book { names: Some(names), domain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_shows_no_password() {
        assert_eq!(name("scott/tiger@db1/kis"), "db1/kis");
        assert_eq!((&*name(" KIS "), &*name("db1/kis?wallet_password=x")), ("KIS", "db1/kis"));
        assert_eq!(name(&"x".repeat(200)).len(), LONGEST_NAME);
        let text = "(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=db1))(CONNECT_DATA=(SID=KIS)))";
        let descriptor = Descriptor::parse(text).expect("right");
        assert_eq!(name_of(text, &descriptor), "KIS");
        let bare = "(ADDRESS=(PROTOCOL=tcp)(HOST=db1))";
        assert_eq!(name_of(bare, &Descriptor::parse(bare).expect("right")), "");
    }
}
