//! How large a pattern becomes when it is compiled, roughly and without compiling it.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Up to this many states a pattern is far from the limit of its size.
const LIGHT: u64 = 5_000;

/// Whether the pattern could be too large, so that it must be compiled to know.
pub(super) fn is_heavy(pattern: &Hir) -> bool {
    states(pattern) > LIGHT
}

fn states(pattern: &Hir) -> u64 {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        // A range of characters becomes up to four ranges of bytes, one behind the other.
        HirKind::Class(Class::Unicode(class)) => 4 * class.ranges().len() as u64,
        HirKind::Class(Class::Bytes(class)) => class.ranges().len() as u64,
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            states(&repetition.sub).saturating_mul(times.into()).saturating_add(times.into())
        }
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().fold(1, |sum, part| sum.saturating_add(states(part)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::logscan::scan::Pattern;

    #[test]
    fn what_is_refused_is_heavy_and_what_is_usual_is_not() {
        let hir = |text: &str| regex_syntax::ParserBuilder::new().utf8(false).build().parse(text).expect("a pattern");
        for usual in [r"ORA-0*(600|7445)\b", r"\[(?P<ms>\d{1,6}) ms\] .* failed", r"(?i)^\S+ \w+: error"] {
            assert!(!is_heavy(&hir(usual)), "{usual}");
        }
        for huge in [r"(\w{500}){50}", r"((((a{100}){100}){100}){100})", r"\w{200}"] {
            assert!(is_heavy(&hir(huge)) && Pattern::regex(huge).is_err(), "{huge}");
        }
    }
}
