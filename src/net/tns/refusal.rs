//! What a listener says in a REFUSE packet. A ping is answered with one too, with the error 0.

use super::version::Version;
use crate::model::text;

/// Bytes of the text that are kept.
const LONGEST: usize = 4096;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `ERR`; `None` where the text has none.
    pub code: Option<u32>,
    /// `VSNNUM`.
    pub version: Option<Version>,
    /// `ALIAS`: the name of the listener.
    pub alias: Option<String>,
    /// The reasons of the packet: of the user and of the system.
    pub reasons: (u8, u8),
}

impl Refusal {
    /// Reads the body of the packet, behind its header. What is cut off or of another form is read as far as it goes.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        let reasons = (body.first().copied().unwrap_or(0), body.get(1).copied().unwrap_or(0));
        let length = body.get(2..4).and_then(|b| b.try_into().ok()).map_or(0, |b| usize::from(u16::from_be_bytes(b)));
        let said = body.get(4..).unwrap_or_default();
        let said = said.get(..length.min(LONGEST)).unwrap_or(said.get(..LONGEST).unwrap_or(said));
        let said = String::from_utf8_lossy(said);
        let number = |name| field(&said, name)?.parse().ok();
        Self {
            code: number("ERR").or_else(|| number("CODE")),
            version: number("VSNNUM").and_then(Version::new),
            alias: field(&said, "ALIAS")
                .filter(|alias| !alias.is_empty())
                .map(|alias| text::cut(alias, 128).into_owned()),
            reasons,
        }
    }
}

/// The text of a name, wherever in the list it stands: a refusal may be cut off, so it is not read as a whole.
fn field<'t>(said: &'t str, name: &str) -> Option<&'t str> {
    said.split('(').find_map(|part| {
        let (found, value) = part.split_once('=')?;
        let value = value.split(')').next().unwrap_or_default();
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn body(said: &str) -> Vec<u8> {
        let length = u16::try_from(said.len()).expect("short").to_be_bytes();
        [&[4, 1][..], &length, said.as_bytes()].concat()
    }

    #[test]
    fn a_ping_and_a_refused_service() {
        let ping = Refusal::read(&body("(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR=0)(ALIAS=LISTENER))"));
        let expected = Refusal { code: Some(0), version: None, alias: Some("LISTENER".into()), reasons: (4, 1) };
        assert_eq!(ping, expected);
        let said = "(DESCRIPTION = (TMP=)(VsnNum = 186647552)(ERR=12514)(ERROR_STACK=(ERROR=(CODE=12514)(EMFI=4))";
        let refused = Refusal::read(&body(said));
        assert_eq!((refused.code, refused.version), (Some(12514), Version::new(186_647_552)));
        assert_eq!(Refusal::read(&body("(ERROR=(CODE=1189)(EMFI=4))")).code, Some(1189));
        assert_eq!(Refusal::read(b"\x04\x01\xff\xff(ERR=12").code, Some(12));
        assert_eq!(Refusal::read(b"").code, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            let refusal = Refusal::read(&bytes);
            prop_assert!(refusal.alias.is_none_or(|alias| alias.len() <= 128));
        }
    }
}
