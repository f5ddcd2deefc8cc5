//! Bytes as text that gives them back: `\` and what is not UTF-8 is written as `\xNN`.

use serde::{Deserialize as _, Deserializer, Serializer};
use std::fmt::Write as _;

/// The text of some bytes; [`from_text`] turns it back.
#[must_use]
pub fn to_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\x5c"));
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// The bytes of a text that [`to_text`] has written; of any other text, some bytes.
#[must_use]
pub fn from_text(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend_from_slice(part.get(2..).unwrap_or_default().as_bytes());
            }
            None => bytes.extend_from_slice(part.as_bytes()),
        }
    }
    bytes
}

/// For `#[serde(with = "…")]`.
///
/// # Errors
/// As the serializer says.
pub fn serialize<S: Serializer>(bytes: impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_text(bytes.as_ref()))
}

/// For `#[serde(with = "…")]`.
///
/// # Errors
/// It is no text.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    Ok(from_text(&String::deserialize(deserializer)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\\'), Just(b'x')], 0..60)) {
            prop_assert_eq!(from_text(&to_text(&bytes)), bytes);
        }
    }
}
