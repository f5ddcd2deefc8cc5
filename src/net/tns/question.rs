//! What a listener is asked.

use super::nv::{Pair, Word};

/// Names of connect data that say which server is wanted; the others are the client's own business.
const WANTED: &[&str] =
    &["SERVICE_NAME", "SID", "INSTANCE_NAME", "SERVER", "HS", "RDB_DATABASE", "SHARDING_KEY", "SUPER_SHARDING_KEY"];

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether it is there.
    Ping,
    /// Which version it has.
    Version,
    /// Whether it connects to a server: a service, a SID, an instance.
    Connect(Vec<Pair>),
}

impl Question {
    /// Whether the listener connects to a service; `None` where that cannot be its name.
    #[must_use]
    pub fn service(name: &str) -> Option<Self> {
        Some(Self::Connect(vec![Pair::text("SERVICE_NAME", name_of(name)?)]))
    }

    /// Whether the listener connects to a SID; `None` where that cannot be one.
    #[must_use]
    pub fn sid(name: &str) -> Option<Self> {
        Some(Self::Connect(vec![Pair::text("SID", name_of(name)?)]))
    }

    /// What the connect data of a descriptor ask for; `None` where they name neither service nor SID.
    #[must_use]
    pub fn of(connect_data: &[Pair]) -> Option<Self> {
        let wanted = |pair: &&Pair| WANTED.iter().any(|name| pair.is(name));
        let pairs: Vec<Pair> = connect_data.iter().filter(wanted).cloned().collect();
        let named = pairs.iter().any(|pair| pair.is("SERVICE_NAME") || pair.is("SID") || pair.is("INSTANCE_NAME"));
        named.then_some(Self::Connect(pairs))
    }

    /// The text of the CONNECT packet. `who` is the client as it names itself: in listener.log it is to be known again.
    #[must_use]
    pub fn text(&self, who: &Who) -> String {
        match self {
            Self::Ping => "(CONNECT_DATA=(COMMAND=ping))".to_owned(),
            Self::Version => "(CONNECT_DATA=(COMMAND=version))".to_owned(),
            Self::Connect(pairs) => {
                let mut pairs = pairs.clone();
                pairs.push(who.pair());
                Pair::list("DESCRIPTION", vec![Pair::list("CONNECT_DATA", pairs)]).to_string()
            }
        }
    }
}

/// A name of a service or a SID: what would end it or begin another list is none.
fn name_of(name: &str) -> Option<Word> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "()='\"\\/,".contains(c);
    (!name.is_empty() && name.len() <= 512 && !name.contains(odd)).then(|| Word::new(name))?
}

/// The client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Who {
    program: Word,
    host: Word,
    user: Word,
}

impl Who {
    /// A client; what cannot be written is left out.
    #[must_use]
    pub fn new(program: &str, host: &str, user: &str) -> Self {
        let word = |text: &str| Word::new(text).filter(|_| text.len() <= 64).unwrap_or_default();
        Self { program: word(program), host: word(host), user: word(user) }
    }

    fn pair(&self) -> Pair {
        let part = |name, word: &Word| Pair::text(name, word.clone());
        Pair::list("CID", vec![part("PROGRAM", &self.program), part("HOST", &self.host), part("USER", &self.user)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::tns::easy;

    #[test]
    fn what_is_asked_in_its_words() {
        let who = Who::new("p", "h", "u");
        let text = "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=x)(CID=(PROGRAM=p)(HOST=h)(USER=u))))";
        assert_eq!(Question::service("x").map(|q| q.text(&who)).as_deref(), Some(text));
        let descriptor = easy::parse("db1/kis:shared/kis1").expect("right");
        let asked = Question::of(&descriptor.descriptions[0].connect_data).map(|q| q.text(&who));
        assert!(asked.is_some_and(|text| text.contains("(SERVICE_NAME=kis)(SERVER=shared)(INSTANCE_NAME=kis1)(CID=")));
        assert_eq!(Question::of(&[]), None);
        for odd in ["", "a b", "a)(b=c", "a\nb", "a\"b"] {
            assert_eq!((Question::service(odd), Question::sid(odd)), (None, None), "{odd:?}");
        }
    }
}
