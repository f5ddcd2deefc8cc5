//! Load averages: how many tasks ran, wanted to run or waited for a disk.

/// Means over 1, 5 and 15 minutes, from the text of /proc/loadavg. Source: proc_loadavg(5).
#[must_use]
pub fn parse(text: &str) -> Option<[f64; 3]> {
    let mut numbers = text.split_ascii_whitespace().map(|word| {
        let load: f64 = word.parse().ok()?;
        (load.is_finite() && load >= 0.0).then_some(load)
    });
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_numbers_or_nothing() {
        assert_eq!(parse("1.22 7.11 5.97 11/153 13394\n"), Some([1.22, 7.11, 5.97]));
        for text in ["", "1.0 2.0", "1.0 -2.0 3.0", "nan 1 1", "a b c"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text: String) {
            let _ = parse(&text);
        }
    }
}
