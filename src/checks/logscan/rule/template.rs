//! What a finding says of a line: a text with `{NAME}` for what was captured, `{line}` and `{file}`.

use std::fmt;
use std::str::FromStr;

/// Bytes of a template at most.
const LONGEST: usize = 500;
/// What there is without a capture.
const KNOWN: [&str; 2] = ["line", "file"];

/// A text with places for captures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::checks::logscan) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(String),
}

impl Template {
    /// The names of the captures that it wants.
    pub(in crate::checks::logscan) fn captures(&self) -> impl Iterator<Item = &str> {
        self.places().filter(|name| !KNOWN.contains(name))
    }

    fn places(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Place(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text with what `value` gives for each name.
    pub(in crate::checks::logscan) fn filled<'v>(&self, value: impl Fn(&str) -> &'v str) -> String {
        let text = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Place(name) => value(name).to_owned(),
        };
        self.0.iter().map(text).collect()
    }
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.len() > LONGEST {
            return Err(format!("a text has 1 to {LONGEST} bytes"));
        }
        let (mut parts, mut plain, mut chars) = (Vec::new(), String::new(), text.chars().peekable());
        while let Some(c) = chars.next() {
            match c {
                '{' | '}' if chars.next_if_eq(&c).is_some() => plain.push(c),
                '{' => {
                    let name: String = std::iter::from_fn(|| chars.next_if(|c| *c != '}' && *c != '{')).collect();
                    if chars.next() != Some('}') || name.is_empty() {
                        return Err(format!(
                            "'{text}': {{NAME}} is not complete; a brace of the text is written twice"
                        ));
                    }
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(Part::Place(name));
                }
                '}' => return Err(format!("'{text}': a }} without its {{; a brace of the text is written twice")),
                c => plain.push(c),
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(&text.replace('{', "{{").replace('}', "}}")),
            Part::Place(name) => write!(f, "{{{name}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_braces_stay() {
        let template: Template = "{code}{{x}}: {line}".parse().expect("a template");
        assert_eq!(template.captures().collect::<Vec<_>>(), ["code"]);
        assert_eq!(template.filled(|name| if name == "code" { "600" } else { "all" }), "600{x}: all");
        assert_eq!(template.to_string(), "{code}{{x}}: {line}");
        for wrong in ["", "{", "a}", "{}", "{a{b}}", "{a"] {
            assert!(wrong.parse::<Template>().is_err(), "{wrong}");
        }
    }
}
