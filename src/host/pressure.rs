//! Pressure stall information: the share of time in which work stood still for want of a resource.
//!
//! Source: the kernel's Documentation/accounting/psi.rst.

use crate::runtime::failure::Failure;
use crate::runtime::root::Root;

/// Means over 10, 60 and 300 seconds; 1 is all of the time.
pub type Means = [f64; 3];

/// The pressure on one resource.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pressure {
    /// At least one task waited.
    pub some: Means,
    /// All tasks that had something to do waited; older kernels do not tell it for the processors.
    pub full: Option<Means>,
}

/// Reads a pressure file; `None` on a kernel that has none or has it switched off.
///
/// # Errors
/// When it is there but cannot be read.
pub fn read(root: &Root, path: &str) -> Result<Option<Pressure>, Failure> {
    Ok(root.text_if_there(path)?.and_then(|text| parse(&text)))
}

fn parse(text: &str) -> Option<Pressure> {
    let line = |word: &str| text.lines().find_map(|line| means(line.strip_prefix(word)?.strip_prefix(' ')?));
    Some(Pressure { some: line("some")?, full: line("full") })
}

fn means(line: &str) -> Option<Means> {
    let value = |name: &str| {
        let text = line.split_ascii_whitespace().find_map(|part| part.strip_prefix(name)?.strip_prefix('='))?;
        let percent: f64 = text.parse().ok()?;
        (0.0..=100.0).contains(&percent).then_some(percent / 100.0)
    };
    Some([value("avg10")?, value("avg60")?, value("avg300")?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn percent_become_ratios() {
        let text = "some avg10=50.00 avg60=25.00 avg300=0.50 total=102779965\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
        assert_eq!(parse(text), Some(Pressure { some: [0.5, 0.25, 0.005], full: Some([0.0; 3]) }));
        // The processors before Linux 5.13.
        assert_eq!(parse("some avg10=1.00 avg60=1.00 avg300=1.00 total=5").and_then(|p| p.full), None);
    }

    #[test]
    fn what_makes_no_sense_is_not_known() {
        for text in
            ["", "some", "some avg10=1 avg60=1", "some avg10=-1 avg60=1 avg300=1", "some avg10=nan avg60=1 avg300=1"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "(some|full)?( avg(10|60|300)?=[-0-9.einfa]{0,9}){0,4}\n?") {
            for ratio in parse(&text).map(|p| p.some).into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&ratio));
            }
        }
    }
}
